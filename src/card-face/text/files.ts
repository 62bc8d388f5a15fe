import { copyBytes } from '../../bytes.ts'
import type { PinReference } from '../../card/index.ts'
import { DecodeError } from '../../errors.ts'
import { pinReference } from '../../pins.ts'
import { rebased, registryApplications } from '../../registry/index.ts'
import { IndividualNumber, type IndividualNumberOptions } from '../individual-number.ts'

/** Length of EF 0001, bytes: its digest is over all of them. */
export const numberFileLength = 17

const header = [0xff, 0x10, 0x0c] as const
const end = 15

/**
 * Decodes EF 0001: `FF10 0C`, 12 digits, `FFFF` (three public sources), and checks the check digit.
 *
 * @param file - all 17 bytes; not kept and not wiped.
 * @throws DecodeError `ERR_CARD_DATA` with the offset: 3 to 14 for a digit, 14 for the check digit.
 */
export function decodeNumberFile(file: Uint8Array, options: IndividualNumberOptions): IndividualNumber {
  const wrong = header.findIndex((byte, i) => file[i] !== byte)
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the header of an individual number', wrong)
  if (file.length < end) throw new DecodeError('ERR_CARD_DATA', 'the individual number is cut off', file.length)
  for (let at = end; at < numberFileLength; at++) {
    if (file[at] !== 0xff) throw new DecodeError('ERR_CARD_DATA', 'no filler after the individual number', at)
  }
  if (file.length > numberFileLength) {
    throw new DecodeError('ERR_CARD_DATA', `more than ${numberFileLength} bytes`, numberFileLength)
  }
  return rebased(header.length, () => IndividualNumber.fromBytes(copyBytes(file, header.length, end), options))
}

/** Files of the text application as they are on the card, for checking what the issuer signed. Nothing is checked here. */
export interface SignedTextFiles {
  /** EF 0001, all 17 bytes, when asked for: holds the individual number. Overwrite it after use. */
  readonly individualNumber?: Uint8Array | undefined
  /** EF 0002 to the end of its template, when asked for, with any bytes before FF20. Personal data. */
  readonly attributes?: Uint8Array | undefined
  /** EF 0003: digests of the two files above and the issuer's signature. See `decodeDigests`. */
  readonly digests: Uint8Array
  /** EF 0004: card-verifiable certificate of the issuer's key. */
  readonly issuerCertificate: Uint8Array
  /** EF 0007: the card's key and the issuer's signature. See `decodeTextCardKey`. */
  readonly cardKey: Uint8Array
}

/**
 * File identifiers of the text application (券面事項入力補助AP). Public reverse engineering by several projects;
 * confidence and sources: `docs/card-facts.md` 3.2.
 */
export const textFiles = {
  /** 個人番号, 17 bytes. */
  individualNumber: 0x0001,
  /** 基本4情報: name, address, birth date, sex. */
  attributes: 0x0002,
  /** Digests of the two files above and the issuer's signature over them, 336 bytes. */
  digests: 0x0003,
  /** Card-verifiable certificate of the issuer, 568 bytes. */
  issuerCertificate: 0x0004,
  /** AP basic information, 256 bytes. */
  information: 0x0005,
  /** RSA key a session key is delivered under. */
  sessionKey: 0x0006,
  /** The card's own key and the issuer's signature over it. */
  cardKey: 0x0007,
  /** 券面事項入力補助用暗証番号. */
  pin: 0x0011,
  /** Key that signs challenges. */
  signingKey: 0x0013,
  /** 照合番号A. */
  codeA: 0x0014,
  /** 照合番号B. */
  codeB: 0x0015,
} as const

/** What opens files of the text application: the holder's PIN, and the two codes printed on the card (照合番号A, B). */
export type TextPin = 'pin' | 'code-a' | 'code-b'

/** Four digits and 3 tries; the 12 and 14 digits of the codes and 10 tries each (official for B, one source for A). */
export const textPins: Readonly<Record<TextPin, PinReference>> = {
  pin: pinReference('text', registryApplications.text, textFiles.pin),
  'code-a': pinReference('text-code-a', registryApplications.text, textFiles.codeA),
  'code-b': pinReference('text-code-b', registryApplications.text, textFiles.codeB),
}

/** Files that can be read. */
export type TextFile = Exclude<keyof typeof textFiles, 'pin' | 'signingKey' | 'codeA' | 'codeB'>

/** Which of the PINs opens which file, any one of them; an empty list is free to read. */
export const textAccess: Readonly<Record<TextFile, readonly TextPin[]>> = {
  individualNumber: ['pin', 'code-a'],
  attributes: ['pin', 'code-b'],
  digests: ['pin', 'code-a', 'code-b'],
  issuerCertificate: [],
  information: [],
  sessionKey: ['pin', 'code-a', 'code-b'],
  cardKey: ['pin', 'code-a', 'code-b'],
}
