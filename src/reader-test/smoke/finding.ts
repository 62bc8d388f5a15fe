import { CertificateError, type ErrorCode, JpkiCardError, StatusWordError, TransportError } from '../../errors.ts'

/** Why a step was not run. */
export const skipReasons = [
  /** The card has no such application, and its kind does not require one. */
  'no-application',
  /** The card has no such file, PIN or certificate, and its kind does not require one. */
  'not-on-this-card',
  'pin-required',
  /** No PIN was given. */
  'no-pin',
  /** The PIN was refused before, or its result is unknown: it is not sent again. */
  'pin-not-accepted',
  /** No trust anchor: none was given, and the CA on the card is not one of J-LIS. */
  'no-anchor',
  /** An earlier step failed in a way that ended the connection. */
  'connection-lost',
  'interrupted',
] as const

/** Why a step was skipped. */
export type SkipReason = (typeof skipReasons)[number]

/** Why a step failed: a code of this package, the card past its last day, or an error in this package. */
export type FailureReason = ErrorCode | 'card-expired' | 'internal'

/**
 * Facts found by a step. No personal data: no name, serial number, municipality, and of last days, which are birthdays,
 * the year only.
 */
export interface SmokeFacts {
  readonly kind?: string
  readonly token?: string
  /** State of a PIN, a certificate or a card. */
  readonly state?: string
  readonly triesLeft?: number
  readonly triesMax?: number
  readonly lastYear?: string
  readonly holdsAuth?: boolean
  readonly holdsSign?: boolean
  readonly hierarchy?: string
  /** Name of the check of the chain that failed. */
  readonly check?: string
  readonly algorithm?: string
  /** How verified PINs were cleared at the end. */
  readonly clearedBy?: string
}

/** How a step ended. */
export type Finding =
  | { readonly status: 'passed'; readonly facts: SmokeFacts }
  | { readonly status: 'failed'; readonly reason: FailureReason; readonly facts: SmokeFacts }
  | { readonly status: 'skipped'; readonly reason: SkipReason; readonly facts: SmokeFacts }

export const passed = (facts: SmokeFacts = {}): Finding => ({ status: 'passed', facts })
export const failed = (reason: FailureReason, facts: SmokeFacts = {}): Finding => ({ status: 'failed', reason, facts })
export const skipped = (reason: SkipReason): Finding => ({ status: 'skipped', reason, facts: {} })

/** The result of a step that ended with an error. @param complete - the card's kind has everything the steps check. */
export function findingOf(error: unknown, complete: boolean): Finding {
  if (error instanceof CertificateError && error.code === 'ERR_CERTIFICATE_ABSENT') return skipped('not-on-this-card')
  if (error instanceof StatusWordError && !complete) {
    if (error.code === 'ERR_APPLICATION_NOT_FOUND') return skipped('no-application')
    if (error.code === 'ERR_FILE_NOT_FOUND') return skipped('not-on-this-card')
  }
  return failed(error instanceof JpkiCardError ? error.code : 'internal')
}

/** Whether the error is a transport error that makes this connection unusable. */
export function endsConnection(error: unknown): boolean {
  if (error instanceof TransportError) return true
  return error instanceof JpkiCardError && error.cause instanceof TransportError
}
