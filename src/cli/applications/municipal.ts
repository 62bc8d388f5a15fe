import { ProfileError, type ProfileProblem } from '../../errors.ts'
import {
  checkProfile,
  checkStripeProfile,
  IssuanceApplication,
  issuanceProfileFormat,
  loadProfile,
  profileFormat,
  stripeProfileFormat,
} from '../../municipal/index.ts'
import { readProfileText } from '../bounded-file.ts'
import type { Context, Result } from '../context.ts'
import { profile as profileOption } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { recordJson, recordRows } from './municipal-record.ts'

/** Kinds of profile by their format. */
const checks = { [issuanceProfileFormat]: checkProfile, [stripeProfileFormat]: checkStripeProfile }

/** `profile check FILE`: whether a profile can be used, and the place and reason of each mistake. */
export async function profileCheck({ operands, messages }: Context): Promise<Result> {
  const { format, problems } = await check(operands[0]!)
  const [first, ...rest] = problems
  if (first === undefined) return { json: { format, problems }, text: `${messages.profile.good(format)}\n` }
  const rows = problems.map(({ line, column, path, reason }) => [`${line}:${column}`, path, reason])
  return { json: { format, problems }, text: table(rows, ''), refused: new ProfileError([first, ...rest]) }
}

/** What is wrong with the file, or with what it says. */
async function check(file: string): Promise<{ readonly format: string; readonly problems: readonly ProfileProblem[] }> {
  try {
    return checkText(await readProfileText(file))
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { format: 'unknown', problems: error.problems }
  }
}

/** By its format; one of no known format by the kind it comes nearest to. */
function checkText(text: string): { readonly format: string; readonly problems: readonly ProfileProblem[] } {
  const named = profileFormat(text)
  const all = Object.entries(checks).map(([format, check]) => ({ format, problems: check(text).problems }))
  const [nearest] = all.toSorted((a, b) => a.problems.length - b.problems.length)
  return all.find(({ format }) => format === named) ?? nearest!
}

/** `issuance read --profile F`: what a municipal application holds, read as the profile says. */
export async function issuanceRead(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const profile = loadProfile(await readProfileText(options.get(profileOption)!))
  const pin = profile.objects.some((object) => object.pin) ? profile.pinReference : undefined
  if (pin !== undefined) pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const app = await IssuanceApplication.open(session, profile)
    if (pin !== undefined) await app.verifyPin(await askPin(context, session, pin), verifyOptions(context))
    return app.read()
  })
  const checkedByServer = profile.pin?.manager === 'municipality'
  const pinCheckedBy = pin !== undefined ? 'card' : checkedByServer ? 'municipality' : 'nobody'
  return {
    json: { ...recordJson(value), pinCheckedBy },
    text: table(recordRows(value, messages), ''),
    note: messages.profile.pinCheckedBy[pinCheckedBy],
  }
}
