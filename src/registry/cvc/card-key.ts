import { createPublicKey, type KeyObject, type PublicKeyInput, verify } from 'node:crypto'
import { concat, copyBytes, equalBytes, fromHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'

/** An RSA key as cards and their certificates hold it. */
export interface CardPublicKey {
  /** 3 bytes, big-endian: 65 537 on every card seen. */
  readonly exponent: Uint8Array
  /** 256 bytes, big-endian. */
  readonly modulus: Uint8Array
}

/** Length of {@link readCardPublicKey}'s input, bytes. */
export const cardPublicKeyLength = 265

const exponentHeader = fromHex('9003')
const modulusHeader = fromHex('91820100')
const exponentAt = 2
const modulusAt = 9

/**
 * Reads `90 03 e ‖ 91 82 0100 n`, the one form in which public sources show keys of RSA-2048 (card facts 5.5, 5.6). Anything else
 * is refused: another key size or algorithm will have another form.
 *
 * @param at - where the key begins; it ends at `end`.
 * @throws DecodeError `ERR_CARD_DATA`, its offset from the start of `bytes`.
 */
export function readCardPublicKey(bytes: Uint8Array, at = 0, end: number = bytes.length): CardPublicKey {
  if (end - at !== cardPublicKeyLength) {
    throw new DecodeError('ERR_CARD_DATA', `a key of ${end - at} bytes, expected ${cardPublicKeyLength}`, at)
  }
  requireBytes(bytes, at, exponentHeader)
  requireBytes(bytes, at + exponentAt + 3, modulusHeader)
  const exponent = copyBytes(bytes, at + exponentAt, at + exponentAt + 3)
  const modulus = copyBytes(bytes, at + modulusAt, end)
  if (!isExponent(exponent)) {
    throw new DecodeError('ERR_CARD_DATA', 'an exponent that is even or not of 17 to 23 bits', at + exponentAt)
  }
  if (!isModulus(modulus)) {
    throw new DecodeError('ERR_CARD_DATA', 'a modulus that is even or of fewer than 2048 bits', at + modulusAt)
  }
  return { exponent, modulus }
}

function requireBytes(bytes: Uint8Array, at: number, wanted: Uint8Array): void {
  for (let i = 0; i < wanted.length; i++) {
    if (bytes[at + i] !== wanted[i]) throw new DecodeError('ERR_CARD_DATA', 'not the header of a key', at + i)
  }
}

/** Whether it is a key of the only size known, with numbers that can be those of one. */
export function isCardPublicKey({ exponent, modulus }: CardPublicKey): boolean {
  return isExponent(exponent) && isModulus(modulus)
}

function isExponent(bytes: Uint8Array): boolean {
  return bytes.length === 3 && bytes[0]! > 0 && bytes[0]! < 0x80 && (bytes[2]! & 1) === 1
}

function isModulus(bytes: Uint8Array): boolean {
  return bytes.length === 256 && bytes[0]! >= 0x80 && (bytes[255]! & 1) === 1
}

/**
 * Whether `signature` is the key's RSASSA-PKCS1-v1_5 signature with SHA-256 over `signed`. Anything malformed is `false`, never
 * an exception. RFC 8017 8.2.2.
 *
 * @param kept - the key is used repeatedly: it is imported once and cached for the lifetime of its object.
 */
export function verifyWithCardKey(
  key: CardPublicKey,
  signed: Uint8Array,
  signature: Uint8Array,
  kept = false,
): boolean {
  try {
    return isCardPublicKey(key) && verify('sha256', signed, kept ? keyObject(key) : pkcs1(key), signature)
  } catch {
    return false
  }
}

/** Whether both are the same key. */
export function sameCardKey(a: CardPublicKey, b: CardPublicKey): boolean {
  return equalBytes(a.modulus, b.modulus) && equalBytes(a.exponent, b.exponent)
}

const ready = new WeakMap<CardPublicKey, KeyObject>()

function keyObject(key: CardPublicKey): KeyObject {
  const known = ready.get(key)
  if (known !== undefined) return known
  const made = createPublicKey(pkcs1(key))
  ready.set(key, made)
  return made
}

const beforeModulus = fromHex('3082010A 0282010100')
const beforeExponent = fromHex('0203')

/** RSAPublicKey, RFC 8017 A.1.1: node:crypto reads it faster than any other form. */
export function pkcs1({ modulus, exponent }: CardPublicKey): PublicKeyInput {
  const key = concat(beforeModulus, modulus, beforeExponent, exponent) as Buffer
  return { key, format: 'der', type: 'pkcs1' }
}
