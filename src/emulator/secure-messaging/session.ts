/**
 * Session of secure messaging: AES-128-CBC without a checksum, card-facts section 4 (one source).
 *
 * Implemented on the bare block cipher, from NIST SP 800-38A 6.2, while the library uses the CBC mode of `node:crypto`:
 * an error in counter, initial vector or padding would have to be made twice independently.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto'

const blockLength = 16
const ecb = 'aes-128-ecb'

/** One block in, one block out. */
type BlockFunction = (block: Uint8Array) => Uint8Array

/**
 * One session. The initial vector is the AES encryption of a counter, from 1, incremented by every protected command.
 */
export class SecureMessagingSession {
  readonly #forward: BlockFunction
  readonly #inverse: BlockFunction
  /** Big-endian, as encrypted. */
  readonly #counter = new Uint8Array(blockLength)

  /** @param key - 16 bytes. */
  constructor(key: Uint8Array) {
    this.#forward = forward(key)
    this.#inverse = inverse(key)
  }

  /** Starts the next protected command. */
  advance(): void {
    for (let at = blockLength - 1; at >= 0; at--) {
      this.#counter[at]! += 1
      if (this.#counter[at] !== 0) return
    }
  }

  /** Ciphertext under the counter of the current command. */
  encrypt(plain: Uint8Array): Uint8Array {
    const padded = [...plain, 0x80]
    while (padded.length % blockLength !== 0) padded.push(0)
    return chain(this.#forward, this.#forward(this.#counter), Uint8Array.from(padded))
  }

  /** Undefined for a partial block, or a padding other than 80 00 … 00. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined {
    if (ciphertext.length === 0 || ciphertext.length % blockLength !== 0) return undefined
    const plain = unchain(this.#inverse, this.#forward(this.#counter), ciphertext)
    let end = plain.length - 1
    while (plain[end] === 0 && plain.length - end < blockLength) end--
    return plain[end] === 0x80 ? plain.subarray(0, end) : undefined
  }
}

/** AES-128 of a block. */
export function forward(key: Uint8Array): BlockFunction {
  const cipher = createCipheriv(ecb, key, null).setAutoPadding(false)
  return (block) => cipher.update(block)
}

/** The inverse of {@link forward}. */
export function inverse(key: Uint8Array): BlockFunction {
  const cipher = createDecipheriv(ecb, key, null).setAutoPadding(false)
  return (block) => cipher.update(block)
}

/** CBC encryption of whole blocks: C_j = CIPH(P_j ⊕ C_j−1). */
export function chain(cipher: BlockFunction, vector: Uint8Array, plain: Uint8Array): Uint8Array {
  const result = new Uint8Array(plain.length)
  let before = vector
  for (let at = 0; at < plain.length; at += blockLength) {
    before = cipher(xor(plain.subarray(at, at + blockLength), before))
    result.set(before, at)
  }
  return result
}

/** CBC decryption of whole blocks: P_j = CIPH⁻¹(C_j) ⊕ C_j−1. */
export function unchain(inverseCipher: BlockFunction, vector: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const result = new Uint8Array(ciphertext.length)
  let before = vector
  for (let at = 0; at < ciphertext.length; at += blockLength) {
    const block = ciphertext.subarray(at, at + blockLength)
    result.set(xor(inverseCipher(block), before), at)
    before = block
  }
  return result
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ b[i]!)
}
