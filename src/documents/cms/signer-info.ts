import { equalBytes } from '../../bytes.ts'
import { Algorithm, DerReader, isNullOrAbsent, readOid, readTime, tags } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import { type Certificate, verifySigned } from '../../pki/index.ts'
import type { DocumentProblem, Indication, SignatureReport, SubIndication } from '../report.ts'
import type { DocumentHash } from '../signer.ts'
import type { SignerVerdict } from '../trust.ts'
import { derNull, oid, sequence } from './encode.ts'
import { oids, signatureOids } from './oids.ts'
import { type CmsAttribute, hashOfAlgorithm, type SignerInfo } from './structure.ts'

/** Attributes that have to be signed: among the unsigned ones they are refused. RFC 5652 11, RFC 5035 3. */
export const onlySigned: ReadonlySet<string> = new Set([
  oids.contentType,
  oids.messageDigest,
  oids.signingTime,
  oids.signingCertificate,
  oids.signingCertificateV2,
  oids.algorithmProtection,
  oids.contentHints,
])

/** Signed attributes that are understood, or say nothing about what a signature means. */
const knownSigned: ReadonlySet<string> = new Set([
  ...onlySigned,
  oids.smimeCapabilities,
  oids.mimeType,
  oids.adobeRevocation,
])

/** Attributes that must not be signed. RFC 5652 11.4, RFC 3161 appendix A. */
const onlyUnsigned: ReadonlySet<string> = new Set([oids.counterSignature, oids.signatureTimestamp])

/** The signed attributes that are understood. */
export interface SignedAttributes {
  readonly contentType: string | undefined
  readonly messageDigest: Uint8Array | undefined
  readonly signingTime: Date | undefined
  /** Values of signing-certificate and signing-certificate-v2. */
  readonly bindings: readonly { readonly version: 1 | 2; readonly der: Uint8Array }[]
  readonly types: ReadonlySet<string>
}

/** Problems of one signature, with the worst indication of them. */
export class Findings {
  readonly problems: DocumentProblem[] = []
  readonly notChecked: Set<string> = new Set()
  #worst: { readonly indication: Indication; readonly subIndication: SubIndication } | undefined

  warn(id: string, detail?: string): void {
    this.problems.push({ id, severity: 'warning', ...(detail !== undefined && { detail }) })
  }

  /** The signature is not what it has to be: TOTAL-FAILED. */
  fail(id: string, subIndication: SubIndication, detail?: string): void {
    this.#note(id, 'TOTAL-FAILED', subIndication, detail)
  }

  /** The signature is not accepted: INDETERMINATE. */
  refuse(id: string, subIndication: SubIndication, detail?: string): void {
    this.#note(id, 'INDETERMINATE', subIndication, detail)
  }

