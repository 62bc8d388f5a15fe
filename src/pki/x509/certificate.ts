import { copyBytes, toHex } from '../../bytes.ts'
import {
  Algorithm,
  context,
  DerReader,
  type EncodingFinding,
  readBitString,
  readInteger,
  readSmallInteger,
  readTime,
  tags,
} from '../../der/index.ts'
import { CertificateError, DecodeError } from '../../errors.ts'
import { decodeExtensions, type Extensions, readRawExtensions } from './extensions.ts'
import { Name } from './name.ts'
import { PublicKey, type PublicKeyKind } from './public-key.ts'

/** Certificates have one or two thousand bytes; a much larger one could exhaust memory. */
const maxBytes = 65_536

/**
 * One X.509 certificate, parsed strictly: DER only, no trailing bytes, no duplicate extension, no extensions before
 * version 3. Unambiguous encoding deviations are in `findings`. Parsing does not verify it: chain, revocation and
 * validity are separate steps.
 *
 * Source: RFC 5280 4.1.
 */
export class Certificate {
  readonly #der: Uint8Array
  /** 1, 2 or 3. */
  readonly version: number
  readonly issuerName: Name
  readonly subjectName: Name
  /** Content of the serial number INTEGER. Legally restricted for JPKI certificates: do not log it. */
  readonly #serial: Uint8Array
  /** First and last moment of validity, milliseconds UTC. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  #key: PublicKey
  readonly extensions: Extensions
  /** Unknown critical extensions: a path with one is refused. */
  readonly unknownCritical: readonly string[]
  /** Deviations from the encoding rules; each kind once. */
  readonly findings: readonly EncodingFinding[]
  readonly signatureAlgorithm: Algorithm
  /** The signed bytes and the signature over them: views. @internal */
  readonly tbs: Uint8Array
  /** @internal */
  readonly signature: Uint8Array

  private constructor(der: Uint8Array) {
    const findings: EncodingFinding[] = []
    const outer = new DerReader(der, 0, der.length, findings)
    const certificate = outer.enter(tags.sequence)
    outer.finish()
    const tbsElement = certificate.read(tags.sequence)
    this.signatureAlgorithm = new Algorithm(certificate)
    this.signature = wholeBytes(certificate)
    certificate.finish()
    const tbs = certificate.into(tbsElement)
    this.version = readVersion(tbs)
    this.#serial = readInteger(tbs)
    const inner = tbs.offset
    if (!new Algorithm(tbs).equals(this.signatureAlgorithm)) {
      throw new DecodeError('ERR_DER', 'the two signature algorithms differ', inner)
    }
    this.issuerName = Name.read(tbs)
    const validity = tbs.enter(tags.sequence)
    this.notBeforeMs = readTime(validity)
    this.notAfterMs = readTime(validity)
    validity.finish()
    this.subjectName = Name.read(tbs)
    this.#key = PublicKey.read(tbs)
    for (const number of [1, 2]) {
      const at = tbs.offset
      const present = tbs.optional(context(number, false)) !== undefined
      if (present && this.version < 2) throw new DecodeError('ERR_DER', 'unique identifiers in version 1', at)
    }
    const at = tbs.offset
    const wrapped = tbs.optional(context(3))
    tbs.finish()
    if (wrapped !== undefined && this.version !== 3) {
      throw new DecodeError('ERR_DER', `extensions in a certificate of version ${this.version}`, at)
    }
    const reader = wrapped && tbs.into(wrapped)
    const { extensions, unknownCritical } = decodeExtensions(reader ? readRawExtensions(reader) : [])
    reader?.finish()
    this.extensions = extensions
    this.unknownCritical = unknownCritical
    this.findings = findings
    this.tbs = certificate.raw(tbsElement)
    this.#der = der
  }

  /**
   * @param der - exactly one DER certificate of at most 65 536 bytes; copied.
   * @throws CertificateError `ERR_CERTIFICATE`; its cause is a DecodeError `ERR_DER` with the offset.
   */
  static fromDer(der: Uint8Array): Certificate {
    if (!(der instanceof Uint8Array)) throw new TypeError('der must be bytes')
    try {
      if (der.length > maxBytes) throw new DecodeError('ERR_DER', `more than ${maxBytes} bytes`, maxBytes)
      return new Certificate(copyBytes(der))
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause
      throw new CertificateError('ERR_CERTIFICATE', `not an X.509 certificate: ${cause.message}`, { cause })
    }
  }

  get key(): PublicKey {
    return this.#key
  }

  /**
   * The certificate with its DSA key completed by the issuer's parameters; itself when the key is complete.
   *
   * @param issuer - the issuer's key, of a path that ends at a trust anchor. @internal
   */
  inheriting(issuer: PublicKey): Certificate {
    const key = this.#key.inheriting(issuer)
    if (key === this.#key) return this
    const complete = new Certificate(this.#der)
    complete.#key = key
    return complete
  }

  /** A fresh copy of the DER encoding. */
  get der(): Uint8Array {
    return copyBytes(this.#der)
  }

  /** Distinguished names as text, outermost part first: `C=JP, CN=…`. May be personal data. */
  get subject(): string {
    return this.subjectName.toString()
  }

  get issuer(): string {
    return this.issuerName.toString()
  }

  /** Serial number, upper-case hexadecimal without a leading zero byte. Do not log it. */
  get serialNumber(): string {
    const bytes = this.#serial
    return toHex(bytes.length > 1 && bytes[0] === 0 ? bytes.subarray(1) : bytes)
  }

  /** Content bytes of the serial number INTEGER, a view, for comparison with revocation lists. @internal */
  get serial(): Uint8Array {
    return this.#serial
  }

  get notBefore(): Date {
    return new Date(this.notBeforeMs)
  }

  get notAfter(): Date {
    return new Date(this.notAfterMs)
  }

  /** Kind and size of the public key. */
  get publicKey(): PublicKeyKind {
    return this.key.kind
  }

  /** SubjectPublicKeyInfo, DER, a fresh copy. */
  get publicKeyDer(): Uint8Array {
    return copyBytes(this.key.der)
  }

  /** Issuer and subject are the same name. RFC 5280 6.1: a key rollover, for example. */
  get selfIssued(): boolean {
    return this.issuerName.equals(this.subjectName)
  }

  /** The certificate as PEM text, with a final newline. */
  toPem(): string {
    const base64 = Buffer.from(this.#der)
      .toString('base64')
      .replaceAll(/.{64}(?=.)/g, '$&\n')
    return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  }
}

function readVersion(tbs: DerReader): number {
  const at = tbs.offset
  if (tbs.nextTag !== context(0)) return 1
  const wrapped = tbs.enter(context(0))
  const version = readSmallInteger(wrapped) + 1
  wrapped.finish()
  if (version > 3) throw new DecodeError('ERR_DER', `version ${version} of a certificate`, at)
  if (version === 1) tbs.tolerate('default-written-out', 'a default value is written out', at)
  return version
}

function wholeBytes(reader: DerReader): Uint8Array {
  const at = reader.offset
  const { bytes, unusedBits } = readBitString(reader)
  if (unusedBits !== 0) throw new DecodeError('ERR_DER', 'a signature with unused bits', at)
  return bytes
}
