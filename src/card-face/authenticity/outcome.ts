import { DecodeError } from '../../errors.ts'
import type { AuthenticityCheck, AuthenticityCheckName, AuthenticityReason, AuthenticitySubject } from './report.ts'

/** Result of a check, without its name. */
export type Outcome = Omit<AuthenticityCheck, 'check' | 'of'>

export const passed: Outcome = { result: 'passed' }

export function failed(reason: AuthenticityReason, message: string): Outcome {
  return { result: 'failed', reason, message }
}

export function notDone(reason: AuthenticityReason): Outcome {
  return { result: 'not-done', reason }
}

/** Result for something absent: `missing` only when it was asked for. */
export function absent(asked: boolean): Outcome {
  return notDone(asked ? 'missing' : 'not-asked')
}

/** What bytes decode to, or how they are malformed. Any other error is rethrown. */
export function decoded<T>(decode: () => T): { readonly value: T } | { readonly outcome: Outcome } {
  try {
    return { value: decode() }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { outcome: { result: 'failed', reason: 'malformed', message: error.message, offset: error.offset } }
  }
}

/** Checks by the order in which they are noted. */
export class Checks {
  readonly list: AuthenticityCheck[] = []

  note(check: AuthenticityCheckName, of: AuthenticitySubject, outcome: Outcome): void {
    this.list.push({ check, of, ...outcome })
  }
}
