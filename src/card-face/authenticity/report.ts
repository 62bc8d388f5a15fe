import { DecodeError } from '../../errors.ts'
import type { CvcHierarchy } from '../../registry/index.ts'

/** What can be checked of a card. */
export type AuthenticityCheckName =
  /** EF 0004 is signed by a root that is accepted. */
  | 'issuer-certificate'
  /** The issuer's key signed the record. */
  | 'record-signature'
  /** The file is the one whose digest the issuer signed. */
  | 'digest'
  /** The card holds the private key of the key that the issuer signed: it is no copy. */
  | 'challenge'
  /** All records of the visual application name one key. */
  | 'same-card-key'
  /** All records have the same birth date, and the same sex. */
  | 'same-holder'
  /** The expiry on the card face is the one of the common application. Neither is signed. */
  | 'same-expiry'

/** What a check is about: an application, a file, or the card as a whole. */
export type AuthenticitySubject =
  | 'text'
  | 'visual'
  | 'card'
  | 'digests'
  | 'individual-number'
  | 'attributes'
  | 'card-key'
  | 'card-face'
  | 'birth-record'
  | 'number-image'

/** Why a check did not pass. */
export type AuthenticityReason =
  /** Failed: bytes are not of the form they must have; `offset` is the place. */
  | 'malformed'
  /** Failed: the certificate names a root that was not given. */
  | 'unknown-root'
  /** Failed: the root is of a hierarchy that is not accepted, or of another application. */
  | 'refused-root'
  | 'wrong-signature'
  | 'wrong-digest'
  /** Failed: two records contradict each other. */
  | 'differs'
  /** Not done: asked for, but absent. */
  | 'missing'
  /** Not done: a check that this one depends on did not pass. */
  | 'depends'
  /** Not done: not asked for. */
  | 'not-asked'
  /** Not done: fewer than two records that could be compared were asked for. */
  | 'nothing-to-compare'

/** One check and its result. */
export interface AuthenticityCheck {
  readonly check: AuthenticityCheckName
  readonly of: AuthenticitySubject
  readonly result: 'passed' | 'failed' | 'not-done'
  /** Unless it passed. */
  readonly reason?: AuthenticityReason | undefined
  /** For people; no personal data. */
  readonly message?: string | undefined
  /** Byte of the file at which it is malformed. */
  readonly offset?: number | undefined
}

/** Who signed the records of one application. */
export interface RecordIssuer {
  /** Identifier of the root key, digits: `5000023/001`. */
  readonly root: string
  readonly hierarchy: CvcHierarchy
  /** Identifier of the issuer's key, digits. */
  readonly key: string
}

/** What the signatures leave open. */
export type Unproved =
  /** DF29 and DF2A of the card face are outside its signature. */
  | 'expiry'
  | 'security-code-image'
  /**
   * The files of the text application and the key that answered there are each signed, and not tied to one another: files of
   * one card and the chip of another of the same municipality pass together.
   */
  | 'text-files-of-this-card'

/** Result of all checks of a card. */
export interface AuthenticityReport {
  /** Every check that was asked for passed, and at least one was. */
  readonly ok: boolean
  /** Always all of them in the same order. */
  readonly checks: readonly AuthenticityCheck[]
  /** The first that keeps the card from being authentic. */
  readonly failure?: AuthenticityCheck | undefined
  /** Of the applications whose certificate passed. */
  readonly issuers: { readonly text?: RecordIssuer; readonly visual?: RecordIssuer }
  /** What no check proves, whatever `ok` is. */
  readonly unproved: readonly Unproved[]
}

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
