import type { DocumentHash } from '../signer.ts'

/** Object identifiers of CMS and of what is put into it. */
export const oids = {
  /** RFC 5652 4, 5.1. */
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  /** RFC 5652 11. */
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  counterSignature: '1.2.840.113549.1.9.6',
  /** RFC 5035. */
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  /** RFC 2634 2.9. */
  contentHints: '1.2.840.113549.1.9.16.2.4',
  /** RFC 8551 2.5.2: what the software of the signer can read. */
  smimeCapabilities: '1.2.840.113549.1.9.15',
  /** ETSI EN 319 122-1 5.2.5: media type of the content. */
  mimeType: '0.4.0.1733.2.1',
  /** ISO 32000-1 12.8.3.3.2: revocation values, which PDF signatures have among the signed attributes. */
  adobeRevocation: '1.2.840.113583.1.1.8',
  /** RFC 3161 2.4.2, appendix A. */
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  /** RFC 5940 2.1: an OCSP response; ETSI EN 319 122-1: a basic one. */
  ocspResponse: '1.3.6.1.5.5.7.16.2',
  ocspBasic: '1.3.6.1.5.5.7.48.1.1',
  /** RFC 6211: what the algorithms of a signer are, protected by the signature. */
  algorithmProtection: '1.2.840.113549.1.9.52',
  /** RFC 8017 appendix C. */
  rsaEncryption: '1.2.840.113549.1.1.1',
  rsassaPss: '1.2.840.113549.1.1.10',
} as const

/** RFC 5754 2: the hash functions of document signatures. */
export const hashOids: Readonly<Record<DocumentHash, string>> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
}

/** The hash function of an identifier; `undefined` for SHA-1, MD5 and all others. */
export function hashOf(oid: string): DocumentHash | undefined {
  return (Object.keys(hashOids) as DocumentHash[]).find((hash) => hashOids[hash] === oid)
}

/** Signature algorithms by key and hash. RFC 5754 3.2 (RSA, with NULL), 3.3 (ECDSA, without parameters). */
export const signatureOids: Readonly<Record<'rsa' | 'ec', Readonly<Record<DocumentHash, string>>>> = {
  rsa: {
    'SHA-256': '1.2.840.113549.1.1.11',
    'SHA-384': '1.2.840.113549.1.1.12',
    'SHA-512': '1.2.840.113549.1.1.13',
  },
  ec: { 'SHA-256': '1.2.840.10045.4.3.2', 'SHA-384': '1.2.840.10045.4.3.3', 'SHA-512': '1.2.840.10045.4.3.4' },
}
