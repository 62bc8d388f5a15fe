/**
 * What each error code means, in one table below everything else: its class, who can act, whether a retry can help, the
 * exit code of the command line, the situation of the customer, and the HTTP status where a server answers it. Texts for
 * people are in `messages/`; `docs/errors.md` is generated from both.
 */

/** Who can do something about an error. */
export type Turn = 'customer' | 'clerk' | 'operator'

/** Situations of a customer. Several codes share one: to a customer, a token and a challenge are the same. */
export const situations = [
  'insert-card',
  'timed-out',
  'cancelled',
  'card-removed',
  'card-unreadable',
  'connection-lost',
  'busy',
  'out-of-order',
  'begin-again',
  'too-late',
  'other-card',
  'card-not-understood',
  'number-or-card',
  'swipe-again',
  'certificate-absent',
  'certificate-expired',
  'certificate-out-of-period',
  'certificate-not-yet-valid',
  'certificate-from-tomorrow',
  'certificate-renew-soon',
  'certificate-revoked',
  'certificate-refused',
  'service-later',
  'pin-format',
  'pin-wrong',
  'pin-wrong-last',
  'pin-guarded',
  'pin-blocked',
  'pin-unsure',
  'verify-on-phone',
  'other-means',
  'card-without-pin',
  'card-kind-ended',
  'card-expired',
  'registration-expired',
  'ask-at-counter',
  'take-card-first',
  'take-card-now',
  'municipal-pin-wrong',
  'municipal-pin-locked',
  'municipal-pin-none',
  'municipal-pin-format',
  'unexpected',
] as const

/**
 * Situations no error has: found by a look at the card before its holder enters a PIN. `certificate-renew-soon` is a notice;
 * with the others the visit ends.
 */
export const lookSituations: readonly LookSituation[] = [
  'certificate-from-tomorrow',
  'certificate-renew-soon',
  'card-without-pin',
  'card-kind-ended',
]

/** One of {@link lookSituations}. */
export type LookSituation = Extract<
  Situation,
  'certificate-from-tomorrow' | 'certificate-renew-soon' | 'card-without-pin' | 'card-kind-ended'
>

/** One of {@link situations}: a screen, with its picture, in the customer's language. */
export type Situation = (typeof situations)[number]

/** Exit codes of the command line. Documented; never renumbered. */
export const exitCodes = { done: 0, failed: 1, usage: 2, noCard: 3, pin: 4 } as const

/** Exit code of a failure; `signal`: 130 (SIGINT, or no signal), 143 (SIGTERM) or 129 (SIGHUP). */
type Exit = 1 | 2 | 3 | 4 | 'signal'

/** Columns of the table. */
type Row = readonly [className: string, turn: Turn, retry: boolean, exit: Exit, situation: Situation, status?: number]

