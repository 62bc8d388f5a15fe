import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { RefusalError } from '../../errors.ts'

/** Cost of scrypt (RFC 7914): `N` a power of two from 2 to 2^20, `r` from 1 to 32, `p` from 1 to 16. */
export interface ScryptCost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** 32 MiB and about 0.2 s of one processor. */
export const defaultCost: ScryptCost = { N: 2 ** 15, r: 8, p: 3 }

const saltLength = 16
const hashLength = 32
const keptForm = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{22}):([\w-]{43})$/

/** Whether a value is an integer from `low` to `high`. */
export function within(value: number, low: number, high: number): boolean {
  return Number.isSafeInteger(value) && value >= low && value <= high
}

/** Whether a scrypt cost is within bounds; also applied to values from a store. */
export function isCost({ N, r, p }: ScryptCost): boolean {
  return within(N, 2, 2 ** 20) && Number.isInteger(Math.log2(N)) && within(r, 1, 32) && within(p, 1, 16)
}

/**
 * Limits of hashing in this process. Each hash occupies a thread of libuv's pool, which file access and DNS need as
 * well.
 */
export interface HashLimits {
  /** At the same time, 1 to 64. */
  readonly atOnce: number
  /** Waiting calls, 0 to 10 000. */
  readonly waiting: number
}

/** Shared by all instances of a process, as they share its threads. */
let admitted = 0
let running = 0
const queue: (() => void)[] = []

/**
 * Admits one call that hashes PINs.
 *
 * @returns a function that releases the place; idempotent.
 * @throws RefusalError `ERR_MUNICIPAL_PIN_BUSY` when the limit of waiting calls is reached.
 */
export function admit({ atOnce, waiting }: HashLimits): () => void {
  if (admitted >= atOnce + waiting) throw new RefusalError('ERR_MUNICIPAL_PIN_BUSY', 'too many PINs wait to be hashed')
  admitted++
  let ended = false
  return () => {
    if (!ended) admitted--
    ended = true
  }
}

/** Runs in order of arrival. */
async function inTurn<T>(atOnce: number, work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = queue.shift()
    // The next one takes over this place.
    if (next !== undefined) next()
    else running--
  }
}

/** Whether a cost is lower than another in time or in memory. */
function isCheaper(kept: ScryptCost, wanted: ScryptCost): boolean {
  return kept.N * kept.r < wanted.N * wanted.r || kept.N * kept.r * kept.p < wanted.N * wanted.r * wanted.p
}

/** Parses a stored hash. @throws RefusalError `ERR_STORE_UNAVAILABLE` when it is not one of {@link PinKey.make}. */
function parseHash(kept: string): ScryptCost & { readonly salt: Buffer; readonly hash: Buffer } {
  const [, N, r, p, salt, hash] = keptForm.exec(kept) ?? []
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  // A text of another form has no cost.
  if (!isCost(cost)) {
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected value in the store: not the hash of a PIN')
  }
  return { ...cost, salt: Buffer.from(salt!, 'base64url'), hash: Buffer.from(hash!, 'base64url') }
}

/** Whether a stored hash has a lower cost than required. @throws RefusalError `ERR_STORE_UNAVAILABLE`. */
export function isOutdated(kept: string, cost: ScryptCost): boolean {
  return isCheaper(parseHash(kept), cost)
}

/**
 * A server key. PINs are stored as `scrypt:N:r:p:salt:hash`, the hash being over the HMAC-SHA-256 of name and PIN: four
 * digits can be searched exhaustively from a hash alone, but not without the key. The name binds a hash to one user and
 * certificate.
 */
export class PinKey {
  /** Identifier of the key in stored records; reveals nothing about the key. */
  readonly id: string
  readonly #key: Uint8Array
  readonly #atOnce: number

  constructor(key: Uint8Array, { atOnce }: HashLimits) {
    this.#key = key
    this.#atOnce = atOnce
    this.id = createHmac('sha256', key).update('key id').digest('base64url').substring(0, 11)
  }

  /** Pseudonym of a user for store and audit log: HMAC-SHA-256 with the key. */
  pseudonym(userId: string): string {
    return createHmac('sha256', this.#key).update(`user ${userId}`).digest('base64url')
  }

  /** The hash of a PIN, as stored. */
  async make(name: string, pin: Uint8Array, cost: ScryptCost): Promise<string> {
    const salt = randomBytes(saltLength)
    const hash = await this.#hash(name, pin, salt, cost)
    const { N, r, p } = cost
    return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`
  }

  /**
   * Whether a PIN matches its stored hash. Without one the result is false after the same time as at `cost`.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE` when `kept` is not a value {@link make} returns.
   */
  async matches(name: string, pin: Uint8Array, kept: string | undefined, cost: ScryptCost): Promise<boolean> {
    if (kept === undefined) {
      await this.#hash(name, pin, randomBytes(saltLength), cost)
      return false
    }
    const { salt, hash, ...own } = parseHash(kept)
    return timingSafeEqual(await this.#hash(name, pin, salt, own), hash)
  }

  async #hash(name: string, pin: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptCost): Promise<Buffer> {
    const secret = createHmac('sha256', this.#key).update(`pin ${name} `).update(pin).digest()
    const maxmem = 128 * r * (N + p + 2)
    const work = (): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        scrypt(secret, salt, hashLength, { N, r, p, maxmem }, (error, hash) => (error ? reject(error) : resolve(hash)))
      })
    return inTurn(this.#atOnce, work).finally(() => secret.fill(0))
  }
}
