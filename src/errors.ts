/**
 * Every error this package throws on purpose, with a stable code.
 *
 * Wrong arguments are plain `TypeError` or `RangeError`; everything a card, reader, file or person can cause is one of
 * the classes below. No message holds a PIN, command data or personal data. The list with remedies is `docs/errors.md`.
 */
import { type Code, type CodeOf, codes, codesOf, outcomeOf, type Turn } from './outcomes.ts'

export type { Code, CodeOf, Turn } from './outcomes.ts'

/** What the error is about beyond its message; each code documents which fields it sets. */
export interface ErrorDetail {
  /** The underlying error, kept as `cause`. */
  readonly cause?: unknown
}

/** One of the stable error codes. */
export type ErrorCode = Exclude<Code, CodeOf<'RequestProblem' | 'CliError'>>

/** All stable codes, with their meaning in `docs/errors.md`. Codes are never renamed; new ones may be added. */
export const errorCodes: readonly ErrorCode[] = codes.filter((code): code is ErrorCode => {
  const { className } = outcomeOf(code)
  return className !== 'RequestProblem' && className !== 'CliError'
})

/** Base of all coded errors. Narrow on `code`, or on the class. */
export class JpkiCardError extends Error {
  /** Stable code, see `docs/errors.md`. */
  readonly code: ErrorCode
  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = new.target.name
    this.code = code
  }
}

/** Codes of {@link TransportError}. */
export type TransportErrorCode = CodeOf<'TransportError'>

/** The way to the card failed: service, reader, card presence, time. */
export class TransportError extends JpkiCardError {
  declare readonly code: TransportErrorCode
  /** PC/SC return code (for example `0x80100069`), when the binding reports it. */
  readonly pcscCode: number | undefined
  /** Reader the error is about, when one is. */
  readonly reader: string | undefined
  constructor(
    code: TransportErrorCode,
    message: string,
    detail: ErrorDetail & { readonly pcscCode?: number | undefined; readonly reader?: string | undefined } = {},
  ) {
    super(code, message, detail)
    this.pcscCode = detail.pcscCode
    this.reader = detail.reader
  }
}

/** The card answered something that is not a response APDU, or more than allowed. */
export class ResponseError extends JpkiCardError {
  declare readonly code: CodeOf<'ResponseError'>
}

/** Secure messaging with the card has ended, or never held what was needed. Nothing it protects went out in the clear. */
export class SecureMessagingError extends JpkiCardError {
  declare readonly code: 'ERR_SECURE_MESSAGING'
  /** Status word that ended it, when the card did: 6987, 6988, 69FC or 6882. */
  readonly sw: number | undefined
  constructor(message: string, detail: ErrorDetail & { readonly sw?: number | undefined } = {}) {
    super('ERR_SECURE_MESSAGING', message, detail)
    this.sw = detail.sw
  }
}

/** Codes of {@link StatusWordError}. */
export type StatusWordErrorCode = CodeOf<'StatusWordError'>

/** The card refused a command. */
export class StatusWordError extends JpkiCardError {
  declare readonly code: StatusWordErrorCode
  /** Name of the command, for example `READ BINARY`. */
  readonly command: string
  /** Status word, 0x0000 to 0xFFFF. */
  readonly sw: number
  constructor(code: StatusWordErrorCode, command: string, sw: number, meaning: string, detail: ErrorDetail = {}) {
    super(code, `${command}: the card answered ${sw.toString(16).toUpperCase().padStart(4, '0')} (${meaning})`, detail)
    this.command = command
    this.sw = sw
  }
}

/** The card in the reader is not one the operation works with. */
export class WrongCardError extends JpkiCardError {
  declare readonly code: 'ERR_WRONG_CARD'
  constructor(message: string, detail: ErrorDetail = {}) {
    super('ERR_WRONG_CARD', message, detail)
  }
}

/** Bytes could not be decoded. */
export class DecodeError extends JpkiCardError {
  declare readonly code: CodeOf<'DecodeError'>
  /** Byte offset from the start of the input at which decoding stopped. */
  readonly offset: number
  /** The message without the offset. */
  readonly reason: string
  constructor(code: CodeOf<'DecodeError'>, message: string, offset: number, detail: ErrorDetail = {}) {
    super(code, `${message} (at byte ${offset})`, detail)
    this.offset = offset
    this.reason = message
  }
}

/** What a magnetic stripe was refused for. */
export type StripeCheck =
  /** No start sentinel where one must be, or a second one. */
  | 'start-sentinel'
  | 'end-sentinel'
  | 'parity'
  | 'lrc'
  /** Something other than clock zeros after the LRC. */
  | 'trailing'
  /** Too few or too many bits or characters. */
  | 'length'
  /** A character that the track does not have. */
  | 'character'
  /** Right in both directions, so that neither can be believed. */
  | 'direction'
  /** The reader itself says that it could not read. */
  | 'reader'
  /** The reader types for another keyboard layout than the computer reads. */
  | 'layout'
  /** The characters are right, a field of the profile is not. */
  | 'field'

