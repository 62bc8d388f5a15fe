import { randomBytes } from 'node:crypto'
import { RefusalError } from '../../errors.ts'
import { isRecord } from '../../json.ts'

/**
 * The stored record of one PIN, as one text: hash and counters change together by compare-and-set.
 */
export interface PinRecord {
  /**
   * Changes with each act of a clerk and each new hash. A comparison made under one stamp is not valid under another.
   */
  readonly stamp: string
  /** `scrypt:…`; absent for an unregistered user. */
  readonly hash?: string | undefined
  /** Identifier of the key of the hash. */
  readonly key?: string | undefined
  /** Locked by a clerk. */
  readonly locked?: boolean | undefined
  /** Wrong PINs since the last correct one, or since a clerk registered or unlocked it. */
  readonly wrong: number
  /** Tries counted and not yet compared, those of crashed servers included. */
  readonly pending: readonly string[]
  /** All wrong PINs since a clerk registered or unlocked it; not reset by correct ones. */
  readonly wrongTries: number
  /** Times of the first and the last of these, and of the last correct PIN, in ms since 1970. */
  readonly firstWrong?: number | undefined
  readonly lastWrong?: number | undefined
  readonly lastRight?: number | undefined
}

/** A unique identifier of a stamp or a try. */
export const unique = (): string => randomBytes(12).toString('base64url')

/** A record without tries. */
export function freshRecord(hash?: { readonly hash: string; readonly key: string }): PinRecord {
  return { stamp: unique(), ...hash, wrong: 0, pending: [], wrongTries: 0 }
}

/** The text the store keeps. */
export const recordText = (record: PinRecord): string => JSON.stringify({ v: 2, ...record })

/** Whether a text is a bare hash, as stored by earlier releases, with its tries in a counter of the store. */
export const isBareHash = (text: string): boolean => text.startsWith('scrypt:')

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` when the text is not one of {@link recordText}, made with this key. */
export function parseRecord(text: string, keyId: string): PinRecord {
  const { v, ...record } = parseObject(text)
  const count = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  const word = (value: unknown): boolean => typeof value === 'string' && value.length <= 256
  const optional = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value)
  const { stamp, hash, key, locked, wrong, pending, wrongTries, firstWrong, lastWrong, lastRight } = record
  const fits =
    v === 2 &&
    word(stamp) &&
    optional(hash, word) &&
    key === (hash === undefined ? undefined : keyId) &&
    optional(locked, (value) => typeof value === 'boolean') &&
    [wrong, wrongTries].every(count) &&
    [firstWrong, lastWrong, lastRight].every((time) => optional(time, count)) &&
    Array.isArray(pending) &&
    pending.every(word)
  if (!fits) throw notOurs()
  return record as unknown as PinRecord
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isRecord(parsed)) return parsed
  } catch {}
  throw notOurs()
}

function notOurs(): RefusalError {
  return new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected value in the store: not the record of a PIN')
}