/** In the order of the documents. Codes are never renamed; new ones may be added. */
const rows = {
  // Reader and connection
  ERR_SERVICE_UNAVAILABLE: ['TransportError', 'operator', true, 3, 'out-of-order'],
  ERR_BINDING_MISSING: ['TransportError', 'operator', false, 3, 'out-of-order'],
  ERR_NO_READER: ['TransportError', 'operator', true, 3, 'out-of-order'],
  ERR_NO_CARD: ['TransportError', 'customer', true, 3, 'insert-card'],
  ERR_CARD_REMOVED: ['TransportError', 'customer', true, 3, 'card-removed'],
  ERR_CARD_RESET: ['TransportError', 'operator', true, 3, 'connection-lost'],
  ERR_CARD_MUTE: ['TransportError', 'customer', true, 3, 'card-unreadable'],
  ERR_READER_BUSY: ['TransportError', 'operator', true, 3, 'busy'],
  ERR_NO_KEYPAD: ['TransportError', 'operator', false, 3, 'out-of-order'],
  ERR_TIMEOUT: ['TransportError', 'customer', true, 3, 'timed-out'],
  ERR_ABORTED: ['TransportError', 'customer', true, 'signal', 'cancelled'],
  ERR_CONNECTION_CLOSED: ['TransportError', 'operator', true, 3, 'connection-lost'],
  ERR_TRANSPORT: ['TransportError', 'operator', true, 3, 'connection-lost'],

  // Responses and data of the card
  ERR_RESPONSE_MALFORMED: ['ResponseError', 'operator', true, 1, 'connection-lost'],
  ERR_RESPONSE_TOO_LONG: ['ResponseError', 'operator', false, 1, 'card-not-understood'],
  ERR_SECURE_MESSAGING: ['SecureMessagingError', 'operator', true, 1, 'begin-again'],
  ERR_STATUS_WORD: ['StatusWordError', 'operator', false, 1, 'card-not-understood'],
  ERR_SECURITY_STATUS: ['StatusWordError', 'operator', true, 1, 'begin-again'],
  ERR_APPLICATION_NOT_FOUND: ['StatusWordError', 'customer', false, 1, 'other-card'],
  ERR_FILE_NOT_FOUND: ['StatusWordError', 'operator', false, 1, 'other-card'],
  ERR_WRONG_CARD: ['WrongCardError', 'operator', false, 1, 'other-card'],
  ERR_APDU: ['DecodeError', 'operator', false, 1, 'out-of-order'],
  ERR_TLV: ['DecodeError', 'operator', false, 1, 'card-not-understood'],
  ERR_DER: ['DecodeError', 'operator', false, 1, 'out-of-order'],
  ERR_CARD_DATA: ['DecodeError', 'operator', true, 1, 'number-or-card'],
  ERR_STRIPE: ['StripeError', 'customer', true, 1, 'swipe-again'],
  ERR_PROFILE: ['ProfileError', 'operator', false, 1, 'out-of-order'],

  // Certificates, PINs and signatures
  ERR_CERTIFICATE_ABSENT: ['CertificateError', 'customer', false, 1, 'certificate-absent'],
  ERR_CERTIFICATE: ['CertificateError', 'operator', true, 1, 'card-not-understood'],
  ERR_VERIFICATION: ['VerificationError', 'customer', false, 1, 'certificate-refused'],
  ERR_PIN_FORMAT: ['PinError', 'customer', true, 4, 'pin-format'],
  ERR_PIN_REJECTED: ['PinError', 'customer', true, 4, 'pin-wrong'],
  ERR_PIN_BLOCKED: ['PinError', 'customer', false, 4, 'pin-blocked'],
  ERR_PIN_GUARDED: ['PinError', 'clerk', false, 4, 'pin-guarded'],
  ERR_PIN_OUTCOME_UNKNOWN: ['PinError', 'clerk', false, 4, 'pin-unsure'],
  ERR_PIN_STATE: ['PinError', 'clerk', true, 4, 'take-card-first'],
  ERR_USER_NOT_VERIFIED: ['UserVerificationError', 'customer', true, 4, 'verify-on-phone'],
  ERR_PIN_NOT_USED: ['UserVerificationError', 'operator', false, 1, 'verify-on-phone'],
  ERR_RAW_VERIFY_REFUSED: ['PinError', 'operator', false, 1, 'out-of-order'],
  ERR_SIGNATURE_INVALID: ['SignatureError', 'operator', true, 1, 'connection-lost'],
  ERR_STATE_NOT_CLEARED: ['StateNotClearedError', 'clerk', false, 1, 'take-card-now'],

  // Transcripts
  ERR_TRANSCRIPT: ['TranscriptError', 'operator', false, 1, 'out-of-order'],
  ERR_REPLAY: ['TranscriptError', 'operator', false, 1, 'out-of-order'],

  // Tokens and issuance servers. 422 is a well-formed token that is refused.
  ERR_TOKEN: ['RefusalError', 'operator', false, 1, 'out-of-order', 400],
  ERR_TOKEN_ORIGIN: ['RefusalError', 'operator', false, 1, 'out-of-order', 422],
  ERR_TOKEN_TERMINAL: ['RefusalError', 'operator', false, 1, 'out-of-order', 403],
  ERR_TOKEN_PURPOSE: ['RefusalError', 'operator', false, 1, 'out-of-order', 422],
  ERR_TOKEN_ALGORITHM: ['RefusalError', 'operator', false, 1, 'out-of-order', 422],
  ERR_TOKEN_SIGNATURE: ['RefusalError', 'customer', true, 1, 'begin-again', 422],
  ERR_NONCE_UNKNOWN: ['RefusalError', 'customer', true, 1, 'begin-again', 409],
  ERR_NONCE_EXPIRED: ['RefusalError', 'customer', true, 1, 'too-late', 409],
  ERR_USER_VERIFICATION: ['RefusalError', 'clerk', false, 1, 'other-means', 422],
  // Found by the terminal; no server answers it.
  ERR_ANSWER_MISMATCH: ['RefusalError', 'operator', false, 1, 'out-of-order'],
  ERR_CERTIFICATE_REFUSED: ['RefusalError', 'clerk', false, 1, 'certificate-refused', 422],
  ERR_CERTIFICATE_NOT_YET_VALID: ['RefusalError', 'clerk', false, 1, 'certificate-not-yet-valid', 422],
  ERR_CERTIFICATE_EXPIRED: ['RefusalError', 'clerk', false, 1, 'certificate-expired', 422],
  ERR_CERTIFICATE_REVOKED: ['RefusalError', 'clerk', false, 1, 'certificate-revoked', 422],
  ERR_CARD_EXPIRED: ['RefusalError', 'clerk', false, 1, 'card-expired'],
  ERR_REGISTRATION_EXPIRED: ['RefusalError', 'clerk', false, 1, 'registration-expired'],
  ERR_REVOCATION_UNKNOWN: ['RefusalError', 'operator', true, 1, 'service-later', 503],
  ERR_STORE_UNAVAILABLE: ['RefusalError', 'operator', true, 1, 'service-later', 503],
  ERR_STORE_FULL: ['RefusalError', 'operator', true, 1, 'service-later', 503],
  ERR_INTERNAL: ['RefusalError', 'operator', false, 1, 'unexpected', 500],
  ERR_MUNICIPAL_PIN_REJECTED: ['RefusalError', 'customer', true, 1, 'municipal-pin-wrong', 422],
  ERR_MUNICIPAL_PIN_LOCKED: ['RefusalError', 'clerk', false, 1, 'municipal-pin-locked', 409],
  ERR_MUNICIPAL_PIN_NOT_REGISTERED: ['RefusalError', 'clerk', false, 1, 'municipal-pin-none', 404],
  ERR_MUNICIPAL_PIN_FORMAT: ['RefusalError', 'customer', true, 1, 'municipal-pin-format', 422],
  ERR_MUNICIPAL_PIN_BUSY: ['RefusalError', 'customer', true, 1, 'service-later', 503],
  // Cases of an issuance desk.
  ERR_CASE_UNKNOWN: ['RefusalError', 'operator', false, 1, 'begin-again', 404],
  ERR_CASE_STATE: ['RefusalError', 'operator', false, 1, 'begin-again', 409],
  ERR_CASE_EXPIRED: ['RefusalError', 'customer', true, 1, 'too-late', 409],
  ERR_NOT_ISSUABLE: ['RefusalError', 'clerk', false, 1, 'ask-at-counter', 422],
  ERR_REGISTER: ['RefusalError', 'operator', true, 1, 'service-later', 503],
  ERR_DOCUMENT: ['RefusalError', 'operator', false, 1, 'service-later', 422],
  ERR_ISSUING_STOPPED: ['RefusalError', 'operator', true, 1, 'service-later', 503],
  // Found by the terminal; no server answers them.
  ERR_SEAL: ['RefusalError', 'operator', false, 1, 'begin-again'],
  ERR_PRINTER: ['RefusalError', 'operator', true, 1, 'out-of-order'],
  // Signed documents.
  ERR_TIMESTAMP: ['RefusalError', 'operator', true, 1, 'service-later'],
  ERR_SIGNED_DOCUMENT: ['RefusalError', 'clerk', false, 1, 'ask-at-counter'],
  ERR_AUDIT: ['AuditError', 'operator', true, 1, 'out-of-order', 503],
  ERR_DEPENDENCY_MISSING: ['DependencyError', 'operator', false, 1, 'out-of-order'],
  ERR_SERVER: ['ServerError', 'operator', true, 1, 'service-later'],

  // Bridge for pages and other programs on this machine.
  ERR_BRIDGE_REQUEST: ['BridgeError', 'operator', false, 1, 'out-of-order'],
  ERR_BRIDGE_ACCESS: ['BridgeError', 'operator', false, 1, 'out-of-order'],
  ERR_BRIDGE_VISIT: ['BridgeError', 'customer', true, 1, 'begin-again'],
  ERR_BRIDGE_BUSY: ['BridgeError', 'operator', true, 1, 'busy'],
  ERR_BRIDGE_LOST: ['BridgeError', 'operator', true, 1, 'connection-lost'],

  // HTTP interface only
  ERR_REQUEST: ['RequestProblem', 'operator', false, 1, 'out-of-order', 400],
  ERR_FORBIDDEN: ['RequestProblem', 'operator', false, 1, 'out-of-order', 403],
  ERR_NOT_FOUND: ['RequestProblem', 'operator', false, 1, 'out-of-order', 404],
  ERR_METHOD: ['RequestProblem', 'operator', false, 1, 'out-of-order', 405],
  ERR_REQUEST_TIMEOUT: ['RequestProblem', 'operator', true, 1, 'service-later', 408],
  ERR_BODY_TOO_LARGE: ['RequestProblem', 'operator', false, 1, 'out-of-order', 413],
  ERR_MEDIA_TYPE: ['RequestProblem', 'operator', false, 1, 'out-of-order', 415],
  ERR_HOST: ['RequestProblem', 'operator', false, 1, 'out-of-order', 421],
  ERR_RATE_LIMITED: ['RequestProblem', 'customer', true, 1, 'service-later', 429],
  ERR_NOT_READY: ['RequestProblem', 'operator', true, 1, 'service-later', 503],
  ERR_OVERLOADED: ['RequestProblem', 'customer', true, 1, 'service-later', 503],
  ERR_ANSWER_TIMEOUT: ['RequestProblem', 'operator', true, 1, 'service-later', 503],

  // Command line only
  ERR_USAGE: ['CliError', 'operator', false, 2, 'out-of-order'],
  ERR_FILE: ['CliError', 'operator', false, 1, 'out-of-order'],
  ERR_PIN_MISMATCH: ['CliError', 'customer', true, 4, 'pin-format'],
  ERR_EVALUATION: ['CliError', 'operator', false, 1, 'out-of-order'],
  ERR_AUTHENTICITY: ['CliError', 'clerk', false, 1, 'other-card'],
  ERR_FIELD_TEST: ['CliError', 'operator', false, 1, 'out-of-order'],
  ERR_SERVER_START: ['CliError', 'operator', false, 1, 'out-of-order'],
} as const

