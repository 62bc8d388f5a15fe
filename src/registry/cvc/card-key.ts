import { createHash, createPublicKey, type KeyObject, type PublicKeyInput, verify } from 'node:crypto'
import { carriesData, classifyStatus, computeDigitalSignature, type ResponseApdu } from '../../apdu/index.ts'
import { asciiText, concat, copyBytes, equalBytes, fromHex, toHex } from '../../bytes.ts'
import { type CardSession, statusError } from '../../card/index.ts'
import { DecodeError, ResponseError } from '../../errors.ts'
import { digestInfo } from '../../pki/index.ts'

/** Length of a key identifier (鍵ID), bytes. */
export const keyIdLength = 16

/**
 * Reads the key identifier at an offset: 7 digits, `08 05`, 3 digits, 4 pad bytes of several kinds. Card facts 5.6, three
 * public sources.
 *
 * @returns a copy, 16 bytes.
 * @throws DecodeError `ERR_CARD_DATA` when it is not of that form.
 */
export function readKeyId(bytes: Uint8Array, at = 0): Uint8Array {
  const id = copyBytes(bytes, at, at + keyIdLength)
  if (id.length < keyIdLength) throw new DecodeError('ERR_CARD_DATA', 'a key identifier is cut off', at + id.length)
  const wrong = id.findIndex((byte, i) => !fits(byte, i))
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the form of a key identifier', at + wrong)
  return id
}

/** A key identifier for people: its digits, `5000023/001`. Identifiers differ in their pad bytes too: never compare by this. */
export function keyIdText(id: Uint8Array): string {
  const text = asciiText(id)
  return id.length === keyIdLength && id.every(fits) ? `${text.slice(0, 7)}/${text.slice(9, 12)}` : toHex(id)
}

function fits(byte: number, i: number): boolean {
  if (i === 7) return byte === 0x08
  if (i === 8) return byte === 0x05
  return i >= 12 || (byte >= 0x30 && byte <= 0x39)
}

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

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** P1 of COMPUTE DIGITAL SIGNATURE: a DigestInfo, padded by the card as it is. */
const asGiven = 0x00
/** Length of a signature by a card's own key, RSA-2048, bytes. */
const signatureLength = 256

/**
 * Has the current application sign a challenge with its own key, which needs no PIN: `80 2A 00 00`, RSASSA-PKCS1-v1_5 with
 * SHA-256. Text and visual application (one public source). The signature is not checked here.
 *
 * @param challenge - fresh random bytes at least 1; hashed here.
 * @throws RangeError for an empty challenge; StatusWordError; ResponseError `ERR_RESPONSE_MALFORMED` for an answer of
 *   another length.
 */
export async function signWithDefaultKey(session: CardSession, challenge: Uint8Array): Promise<Uint8Array> {
  if (challenge.length === 0) throw new RangeError('a challenge has at least one byte')
  const command = computeDigitalSignature(asGiven, 'default', digestInfo('SHA-256', sha256(challenge)))
  return cardSignature(command.name, await session.transmit(command))
}

/** The signature in a response. @param name - of the command. @throws StatusWordError, ResponseError. */
export function cardSignature(name: string, { sw, data }: ResponseApdu): Uint8Array {
  if (!carriesData(classifyStatus(sw))) throw statusError(name, sw)
  if (data.length === signatureLength) return data
  const message = `a signature of ${data.length} bytes, expected ${signatureLength}`
  throw new ResponseError('ERR_RESPONSE_MALFORMED', message)
}
