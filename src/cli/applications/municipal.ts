import { ProfileError, type ProfileProblem } from '../../errors.ts'
import {
  checkProfile,
  checkStripeProfile,
  issuanceProfileFormat,
  profileFormat,
  stripeProfileFormat,
} from '../../municipal/index.ts'
import { readProfileText } from '../bounded-file.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'

/** Kinds of profile by their format. */
const checks = { [issuanceProfileFormat]: checkProfile, [stripeProfileFormat]: checkStripeProfile }

/** `profile check FILE`: whether a profile can be used, and the place and reason of each mistake. */
export const profileCheckCommand: Command = async ({ operands, messages }) => {
  const { format, problems } = await check(operands[0]!)
  const [first, ...rest] = problems
  if (first === undefined) return { json: { format, problems }, text: `${messages.profile.good(format)}\n` }
  const rows = problems.map(({ line, column, path, reason }) => [`${line}:${column}`, path, reason])
  return { json: { format, problems }, text: table(rows, ''), refused: new ProfileError([first, ...rest]) }
}

/** What is wrong with the file, or with what it says. */
async function check(file: string): Promise<{ readonly format: string; readonly problems: readonly ProfileProblem[] }> {
  try {
    return judge(await readProfileText(file))
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error
    return { format: 'unknown', problems: error.problems }
  }
}

/** By its format; one of no known format by the kind it comes nearest to. */
function judge(text: string): { readonly format: string; readonly problems: readonly ProfileProblem[] } {
  const named = profileFormat(text)
  const all = Object.entries(checks).map(([format, check]) => ({ format, problems: check(text).problems }))
  const [nearest] = all.toSorted((a, b) => a.problems.length - b.problems.length)
  return all.find(({ format }) => format === named) ?? nearest!
}
