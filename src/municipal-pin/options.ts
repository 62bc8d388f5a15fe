import type { AuditSink } from '../audit/event.ts'
import { copyBytes } from '../bytes.ts'
import type { CounterStore } from '../server/stores/store.ts'
import { type MunicipalPinKind, municipalPinKinds } from './kinds.ts'
import { defaultCost, isCost, type ScryptCost, within } from './pin-hash.ts'

/** Options of {@link MunicipalPins}. */
export interface MunicipalPinsOptions {
  /** Keeps hashes and counters; durable, and shared by all servers. */
  readonly store: CounterStore
  /** Secret of the servers, at least 32 bytes; copied. With another one no PIN fits any more. */
  readonly serverKey: Uint8Array
  /** Where every step is written down. */
  readonly audit?: AuditSink | undefined
  /** Wrong PINs until it locks, 1 to 15. Default 3. */
  readonly maxTries?: number | undefined
  /** How many digits a PIN has, 4 to 16. Default 4. */
  readonly pinFormat?: { readonly minDigits: number; readonly maxDigits: number } | undefined
  /** Cost of hashing new PINs. Default N 32 768, r 8, p 3: 32 MiB each. */
  readonly scrypt?: ScryptCost | undefined
  /** Tell customers that there is no PIN, in place of that it is wrong. Default false. */
  readonly revealUnregistered?: boolean | undefined
}

/** The options with their defaults. */
export type Settings = Omit<MunicipalPinsOptions, 'maxTries' | 'pinFormat' | 'scrypt' | 'revealUnregistered'> & {
  readonly maxTries: number
  readonly pinFormat: { readonly minDigits: number; readonly maxDigits: number }
  readonly scrypt: ScryptCost
  readonly revealUnregistered: boolean
}

/** @throws TypeError, RangeError for options that make no sense. */
export function settingsOf(options: MunicipalPinsOptions): Settings {
  const { store, audit, maxTries = 3, pinFormat = { minDigits: 4, maxDigits: 4 } } = options
  const { serverKey, scrypt = defaultCost, revealUnregistered = false } = options
  if (!(serverKey instanceof Uint8Array)) throw new TypeError('serverKey must be a Uint8Array')
  if (serverKey.length < 32) throw new RangeError('serverKey must have at least 32 bytes')
  if (!within(maxTries, 1, 15)) throw new RangeError('maxTries must be from 1 to 15')
  const { minDigits, maxDigits } = pinFormat
  if (!within(minDigits, 4, 16) || !within(maxDigits, minDigits, 16)) throw new RangeError('a PIN has 4 to 16 digits')
  if (!isCost(scrypt)) throw new RangeError('scrypt cannot be run at this cost')
  return { store, audit, serverKey: copyBytes(serverKey), maxTries, pinFormat, scrypt, revealUnregistered }
}

/** @throws TypeError for what names no user and kind. */
export function checkSubject(userId: string, kind: MunicipalPinKind): void {
  // Lone surrogates would all be the same user.
  if (typeof userId !== 'string' || userId.length < 1 || userId.length > 128 || /\p{Surrogate}/u.test(userId)) {
    throw new TypeError('userId must be text of 1 to 128 characters')
  }
  if (!Object.hasOwn(municipalPinKinds, kind)) throw new TypeError('kind must be one of municipalPinKinds')
}

/** @throws TypeError for a name that is not one of a clerk or terminal. */
export function checkActor(actor: string): void {
  if (typeof actor !== 'string' || !/^[\w.-]{1,64}$/.test(actor)) {
    throw new TypeError('clerk and terminal must be 1 to 64 of A-Z a-z 0-9 . _ -')
  }
}
