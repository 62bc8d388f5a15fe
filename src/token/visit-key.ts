import { Buffer } from 'node:buffer'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { RefusalError } from '../errors.ts'

/** Key pair of one visit: X25519 (RFC 7748). What the server issues in this visit is encrypted to it. */
export interface VisitKey {
  /** 32 bytes, for `answerChallenge`, which has the card sign it. */
  readonly publicKey: Uint8Array
  /** Stays in the memory of the terminal, and is dropped at the end of the visit. */
  readonly privateKey: KeyObject
}

/** Creates the key pair of one visit. Another one for each card presented. */
export function createVisitKey(): VisitKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const { x } = publicKey.export({ format: 'jwk' })
  return { publicKey: new Uint8Array(Buffer.from(x!, 'base64url')), privateKey }
}

/**
 * The u-coordinates of order 8 or less, RFC 7748 6.1: with them every private key computes the shared secret zero. The
 * curve and its twist: 0, 1, two of order 8, and p - 1. Hexadecimal, as sent: little-endian.
 */
const smallOrder: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])

/**
 * Checks the public key of a visit: one with which a secret can be agreed, in its only encoding, RFC 7748 5. A
 * coordinate of p = 2^255 - 19 or more, which an implementation has to reduce, is refused, so that a key has one form.
 *
 * @param key - 32 bytes.
 * @throws RefusalError `ERR_TOKEN`.
 */
export function checkVisitKey(key: Uint8Array): void {
  const last = key[31]!
  const isReduced =
    last < 0x7f || (last === 0x7f && (key[0]! < 0xed || !key.subarray(1, 31).every((one) => one === 0xff)))
  if (!isReduced) throw new RefusalError('ERR_TOKEN', 'visitKey: not a reduced coordinate')
  if (smallOrder.has(Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex'))) {
    throw new RefusalError('ERR_TOKEN', 'visitKey: a point of small order')
  }
}
