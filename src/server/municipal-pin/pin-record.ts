import { randomBytes } from 'node:crypto'
import { RefusalError } from '../../errors.ts'
import { isRecord } from '../../json.ts'

/**
 * What the store keeps of one PIN, as one text: hash and counters change together, and only if they are still what the
 * change was decided by.
 */
export interface PinRecord {
  /** Another one after each act of a clerk and each new hash. What was checked under one holds under no other. */
  readonly stamp: string
  /** `scrypt:…`; absent for a user who has no PIN. */
  readonly hash?: string | undefined
  /** Which key made the hash. */
  readonly key?: string | undefined
  /** A clerk has locked it. */
  readonly locked?: boolean | undefined
  /** Wrong PINs since the last right one, or since a clerk registered or unlocked it. */
  readonly wrong: number
  /** Tries that were counted and not yet compared, or never will be, their server being gone. */
  readonly pending: readonly string[]
  /** All wrong PINs since a clerk registered or unlocked it, right ones between them or not. */
  readonly wrongTries: number
  /** Times of the first and the last of these, and of the last right PIN, in ms since 1970. */
  readonly firstWrong?: number | undefined
  readonly lastWrong?: number | undefined
  readonly lastRight?: number | undefined
}

/** Name of a stamp or a try: never the same twice. */
export const unique = (): string => randomBytes(12).toString('base64url')

/** A record without tries. */
export function freshRecord(hash?: { readonly hash: string; readonly key: string }): PinRecord {
  return { stamp: unique(), ...hash, wrong: 0, pending: [], wrongTries: 0 }
}

/** The text the store keeps. */
export const recordText = (record: PinRecord): string => JSON.stringify({ v: 2, ...record })

/** Whether a text is a hash only, as releases before records kept it, with its tries in a counter of the store. */
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
  return new RefusalError('ERR_STORE_UNAVAILABLE', 'what the store keeps is not the record of a PIN')
}
