import { equalBytes } from '../../bytes.ts'
import { DerReader } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import { type Certificate, digestLength, type OcspResponse } from '../../pki/index.ts'
import type { DocumentProblem, DocumentReport, SignatureCoverage, SignatureReport, TimestampReport } from '../report.ts'
import type { DocumentHash } from '../signer.ts'
import { type DocumentTrust, type EmbeddedEvidence, type SignerVerdict, verifySigner } from '../trust.ts'
import { ocspResponseOf } from './edit.ts'
import { certificateBound, type EssProblem } from './ess.ts'
import { type ReadValues, readValues, type ValidationValues } from './evidence.ts'
import { digestOf } from './make.ts'
import { oids } from './oids.ts'
import {
  Findings,
  integrityOf,
  isNamed,
  onlySigned,
  readSignedAttributes,
  type SignedAttributes,
  unsignedValues,
  verifies,
} from './signer-info.ts'
import {
  cmsLimits,
  hashOfAlgorithm,
  isIndefinite,
  readSignedData,
  readSignerInfo,
  type SignedData,
  type SignerInfo,
} from './structure.ts'
import { verifyTimestamp } from './timestamp-token.ts'
import { structureProblems } from './version.ts'

/** The content of a detached signature: its bytes, or its digest by the hash that is asked for. */
export type DetachedContent = Uint8Array | ((hash: DocumentHash) => Uint8Array | Promise<Uint8Array>)

/** Options of {@link verifyCms}. */
export interface VerifyCmsOptions {
  readonly trust: DocumentTrust
  /** Of a detached signature; must be absent for an attached one. */
  readonly content?: DetachedContent | undefined
  /** Length of the content when it is given as digest, bytes; for the report. */
  readonly contentBytes?: number | undefined
  /** What is covered, where the caller knows better: the byte ranges of a PDF. */
  readonly coverage?: SignatureCoverage | undefined
  /** Certificates and revocation values beside the CMS, as in a PDF. Untrusted. */
  readonly values?: ValidationValues | undefined
  /** Name of the form, where the caller knows it: `PAdES-B`, `adbe.pkcs7.detached`. Default: by the attributes. */
  readonly profile?: string | undefined
  /** Signing time outside of the CMS, as M of a PDF signature; counts when the CMS has none. */
  readonly claimedTime?: Date | undefined
}

/** What was found about a CMS signature. */
export interface CmsVerification {
  /** One for each signer, in the order of the structure. */
  readonly signatures: readonly SignatureReport[]
  /** About the structure as a whole. */
  readonly problems: readonly DocumentProblem[]
  readonly notChecked: readonly string[]
  /** The attached content: a view. Counts only as far as a signature of it passed. */
  readonly content?: Uint8Array | undefined
}

/** Longest structure without its content, bytes: a list of a CA may have some megabytes. */
const maxBytes = 1_073_741_824
/** Clocks of a signer may be ahead so much, milliseconds. */
const skewMs = 5 * 60_000

/**
 * Verifies a CMS signature, and never throws for what is in it.
 *
 * @throws TypeError when the arguments are not as described.
 * @see RFC 5652 5.6, RFC 5035, ETSI EN 319 122-1, ETSI EN 319 102-1
 */
export async function verifyCms(cms: Uint8Array, options: VerifyCmsOptions): Promise<CmsVerification> {
  if (!(cms instanceof Uint8Array)) throw new TypeError('cms must be bytes')
  let data: SignedData
  try {
    if (cms.length > maxBytes) throw new DecodeError('ERR_DER', `more than ${maxBytes} bytes`, maxBytes)
    data = readSignedData(cms)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    const id = isIndefinite(cms) ? 'ber-encoding' : 'format'
    return { signatures: [], problems: [{ id, severity: 'refused', detail: error.message }], notChecked: [] }
  }
  return new Verification(data, options).run()
}

