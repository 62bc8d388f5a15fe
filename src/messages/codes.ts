import type { ErrorCode } from '../errors.ts'
import type { Audience } from './languages.ts'
import type { Situation } from './situations.ts'

/** What a code means to people: the customer's situation, who can do something, whether trying again can help. */
export interface CodeMeaning {
  readonly situation: Situation
  readonly turn: Audience
  readonly retry: boolean
}

type Row = readonly [situation: Situation, turn: Audience, retry: boolean]

/** `docs/errors.md` in short; tests hold the two together. */
export const codeMeanings: Readonly<Record<ErrorCode, Row>> = {
  ERR_SERVICE_UNAVAILABLE: ['out-of-order', 'operator', true],
  ERR_BINDING_MISSING: ['out-of-order', 'operator', false],
  ERR_NO_READER: ['out-of-order', 'operator', true],
  ERR_NO_CARD: ['insert-card', 'customer', true],
  ERR_CARD_REMOVED: ['card-removed', 'customer', true],
  ERR_CARD_RESET: ['connection-lost', 'operator', true],
  ERR_CARD_MUTE: ['card-unreadable', 'customer', true],
  ERR_READER_BUSY: ['busy', 'operator', true],
  ERR_TIMEOUT: ['timed-out', 'customer', true],
  ERR_ABORTED: ['cancelled', 'customer', true],
  ERR_CONNECTION_CLOSED: ['connection-lost', 'operator', true],
  ERR_TRANSPORT: ['connection-lost', 'operator', true],
  ERR_RESPONSE_MALFORMED: ['connection-lost', 'operator', true],
  ERR_RESPONSE_TOO_LONG: ['card-not-understood', 'operator', false],
  ERR_SECURE_MESSAGING: ['begin-again', 'operator', true],
  ERR_STATUS_WORD: ['card-not-understood', 'operator', false],
  ERR_SECURITY_STATUS: ['begin-again', 'operator', true],
  ERR_APPLICATION_NOT_FOUND: ['other-card', 'customer', false],
  ERR_FILE_NOT_FOUND: ['other-card', 'operator', false],
  ERR_WRONG_CARD: ['other-card', 'operator', false],
  ERR_APDU: ['out-of-order', 'operator', false],
  ERR_TLV: ['card-not-understood', 'operator', false],
  ERR_DER: ['out-of-order', 'operator', false],
  ERR_CARD_DATA: ['number-or-card', 'operator', true],
  ERR_STRIPE: ['swipe-again', 'customer', true],
  ERR_PROFILE: ['out-of-order', 'operator', false],
  ERR_CERTIFICATE_ABSENT: ['certificate-absent', 'customer', false],
  ERR_CERTIFICATE: ['card-not-understood', 'operator', true],
  ERR_VERIFICATION: ['certificate-refused', 'customer', false],
  ERR_PIN_FORMAT: ['pin-format', 'customer', true],
  ERR_PIN_REJECTED: ['pin-wrong', 'customer', true],
  ERR_PIN_BLOCKED: ['pin-blocked', 'customer', false],
  ERR_PIN_GUARDED: ['pin-guarded', 'clerk', false],
  ERR_PIN_OUTCOME_UNKNOWN: ['pin-unsure', 'clerk', false],
  ERR_PIN_STATE: ['take-card-first', 'clerk', true],
  ERR_RAW_VERIFY_REFUSED: ['out-of-order', 'operator', false],
  ERR_SIGNATURE_INVALID: ['connection-lost', 'operator', true],
  ERR_STATE_NOT_CLEARED: ['take-card-now', 'clerk', false],
  ERR_TRANSCRIPT: ['out-of-order', 'operator', false],
  ERR_REPLAY: ['out-of-order', 'operator', false],
  ERR_TOKEN: ['out-of-order', 'operator', false],
  ERR_TOKEN_ORIGIN: ['out-of-order', 'operator', false],
  ERR_TOKEN_TERMINAL: ['out-of-order', 'operator', false],
  ERR_TOKEN_PURPOSE: ['out-of-order', 'operator', false],
  ERR_TOKEN_ALGORITHM: ['out-of-order', 'operator', false],
  ERR_TOKEN_SIGNATURE: ['begin-again', 'customer', true],
  ERR_NONCE_UNKNOWN: ['begin-again', 'customer', true],
  ERR_NONCE_EXPIRED: ['too-late', 'customer', true],
  ERR_ANSWER_MISMATCH: ['out-of-order', 'operator', false],
  ERR_CERTIFICATE_REFUSED: ['certificate-refused', 'clerk', false],
  ERR_CERTIFICATE_NOT_YET_VALID: ['certificate-out-of-period', 'clerk', false],
  ERR_CERTIFICATE_EXPIRED: ['certificate-expired', 'clerk', false],
  ERR_CERTIFICATE_REVOKED: ['certificate-revoked', 'clerk', false],
  ERR_REVOCATION_UNKNOWN: ['service-later', 'operator', true],
  ERR_STORE_UNAVAILABLE: ['service-later', 'operator', true],
  ERR_STORE_FULL: ['service-later', 'operator', true],
  ERR_INTERNAL: ['unexpected', 'operator', false],
  ERR_MUNICIPAL_PIN_REJECTED: ['municipal-pin-wrong', 'customer', true],
  ERR_MUNICIPAL_PIN_LOCKED: ['municipal-pin-locked', 'clerk', false],
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: ['municipal-pin-none', 'clerk', false],
  ERR_MUNICIPAL_PIN_FORMAT: ['municipal-pin-format', 'customer', true],
  ERR_MUNICIPAL_PIN_BUSY: ['service-later', 'customer', true],
  ERR_AUDIT: ['out-of-order', 'operator', true],
  ERR_DEPENDENCY_MISSING: ['out-of-order', 'operator', false],
  ERR_SERVER: ['service-later', 'operator', true],
}

/** What a code means; no code is an error that is not of this package. */
export function meaningOf(code: ErrorCode | undefined): CodeMeaning {
  const [situation, turn, retry] = code === undefined ? unexpected : codeMeanings[code]
  return { situation, turn, retry }
}

const unexpected: Row = ['unexpected', 'operator', false]

/** Whether it is a code of this package. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(codeMeanings, value)
}
