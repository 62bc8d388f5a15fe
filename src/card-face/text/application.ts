import { describeStatus } from '../../apdu/index.ts'
import {
  type CardSession,
  changePin,
  type FileExtent,
  type Keypad,
  type Pin,
  type PinStatus,
  type ReadFileOptions,
  readFile,
  readPinStatus,
  refuseInherited,
  type VerifyPinOptions,
  verifyPin,
} from '../../card/index.ts'
import { wiping } from '../../card/pin.ts'
import { protect, unprotect } from '../../card/session.ts'
import { StatusWordError } from '../../errors.ts'
import type { CardPublicKey } from '../../registry/index.ts'
import { registryApplications, signWithDefaultKey } from '../../registry/index.ts'
import { type IndividualNumber, type IndividualNumberOptions, requirePurpose } from '../individual-number.ts'
import { attributesLength, decodeAttributes, type TextAttributes } from './attributes.ts'
import type { SignedTextFiles, TextPin } from './files.ts'
import { decodeNumberFile, numberFileLength, type TextFile, textAccess, textFiles, textPins } from './files.ts'
import {
  decodeDigests,
  decodeSessionKeyFile,
  decodeTextCardKey,
  decodeTextInformation,
  type TextCardKey,
  type TextDigests,
  type TextInformation,
} from './records.ts'
import { deliverSessionKey, SecureMessaging } from './secure-messaging.ts'

const names: Readonly<Record<TextPin, string>> = {
  pin: 'the PIN (券面事項入力補助用暗証番号)',
  'code-a': '照合番号A',
  'code-b': '照合番号B',
}

/** The error for a file that is closed, with the PINs that open it; any other error as it is. */
export function accessError(error: unknown, opens: readonly TextPin[]): unknown {
  if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS' || opens.length === 0) return error
  const meaning = `${describeStatus(error.sw)}; verify ${opens.map((pin) => names[pin]).join(' or ')} first`
  return new StatusWordError(error.code, error.command, error.sw, meaning, { cause: error })
}

/** Longest record taken from a card, bytes; the known ones have up to 568. */
const record: FileExtent = { object: { maxBytes: 2_048 } }
const attributes: FileExtent = { measure: attributesLength }
const wholeNumber: FileExtent = { bytes: numberFileLength }

/** What {@link TextApplication.readSigned} reads besides the signatures. */
export interface ReadSignedOptions {
  /** EF 0001, for a purpose. Default: not read. */
  readonly number?: IndividualNumberOptions | undefined
  /** EF 0002. Default false. */
  readonly attributes?: boolean | undefined
}

/**
 * The text application (券面事項入力補助AP) of a My Number card in a session: what is printed on the card as text, for filling in
 * forms. What is read is not yet proved to be authentic: see `readSigned`.
 *
 * A PIN that another program left verified opens nothing: it is cleared. A file whose PIN was not verified is refused with
 * the PINs that open it.
 */
export class TextApplication {
  readonly session: CardSession
  #messaging: SecureMessaging | undefined

  private constructor(session: CardSession) {
    this.session = session
  }

  /** Selects the application. @throws StatusWordError `ERR_APPLICATION_NOT_FOUND`. */
  static async open(session: CardSession): Promise<TextApplication> {
    await session.exclusively(() => session.selectApplication(registryApplications.text))
    return new TextApplication(session)
  }

  /** Tries left and state of a PIN. Spends no try. */
  pinStatus(pin: TextPin): Promise<PinStatus> {
    return this.#run(() => readPinStatus(this.session, textPins[pin]))
  }

