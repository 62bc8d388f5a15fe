import { classifyStatus } from '../../apdu/index.ts'
import { copyBytes, fromHex } from '../../bytes.ts'
import { bringsData, readDataObject, refusal } from '../../card/files.ts'
import type { CardApplication, CardSession } from '../../card/index.ts'
import { overReset } from '../../card/session.ts'
import { StatusWordError } from '../../errors.ts'
import { type CardVerifiableCertificate, readKeyId, registryApplications } from '../../registry/index.ts'
import {
  decodeCertificateObject,
  decodeContactAtr,
  decodeDay,
  decodeDigits,
  decodeRecognitionData,
  decodeText,
  type RecognitionData,
} from './decode.ts'

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

/**
 * The card manager of a card in a session: data objects about the card itself, free to read. They answer in no other state, so
 * it is selected first; that clears every verified PIN. What a card does not have is `undefined`.
 */
export class CardManager {
  readonly session: CardSession

  private constructor(session: CardSession) {
    this.session = session
  }

  /** Selects it. @throws StatusWordError `ERR_APPLICATION_NOT_FOUND`, as on phones. */
  static async open(session: CardSession): Promise<CardManager> {
    await session.exclusively(() => session.selectApplication(cardManagerApplication))
    return new CardManager(session)
  }

  /** Issuer identification number (IIN), as it is: a key identifier on cards seen. */
  readIssuerNumber(): Promise<Uint8Array | undefined> {
    return this.#read('issuerNumber', copyBytes)
  }

  /** Card identification number (CIN), ASCII. Identifies the card: do not log it. @throws DecodeError `ERR_CARD_DATA`. */
  readCardNumber(): Promise<string | undefined> {
    return this.#read('cardNumber', (bytes) => decodeText(bytes, 'a card number'))
  }

  /** GlobalPlatform card recognition data. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, `ERR_DER`. */
  readRecognitionData(): Promise<RecognitionData | undefined> {
    return this.#read('recognitionData', decodeRecognitionData)
  }

  /** 全国地方公共団体コード of the issuing municipality without its check digit, 5 digits. @throws DecodeError `ERR_CARD_DATA`. */
  readMunicipalityCode(): Promise<string | undefined> {
    return this.#read('municipalityCode', (bytes) => decodeDigits(bytes, 5, 'a municipality code'))
  }

  /** Last day of the card, `YYYY-MM-DD`. @throws DecodeError `ERR_CARD_DATA`. */
  readExpiry(): Promise<string | undefined> {
    return this.#read('expiry', decodeDay)
  }

  /** Identifier of the key that the first certificate is for, 16 bytes. @throws DecodeError `ERR_CARD_DATA`. */
  readKeyId(): Promise<Uint8Array | undefined> {
    return this.#read('keyId', (bytes) => readKeyId(bytes))
  }

  /**
   * The chain of card-verifiable certificates, that of the root first; none to two. Signatures are not checked.
   *
   * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`.
   * @throws StatusWordError `ERR_STATUS_WORD` 6700 where lengths are short: they are longer than that.
   */
  async readCertificates(): Promise<readonly CardVerifiableCertificate[]> {
    const upper = await this.#read('upperCertificate', decodeCertificateObject)
    if (upper === undefined) return []
    const lower = await this.#read('lowerCertificate', decodeCertificateObject)
    return lower === undefined ? [upper] : [upper, lower]
  }

  /**
   * Contact ATR without its first byte (TS), over any interface. Asked of the card manager and, where that has none, of the Juki
   * application, which is selected for it.
   *
   * @throws DecodeError `ERR_CARD_DATA` when it is not an ATR.
   */
  readContactAtr(): Promise<Uint8Array | undefined> {
    return this.#run(async () => {
      const own = await this.#object(cardManagerObjects.contactAtr)
      if (own !== undefined) return decodeContactAtr(own)
      if (!(await this.#selectJuki())) return undefined
      const other = await this.#object(cardManagerObjects.contactAtr)
      return other && decodeContactAtr(other)
    })
  }

  async #selectJuki(): Promise<boolean> {
    try {
      await this.session.selectApplication(registryApplications.juki)
      return true
    } catch (error) {
      if (error instanceof StatusWordError && error.code === 'ERR_APPLICATION_NOT_FOUND') return false
      throw error
    }
  }

  #read<T>(name: keyof typeof cardManagerObjects, decode: (bytes: Uint8Array) => T): Promise<T | undefined> {
    return this.#run(async () => {
      const bytes = await this.#object(cardManagerObjects[name])
      return bytes && decode(bytes)
    })
  }

  /** `undefined` when the card does not have it. */
  async #object(tag: number): Promise<Uint8Array | undefined> {
    const isLong = tag === cardManagerObjects.upperCertificate || tag === cardManagerObjects.lowerCertificate
    const response = await this.session[overReset](() => readDataObject(this.session, tag, isLong))
    if (bringsData(response)) return response.data
    if (response.data.length === 0 && classifyStatus(response.sw).kind === 'not-found') return undefined
    throw refusal('GET DATA', response)
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(cardManagerApplication, body)
  }
}
