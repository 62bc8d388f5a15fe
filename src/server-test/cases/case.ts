import type { Answer } from '../client.ts'
import type { Probe } from '../probe.ts'
import { expectRefusal, type Verdict } from '../verdict.ts'

/** Languages of the reports. */
export type Language = 'en' | 'ja'

/** A text in both. */
export type Text = Readonly<Record<Language, string>>

/** Subject of a case. */
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
  | 'issue'
  | 'simultaneous'
  | 'composer'
  | 'register'
  | 'release'
  | 'request'
  | 'restart'
  | 'instances'
  | 'load'

/** A published incident that a case replays. */
export type Incident = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8'

/** One requirement for a server, as the reports describe it. */
export interface CaseDescription {
  /** Stable: small letters, digits and `-`. */
  readonly id: string
  readonly family: Family
  /** What is sent, with one fault. */
  readonly title: Text
  /** The requirement, and what it prevents. */
  readonly why: Text
  readonly expected: 'accept' | 'refuse'
  /** Codes a refusal is expected to have; another one is a warning, not a failure. */
  readonly codes: readonly string[]
  /** Incidents it replays. */
  readonly incidents?: readonly Incident[] | undefined
  /**
   * What of it applies to a server whose store forgets when the server ends, as one in memory does. `in-part`: no document
   * comes of a forgotten case, again or to another person; that a case ends, in an audit log, does not apply. Default: all.
   */
  readonly forgetting?: 'in-part' | 'not-applicable' | undefined
}

/** One requirement for a server, and how it is evaluated. */
export interface EvaluationCase extends CaseDescription {
  /** Waits for a time to pass, so it runs beside the others. */
  readonly waits?: true
  run(probe: Probe): Promise<Verdict>
}

/** The documented part of a case. */
export type CaseText = Pick<EvaluationCase, 'id' | 'title' | 'why'> & { readonly codes: readonly string[] }

/** A case in which one thing is sent and must be refused. */
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
    run: async (probe) => expectRefusal(await sendIt(probe), { codes, orUncoded }),
  }
}
