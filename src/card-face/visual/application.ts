import {
  type CardSession,
  type Keypad,
  type Pin,
  type PinStatus,
  readFile,
  readPinStatus,
  refuseInherited,
  type VerifyPinOptions,
  verifyPin,
} from '../../card/index.ts'
import {
  type CardVerifiableCertificate,
  decodeCvc,
  registryApplications,
  signWithDefaultKey,
} from '../../registry/index.ts'
import { type CardFace, decodeCardFace } from './card-face.ts'
import {
  type BirthRecord,
  decodeBirthRecord,
  decodeVisualInformation,
  recordLength,
  type VisualInformation,
} from './fields.ts'
import { type VisualFile, type VisualPin, visualAccess, visualFiles, visualPins } from './files.ts'
import { decodeNumberImage, type NumberImage } from './images.ts'

/**
 * The visual application (券面事項確認AP) of a card in a session: what is printed on the card, signed. A Juki card issued from
 * 2009-04-20 has it too, but its files are not public: there every call except `open` ends in `ERR_FILE_NOT_FOUND`.
 *
 * What is read is personal data and not yet proved: `verifyAuthenticity` checks whether a card and its records are
 * authentic.
 */
export class VisualApplication {
  readonly session: CardSession

  private constructor(session: CardSession) {
    this.session = session
  }

  /** Selects the application. @throws StatusWordError `ERR_APPLICATION_NOT_FOUND`. */
  static async open(session: CardSession): Promise<VisualApplication> {
    await session.exclusively(() => session.selectApplication(registryApplications.visual))
    return new VisualApplication(session)
  }

  /** Tries left and state of a PIN. Spends no try. */
  pinStatus(pin: VisualPin): Promise<PinStatus> {
    return this.#run(() => readPinStatus(this.session, visualPins[pin]))
  }

  /** Verifies a PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it. */
  verifyPin(pin: VisualPin, value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => verifyPin(this.session, visualPins[pin], value, options)).finally(() => value.wipe())
  }

  /** Reads birth date and card key, EF 0001; after the birth date. @throws as {@link readRecord} and `decodeBirthRecord`. */
  async readBirthRecord(): Promise<BirthRecord> {
    return decodeBirthRecord(await this.readRecord('birthRecord'))
  }

  /**
   * Reads the card face, EF 0002; after 照合番号A or B. A field that cannot be read is `undefined` and in `problems`.
   *
   * @throws as {@link readRecord} and `decodeCardFace`.
   */
  async readCardFace(): Promise<CardFace> {
    return decodeCardFace(await this.readRecord('cardFace'))
  }

  /** Reads the basic information, EF 0003; free. @throws as {@link readRecord}. */
  async readInformation(): Promise<VisualInformation> {
    return decodeVisualInformation(await this.readRecord('information'))
  }

  /** Reads the certificate of the key that signed the records, EF 0004; free. @throws as {@link readRecord}. */
  async readIssuerCertificate(): Promise<CardVerifiableCertificate> {
    return decodeCvc(await this.readRecord('issuerCertificate'))
  }

  /** Reads the 個人番号 as an image, EF 0005; after 照合番号A. @throws as {@link readRecord} and `decodeNumberImage`. */
  async readNumberImage(): Promise<NumberImage> {
    return decodeNumberImage(await this.readRecord('numberImage'))
  }

  /**
   * Reads a file as it is, without its filler. A PIN that another program left verified opens nothing: it is cleared.
   *
   * @returns the record from its first byte; nothing when the file is empty.
   * @throws StatusWordError `ERR_SECURITY_STATUS` when a PIN comes first, `ERR_FILE_NOT_FOUND`.
   * @throws DecodeError `ERR_CARD_DATA`, `ERR_TLV` when it holds no whole record.
   */
  readRecord(file: VisualFile): Promise<Uint8Array> {
    return this.#run(async () => {
      await refuseInherited(this.session, ...visualAccess[file].map((pin) => visualPins[pin]))
      return readFile(this.session, visualFiles[file], { measure: recordLength })
    })
  }

  /**
   * Has the card sign a challenge with its own key, 001A, whose public key is in every record of this application. Takes no
   * PIN (one public source).
   *
   * @param challenge - fresh random bytes; hashed here with SHA-256.
   * @returns RSASSA-PKCS1-v1_5 signature, 256 bytes; not checked.
   * @throws RangeError for an empty challenge; StatusWordError, `ERR_FILE_NOT_FOUND` on a card without the key.
   */
  signChallenge(challenge: Uint8Array): Promise<Uint8Array> {
    return this.#run(() => signWithDefaultKey(this.session, challenge))
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(registryApplications.visual, body)
  }
}
