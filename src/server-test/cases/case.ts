import type { Answer } from '../client/answer.ts'
import type { Probe } from '../probe.ts'
import { judgeRefusal, type Verdict } from '../verdict.ts'

/** Languages of the reports. */
export type Language = 'en' | 'ja'

/** A text in both. */
export type Text = Readonly<Record<Language, string>>

/** What a case is about. */
export type Family =
  | 'good'
  | 'nonce'
  | 'claims'
  | 'certificate'
  | 'signature'
  | 'body'
  | 'connection'
  | 'concurrency'
  | 'privacy'

/** One thing a server must do. */
export interface EvaluationCase {
  /** Stable: small letters, digits and `-`. */
  readonly id: string
  readonly family: Family
  /** What is sent, and what is wrong with it: one thing. */
  readonly title: Text
  /** The requirement, and what it keeps from happening. */
  readonly why: Text
  readonly expected: 'accept' | 'refuse'
  /** Codes a refusal is expected to have; another one is worth a look, and no failure. */
  readonly codes: readonly string[]
  /** Waits for a time to pass, so it runs beside the others. */
  readonly waits?: true
  run(probe: Probe): Promise<Verdict>
}

/** What is written down of a case. */
export type CaseText = Pick<EvaluationCase, 'id' | 'title' | 'why'> & { readonly codes: readonly string[] }

/** A case in which one thing is sent and only a refusal is right. */
export function refusing(
  family: Family,
  row: CaseText & { readonly orUncoded?: readonly number[] },
  sendIt: (probe: Probe) => Promise<Answer>,
): EvaluationCase {
  const { id, title, why, codes, orUncoded } = row
  return {
    id,
    family,
    title,
    why,
    expected: 'refuse',
    codes,
    run: async (probe) => judgeRefusal(await sendIt(probe), { codes, orUncoded }),
  }
}
