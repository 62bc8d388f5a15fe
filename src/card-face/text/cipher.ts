import { createCipheriv, createDecipheriv } from 'node:crypto'

const block = 16
const cbc = 'aes-128-cbc'

/** Length of the session key, bytes: AES-128. */
export const sessionKeyLength = 16

/**
 * AES-128-CBC as the text application uses it: padding `80 00 … 00` always there, and an initial vector that is the AES of a
 * counter, 16 bytes big-endian. One public source, measured on a card.
 *
 * Source of the padding: ISO/IEC 7816-4 6.2.3.1.
 */
export class CounterCipher {
  readonly #key: Uint8Array
  #counter = 0

  /** @param key - 16 bytes; becomes the property of the object. */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** Begins the next protected command. The first has the counter 1. */
  advance(): void {
    this.#counter++
  }

  /** Ciphertext under the current counter: whole blocks, at least one. */
  encrypt(plain: Uint8Array): Uint8Array {
    const padded = new Uint8Array(paddedLength(plain.length))
    padded.set(plain)
    padded[plain.length] = 0x80
    try {
      return this.#run(createCipheriv(cbc, this.#key, this.#vector()), padded)
    } finally {
      padded.fill(0)
    }
  }

  /** Plain bytes; `undefined` when it is not a whole number of blocks or has no padding. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length === 0 || ciphertext.length % block !== 0) return undefined
    const padded = this.#run(createDecipheriv(cbc, this.#key, this.#vector()), ciphertext)
    const marker = padded.findLastIndex((byte) => byte !== 0)
    const found = padded[marker] === 0x80 && padded.length - marker <= block
    if (found) return padded.subarray(0, marker)
    padded.fill(0)
    return undefined
  }

  /** Overwrites the key. */
  wipe(): void {
    this.#key.fill(0)
  }

  #vector(): Uint8Array {
    const counter = new Uint8Array(block)
    new DataView(counter.buffer).setUint32(block - 4, this.#counter)
    return this.#run(createCipheriv(cbc, this.#key, new Uint8Array(block)), counter)
  }

  #run(cipher: ReturnType<typeof createCipheriv | typeof createDecipheriv>, blocks: Uint8Array): Uint8Array {
    const result = cipher.setAutoPadding(false).update(blocks)
    const own = new Uint8Array(result)
    result.fill(0)
    return own
  }
}

/** Bytes of a ciphertext for so many plain ones. */
export function paddedLength(plain: number): number {
  return block * (Math.floor(plain / block) + 1)
}
