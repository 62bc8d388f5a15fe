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

/** Whether a number is a whole one between two others. */
export function within(value: number, low: number, high: number): boolean {
  return Number.isSafeInteger(value) && value >= low && value <= high
}

/** Whether scrypt may be run at this cost; the bounds hold for what a store returns too. */
export function isCost({ N, r, p }: ScryptCost): boolean {
  return within(N, 2, 2 ** 20) && Number.isInteger(Math.log2(N)) && within(r, 1, 32) && within(p, 1, 16)
}

/** How many PINs are hashed by this process. Each occupies a thread of the pool that files and names need as well. */
export interface HashLimits {
  /** At the same time, 1 to 64. */
  readonly atOnce: number
  /** Calls that wait for their turn, 0 to 10 000. */
  readonly waiting: number
}

/** All of a process share its threads, so they share the counts. */
let admitted = 0
let running = 0
const queue: (() => void)[] = []

/**
 * Admits one call that hashes PINs.
 *
 * @returns what ends it; it may be called more than once.
 * @throws RefusalError `ERR_MUNICIPAL_PIN_BUSY` when as many wait as may.
 */
export function admit({ atOnce, waiting }: HashLimits): () => void {
  if (admitted >= atOnce + waiting)
    throw new RefusalError('ERR_MUNICIPAL_PIN_BUSY', 'too many PINs wait to be compared')
  admitted++
  let ended = false
  return () => {
    if (!ended) admitted--
    ended = true
  }
}

/** Runs in its turn: first come, first served. */
async function inTurn<T>(atOnce: number, work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => queue.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = queue.shift()
    // The next one takes this place over.
    if (next !== undefined) next()
    else running--
  }
}

/** Whether a PIN kept at this cost is kept at less than another cost asks for, in time or in memory. */
function isCheaper(kept: ScryptCost, wanted: ScryptCost): boolean {
  return kept.N * kept.r < wanted.N * wanted.r || kept.N * kept.r * kept.p < wanted.N * wanted.r * wanted.p
}

/** What is kept of a PIN, taken apart. @throws RefusalError `ERR_STORE_UNAVAILABLE` when it is not what is made here. */
function parseHash(kept: string): ScryptCost & { readonly salt: Buffer; readonly hash: Buffer } {
  const [, N, r, p, salt, hash] = keptForm.exec(kept) ?? []
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  if (salt === undefined || hash === undefined || !isCost(cost)) {
    throw new RefusalError('ERR_STORE_UNAVAILABLE', 'what the store keeps is not the hash of a PIN')
  }
  return { ...cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') }
}

/** Whether a kept hash is cheaper than the cost asks for. @throws RefusalError `ERR_STORE_UNAVAILABLE`. */
export function isOutdated(kept: string, cost: ScryptCost): boolean {
  return isCheaper(parseHash(kept), cost)
}

/**
 * A key of the servers. PINs are kept as `scrypt:N:r:p:salt:hash`, the hash over the HMAC-SHA-256 of name and PIN. Four
 * digits are soon guessed from a hash alone; without the key they are not. The name binds a hash to one user and certificate.
 */
export class PinKey {
  /** Names the key in what is kept; says nothing about it. */
  readonly id: string
  readonly #key: Uint8Array
  readonly #atOnce: number

  constructor(key: Uint8Array, { atOnce }: HashLimits) {
    this.#key = key
    this.#atOnce = atOnce
    this.id = createHmac('sha256', key).update('key id').digest('base64url').substring(0, 11)
  }

  /** A user as store and audit log know him: HMAC-SHA-256 with the key. */
  pseudonym(userId: string): string {
    return createHmac('sha256', this.#key).update(`user ${userId}`).digest('base64url')
  }

  /** What is kept of a PIN. */
  async make(name: string, pin: Uint8Array, cost: ScryptCost): Promise<string> {
    const salt = randomBytes(saltLength)
    const hash = await this.#hash(name, pin, salt, cost)
    const { N, r, p } = cost
    return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`
  }

  /**
   * Whether it is the PIN kept. Takes as long as at this cost when nothing is kept, and the answer is no.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE` when what is kept is not what {@link make} returns.
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