/** {@link verifyCms} as report of a document. */
export async function verifyCmsDocument(cms: Uint8Array, options: VerifyCmsOptions): Promise<DocumentReport> {
  const { signatures, problems, notChecked } = await verifyCms(cms, options)
  const at = options.trust.at ?? new Date()
  return { format: 'cms', at, signatures, changes: [], problems, notChecked: ['content-meaning', ...notChecked] }
}

/** Unsigned attributes that are read, or known and reported as not checked. */
const knownUnsigned: ReadonlySet<string> = new Set([oids.counterSignature, oids.signatureTimestamp])

class Verification {
  readonly #data: SignedData
  readonly #options: VerifyCmsOptions
  readonly #problems: DocumentProblem[] = []
  readonly #notChecked = new Set<string>()
  readonly #digests = new Map<DocumentHash, Uint8Array | Promise<Uint8Array>>()
  /** Certificates of the structure that a signer or timestamp was verified with, as hexadecimal of their DER. */
  readonly #used = new Set<string>()
  #evidence: EmbeddedEvidence = { certificates: [] }
  /** Those of the structure itself. */
  #certificates: readonly Certificate[] = []
  #responses: readonly OcspResponse[] = []
  #signersLeft: number = cmsLimits.signers
  #timestampsLeft: number = cmsLimits.timestamps

  constructor(data: SignedData, options: VerifyCmsOptions) {
    this.#data = data
    this.#options = options
  }

  async run(): Promise<CmsVerification> {
    const data = this.#data
    this.#checkStructure()
    this.#evidence = await this.#readEvidence()
    const signatures: SignatureReport[] = []
    for (const [index, signer] of data.signers.entries()) {
      const digest = (hash: DocumentHash): Uint8Array | undefined | Promise<Uint8Array | undefined> =>
        this.#digest(hash)
      signatures.push(await this.#signer(signer, { index, digest, depth: 0 }))
    }
    const responses = this.#unusedResponses(signatures, this.#responses)
    if (responses > 0) this.#warn('revocation-value-unverified', `${responses} OCSP responses`)
    const unused = this.#certificates.filter((one) => !this.#isUsed(one)).length
    if (unused > 0 && data.signers.length > 0)
      this.#warn('certificate-unused', `${unused} of ${data.certificates.length}`)
    return { signatures, problems: this.#problems, notChecked: [...this.#notChecked], content: data.content }
  }

  #isUsed(certificate: Certificate): boolean {
    const { anchors, timestamps } = this.#options.trust
    const trusted = [...anchors, ...(timestamps?.anchors ?? [])]
    return this.#used.has(keyOf(certificate)) || trusted.some((anchor) => equalBytes(anchor.der, certificate.der))
  }

  #warn(id: string, detail?: string): void {
    this.#problems.push({ id, severity: 'warning', ...(detail !== undefined && { detail }) })
  }