  /**
   * Verifies a PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it. `verificationCodeA` and
   * `verificationCodeB` make the codes.
   */
  verifyPin(pin: TextPin, value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => verifyPin(this.session, textPins[pin], value, options)).finally(wiping(value))
  }

  /**
   * Changes the PIN, the only one that can be changed, under the guard; see `changePin` of `jpki-card/card`. Consumes both.
   * The new one goes in the clear, under secure messaging too.
   */
  changePin(value: { current: Pin; next: Pin }, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => changePin(this.session, textPins.pin, value, options)).finally(
      wiping(value.current, value.next),
    )
  }

  /**
   * Reads name, address, birth date and sex, EF 0002; after the PIN or 照合番号B. An attribute that cannot be read is `undefined`
   * and in `problems`.
   *
   * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA` when there is no record to read, with the offset in the file.
   * @throws StatusWordError `ERR_SECURITY_STATUS` with the PINs that open the file.
   */
  readAttributes(): Promise<TextAttributes> {
    return this.#run(async () => decodeAttributes(await this.#read('attributes', attributes)))
  }

  /**
   * Reads the individual number (個人番号), EF 0001; after the PIN or 照合番号A. The bytes it came in are wiped.
   *
   * @param options - the purpose, by 番号法 9条; see `individualNumberPurposes`. Nothing is sent without it.
   * @throws DecodeError `ERR_CARD_DATA` with the offset, 14 for a wrong check digit.
   * @throws StatusWordError `ERR_SECURITY_STATUS` with the PINs that open the file.
   * @throws TypeError when `purpose` is missing or unknown.
   */
  async readIndividualNumber(options: IndividualNumberOptions): Promise<IndividualNumber> {
    requirePurpose(options)
    return this.#run(async () => {
      const file = await this.#read('individualNumber', wholeNumber, { secret: true })
      try {
        return decodeNumberFile(file, options)
      } finally {
        file.fill(0)
      }
    })
  }

  /** Reads digests and signature, EF 0003; after any PIN. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`; StatusWordError. */
  readDigests(): Promise<TextDigests> {
    return this.#run(async () => decodeDigests(await this.#read('digests', record)))
  }

  /** Reads the issuer's certificate, EF 0004, as it is; free. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`. */
  readIssuerCertificate(): Promise<Uint8Array> {
    return this.#run(() => this.#read('issuerCertificate', record))
  }

  /** Reads the basic information, EF 0005; free. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`. */
  readInformation(): Promise<TextInformation> {
    return this.#run(async () => decodeTextInformation(await this.#read('information', record)))
  }

  /** Reads the key for secure messaging, EF 0006; after any PIN. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`; StatusWordError. */
  readSessionKey(): Promise<CardPublicKey> {
    return this.#run(() => this.#readSessionKey())
  }

  /** Reads the card's key and its signature, EF 0007; after any PIN. @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`; StatusWordError. */
  readCardKey(): Promise<TextCardKey> {
    return this.#run(async () => decodeTextCardKey(await this.#read('cardKey', record)))
  }

  /**
   * Reads files as they are, with all that is needed to check who signed them: one exchange a file where short file
   * identifiers and extended lengths work. After the PIN; a code opens fewer, see {@link textAccess}.
   *
   * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA` when a file does not hold a whole record.
   * @throws StatusWordError `ERR_SECURITY_STATUS`.
   * @throws TypeError when the number is asked for without a valid `purpose`.
   */
  async readSigned(options: ReadSignedOptions = {}): Promise<SignedTextFiles> {
    const { number, attributes: withAttributes = false } = options
    if (number !== undefined) requirePurpose(number)
    return this.#run(async () => {
      const individualNumber = number && (await this.#read('individualNumber', wholeNumber, { secret: true }))
      try {
        return {
          ...(individualNumber && { individualNumber }),
          ...(withAttributes && { attributes: await this.#read('attributes', attributes) }),
          digests: await this.#read('digests', record),
          issuerCertificate: await this.#read('issuerCertificate', record),
          cardKey: await this.#read('cardKey', record),
        }
      } catch (error) {
        individualNumber?.fill(0)
        throw error
      }
    })
  }

  /**
   * Has the card sign a challenge with key 0013, whose public key is EF 0007. Takes no PIN (one public source).
   *
   * @param challenge - fresh random bytes; hashed here with SHA-256.
   * @returns RSASSA-PKCS1-v1_5 signature, 256 bytes; not checked.
   * @throws RangeError for an empty challenge; StatusWordError.
   */
  signChallenge(challenge: Uint8Array): Promise<Uint8Array> {
    return this.#run(() => signWithDefaultKey(this.session, challenge))
  }

  /**
   * Starts secure messaging: from now on VERIFY and READ BINARY of this application go encrypted, so that neither 照合番号A, which
   * is the individual number, nor what is read can be read on the way. The PIN has to be verified before, in the clear.
   * Ends with {@link endSecureMessaging}, and with any selection of an application.
   *
   * There is no checksum and the card's key is not signed: an attacker who can alter the traffic is not kept out.
   *
   * @throws StatusWordError `ERR_SECURITY_STATUS` before the PIN; a code is not enough. `ERR_STATUS_WORD` when lengths
   *   are short and the card takes no chained commands.
   * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA` when EF 0006 holds no key.
   */
  startSecureMessaging(): Promise<void> {
    return this.#run(async () => {
      const before = this.#messaging
      this.#stop()
      try {
        await refuseInherited(this.session, textPins.pin)
        const key = await this.#deliver(await this.#readSessionKey())
        this.#protect(new SecureMessaging(key, this.session.capabilities))
      } catch (error) {
        // Secure messaging was on before: what it protected stays refused.
        if (before !== undefined) this.#protect(before)
        throw error
      }
    })
  }

  /** Ends secure messaging and wipes the session key. What follows goes in the clear. Idempotent. */
  endSecureMessaging(): Promise<void> {
    return this.session.exclusively(async () => this.#stop())
  }

  /**
   * `on`: commands go encrypted. `lost`: it was on and has ended without {@link endSecureMessaging}; what must go encrypted is
   * refused with `ERR_SECURE_MESSAGING` until it is started again or ended.
   */
  get secureMessaging(): 'off' | 'on' | 'lost' {
    if (this.#messaging === undefined) return 'off'
    return this.#messaging.ended ? 'lost' : 'on'
  }

  async #deliver(key: CardPublicKey): Promise<Uint8Array> {
    try {
      return await deliverSessionKey(this.session, key)
    } catch (error) {
      throw accessError(error, ['pin'])
    }
  }

  #protect(messaging: SecureMessaging): void {
    this.#messaging = messaging
    this.session[protect](messaging)
  }

  #stop(): void {
    if (this.#messaging === undefined) return
    this.session[unprotect](this.#messaging)
    this.#messaging = undefined
  }

  async #readSessionKey(): Promise<CardPublicKey> {
    return decodeSessionKeyFile(await this.#read('sessionKey', record))
  }

  async #read(file: TextFile, extent: FileExtent, options?: ReadFileOptions): Promise<Uint8Array> {
    await refuseInherited(this.session, ...textAccess[file].map((pin) => textPins[pin]))
    try {
      return await readFile(this.session, textFiles[file], extent, options)
    } catch (error) {
      throw accessError(error, textAccess[file])
    }
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(registryApplications.text, body)
  }
}
