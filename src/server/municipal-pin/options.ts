import { copyBytes } from '../../bytes.ts'
import { isMunicipalPinKind, isMunicipalUserId, type MunicipalPinKind } from '../../issuance/index.ts'
import type { AuditSink } from '../audit/line.ts'
import type { CounterStore } from '../stores/store.ts'
import { defaultCost, type HashLimits, isCost, PinKey, type ScryptCost, within } from './pin-hash.ts'

/** Options of {@link MunicipalPins}. */
export interface MunicipalPinsOptions {
  /** Store for hashes and tries; durable, and shared by all servers. */
  readonly store: CounterStore
  /** Secret of the servers, at least 32 bytes; copied. Losing it makes every PIN unverifiable. */
  readonly serverKey: Uint8Array
  /**
   * Former keys of stored PINs, at most 8; copied. Such a PIN is verified with its key, and hashed with `serverKey`
   * after the next correct entry. Every server needs all keys that another server uses: see `docs/server.md` for the
   * order of rotation.
   */
  readonly formerKeys?: readonly Uint8Array[] | undefined
  /** Audit log. */
  readonly audit?: AuditSink | undefined
  /** Consecutive wrong PINs until it locks, 1 to 15. Default 3. */
  readonly maxTries?: number | undefined
  /** Wrong PINs in total until it locks, not reset by correct ones, 1 to 10 000. Default: no limit. */
  readonly maxWrongTries?: number | undefined
  /** Number of digits of a PIN, 4 to 16. Default 4. */
  readonly pinFormat?: { readonly minDigits: number; readonly maxDigits: number } | undefined
  /**
   * Cost of hashing PINs. Default N 32 768, r 8, p 3: 32 MiB each. A PIN hashed at less is hashed again after the next
   * correct entry.
   */
  readonly scrypt?: ScryptCost | undefined
  /**
   * PINs this process hashes at once, 1 to 64, and calls that may wait, 0 to 10 000. Default 2 of the 4 threads of
   * libuv's pool, which file access and DNS need as well (`UV_THREADPOOL_SIZE`), and 32.
   */
  readonly hashing?: HashLimits | undefined
  /** Report an unregistered PIN as such instead of as wrong. Default false. */
  readonly revealUnregistered?: boolean | undefined
  /** How long wrong tries of an unregistered user are kept, in ms, from 1 000. Default a day. */
  readonly unregisteredMs?: number | undefined
  /** Accept a store that reports `evicting`, although PINs and tries can be lost. Default false: refused. */
  readonly allowEviction?: boolean | undefined
}

/** The options with their defaults. */
export type Settings = Pick<MunicipalPinsOptions, 'store' | 'audit' | 'maxWrongTries'> & {
  /** The key in use, then the former ones. */
  readonly keys: readonly [PinKey, ...PinKey[]]
  readonly maxTries: number
  readonly pinFormat: { readonly minDigits: number; readonly maxDigits: number }
  readonly scrypt: ScryptCost
  readonly hashing: HashLimits
  readonly revealUnregistered: boolean
  readonly unregisteredMs: number
  readonly allowEviction: boolean
}

/** @throws TypeError, RangeError naming the option that is not as described. */
export function settingsOf(options: MunicipalPinsOptions): Settings {
  const { store, audit, maxTries = 3, maxWrongTries, pinFormat = { minDigits: 4, maxDigits: 4 } } = options
  const { serverKey, formerKeys = [], scrypt = defaultCost, hashing = { atOnce: 2, waiting: 32 } } = options
  const { revealUnregistered = false, unregisteredMs = 86_400_000, allowEviction = false } = options
  if (typeof store?.compareAndSet !== 'function') throw new TypeError('store must have compareAndSet')
  checkKey('serverKey', serverKey)
  if (!Array.isArray(formerKeys)) throw new TypeError('formerKeys must be a list of Uint8Array')
  for (const key of formerKeys) checkKey('each of formerKeys', key)
  if (formerKeys.length > 8) throw new RangeError('formerKeys must be at most 8')
  if (!within(maxTries, 1, 15)) throw new RangeError('maxTries must be from 1 to 15')
  if (maxWrongTries !== undefined && !within(maxWrongTries, 1, 10_000)) {
    throw new RangeError('maxWrongTries must be from 1 to 10000')
  }
  const { minDigits, maxDigits } = pinFormat
  if (!within(minDigits, 4, 16) || !within(maxDigits, minDigits, 16))
    throw new RangeError('pinFormat must be 4 to 16 digits')
  if (!isCost(scrypt)) throw new RangeError('scrypt must have N a power of 2 from 2 to 2^20, r 1 to 32, p 1 to 16')
  if (!within(hashing.atOnce, 1, 64)) throw new RangeError('hashing.atOnce must be from 1 to 64')
  if (!within(hashing.waiting, 0, 10_000)) throw new RangeError('hashing.waiting must be from 0 to 10000')
  if (!within(unregisteredMs, 1_000, Number.MAX_SAFE_INTEGER))
    throw new RangeError('unregisteredMs must be 1000 or more')
  const own = (key: Uint8Array): PinKey => new PinKey(copyBytes(key), hashing)
  const keys: [PinKey, ...PinKey[]] = [own(serverKey), ...formerKeys.map(own)]
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new RangeError('formerKeys must differ from serverKey and from each other')
  }
  const limits = { maxTries, maxWrongTries, pinFormat, scrypt, hashing, unregisteredMs }
  return { store, audit, keys, ...limits, revealUnregistered, allowEviction }
}

function checkKey(name: string, key: unknown): void {
  if (!(key instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`)
  if (key.length < 32) throw new RangeError(`${name} must have at least 32 bytes`)
}

/** @throws TypeError for an invalid userId or kind. */
export function checkSubject(userId: string, kind: MunicipalPinKind): void {
  if (!isMunicipalUserId(userId)) throw new TypeError('userId must be text of 1 to 128 characters')
  if (!isMunicipalPinKind(kind)) throw new TypeError('kind must be one of municipalPinKinds')
}

/** @throws TypeError for an invalid name of a clerk or terminal. */
export function checkActor(actor: string): void {
  if (typeof actor !== 'string' || !/^[\w.-]{1,64}$/.test(actor)) {
    throw new TypeError('clerk and terminal must be 1 to 64 of A-Z a-z 0-9 . _ -')
  }
}
