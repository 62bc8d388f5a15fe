import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { RefusalError } from '../errors.ts'

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

/**
 * Keeps PINs as `scrypt:N:r:p:salt:hash`, the hash over the HMAC-SHA-256 of name and PIN. Four digits are soon guessed
 * from a hash alone; without the server's key they are not. The name binds a hash to one user and certificate.
 */
export class PinHasher {
  readonly #serverKey: Uint8Array
  readonly #cost: ScryptCost

  constructor(serverKey: Uint8Array, cost: ScryptCost) {
    this.#serverKey = serverKey
    this.#cost = cost
  }

  /** What is kept of a PIN. */
  async make(name: string, pin: Uint8Array): Promise<string> {
    const salt = randomBytes(saltLength)
    const hash = await this.#hash(name, pin, salt, this.#cost)
    const { N, r, p } = this.#cost
    return `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`
  }

  /**
   * Whether it is the PIN kept. Takes as long when nothing is kept, and the answer is no.
   *
   * @throws RefusalError `ERR_STORE_UNAVAILABLE` when what is kept is not what {@link make} returns.
   */
  async matches(name: string, pin: Uint8Array, kept: string | undefined): Promise<boolean> {
    if (kept === undefined) {
      await this.#hash(name, pin, randomBytes(saltLength), this.#cost)
      return false
    }
    const [, N, r, p, salt, hash] = keptForm.exec(kept) ?? []
    const cost = { N: Number(N), r: Number(r), p: Number(p) }
    if (salt === undefined || hash === undefined || !isCost(cost)) {
      throw new RefusalError('ERR_STORE_UNAVAILABLE', 'what the store keeps is not the hash of a PIN')
    }
    const computed = await this.#hash(name, pin, Buffer.from(salt, 'base64url'), cost)
    return timingSafeEqual(computed, Buffer.from(hash, 'base64url'))
  }

  #hash(name: string, pin: Uint8Array, salt: Uint8Array, { N, r, p }: ScryptCost): Promise<Buffer> {
    const secret = createHmac('sha256', this.#serverKey).update(`pin ${name} `).update(pin).digest()
    const maxmem = 128 * r * (N + p + 2)
    return new Promise<Buffer>((resolve, reject) => {
      scrypt(secret, salt, hashLength, { N, r, p, maxmem }, (error, hash) => (error ? reject(error) : resolve(hash)))
    }).finally(() => secret.fill(0))
  }
}