/** A magnetic stripe was not read, or does not hold what its profile says. */
export class StripeError extends JpkiCardError {
  declare readonly code: 'ERR_STRIPE'
  readonly check: StripeCheck
  /** Bit of the swipe, from 0 in the order the reader gave, when it gave bits. */
  readonly bit: number | undefined
  /** Character in recording order, 0 is the start sentinel; for `field` it counts from 0 at the first character of data. */
  readonly character: number | undefined
  constructor(
    check: StripeCheck,
    message: string,
    detail: ErrorDetail & { readonly bit?: number | undefined; readonly character?: number | undefined } = {},
  ) {
    const { bit, character } = detail
    const at = [character !== undefined && `character ${character}`, bit !== undefined && `bit ${bit}`].filter(Boolean)
    super('ERR_STRIPE', `${check}: ${message}${at.length > 0 ? ` (at ${at.join(', ')})` : ''}`, detail)
    this.check = check
    this.bit = bit
    this.character = character
  }
}

/** One mistake in a profile. */
export interface ProfileProblem {
  /** Line of the text, from 1. */
  readonly line: number
  /** Column in that line, from 1, UTF-16 units. */
  readonly column: number
  /** Where it is in the document, as `objects[0].fields[2].offset`; empty for the document itself. */
  readonly path: string
  /** What is wrong, one sentence. Holds nothing read from a card. */
  readonly reason: string
}

/** A profile cannot be used. */
export class ProfileError extends JpkiCardError {
  declare readonly code: 'ERR_PROFILE'
  /** The first problem's place. */
  readonly line: number
  readonly column: number
  readonly path: string
  /** All problems found, in the order of the text; at least one. */
  readonly problems: readonly ProfileProblem[]
  constructor(problems: readonly [ProfileProblem, ...ProfileProblem[]], detail: ErrorDetail = {}) {
    const [{ line, column, path, reason }] = problems
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    super('ERR_PROFILE', `line ${line}, column ${column}: ${path === '' ? '' : `${path}: `}${reason}${more}`, detail)
    this.line = line
    this.column = column
    this.path = path
    this.problems = problems
  }
}

/** A certificate is not on the card, or is not one. */
export class CertificateError extends JpkiCardError {
  declare readonly code: CodeOf<'CertificateError'>
}

/** A certificate is not to be believed: one named check failed. */
export class VerificationError extends JpkiCardError {
  declare readonly code: 'ERR_VERIFICATION'
  /** Name of the failed check, for example `validity`, `signature`, `revocation`. */
  readonly check: string
  /** Certificate it is about: 0 is the end certificate, 1 its issuer, and so on. */
  readonly depth: number
  constructor(check: string, depth: number, message: string, detail: ErrorDetail = {}) {
    super('ERR_VERIFICATION', `${check}: ${message}`, detail)
    this.check = check
    this.depth = depth
  }
}

/** Codes of {@link PinError}. */
export type PinErrorCode = CodeOf<'PinError'>

/** A PIN was refused: by its format, by the card, or by the guard before it could cost a try. */
export class PinError extends JpkiCardError {
  declare readonly code: PinErrorCode
  /** Which PIN, for example `auth` or `sign`. */
  readonly pin: string
  /** Tries left on the card afterwards, when known. 0 means blocked. */
  readonly triesLeft: number | undefined
  /**
   * How many more times the guard accepts this PIN with the options of the call, see `pinEntries` of `jpki-card/card`;
   * 0 when it refuses. For `ERR_PIN_REJECTED`, `ERR_PIN_GUARDED` and `ERR_PIN_BLOCKED`, when known.
   */
  readonly entriesLeft: number | undefined
  constructor(
    code: PinErrorCode,
    message: string,
    detail: ErrorDetail & {
      readonly pin: string
      readonly triesLeft?: number | undefined
      readonly entriesLeft?: number | undefined
    },
  ) {
    super(code, message, detail)
    this.pin = detail.pin
    this.triesLeft = detail.triesLeft
    this.entriesLeft = detail.entriesLeft
  }
}

/** The holder is verified by the phone itself, not by a PIN typed at the terminal. */
export class UserVerificationError extends JpkiCardError {
  declare readonly code: CodeOf<'UserVerificationError'>
}

/** The card returned a signature that its own certificate does not verify. It was not handed out. */
export class SignatureError extends JpkiCardError {
  declare readonly code: 'ERR_SIGNATURE_INVALID'
  constructor(message: string, detail: ErrorDetail = {}) {
    super('ERR_SIGNATURE_INVALID', message, detail)
  }
}