  #note(id: string, indication: Indication, subIndication: SubIndication, detail: string | undefined): void {
    this.problems.push({ id, severity: 'refused', ...(detail !== undefined && { detail }) })
    if (this.#worst === undefined || (indication === 'TOTAL-FAILED' && this.#worst.indication !== indication)) {
      this.#worst = { indication, subIndication }
    }
  }

  /** What follows from these, the integrity and the certificate. Passed only when all of them are. */
  indication(
    integrity: SignatureReport['integrity'],
    verdict: Pick<SignerVerdict, 'indication' | 'subIndication'> | undefined,
  ): { readonly indication: Indication; readonly subIndication?: SubIndication | undefined } {
    if (this.#worst?.indication === 'TOTAL-FAILED') return this.#worst
    if (verdict?.indication === 'TOTAL-FAILED') return verdict
    if (this.#worst !== undefined) return this.#worst
    if (integrity !== 'intact') return { indication: 'INDETERMINATE', subIndication: 'SIGNED_DATA_NOT_FOUND' }
    return verdict ?? { indication: 'INDETERMINATE', subIndication: 'NO_SIGNING_CERTIFICATE_FOUND' }
  }
}

/** Reads the signed attributes; each type once and with one value, as all of those understood have to be. */
export function readSignedAttributes(info: SignerInfo, found: Findings): SignedAttributes {
  const types = new Set<string>()
  for (const { type, values } of info.signed) {
    if (types.has(type)) found.fail('attribute-duplicate', 'FORMAT_FAILURE', type)
    types.add(type)
    if (values.length > 1 && onlySigned.has(type)) found.fail('attribute-values', 'FORMAT_FAILURE', type)
    if (onlyUnsigned.has(type)) found.fail('attribute-signed', 'FORMAT_FAILURE', type)
    // Policies, roles, commitments: signed, and not interpreted.
    else if (!knownSigned.has(type)) found.notChecked.add('signed-attributes')
  }
  const one = <T>(type: string, read: (reader: DerReader) => T): T | undefined => {
    const value = info.signed.find((attribute) => attribute.type === type)?.values[0]
    if (value === undefined) return undefined
    try {
      const reader = new DerReader(value)
      const result = read(reader)
      reader.finish()
      return result
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      found.fail('attribute-unreadable', 'FORMAT_FAILURE', type)
      return undefined
    }
  }
  const protectedAlgorithms = one(oids.algorithmProtection, (reader) => {
    const element = reader.read(tags.sequence)
    return reader.raw(element)
  })
  if (protectedAlgorithms !== undefined && !protects(protectedAlgorithms, info)) {
    found.fail('algorithm-protection-mismatch', 'SIG_CONSTRAINTS_FAILURE')
  }
  const time = one(oids.signingTime, readTime)
  const bindings = info.signed.flatMap(({ type, values }) => {
    if (type !== oids.signingCertificate && type !== oids.signingCertificateV2) return []
    return [{ version: type === oids.signingCertificate ? (1 as const) : (2 as const), der: values[0]! }]
  })
  return {
    contentType: one(oids.contentType, readOid),
    messageDigest: one(oids.messageDigest, (reader) => reader.value(reader.read(tags.octetString))),
    signingTime: time === undefined ? undefined : new Date(time),
    bindings,
    types,
  }
}

/** CMSAlgorithmProtection: the digest algorithm, and [1] the signature algorithm. RFC 6211 2. */
function protects(der: Uint8Array, info: SignerInfo): boolean {
  try {
    const reader = new DerReader(der).enter(tags.sequence)
    if (!isSame(new Algorithm(reader), info.digestAlgorithm)) return false
    const signature = reader.value(reader.read(0xa1))
    reader.finish()
    return isSame(new Algorithm(new DerReader(sequence(signature))), info.signatureAlgorithm)
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

/** Absent parameters and NULL are the same for the algorithms that are accepted: RFC 5754 2, RFC 4055 5. */
const isSame = (one: Algorithm, other: Algorithm): boolean =>
  one.equals(other) || (one.id === other.id && isNullOrAbsent(one.parameters) && isNullOrAbsent(other.parameters))

interface Integrity {
  readonly hash: DocumentHash | undefined
  readonly digest: Uint8Array | undefined
  readonly attributes: Pick<SignedAttributes, 'messageDigest'>
  readonly certificate: Certificate | undefined
  readonly found: Findings
}

/** Whether digest and signature value fit. RFC 5652 5.4 to 5.6. */
export function integrityOf(
  info: SignerInfo,
  { hash, digest, attributes, certificate, found }: Integrity,
): SignatureReport['integrity'] {
  if (hash === undefined || info.signedBytes === undefined) return 'not-checked'
  if (digest === undefined) {
    found.refuse('content-not-found', 'SIGNED_DATA_NOT_FOUND')
    return 'not-checked'
  }
  if (attributes.messageDigest === undefined) return 'broken'
  if (!equalBytes(attributes.messageDigest, digest)) {
    found.fail('digest-mismatch', 'HASH_FAILURE')
    return 'broken'
  }
  if (certificate === undefined) return 'not-checked'
  if (algorithmOf(info) === undefined) {
    found.refuse('signature-algorithm', 'CRYPTO_CONSTRAINTS_FAILURE', info.signatureAlgorithm.id)
    return 'not-checked'
  }
  if (!verifies(info, certificate)) {
    found.fail('signature-value', 'SIG_CRYPTO_FAILURE')
    return 'broken'
  }
  return 'intact'
}

const kinds = ['rsa', 'ec'] as const

/**
 * The signature algorithm as one of a certificate would be: with the hash of the signer, or `undefined` for another hash or kind.
 * `rsaEncryption` means PKCS#1 v1.5 with the hash of the signer (RFC 3370 3.2).
 */
function algorithmOf(info: SignerInfo): Algorithm | undefined {
  const hash = hashOfAlgorithm(info.digestAlgorithm)
  const { signatureAlgorithm: algorithm } = info
  if (hash === undefined) return undefined
  if (algorithm.id === oids.rsaEncryption) {
    if (!isNullOrAbsent(algorithm.parameters)) return undefined
    return new Algorithm(new DerReader(sequence(oid(signatureOids.rsa[hash]), derNull)))
  }
  if (algorithm.id === oids.rsassaPss) return pssHash(algorithm) === hash ? algorithm : undefined
  return kinds.some((kind) => signatureOids[kind][hash] === algorithm.id) ? algorithm : undefined
}

/** Hash of RSASSA-PSS-params, [0]. RFC 4056 3: that of the signer. */
function pssHash({ parameters }: Algorithm): DocumentHash | undefined {
  try {
    const reader = new DerReader(parameters ?? new Uint8Array()).enter(tags.sequence)
    return hashOfAlgorithm(new Algorithm(reader.enter(0xa0)))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

export function verifies(info: SignerInfo, certificate: Certificate): boolean {
  const algorithm = algorithmOf(info)
  if (algorithm === undefined || info.signedBytes === undefined) return false
  return verifySigned(info.signedBytes, algorithm, info.signature, certificate.key)
}

/** Whether the signer names the certificate. RFC 5652 5.3. */
export function isNamed(certificate: Certificate, { id }: SignerInfo): boolean {
  if (id.kind === 'key') {
    const keyId = certificate.extensions.subjectKeyId
    return keyId !== undefined && equalBytes(keyId, id.keyId)
  }
  return equalBytes(certificate.issuerName.der, id.issuer) && equalBytes(certificate.serial, id.serial)
}

/** Values of the unsigned attributes of one type. */
export function unsignedValues(info: SignerInfo, type: string): readonly Uint8Array[] {
  return info.unsigned.filter((attribute: CmsAttribute) => attribute.type === type).flatMap(({ values }) => values)
}
