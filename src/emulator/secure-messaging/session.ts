/** Session of secure messaging: AES-128-CBC without a checksum, card-facts section 4 (one source). */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { concat } from '../../bytes.ts'

const blockLength = 16

/** One session. The initial vector is the key's AES of a counter, from 1, that every protected command takes one step of. */
export class SecureMessagingSession {
  readonly #key: Uint8Array
  #counter = 0

  /** @param key - 16 bytes. */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** Begins the next protected command. */
  advance(): void {
    this.#counter++
  }

  /** Ciphertext under the counter of the current command. */
  encrypt(plain: Uint8Array): Uint8Array {
    const padded = new Uint8Array(blockLength * (Math.floor(plain.length / blockLength) + 1))
    padded.set(plain)
    padded[plain.length] = 0x80
    return cbc(createCipheriv, this.#key, this.#initialVector(), padded)
  }

  /** Undefined when it is no whole number of blocks, or not padded with 80 00 … 00. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0) return undefined
    const padded = cbc(createDecipheriv, this.#key, this.#initialVector(), ciphertext)
    const marker = padded.findLastIndex((byte) => byte !== 0)
    return padded[marker] === 0x80 && padded.length - marker <= blockLength ? padded.subarray(0, marker) : undefined
  }

  #initialVector(): Uint8Array {
    const counter = new Uint8Array(blockLength)
    new DataView(counter.buffer).setUint32(blockLength - 4, this.#counter)
    return cbc(createCipheriv, this.#key, new Uint8Array(blockLength), counter)
  }
}

function cbc(
  create: typeof createCipheriv | typeof createDecipheriv,
  key: Uint8Array,
  initialVector: Uint8Array,
  blocks: Uint8Array,
): Uint8Array {
  const cipher = create('aes-128-cbc', key, initialVector).setAutoPadding(false)
  return concat(cipher.update(blocks), cipher.final())
}
