import { announceLastCommand, computeDigitalSignature, type ResponseApdu } from '../apdu/index.ts'
import { transmitByReference } from '../card/files.ts'
import {
  type CardSession,
  changePin,
  type Keypad,
  type Pin,
  type PinStatus,
  readFile,
  readPinStatus,
  refuseInherited,
  statusError,
  type VerifyPinOptions,
  verifyPin,
} from '../card/index.ts'
import { wiping } from '../card/pin.ts'
import {
  CertificateError,
  DecodeError,
  ResponseError,
  SignatureError,
  StatusWordError,
  TransportError,
  UserVerificationError,
  WrongCardError,
} from '../errors.ts'
import { Certificate, type DigestAlgorithm, verifySignature } from '../pki/index.ts'
import { type CertificateKind, certificateFiles, type JpkiKey, jpkiApplication, jpkiFiles, jpkiPins } from './files.ts'
import {
  type Preparation,
  type PreparedSignature,
  prepareLater,
  prepareSignature,
  type SignatureAlgorithm,
  type SignatureScheme,
  type SignedWithCertificate,
  type ToBeSigned,
} from './schemes.ts'
import {
  type CertificateAvailability,
  decodeAvailability,
  decodeTokenInfo,
  type TokenInfo,
  tokenInfoLength,
} from './token-info.ts'

import { knownTokenLabel, readTokenLabel, type TokenKind, type TokenVerification, tokenKindOf } from './token-kinds.ts'

/** Longest certificate taken from a card, bytes. Today's files have 1 900. */
const maxCertificate = 16_384

/** Options of {@link JpkiApplication.sign} and {@link JpkiApplication.authenticate}. */
export interface SignOptions extends VerifyPinOptions {
  /** What the card does with the input. Default `digest-info`. */
  readonly scheme?: SignatureScheme | undefined
  /** Hash, default SHA-256; the schemes in which the card hashes support no other. */
  readonly hash?: DigestAlgorithm | undefined
  /**
   * PIN of the key, or the keypad of the reader; verified first and consumed. May be left out when this session verified it before; a PIN left
   * verified by another program does not count and is cleared.
   */
  readonly pin?: Pin | Keypad | undefined
  /**
   * `device`: the phone has verified its holder, and no PIN is sent. For the user-authentication key of a token whose label says
   * so, and no other. Default `pin`.
   */
  readonly userVerification?: TokenVerification | undefined
}

/** Options of {@link JpkiApplication.open}. */
export interface JpkiOptions {
  /** Kinds of token besides those known, by their label. */
  readonly tokenKinds?: readonly TokenKind[] | undefined
}

/** A signature that was checked with the certificate beside it. */
export interface JpkiSignature {
  readonly algorithm: SignatureAlgorithm
  /** As long as the key makes it; never assume 256 bytes. */
  readonly signature: Uint8Array
  /** The holder's certificate of the key. Its chain, revocation and validity are not checked here. */
  readonly certificate: Certificate
}

/**
 * The JPKI application (公的個人認証AP) of a card in a session. Operations run one after another; if another application
 * of the same session was used in between, this one is selected again, and then PINs have to be verified again.
 */
export class JpkiApplication {
  readonly session: CardSession
  readonly #certificates = new Map<CertificateKind, Certificate>()
  readonly #moreKinds: readonly TokenKind[] | undefined

  private constructor(session: CardSession, moreKinds: readonly TokenKind[] | undefined) {
    this.session = session
    this.#moreKinds = moreKinds
  }

  /**
   * Selects the application.
   *
   * @throws StatusWordError `ERR_APPLICATION_NOT_FOUND` when the card has none.
   */
  static async open(session: CardSession, options: JpkiOptions = {}): Promise<JpkiApplication> {
    await session.exclusively(() => session.selectApplication(jpkiApplication))
    return new JpkiApplication(session, options.tokenKinds)
  }

  /**
   * The kind of token by the label of EF 0006, which is read once in a session; `undefined` for a label that is not known.
   *
   * @throws DecodeError `ERR_CARD_DATA` when the label is not printable ASCII. StatusWordError when it cannot be read, which is
   *   no reason to take the token for one that takes a PIN.
   */
  tokenKind(): Promise<TokenKind | undefined> {
    return this.#run(() => this.#readKind())
  }

