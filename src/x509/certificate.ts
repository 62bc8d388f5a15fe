import { type KeyObject, X509Certificate } from 'node:crypto'
import { CertificateError } from '../errors.ts'

/** Kind and size of a public key. No algorithm is assumed: today's cards hold RSA-2048, the next ones EC P-384. */
export type PublicKeyKind =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: string }
  | { readonly kind: 'other'; readonly name: string }

/**
 * Facts of one X.509 certificate. Reading them proves nothing: no chain, revocation or validity is checked here.
 */
export class Certificate {
  readonly #der: Uint8Array
  readonly #key: KeyObject
  /** Distinguished names, outermost part first: `C=JP, CN=…`. May be personal data. */
  readonly subject: string
  readonly issuer: string
  /** Serial number, upper-case hexadecimal. Its collection is legally restricted for JPKI certificates: do not log it. */
  readonly serialNumber: string
  /** First and last moment of validity, UTC. */
  readonly notBefore: Date
  readonly notAfter: Date
  readonly publicKey: PublicKeyKind

  private constructor(der: Uint8Array, parsed: X509Certificate) {
    this.#der = der
    this.#key = parsed.publicKey
    this.subject = oneLine(parsed.subject)
    this.issuer = oneLine(parsed.issuer)
    this.serialNumber = parsed.serialNumber
    this.notBefore = new Date(parsed.validFrom)
    this.notAfter = new Date(parsed.validTo)
    this.publicKey = kindOf(parsed.publicKey)
  }

  /**
   * @param der - exactly one DER certificate; copied.
   * @throws CertificateError `ERR_CERTIFICATE` when it is not one, or bytes follow it.
   */
  static fromDer(der: Uint8Array): Certificate {
    const own = der.slice()
    try {
      const parsed = new X509Certificate(own)
      if (parsed.raw.length !== own.length) throw new TypeError('bytes after the certificate')
      return new Certificate(own, parsed)
    } catch (error) {
      throw new CertificateError('ERR_CERTIFICATE', 'these bytes are not one X.509 certificate', { cause: error })
    }
  }

  /** A fresh copy of the DER encoding. */
  get der(): Uint8Array {
    return this.#der.slice()
  }

  /** The certificate as PEM text, with a final newline. */
  toPem(): string {
    const base64 = Buffer.from(this.#der)
      .toString('base64')
      .replaceAll(/.{64}(?=.)/g, '$&\n')
    return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
  }

  /** SubjectPublicKeyInfo, DER. */
  get publicKeyDer(): Uint8Array {
    return new Uint8Array(this.#key.export({ type: 'spki', format: 'der' }))
  }
}

function oneLine(name: string): string {
  return name.split('\n').join(', ')
}

function kindOf(key: KeyObject): PublicKeyKind {
  const name = key.asymmetricKeyType ?? 'unknown'
  const details = key.asymmetricKeyDetails
  if (name === 'rsa' || name === 'rsa-pss') return { kind: 'rsa', bits: details?.modulusLength ?? 0 }
  if (name === 'ec') return { kind: 'ec', curve: details?.namedCurve ?? 'unknown' }
  return { kind: 'other', name }
}
