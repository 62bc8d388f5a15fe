import { fromHex } from '../../bytes.ts'
import type { CardApplication } from '../../card/index.ts'

/** The card manager (GlobalPlatform issuer security domain), selected by a prefix of its identifier (one public source). */
export const cardManagerApplication: CardApplication = { id: 'card-manager', aid: fromHex('A0000001510000') }

/**
 * Tags of the data objects that GET DATA gives while the card manager is current: after power-up, before any application is
 * selected, or when it is selected. One public source, partly a second; which of them a card has differs. `docs/card-facts.md` 3.6.
 */
export const cardManagerObjects = {
  /** Issuer identification number (IIN). */
  issuerNumber: 0x0042,
  /** Card identification number (CIN). */
  cardNumber: 0x0045,
  /** GlobalPlatform card recognition data. */
  recognitionData: 0x0066,
  /** 全国地方公共団体コード without its check digit. */
  municipalityCode: 0x00f0,
  expiry: 0x00f2,
  /** Identifier of the key that the certificate 00F8 is for. */
  keyId: 0x00f7,
  /** Certificate of that key, by the root; longer than a short response. */
  upperCertificate: 0x00f8,
  /** Certificate of a key by that key; longer than a short response. Some cards have none. */
  lowerCertificate: 0x7f21,
  /** Contact ATR without TS. On some cards it answers while an application is current, and only then. */
  contactAtr: 0x5f51,
} as const