  /**
   * How the holder is verified before the user-authentication key signs: ask for a PIN only after `pin`. A token of unknown kind
   * takes a PIN; so does a card in a contact reader, whose label is not read: a phone has no contacts.
   */
  async userVerification(): Promise<TokenVerification> {
    if (!isContactless(this.session.connection.atr)) return 'pin'
    return (await this.tokenKind())?.userVerification ?? 'pin'
  }

  /** Reads the token information, EF 0006. @throws DecodeError `ERR_CARD_DATA`. */
  readTokenInfo(): Promise<TokenInfo> {
    return this.#run(async () =>
      decodeTokenInfo(await readFile(this.session, jpkiFiles.tokenInfo, { bytes: tokenInfoLength })),
    )
  }

  /** Reads which certificates the card holds, EF 0008. @throws DecodeError `ERR_CARD_DATA`. */
  readAvailability(): Promise<CertificateAvailability> {
    return this.#run(async () => decodeAvailability(await readFile(this.session, jpkiFiles.availability, { bytes: 3 })))
  }

  /**
   * Reads a certificate; once per application object, later calls answer from memory.
   *
   * @throws CertificateError `ERR_CERTIFICATE_ABSENT` when the card holds none of that kind, `ERR_CERTIFICATE` when what
   *   it holds is not one.
   * @throws ResponseError `ERR_RESPONSE_MALFORMED` when card or reader answers without the certificate: says nothing of the card.
   * @throws StatusWordError `ERR_SECURITY_STATUS` when a PIN comes first: the signature password for `sign`; on Android
   *   phones the user-authentication PIN for `auth`.
   */
  readCertificate(kind: CertificateKind): Promise<Certificate> {
    return this.#run(async () => {
      if (kind === 'sign' && !this.#certificates.has(kind)) await refuseInherited(this.session, jpkiPins.sign)
      return this.#readCertificate(kind)
    })
  }

  /**
   * Reads the user-authentication certificate before its PIN is verified; `undefined` on phones that require the PIN first
   * (Android).
   *
   * @throws as {@link readCertificate}, but not for that.
   */
  readFreeCertificate(): Promise<Certificate | undefined> {
    return this.#run(() => this.#readFree())
  }

  /**
   * Reads the certificate of the CA that issued the user-authentication certificate; `undefined` when the card does not give a
   * readable one, as it is optional in a token.
   *
   * @throws ResponseError, TransportError when reading failed.
   */
  async readIssuer(): Promise<Certificate | undefined> {
    try {
      return await this.readCertificate('auth-ca')
    } catch (error) {
      const refused = error instanceof StatusWordError || error instanceof CertificateError
      if (refused || error instanceof DecodeError) return undefined
      throw error
    }
  }

  /** Tries left and state of a PIN. Spends no try. */
  pinStatus(pin: JpkiKey): Promise<PinStatus> {
    return this.#run(() => readPinStatus(this.session, jpkiPins[pin]))
  }

  /** Verifies a PIN under the guard, see `verifyPin` of `jpki-card/card`. Consumes it. */
  verifyPin(pin: JpkiKey, value: Pin | Keypad, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => {
      this.#requirePinUsed(pin)
      return verifyPin(this.session, jpkiPins[pin], value, options)
    }).finally(wiping(value))
  }

  /** Changes a PIN under the guard, see `changePin` of `jpki-card/card`. Consumes both. */
  changePin(pin: JpkiKey, value: { current: Pin; next: Pin }, options?: VerifyPinOptions): Promise<void> {
    return this.#run(() => {
      this.#requirePinUsed(pin)
      return changePin(this.session, jpkiPins[pin], value, options)
    }).finally(wiping(value.current, value.next))
  }

  /**
   * Signs with one of the holder's keys and checks the signature with the holder's certificate before returning it.
   *
   * Everything that can be refused without the card is refused before a PIN is spent; the user-authentication
   * certificate is read before its PIN for the same reason.
   *
   * @param input - what is signed, or a function that makes it of the certificate. What that throws is rethrown, and nothing is
   *   signed; the PIN was verified by then.
   * @throws ResponseError `ERR_RESPONSE_MALFORMED` when the answer is not as long as a signature by the key.
   * @throws UserVerificationError `ERR_USER_NOT_VERIFIED` when a phone has not verified its holder, `ERR_PIN_NOT_USED` for a PIN
   *   where the phone verifies. WrongCardError `ERR_WRONG_CARD` for `device` with a token that takes a PIN.
   * @throws SignatureError `ERR_SIGNATURE_INVALID`, PinError, CertificateError, StatusWordError, TransportError.
   * @throws TypeError for an unknown scheme or hash, or a digest where the scheme takes a message. RangeError for a
   *   digest of the wrong length, or a message for a card-hash scheme that is not 1 to 255 bytes.
   */
  async sign(
    key: JpkiKey,
    input: ToBeSigned | SignedWithCertificate,
    options: SignOptions = {},
  ): Promise<JpkiSignature> {
    try {
      const prepare = preparation(input, options)
      if (options.userVerification === 'device') return await this.#run(() => this.#signOnDevice(key, prepare, options))
      return await this.#run(async () => {
        const certificate = await this.#certificateAndPin(key, options)
        return this.#signWith(certificate, key, await prepare(certificate))
      })
    } finally {
      options.pin?.wipe()
    }
  }

  async #signWith(
    certificate: Certificate,
    key: JpkiKey,
    prepared: PreparedSignature,
    options?: { readonly mayBeUnverified: boolean },
  ): Promise<JpkiSignature> {
    const length = signatureLength(certificate)
    const response = await this.#compute(key, prepared, options)
    if (response.sw !== 0x9000) throw statusError('COMPUTE DIGITAL SIGNATURE', response.sw)
    if (response.data.length !== length) {
      const message = `a signature of ${response.data.length} bytes, expected ${length}`
      throw new ResponseError('ERR_RESPONSE_MALFORMED', message)
    }
    if (!verifySignature(certificate, prepared.check, response.data)) {
      throw new SignatureError('the signature does not verify with the certificate on the card; it was discarded')
    }
    return { algorithm: prepared.algorithm, signature: response.data, certificate }
  }

  /**
   * One signature by the key that the phone has released, then the end of it: last-command indicator where the kind takes it, and
   * clearing. The phone itself refuses when it has not verified its holder; nothing is asked of it before.
   */
  async #signOnDevice(key: JpkiKey, prepare: Preparation, options: SignOptions): Promise<JpkiSignature> {
    if (key !== 'auth' || options.pin !== undefined) {
      throw new TypeError('userVerification device is for the key auth, without a PIN')
    }
    const kind = await this.#readKind()
    if (kind?.userVerification !== 'device') {
      throw new WrongCardError('this token does not verify its holder by itself; it takes a PIN')
    }
    try {
      const certificate = await this.#readCertificate(key)
      return await this.#signWith(certificate, key, await prepare(certificate), { mayBeUnverified: true })
    } catch (error) {
      if (!(error instanceof StatusWordError) || error.code !== 'ERR_SECURITY_STATUS') throw error
      const message = 'the phone has not verified its holder: hold it to the reader again with Face ID or Touch ID'
      throw new UserVerificationError('ERR_USER_NOT_VERIFIED', message, { cause: error })
    } finally {
      await this.#end(kind)
    }
  }

  /** Ends what the phone allowed. A phone that has left by now has ended it, and the end of the session clears again. */
  async #end({ lastCommand }: TokenKind): Promise<void> {
    try {
      if (lastCommand) await this.session.transmit(announceLastCommand())
      await this.session.clear()
    } catch (error) {
      if (!(error instanceof TransportError) && !(error instanceof ResponseError)) throw error
    }
  }

  async #readKind(): Promise<TokenKind | undefined> {
    try {
      return tokenKindOf(await readTokenLabel(this.session), this.#moreKinds)
    } catch (error) {
      if (error instanceof StatusWordError && error.code === 'ERR_FILE_NOT_FOUND') return undefined
      throw error
    }
  }

  /** No PIN is sent to a token that is known to verify its holder by itself. */
  #requirePinUsed(pin: JpkiKey): void {
    const label = knownTokenLabel(this.session)
    const kind = label === undefined ? undefined : tokenKindOf(label, this.#moreKinds)
    if (pin !== 'auth' || kind?.userVerification !== 'device') return
    const message = 'this phone verifies its holder by itself: no PIN was sent; sign with userVerification device'
    throw new UserVerificationError('ERR_PIN_NOT_USED', message)
  }

  /**
   * User authentication: signs a challenge (any length, hashed here) with the 利用者証明用 key.
   *
   * @param pin - consumed; or `device` for a phone that has verified its holder, see {@link SignOptions.userVerification}.
   */
  authenticate(
    challenge: Uint8Array,
    pin: Pin | Keypad | 'device',
    options: Omit<SignOptions, 'pin' | 'userVerification'> = {},
  ): Promise<JpkiSignature> {
    const verification = pin === 'device' ? { userVerification: pin } : { pin }
    return this.sign('auth', { message: challenge }, { ...options, ...verification })
  }

  #run<T>(body: () => Promise<T>): Promise<T> {
    return this.session.within(jpkiApplication, body)
  }

  async #certificateAndPin(key: JpkiKey, options: SignOptions): Promise<Certificate> {
    const { pin } = options
    if (pin === undefined) {
      await refuseInherited(this.session, jpkiPins[key])
      return this.#readCertificate(key)
    }
    this.#requirePinUsed(key)
    if (key === 'auth') {
      const free = await this.#readFree()
      if (free !== undefined) signatureLength(free)
      await verifyPin(this.session, jpkiPins[key], pin, options)
      return free ?? this.#readCertificate(key)
    }
    await verifyPin(this.session, jpkiPins[key], pin, options)
    return this.#readCertificate(key)
  }

  async #readFree(): Promise<Certificate | undefined> {
    try {
      return await this.#readCertificate('auth')
    } catch (error) {
      if (error instanceof StatusWordError && error.code === 'ERR_SECURITY_STATUS') return undefined
      throw error
    }
  }

  async #readCertificate(kind: CertificateKind): Promise<Certificate> {
    const known = this.#certificates.get(kind)
    if (known !== undefined) return known
    let der: Uint8Array
    try {
      der = await readFile(this.session, certificateFiles[kind], { object: { maxBytes: maxCertificate } })
    } catch (error) {
      if (!(error instanceof StatusWordError) || error.code !== 'ERR_FILE_NOT_FOUND') throw error
      throw absent(kind, error)
    }
    if (der.length === 0) throw absent(kind)
    const certificate = Certificate.fromDer(der)
    this.#certificates.set(kind, certificate)
    return certificate
  }

  /** COMPUTE DIGITAL SIGNATURE with the key in P2, or with its EF selected where the card wants that. */
  #compute(
    key: JpkiKey,
    prepared: PreparedSignature,
    options: { readonly mayBeUnverified: boolean } | undefined,
  ): Promise<ResponseApdu> {
    const fid = key === 'auth' ? jpkiFiles.authKey : jpkiFiles.signKey
    return transmitByReference(
      this.session,
      fid,
      (reference) => computeDigitalSignature(prepared.p1, reference, prepared.data),
      options,
    )
  }
}

/** Refuses what can be refused before a PIN is spent. */
function preparation(input: ToBeSigned | SignedWithCertificate, options: SignOptions): Preparation {
  if (typeof input === 'function') return prepareLater(input, options)
  const prepared = prepareSignature(input, options)
  return () => prepared
}

/** Bytes of a signature by the key of the certificate, which is an RSA key. */
function signatureLength({ publicKey }: Certificate): number {
  if (publicKey.kind === 'rsa') return Math.ceil(publicKey.bits / 8)
  throw new WrongCardError('the commands that sign with a key other than RSA are not public yet')
}

/** An answer to reset as contactless readers make it up: `3B 8n 80 01 …`. PC/SC part 3, 3.1.3.2.3.1. */
function isContactless(atr: Uint8Array): boolean {
  return atr[0] === 0x3b && atr[1]! >> 4 === 0x8 && atr[2] === 0x80 && atr[3] === 0x01
}

function absent(kind: CertificateKind, cause?: unknown): CertificateError {
  return new CertificateError('ERR_CERTIFICATE_ABSENT', `the card holds no ${kind} certificate`, { cause })
}
