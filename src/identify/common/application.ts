import { changeKey, internalAuthenticate } from '../../apdu/index.ts'
import { transmitByReference } from '../../card/files.ts'
import {
  type CardSession,
  changePin,
  type Keypad,
  type Pin,
  type PinReference,
  type PinStatus,
  readFileRecord,
  readPinStatus,
  type VerifyPinOptions,
  verifyPin,
} from '../../card/index.ts'
import { wiping } from '../../card/pin.ts'
import { StatusWordError } from '../../errors.ts'
import { pinReference } from '../../pins.ts'
import { cardSignature, registryApplications } from '../../registry/index.ts'
import { type CardRecord, cardRecordExpiry, decodeCardRecord } from './card-record.ts'

/**
 * File identifiers of the common application (共通カードAP). Public reverse engineering; confidence and sources:
 * `docs/card-facts.md` 3.5.
 */
export const commonFiles = {
  /** Record 1: serial number, municipality, expiry. */
  cardRecord: 0x0001,
  /** Record 1: a key identifier, the same as in the Juki application. Which key it names is not public. */
  keyReference: 0x0002,
  /** Key of INTERNAL AUTHENTICATE. */
  authenticationKey: 0x0019,
  pin: 0x001c,
} as const

/** Four digits, 3 tries. Holders usually set it and the PIN of the Juki application to one value; each has its own tries. */
export const commonPin: PinReference = pinReference('common', registryApplications.common, commonFiles.pin)

/** Longest challenge: one short command. */
const maxChallenge = 255

/** The common application (共通カードAP) of a My Number card in a session: which card it is, and a PIN. */
export class CommonApplication {
  readonly session: CardSession

  private constructor(session: CardSession) {
    this.session = session
  }

  /** Selects the application. @throws StatusWordError `ERR_APPLICATION_NOT_FOUND`. */
  static async open(session: CardSession): Promise<CommonApplication> {
    await session.exclusively(() => session.selectApplication(registryApplications.common))
    return new CommonApplication(session)
  }

  /** Reads serial number, municipality and expiry of the card; free. @throws DecodeError `ERR_CARD_DATA`; StatusWordError. */
  readCardRecord(): Promise<CardRecord> {
    return this.#run(async () => decodeCardRecord(await this.#cardRecord()))
  }

  /**
   * Reads the last day of the card and nothing that identifies the card; free.
   *
   * @returns 8 bytes `YYYYMMDD`, for `parseCardDate` of `jpki-card/credentials`.
   * @throws DecodeError `ERR_CARD_DATA`; StatusWordError.
   */
  readExpiry(): Promise<Uint8Array> {
    return this.#run(async () => cardRecordExpiry(await this.#cardRecord()))
  }

  /** Tries left and state of the PIN. Spends no try. */
  pinStatus(): Promise<PinStatus> {
    return this.#run(() => readPinStatus(this.session, commonPin))
  }

  /** Verifies the PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it. */
  verifyPin(value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => verifyPin(this.session, commonPin, value, options)).finally(wiping(value))
  }

  /** Changes the PIN under the guard, by CHANGE KEY (one public source); not that of the Juki application. Consumes both. */
  changePin(value: { current: Pin; next: Pin }, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => changePin(this.session, commonPin, value, options, changeKey)).finally(
      wiping(value.current, value.next),
    )
  }

  /**
   * INTERNAL AUTHENTICATE: has the card sign a challenge with key 0019, without a PIN. No file of the card holds the
   * public key, so the answer can be checked only with a key obtained elsewhere (one public source).
   *
   * @param challenge - 1 to 255 bytes.
   * @returns RSASSA-PKCS1-v1_5 signature with SHA-256 over the challenge, 256 bytes; not checked.
   * @throws RangeError for a challenge that is not 1 to 255 bytes; StatusWordError; ResponseError
   *   `ERR_RESPONSE_MALFORMED` for an answer of another length.
   */
  async internalAuthenticate(challenge: Uint8Array): Promise<Uint8Array> {
    if (challenge.length < 1 || challenge.length > maxChallenge) {
      throw new RangeError(`a challenge has 1 to ${maxChallenge} bytes`)
    }
    return this.#run(() => this.#authenticate(challenge))
  }

  /** With the key in P2, or with its EF selected where the card wants that. */
  async #authenticate(challenge: Uint8Array): Promise<Uint8Array> {
    const response = await transmitByReference(this.session, commonFiles.authenticationKey, (reference) =>
      internalAuthenticate(reference, challenge),
    )
    return cardSignature('INTERNAL AUTHENTICATE', response)
  }

  #cardRecord(): Promise<Uint8Array> {
    return readFileRecord(this.session, commonFiles.cardRecord, 1)
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(registryApplications.common, body)
  }
}

/**
 * Reads the last day of the card from record 1 of the common application (共通カードAP), which is free to read. Spends no
 * PIN try; selecting the application clears PINs verified in another one. The serial number beside it is not kept.
 *
 * @returns the 8 bytes of the field, `YYYYMMDD` in ASCII, for `parseCardDate` of `jpki-card/credentials` (source
 *   `common-record`); `undefined` when the card has no such record, as Juki cards and phones.
 * @throws DecodeError `ERR_CARD_DATA` when what the card gives is not that record; TransportError.
 */
export async function readCardExpiry(session: CardSession): Promise<Uint8Array | undefined> {
  try {
    const common = await CommonApplication.open(session)
    return await common.readExpiry()
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
