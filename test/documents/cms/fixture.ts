import { createHash, createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto'
import {
  type DocumentReport,
  type DocumentSigner,
  type DocumentTrust,
  keyDocumentSigner,
  verifyCmsDocument,
} from '../../../src/documents/index.ts'
import type { Identity } from '../../../src/emulator/index.ts'
import { Certificate, type RevocationPolicy } from '../../../src/pki/index.ts'
import { der, integer, oid, sequence } from '../../support/issue.ts'
import { identity } from '../../support/virtual.ts'

export const content: Uint8Array = new TextEncoder().encode('申請書 an application, 2026-11-30\n')

export const ids = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  counterSignature: '1.2.840.113549.1.9.6',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timestamp: '1.2.840.113549.1.9.16.2.14',
  algorithmProtection: '1.2.840.113549.1.9.52',
  sha1: '1.3.14.3.2.26',
  md5: '1.2.840.113549.2.5',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha512: '2.16.840.1.101.3.4.2.3',
  rsaSha1: '1.2.840.113549.1.1.5',
  rsaSha256: '1.2.840.113549.1.1.11',
  rsaSha512: '1.2.840.113549.1.1.13',
} as const

/** An invented signer with what is trusted. */
export interface Bench {
  readonly person: Identity
  readonly signer: DocumentSigner
  readonly key: KeyObject
  readonly certificate: Certificate
  readonly ca: Certificate
  trust(more?: Partial<DocumentTrust>): DocumentTrust
  verify(cms: Uint8Array, more?: Partial<DocumentTrust>, detached?: Uint8Array): Promise<DocumentReport>
}

/** Every certificate is good. */
export const good: RevocationPolicy = {
  mode: 'required',
  sources: [() => ({ status: 'good', evidence: [], problems: [] })],
}

export async function cmsBench(): Promise<Bench> {
  const person = await identity()
  const key = createPrivateKey({ key: Buffer.from(person.sign.privateKey), format: 'der', type: 'pkcs8' })
  const ca = Certificate.fromDer(person.signCa.certificate)
  const trust = (more: Partial<DocumentTrust> = {}): DocumentTrust => ({
    anchors: [ca],
    revocation: good,
    use: 'sign',
    hierarchies: ['virtual'],
    ...more,
  })
  return {
    person,
    signer: keyDocumentSigner(key, person.sign.certificate),
    key,
    certificate: Certificate.fromDer(person.sign.certificate),
    ca,
    trust,
    verify: (cms, more, detached) => verifyCmsDocument(cms, { trust: trust(more), content: detached }),
  }
}

/** Identifiers of all problems of a report. */
export const problemsOf = (report: DocumentReport): readonly string[] =>
  [
    ...report.problems,
    ...report.signatures.flatMap(({ problems, timestamps }) => [
      ...problems,
      ...timestamps.flatMap((one) => one.problems),
    ]),
  ].map(({ id }) => id)

/** Whether a report says that everything is right: passed, nothing noted, everything covered. */
export function isClean(report: DocumentReport): boolean {
  const [signature, ...more] = report.signatures
  return (
    signature !== undefined &&
    more.length === 0 &&
    signature.indication === 'TOTAL-PASSED' &&
    signature.coverage.extent === 'whole' &&
    problemsOf(report).length === 0
  )
}

export const hashed = (name: string, bytes: Uint8Array): Uint8Array => createHash(name).update(bytes).digest()

export const attribute = (type: string, ...values: readonly Uint8Array[]): Uint8Array =>
  sequence(oid(type), der(0x31, ...values))

const sorted = (parts: readonly Uint8Array[]): readonly Uint8Array[] => [...parts].sort(Buffer.compare)