/** Every code: of errors, of the HTTP interface, of the command line. */
export type Code = keyof typeof rows

/** Class of the errors of a code: `RequestProblem` is known to the HTTP interface only, `CliError` to the command line only. */
export type ClassName = (typeof rows)[Code][0]

/** Codes of the errors of a class. */
export type CodeOf<Class extends ClassName> = {
  [C in Code]: (typeof rows)[C][0] extends Class ? C : never
}[Code]

/** What a code means. */
export interface Outcome {
  readonly className: ClassName
  readonly turn: Turn
  /** Whether trying again can help; with a PIN, one that is entered again. */
  readonly retry: boolean
  readonly exit: Exit
  readonly situation: Situation
  /** HTTP status, where a server answers the code. */
  readonly status: number | undefined
}

const outcomes: ReadonlyMap<unknown, Outcome> = new Map(
  Object.entries<Row & { readonly 0: ClassName }>(rows).map(
    ([code, [className, turn, retry, exit, situation, status]]) => [
      code,
      { className, turn, retry, exit, situation, status },
    ],
  ),
)

/** Every code, in the order of the table. */
export const codes = Object.keys(rows) as readonly Code[]

/** Whether it is one of {@link codes}. */
export function isCode(value: unknown): value is Code {
  return outcomes.has(value)
}

/** The row of a code. */
export function outcomeOf(code: Code): Outcome {
  return outcomes.get(code)!
}

/** Refusals of what follows an accepted token, or needs none: never the answer to a token alone. */
export const codesBeyondTokens: ReadonlySet<Code> = new Set<Code>([
  'ERR_CASE_UNKNOWN',
  'ERR_CASE_STATE',
  'ERR_CASE_EXPIRED',
  'ERR_NOT_ISSUABLE',
  'ERR_REGISTER',
  'ERR_DOCUMENT',
  'ERR_ISSUING_STOPPED',
  'ERR_MUNICIPAL_PIN_REJECTED',
  'ERR_MUNICIPAL_PIN_LOCKED',
  'ERR_MUNICIPAL_PIN_NOT_REGISTERED',
  'ERR_MUNICIPAL_PIN_FORMAT',
  'ERR_MUNICIPAL_PIN_BUSY',
])

/** Codes of the errors of a class, in the order of the table. */
export function codesOf<Class extends ClassName>(className: Class): readonly CodeOf<Class>[] {
  return codes.filter((code): code is CodeOf<Class> => outcomeOf(code).className === className)
}