  #refuse(id: string, detail?: string): void {
    this.#problems.push({ id, severity: 'refused', ...(detail !== undefined && { detail }) })
  }

  #checkStructure(): void {
    const data = this.#data
    if (data.signers.length === 0) this.#refuse('no-signer')
    this.#problems.push(...structureProblems(data))
    if (data.otherCertificates > 0) this.#notChecked.add('attribute-certificates')
    if (data.otherRevocations > 0) this.#notChecked.add('other-revocation-values')
    const { content } = this.#options
    if (data.content !== undefined && content !== undefined) this.#refuse('content-twice')
    if (data.content === undefined && content === undefined) this.#refuse('content-missing')
  }

  /** Certificates, lists and answers of the structure; those that cannot be read are reported. */
  async #readEvidence(): Promise<EmbeddedEvidence> {
    const data = this.#data
    const own = await readValues({
      certificates: data.certificates,
      revocationLists: data.revocationLists,
      ocspResponses: [...data.ocspResponses, ...data.basicOcspResponses.map(ocspResponseOf)],
    })
    const given = await readValues(this.#options.values ?? {})
    for (const { id, detail } of [...own.unreadable, ...given.unreadable]) this.#warn(id, detail)
    this.#certificates = own.certificates
    this.#responses = own.ocspResponses
    await this.#checkRevocations(own, given)
    const keys = own.certificates.map(keyOf)
    if (new Set(keys).size !== keys.length) this.#warn('certificate-duplicate')
    return {
      certificates: [...own.certificates, ...given.certificates],
      revocationLists: [...own.revocationLists, ...given.revocationLists],
      ocspResponses: [...own.ocspResponses, ...given.ocspResponses],
    }
  }

  /** Lists in the structure that no CA at hand has signed: they are not covered by the signature. */
  async #checkRevocations(own: ReadValues, given: ReadValues): Promise<void> {
    const { anchors, intermediates = [], timestamps } = this.#options.trust
    const cas = [...anchors, ...intermediates, ...(timestamps?.anchors ?? []), ...(timestamps?.intermediates ?? [])]
    const pool = [...cas, ...own.certificates, ...given.certificates]
    for (const list of own.revocationLists) {
      const issuers = pool.filter((one) => one.subjectName.equals(list.issuerName)).slice(0, cmsLimits.candidates)
      const signed = await Promise.all(issuers.map((issuer) => list.verifySignature(issuer)))
      if (!signed.includes(true)) this.#warn('revocation-value-unverified', list.sha256.slice(0, 16))
    }
  }

  /** OCSP responses in the structure that no certificate was verified with. */
  #unusedResponses(signatures: readonly SignatureReport[], responses: readonly OcspResponse[]): number {
    const reports = signatures.flatMap(({ signer, timestamps }) => [
      signer,
      ...timestamps.map(({ authority }) => authority),
    ])
    const used = new Set(
      reports.flatMap((one) =>
        (one?.verification.revocation ?? []).flatMap(({ evidence }) => evidence.map(({ sha256 }) => sha256)),
      ),
    )
    return responses.filter(({ sha256 }) => !used.has(sha256)).length
  }

  /** Digest of the content; `undefined` without one. */
  async #digest(hash: DocumentHash): Promise<Uint8Array | undefined> {
    const { content: attached } = this.#data
    const { content: given } = this.#options
    if ((attached === undefined) === (given === undefined)) return undefined
    let digest = this.#digests.get(hash)
    if (digest === undefined) {
      const content = attached ?? given!
      digest = typeof content === 'function' ? content(hash) : digestOf(hash, content)
      this.#digests.set(hash, digest)
    }
    const found = await digest
    if (!(found instanceof Uint8Array) || found.length !== digestLength[hash]) {
      throw new TypeError(`content must return a ${hash} digest of ${digestLength[hash]} bytes`)
    }
    return found
  }

  /** Verifies one signer, and its counter-signatures. */
  async #signer(info: SignerInfo, what: Signed): Promise<SignatureReport> {
    this.#signersLeft--
    const found = new Findings()
    const { trust } = this.#options
    const now = trust.at ?? new Date()
    const hash = hashOfAlgorithm(info.digestAlgorithm)
    if (hash === undefined) found.refuse('weak-hash', 'CRYPTO_CONSTRAINTS_FAILURE', info.digestAlgorithm.id)
    if (
      hash !== undefined &&
      what.depth === 0 &&
      !this.#data.digestAlgorithms.some(({ id }) => id === info.digestAlgorithm.id)
    ) {
      found.fail('digest-algorithm-not-listed', 'FORMAT_FAILURE')
    }
    const attributes = readSignedAttributes(info, found)
    this.#checkAttributes(info, attributes, what, found)

    const certificate = this.#certificateOf(info, attributes, found)
    if (certificate !== undefined) this.#used.add(keyOf(certificate))
    const digest = hash === undefined ? undefined : await what.digest(hash)
    const integrity = integrityOf(info, { hash, digest, attributes, certificate, found })

    const timestamps: TimestampReport[] = []
    for (const token of unsignedValues(info, oids.signatureTimestamp)) {
      if (this.#timestampsLeft-- <= 0) {
        found.warn('timestamp-limit')
        found.notChecked.add('timestamps')
        break
      }
      const { report, certificates } = await verifyTimestamp(token, {
        digest: (imprintHash) => digestOf(imprintHash, info.signature),
        trust,
        embedded: this.#evidence,
      })
      for (const one of certificates) this.#used.add(keyOf(one))
      for (const check of report.notChecked ?? []) found.notChecked.add(`timestamp-${check}`)
      timestamps.push(report)
    }
    const outer = what.depth === 0 ? this.#options : undefined
    const claimedTime = attributes.signingTime ?? outer?.claimedTime
    const time = timeOf(timestamps, claimedTime, now, found)
    let verdict: SignerVerdict | undefined
    if (certificate !== undefined) {
      verdict = await verifySigner({ certificate, embedded: this.#evidence, time }, trust)
      for (const one of verdict.signer.verification.path ?? []) this.#used.add(keyOf(one))
    }
    const counterSignatures = await this.#counterSignatures(info, what, found)
    const { indication, subIndication } = found.indication(integrity, verdict)
    return {
      index: what.index,
      profile: outer?.profile ?? profileOf(attributes, timestamps, this.#evidence),
      indication,
      ...(subIndication !== undefined && { subIndication }),
      integrity,
      hash,
      algorithm: info.signatureAlgorithm.id,
      coverage: integrity === 'intact' ? this.#coverage(what) : { extent: 'none' },
      ...(verdict !== undefined && { signer: verdict.signer }),
      ...(claimedTime !== undefined && { claimedTime }),
      timestamps,
      verifiedAt: time,
      counterSignatures,
      problems: [...found.problems, ...(verdict?.problems ?? [])],
      notChecked: [...found.notChecked, ...(verdict?.notChecked ?? [])],
    }
  }

  #coverage({ depth }: Signed): SignatureCoverage {
    if (depth > 0) return { extent: 'part' }
    const { coverage, contentBytes, content } = this.#options
    if (coverage !== undefined) return coverage
    const bytes =
      this.#data.content?.length ?? contentBytes ?? (content instanceof Uint8Array ? content.length : undefined)
    return { extent: 'whole', ...(bytes !== undefined && { bytes }) }
  }

  #checkAttributes(info: SignerInfo, attributes: SignedAttributes, what: Signed, found: Findings): void {
    if (info.signedBytes === undefined) {
      // Without them, attributes of another signature could be passed off as content. RFC 5652 5.3 allows it for data only.
      found.refuse('signed-attributes-missing', 'SIG_CONSTRAINTS_FAILURE')
    } else {
      if (attributes.messageDigest === undefined) found.fail('message-digest-missing', 'FORMAT_FAILURE')
      if (what.depth > 0) {
        if (attributes.contentType !== undefined) found.fail('content-type-in-counter-signature', 'FORMAT_FAILURE')
      } else if (attributes.contentType === undefined) found.fail('content-type-missing', 'FORMAT_FAILURE')
      else if (attributes.contentType !== this.#data.contentType) found.fail('content-type-mismatch', 'FORMAT_FAILURE')
    }
    const seen = new Set<string>()
    for (const { type } of info.unsigned) {
      if (seen.has(type) && !knownUnsigned.has(type)) found.warn('attribute-duplicate', type)
      seen.add(type)
      if (onlySigned.has(type)) found.refuse('unsigned-attribute-smuggled', 'SIG_CONSTRAINTS_FAILURE', type)
      else if (!knownUnsigned.has(type)) {
        found.warn('unsigned-attribute', type)
        found.notChecked.add('unsigned-attributes')
      }
    }
  }

  /** The certificate a signer names, which must be the one it has signed the hash of. */
  #certificateOf(info: SignerInfo, { bindings }: SignedAttributes, found: Findings): Certificate | undefined {
    const pool = [...this.#evidence.certificates, ...(this.#options.trust.intermediates ?? [])]
    // More certificates with one issuer and serial number than this are there to cost time.
    const named = pool.filter((one) => isNamed(one, info)).slice(0, cmsLimits.candidates)
    if (named.length === 0) {
      found.refuse('signer-certificate-missing', 'NO_SIGNING_CERTIFICATE_FOUND')
      return undefined
    }
    if (info.signedBytes === undefined) return named[0]
    if (bindings.length === 0) {
      found.warn('signing-certificate-missing')
      found.notChecked.add('signing-certificate')
      return named.find((one) => verifies(info, one)) ?? named[0]
    }
    let problem: EssProblem | undefined
    for (const candidate of named) {
      const bound = certificateBound(candidate, bindings)
      if (bound === undefined) return candidate
      problem ??= bound
    }
    const weak = problem === 'weak-hash'
    found.refuse(
      weak ? 'signing-certificate-weak-hash' : 'signing-certificate-mismatch',
      weak ? 'CRYPTO_CONSTRAINTS_FAILURE' : 'SIG_CONSTRAINTS_FAILURE',
    )
    return named[0]
  }

  async #counterSignatures(info: SignerInfo, what: Signed, found: Findings): Promise<readonly SignatureReport[]> {
    const reports: SignatureReport[] = []
    for (const [index, value] of unsignedValues(info, oids.counterSignature).entries()) {
      if (what.depth >= cmsLimits.depth || this.#signersLeft <= 0) {
        found.warn('counter-signature-limit')
        found.notChecked.add('counter-signatures')
        break
      }
      try {
        const reader = new DerReader(value)
        const inner = readSignerInfo(reader)
        reader.finish()
        const digest = (hash: DocumentHash): Uint8Array => digestOf(hash, info.signature)
        reports.push(await this.#signer(inner, { index, digest, depth: what.depth + 1 }))
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        found.warn('counter-signature-unreadable', error.message)
      }
    }
    return reports
  }
}