/** signing-time as UTCTime. */
export const signingTime = (date: Date): Uint8Array =>
  attribute(ids.signingTime, der(0x17, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`)))

/** A CMS written by hand, so that anything can be made wrong on purpose. */
export interface Draft {
  readonly bench: Bench
  /** Attached content. */
  readonly content?: Uint8Array | undefined
  readonly contentType?: string
  readonly digestAlgorithm?: string
  readonly listed?: readonly string[]
  readonly signatureAlgorithm?: string
  /** Hash of node:crypto that is really used. */
  readonly hash?: string
  /** Replaces the signed attributes; `undefined`: none at all. */
  readonly signed?: ((standard: readonly Uint8Array[]) => readonly Uint8Array[]) | undefined
  readonly unsigned?: readonly Uint8Array[]
  readonly unsorted?: boolean
  readonly certificates?: readonly Uint8Array[]
  readonly version?: number
  readonly signerVersion?: number
  readonly serial?: Uint8Array
  readonly noSigners?: boolean
  /** Signs the content itself, without signed attributes. */
  readonly bare?: boolean
  /** What the attributes hash in place of the content. */
  readonly digest?: Uint8Array
  /** DER of further elements of the SignedData. */
  readonly crls?: readonly Uint8Array[]
  readonly moreSigners?: readonly Uint8Array[]
  readonly key?: KeyObject
  /** DER of the identifier of the signer. */
  readonly signerId?: Uint8Array
  /** DER of the signature algorithm, and what signs by it. */
  readonly algorithm?: Uint8Array
  readonly signWith?: (bytes: Uint8Array) => Uint8Array
}

/** ESS signing-certificate-v2 by SHA-256. */
export const signingCertificateV2 = (certificate: Uint8Array): Uint8Array =>
  attribute(ids.signingCertificateV2, sequence(sequence(sequence(der(0x04, hashed('sha256', certificate))))))

export function signerInfo(draft: Draft): { readonly der: Uint8Array; readonly signature: Uint8Array } {
  const { bench, hash = 'sha256', digestAlgorithm = ids.sha256, signatureAlgorithm = ids.rsaSha256 } = draft
  const { contentType = ids.data, content: body = content, key = bench.key } = draft
  const standard = [
    attribute(ids.contentType, oid(contentType)),
    attribute(ids.messageDigest, der(0x04, draft.digest ?? hashed(hash, body))),
    signingTime(bench.certificate.notBefore),
    signingCertificateV2(bench.certificate.der),
  ]
  const attributes = draft.signed === undefined ? standard : draft.signed(standard)
  const ordered = draft.unsorted === true ? [...sorted(attributes)].reverse() : sorted(attributes)
  const toSign = draft.bare === true ? body : der(0x31, ...ordered)
  const signature = draft.signWith?.(toSign) ?? signBytes(hash, toSign, key)
  const info = sequence(
    integer(draft.signerVersion ?? 1),
    draft.signerId ?? sequence(bench.certificate.issuerName.der, der(0x02, draft.serial ?? bench.certificate.serial)),
    sequence(oid(digestAlgorithm)),
    ...(draft.bare === true ? [] : [der(0xa0, ...ordered)]),
    draft.algorithm ?? sequence(oid(signatureAlgorithm), der(0x05)),
    der(0x04, signature),
    ...(draft.unsigned === undefined ? [] : [der(0xa1, ...sorted(draft.unsigned))]),
  )
  return { der: info, signature }
}

export function draftCms(draft: Draft): Uint8Array {
  const { bench, contentType = ids.data, digestAlgorithm = ids.sha256 } = draft
  const body = draft.content ?? content
  const infos = draft.noSigners === true ? [] : [signerInfo(draft).der, ...(draft.moreSigners ?? [])]
  const signedData = sequence(
    integer(draft.version ?? (contentType === ids.data ? 1 : 3)),
    der(0x31, ...(draft.listed ?? [digestAlgorithm]).map((one) => sequence(oid(one)))),
    sequence(oid(contentType), der(0xa0, der(0x04, body))),
    der(0xa0, ...(draft.certificates ?? [bench.certificate.der])),
    ...(draft.crls === undefined ? [] : [der(0xa1, ...draft.crls)]),
    der(0x31, ...infos),
  )
  return sequence(oid(ids.signedData), der(0xa0, signedData))
}
