import { ProfileError, type ProfileProblem } from '../../errors.ts'
import {
  checkProfile,
  checkStripeProfile,
  type FieldValue,
  IssuanceApplication,
  type IssuanceRecord,
  issuanceProfileFormat,
  loadProfile,
  PersonalText,
  profileFormat,
  type ReadValidity,
  type StripeRecord,
  stripeProfileFormat,
} from '../../municipal/index.ts'
import { readProfileText } from '../bounded-file.ts'
import type { Context, Result } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { profile as profileOption } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

/** The record of a municipality, for `--json`: requested by the holder, so personal data is shown. */
export function recordJson(record: IssuanceRecord | StripeRecord): Readonly<Record<string, unknown>> {
  const { profile, userId, municipalityCode, validity, fields } = record
  const shown = Object.fromEntries(Object.entries(fields).map(([id, value]) => [id, fieldText(value) ?? null]))
  return { profile, userId: userId.reveal(), municipalityCode, validity, fields: shown }
}

/** The same in rows. */
export function recordRows(record: IssuanceRecord | StripeRecord, { profile: texts }: Messages): string[][] {
  const { profile, userId, municipalityCode, validity, fields } = record
  return [
    [texts.name, profile],
    [texts.userId, userId.reveal()],
    ...(municipalityCode === undefined ? [] : [[texts.municipalityCode, municipalityCode]]),
    ...(validity === undefined ? [] : [[texts.validity, validityText(validity, texts)]]),
    ...Object.entries(fields).map(([id, value]) => [texts.field(id), fieldText(value) ?? texts.empty]),
  ]
}

function fieldText(value: FieldValue): string | undefined {
  return value instanceof PersonalText ? value.reveal() : value
}

function validityText(validity: ReadValidity, texts: Messages['profile']): string {
  return 'until' in validity ? texts.until(validity.until) : texts.years(validity.years, validity.from)
}

/** Kinds of profile by their format. */
const checks = { [issuanceProfileFormat]: checkProfile, [stripeProfileFormat]: checkStripeProfile }

/** `profile check FILE`: validates a profile and reports position and reason of each error. */
export async function profileCheck({ operands, messages }: Context): Promise<Result> {
  const { format, problems } = await check(operands[0]!)
  const [first, ...rest] = problems
  if (first === undefined) return { json: { format, problems }, text: `${messages.profile.good(format)}\n` }
  const rows = problems.map(({ line, column, path, reason }) => [`${line}:${column}`, path, reason])
  return { json: { format, problems }, text: table(rows, ''), refused: new ProfileError([first, ...rest]) }
}

/** Errors of the file, or of its content. */
async function check(file: string): Promise<{ readonly format: string; readonly problems: readonly ProfileProblem[] }> {
  try {
    return checkText(await readProfileText(file))
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { format: 'unknown', problems: error.problems }
  }
}

/** By its format; an unknown format as the most similar kind. */
function checkText(text: string): { readonly format: string; readonly problems: readonly ProfileProblem[] } {
  const named = profileFormat(text)
  const all = Object.entries(checks).map(([format, check]) => ({ format, problems: check(text).problems }))
  const [nearest] = all.toSorted((a, b) => a.problems.length - b.problems.length)
  return all.find(({ format }) => format === named) ?? nearest!
}

/** `issuance read --profile F`: the content of a municipal application, read as the profile describes it. */
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
