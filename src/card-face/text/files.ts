import type { PinReference } from '../../card/index.ts'
import { registryApplications } from '../../registry/applications.ts'

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
  pin: {
    id: 'text',
    application: registryApplications.text,
    fid: textFiles.pin,
    format: { kind: 'digits', length: 4 },
    triesMax: 3,
  },
  'code-a': {
    id: 'text-code-a',
    application: registryApplications.text,
    fid: textFiles.codeA,
    format: { kind: 'digits', length: 12 },
    triesMax: 10,
  },
  'code-b': {
    id: 'text-code-b',
    application: registryApplications.text,
    fid: textFiles.codeB,
    format: { kind: 'digits', length: 14 },
    triesMax: 10,
  },
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