/** What a signer signed. */
interface Signed {
  readonly index: number
  readonly digest: (hash: DocumentHash) => Uint8Array | undefined | Promise<Uint8Array | undefined>
  /** 0: the content; from 1: the signature of another signer. */
  readonly depth: number
}

/** The time a signer is verified at: the earliest valid timestamp, else the claimed time, else now. */
function timeOf(
  timestamps: readonly TimestampReport[],
  claimed: Date | undefined,
  now: Date,
  found: Findings,
): SignatureReport['verifiedAt'] {
  const proven = timestamps
    .flatMap(({ indication, time }) => (indication === 'TOTAL-PASSED' && time !== undefined ? [time] : []))
    .sort((a, b) => a.getTime() - b.getTime())[0]
  if (timestamps.some(({ indication }) => indication !== 'TOTAL-PASSED')) found.warn('timestamp-not-valid')
  if (claimed !== undefined && claimed.getTime() > (proven ?? now).getTime() + skewMs) {
    found.refuse('signing-time-ahead', 'SIG_CONSTRAINTS_FAILURE')
  }
  if (proven !== undefined) return { time: proven, by: 'timestamp' }
  // A clock that is ahead by seconds must not make a certificate or list one of the future.
  if (claimed !== undefined && claimed <= now) return { time: claimed, by: 'claimed' }
  return { time: now, by: 'verification' }
}

/** CAdES by its mandatory attributes, ETSI EN 319 122-1 6.3; else plain CMS. */
function profileOf(
  { types }: SignedAttributes,
  timestamps: readonly TimestampReport[],
  { revocationLists = [], ocspResponses = [] }: EmbeddedEvidence,
): string {
  const mandatory = [oids.contentType, oids.messageDigest, oids.signingTime, oids.signingCertificateV2]
  if (!mandatory.every((type) => types.has(type))) return 'CMS'
  if (timestamps.length === 0) return 'CAdES-B-B'
  return revocationLists.length + ocspResponses.length > 0 ? 'CAdES-B-LT' : 'CAdES-B-T'
}

const keyOf = (certificate: Certificate): string => Buffer.from(certificate.der).toString('latin1')