/** The session ended and the card may still hold a verified PIN. Ask for the card to be taken away. */
export class StateNotClearedError extends JpkiCardError {
  declare readonly code: 'ERR_STATE_NOT_CLEARED'
  constructor(message: string, detail: ErrorDetail = {}) {
    super('ERR_STATE_NOT_CLEARED', message, detail)
  }
}

/** A transcript is not well formed, or playback met a command it does not hold. */
export class TranscriptError extends JpkiCardError {
  declare readonly code: CodeOf<'TranscriptError'>
  /** Index of the exchange, from 0, when the error is about one. */
  readonly index: number | undefined
  constructor(
    code: CodeOf<'TranscriptError'>,
    message: string,
    detail: ErrorDetail & { readonly index?: number | undefined } = {},
  ) {
    super(code, message, detail)
    this.index = detail.index
  }
}

/** Codes of {@link RefusalError}. */
export type RefusalCode = CodeOf<'RefusalError'>

/** All codes of {@link RefusalError}. */
export const refusalCodes: readonly RefusalCode[] = codesOf('RefusalError')

/** An issuance server, or a terminal on its behalf, refuses. */
export class RefusalError extends JpkiCardError {
  declare readonly code: RefusalCode
  /** Who can do something about it. */
  readonly turn: Turn
  /** Whether the same try, with a new challenge, may succeed. */
  readonly retry: boolean
  /** Name of the failed check of a certificate, when it is about one. */
  readonly check: string | undefined
  /** Certificate the check is about: 0 is the holder's. */
  readonly depth: number | undefined
  /**
   * Stable identifier of the cause where a code has several: of `ERR_NOT_ISSUABLE`, `ERR_REGISTER`, `ERR_DOCUMENT`,
   * `ERR_SEAL`, `ERR_TIMESTAMP` and `ERR_SIGNED_DOCUMENT`. Not sent to terminals: that of `ERR_NOT_ISSUABLE` is about a person.
   */
  readonly reason: string | undefined
  /** Wrong municipal PINs until it locks, 0 to 15: of a refused PIN, where the server has said it. */
  readonly triesLeft: number | undefined
  constructor(
    code: RefusalCode,
    message: string,
    detail: ErrorDetail & {
      readonly check?: string | undefined
      readonly depth?: number | undefined
      readonly reason?: string | undefined
      readonly triesLeft?: number | undefined
    } = {},
  ) {
    super(code, message, detail)
    const { turn, retry } = outcomeOf(code)
    this.turn = turn
    this.retry = retry
    this.check = detail.check
    this.depth = detail.depth
    this.reason = detail.reason
    this.triesLeft = detail.triesLeft
  }
}

/** An audit log is not what was written, or cannot be written. */
export class AuditError extends JpkiCardError {
  declare readonly code: 'ERR_AUDIT'
  /** Line from 1 at which it was found, when the error is about one. */
  readonly line: number | undefined
  /** The file, when several were verified together. */
  readonly file: string | undefined
  constructor(
    message: string,
    detail: ErrorDetail & { readonly line?: number | undefined; readonly file?: string | undefined } = {},
  ) {
    super('ERR_AUDIT', message, detail)
    this.line = detail.line
    this.file = detail.file
  }
}

/** An optional package is not installed, or a bundle lacks a file of this package. The message has the remedy. */
export class DependencyError extends JpkiCardError {
  declare readonly code: 'ERR_DEPENDENCY_MISSING'
  /** What is missing: names of packages on npm, or the name of one file. At least one. */
  readonly dependencies: readonly string[]
  /** The first of them. */
  readonly dependency: string
  constructor(dependencies: readonly string[], message: string, detail: ErrorDetail = {}) {
    super('ERR_DEPENDENCY_MISSING', message, detail)
    this.dependencies = dependencies
    this.dependency = dependencies[0]!
  }
}

/** An issuance server did not answer, or not as its interface says. */
export class ServerError extends JpkiCardError {
  declare readonly code: 'ERR_SERVER'
  /** HTTP status of its response; absent when there was none. */
  readonly status: number | undefined
  constructor(message: string, detail: ErrorDetail & { readonly status?: number | undefined } = {}) {
    super('ERR_SERVER', message, detail)
    this.status = detail.status
  }
}

/** Codes of {@link BridgeError}. */
export type BridgeErrorCode = CodeOf<'BridgeError'>

/** The bridge of this machine refuses a request of a page or program, or was lost by it. */
export class BridgeError extends JpkiCardError {
  declare readonly code: BridgeErrorCode
  constructor(code: BridgeErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
