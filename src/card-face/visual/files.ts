import type { PinReference } from '../../card/index.ts'
import { pinReference } from '../../pins.ts'
import { registryApplications } from '../../registry/index.ts'

/**
 * File identifiers of the visual application (券面事項確認AP) of My Number cards. Public reverse engineering by several
 * projects; confidence and sources: `docs/card-facts.md` 3.3. Juki cards issued from 2009-04-20 have the application under the same
 * identifier; which files it has there is not public.
 */
export const visualFiles = {
  /** Birth date and card key, signed: what a check of age needs and nothing else. */
  birthRecord: 0x0001,
  /** The card face: birth date, sex, card key, name and address as images, photo. */
  cardFace: 0x0002,
  /** AP basic information. */
  information: 0x0003,
  /** Card-verifiable certificate of the issuer, 568 bytes. */
  issuerCertificate: 0x0004,
  /** 個人番号 as an image. */
  numberImage: 0x0005,
  /** 生年月日, six digits. */
  birthDate: 0x0011,
  /** 照合番号B. */
  codeB: 0x0012,
  /** 照合番号A. */
  codeA: 0x0013,
  /** Key that signs challenges, the default key of the application. */
  signingKey: 0x001a,
} as const

/** What opens files of the visual application, all of it printed on the card: birth date, 照合番号A and B. */
export type VisualPin = 'birth-date' | 'code-a' | 'code-b'

/**
 * Birth date: 和暦 `YYMMDD`. 照合番号A: the 12 digits of the 個人番号. 照合番号B: birth date, year of expiry, security code, 14 digits.
 * Ten tries each: official for B, one source for A, inferred for the birth date. No command changes them.
 */
export const visualPins: Readonly<Record<VisualPin, PinReference>> = {
  'birth-date': pinReference('visual-birth', registryApplications.visual, visualFiles.birthDate),
  'code-a': pinReference('visual-code-a', registryApplications.visual, visualFiles.codeA),
  'code-b': pinReference('visual-code-b', registryApplications.visual, visualFiles.codeB),
}

/** Files that can be read. */
export type VisualFile = Exclude<keyof typeof visualFiles, 'birthDate' | 'codeA' | 'codeB' | 'signingKey'>

/** Which of the PINs opens which file, any one of them; an empty list is free to read. */
export const visualAccess: Readonly<Record<VisualFile, readonly VisualPin[]>> = {
  birthRecord: ['birth-date'],
  cardFace: ['code-a', 'code-b'],
  information: [],
  issuerCertificate: [],
  numberImage: ['code-a'],
}
