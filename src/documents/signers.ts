import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import type { Pin, VerifyPinOptions } from '../card/index.ts'
import type { JpkiApplication, JpkiKey } from '../jpki/index.ts'
import { Certificate } from '../pki/index.ts'
import type { DocumentSigner } from './signer.ts'

/** Options of {@link cardDocumentSigner}. */
export interface CardDocumentSignerOptions extends VerifyPinOptions {
  /** `sign`: 署名用, made for documents. `auth`: 利用者証明用, whose certificate has no name and is for logging in. */
  readonly key: JpkiKey
}

/**
 * A key of a card as signer of one document: one VERIFY and one signature, with no exchange more than `JpkiApplication.sign`
 * needs. The certificate of its CA is not read.
 *
 * @param pin - the PIN of the key, or a function that asks for it when everything is prepared; consumed.
 * @returns a signer whose `sign` throws as `JpkiApplication.sign` does.
 */
export function cardDocumentSigner(
  app: JpkiApplication,
  pin: Pin | (() => Promise<Pin>),
  { key, ...options }: CardDocumentSignerOptions,
): DocumentSigner {
  if (key !== 'sign' && key !== 'auth') throw new TypeError('key must be sign or auth')
  return {
    async sign(hash, toSign) {
      const value = typeof pin === 'function' ? await pin() : pin
      const made = await app.sign(key, ({ der }) => toSign({ certificate: der }), { ...options, hash, pin: value })
      return { signature: made.signature, certificate: made.certificate.der }
    },
  }
}

/**
 * A key outside of a card as signer: RSA (PKCS#1 v1.5) or ECDSA.
 *
 * @param key - a private KeyObject of node:crypto, or its PKCS#8 DER.
 * @param certificate - of the key, DER.
 * @param caCertificate - of its CA, DER, to be embedded.
 * @throws TypeError for a key of another kind. CertificateError `ERR_CERTIFICATE` for a certificate that is not one.
 */
export function keyDocumentSigner(
  key: KeyObject | Uint8Array,
  certificate: Uint8Array,
  caCertificate?: Uint8Array,
): DocumentSigner {
  const object =
    key instanceof Uint8Array ? createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }) : key
  if (object.type !== 'private' || (object.asymmetricKeyType !== 'rsa' && object.asymmetricKeyType !== 'ec')) {
    throw new TypeError('key must be a private RSA or EC key')
  }
  const certificates = { certificate: Certificate.fromDer(certificate).der, caCertificate }
  return {
    async sign(hash, toSign) {
      const message = await toSign(certificates)
      const signature = sign(hash.replace('-', '').toLowerCase(), message, object)
      return { ...certificates, signature: new Uint8Array(signature) }
    },
  }
}

/** What a holder has to know before the password of a signature is asked for. */
export interface SigningNotice {
  readonly id: 'holder-attributes-in-document'
  /** Attributes of the holder that become part of the document with the certificate. */
  readonly attributes: readonly ['name', 'address', 'birthDate', 'sex']
  readonly text: Readonly<Record<'ja' | 'en', string>>
}

const holderAttributes: SigningNotice = {
  id: 'holder-attributes-in-document',
  attributes: ['name', 'address', 'birthDate', 'sex'],
  text: {
    ja: '署名用電子証明書には、氏名・住所・生年月日・性別が記載されています。署名すると、これらが文書に含まれ、文書を受け取る人に伝わります。',
    en: 'The signature certificate has the name, address, birth date and sex of the holder. Signing puts them into the document, where all who receive it can read them.',
  },
}

/**
 * The notice of signing a document with a key of a card: to be shown once, before the password is asked for. The
 * user-authentication certificate has none of these.
 */
export const signingNotice = (key: 'sign' | 'auth'): SigningNotice | undefined =>
  key === 'sign' ? holderAttributes : undefined
