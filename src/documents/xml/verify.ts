import { CertificateError, RefusalError } from '../../errors.ts'
import { Certificate, verifySignature } from '../../pki/index.ts'
import { Findings } from '../cms/signer-info.ts'
import type { DocumentProblem, DocumentReport, SignatureCoverage, SignatureReport } from '../report.ts'
import { type DocumentTrust, type SignerVerdict, verifySigner } from '../trust.ts'
import { canonicalBytes } from './canonical.ts'
import { ecdsaFromXml } from './ecdsa.ts'
import { algorithms, countersignedType, dsig, nameIn, xades } from './names.ts'
import { coversProperties, namesCertificate, readProperties, type SignedProperties } from './properties.ts'
import {
  digestReference,
  type ReferenceContext,
  type ResolvedReference,
  uncovered,
  type XmlResources,
} from './references.ts'
import { readSignature, type XmlSignature } from './structure.ts'
import {
  decodeXml,
  descendants,
  isInside,
  parseXml,
  pathOf,
  type XmlDocument,
  type XmlElement,
  type XmlLimits,
  xmlLimits,
} from './tree.ts'

/** Options of {@link verifyXml}. */
export interface VerifyXmlOptions {
  readonly trust: DocumentTrust
  /** Content of other resources, by the URI of their reference exactly as written. Nothing is fetched. */
  readonly resources?: XmlResources | undefined
  /**
   * A signature that leaves out a part of the document: `refuse` (the default), or `report` for an application that reads
   * only the elements which `coverage.references` names.
   */
  readonly partial?: 'refuse' | 'report' | undefined
  readonly limits?: Partial<XmlLimits> | undefined
}

/** Clocks of a signer may be ahead so much, milliseconds. */
const skewMs = 5 * 60_000

/**
 * Verifies the signatures of an XML document, and never throws for what is in it.
 *
 * @param bytes - the document, UTF-8, or UTF-16 with a byte order mark.
 * @throws TypeError, RangeError when the arguments are not as described.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` without the package `saxes`.
 * @see W3C XML Signature 1.1, ETSI EN 319 132-1, ETSI EN 319 102-1
 */
export async function verifyXml(bytes: Uint8Array, options: VerifyXmlOptions): Promise<DocumentReport> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be bytes')
  const { trust, resources = {}, partial = 'refuse' } = options
  if (partial !== 'refuse' && partial !== 'report') throw new TypeError('partial must be refuse or report')
  if (Object.values(resources).some((one) => !(one instanceof Uint8Array))) {
    throw new TypeError('resources must be bytes by URI')
  }
  const at = trust.at ?? new Date()
  const limits = limitsOf(options.limits)
  const problems: DocumentProblem[] = []
  const signatures: SignatureReport[] = []
  try {
    const document = await parseXml(decodeXml(bytes, limits), limits)
    const elements = [...descendants(document.root)].filter(({ uri, local }) => uri === dsig && local === 'Signature')
    if ([...document.ids.values()].some((found) => found.length > 1)) {
      problems.push({ id: 'duplicate-id', severity: 'warning' })
    }
    if (elements.length > limits.maxSignatures) problems.push({ id: 'limit', severity: 'refused' })
    else {
      const context = { document, resources, limits, budget: { left: limits.maxCanonicalBytes } }
      const verification = new Verification(elements, context, trust, partial)
      for (const element of elements) {
        if (!isCounterSignature(element)) signatures.push(await verification.signature(element, signatures.length))
      }
    }
  } catch (error) {
    if (!(error instanceof RefusalError) || error.reason === undefined) throw error
    problems.push({ id: error.reason, severity: 'refused', detail: error.message })
  }
  return { format: 'xml', at, signatures, changes: [], problems, notChecked: ['content-meaning'] }
}

/** The default bounds with those given. @throws RangeError for one that is not a whole number from 0. */
function limitsOf(given: Partial<XmlLimits> = {}): XmlLimits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`limits.${name} must be a whole number from 0`)
  }
  return { ...xmlLimits, ...Object.fromEntries(set) }
}

/** A signature in the properties of another one. One that is of none is verified as all others. */
const isCounterSignature = (element: XmlElement): boolean =>
  element.parent?.uri === xades && element.parent.local === 'CounterSignature' && ownerOf(element) !== undefined

/** How a refusal counts. Those not listed: SIG_CONSTRAINTS_FAILURE. */
const outcomes: Readonly<Record<string, readonly ['fail' | 'refuse', Parameters<Findings['fail']>[1]]>> = {
  'signature-structure': ['fail', 'FORMAT_FAILURE'],
  'signed-properties-duplicate': ['fail', 'FORMAT_FAILURE'],
  'signed-properties-target': ['fail', 'FORMAT_FAILURE'],
  'weak-hash': ['refuse', 'CRYPTO_CONSTRAINTS_FAILURE'],
  hmac: ['refuse', 'CRYPTO_CONSTRAINTS_FAILURE'],
  'algorithm-unknown': ['refuse', 'CRYPTO_CONSTRAINTS_FAILURE'],
  'reference-missing': ['refuse', 'SIGNED_DATA_NOT_FOUND'],
  'resource-not-given': ['refuse', 'SIGNED_DATA_NOT_FOUND'],
}

class Verification {
  readonly #elements: readonly XmlElement[]
  readonly #context: ReferenceContext
  readonly #trust: DocumentTrust
  readonly #partial: 'refuse' | 'report'

  constructor(
    elements: readonly XmlElement[],
    context: ReferenceContext,
    trust: DocumentTrust,
    partial: 'refuse' | 'report',
  ) {
    this.#elements = elements
    this.#context = context
    this.#trust = trust
    this.#partial = partial
  }

  /** @param target - of a counter-signature: the signature it is about. */
  async signature(element: XmlElement, index: number, target?: XmlSignature): Promise<SignatureReport> {
    const found = new Findings()
    const trust = this.#trust
    const now = trust.at ?? new Date()
    const signature = attempt(found, () => readSignature(element))
    const properties = signature && attempt(found, () => readProperties(signature))
    const resolved = signature === undefined ? [] : await this.#references(signature, element, found)
    const covered = properties !== undefined && coversProperties(properties, resolved)
    if (properties !== undefined && !covered) {
      found.refuse('signed-properties-not-covered', 'SIG_CONSTRAINTS_FAILURE')
    }
    const trusted = covered ? properties : undefined
    if (signature?.hasOtherKeys === true) found.warn('key-info-ignored')
    // XML Signature 1.1, 5.1: its references are for the application to verify.
    if (signature !== undefined && hasManifest(signature)) found.notChecked.add('manifest')
    if (trusted !== undefined) noteProperties(trusted, resolved, found)
    const pool = signature === undefined ? [] : readCertificates(signature, found)
    const certificate =
      signature === undefined ? undefined : this.#certificateOf(signature, pool, properties, trusted, found)
    const integrity = this.#integrity(signature, certificate, resolved, found)
    const time = timeOf(trusted?.signingTime, now, found)
    let verdict: SignerVerdict | undefined
    if (certificate !== undefined) {
      verdict = await verifySigner({ certificate, embedded: { certificates: pool }, time }, trust)
    }
    const coverage =
      signature === undefined
        ? { extent: 'none' as const }
        : this.#coverage(signature, resolved, properties, integrity, found, target)
    const counterSignatures = signature === undefined ? [] : await this.#counterSignatures(signature)
    const { indication, subIndication } = found.indication(integrity, verdict)
    return {
      index,
      element: pathOf(element),
      profile: properties === undefined ? 'XML-DSig' : 'XAdES-BES',
      indication,
      ...(subIndication !== undefined && { subIndication }),
      integrity,
      hash: signature?.algorithm.hash,
      algorithm: signature && nameIn(algorithms, (one) => one === signature.algorithm),
      coverage,
      ...(verdict !== undefined && { signer: verdict.signer }),
      claimedTime: trusted?.signingTime,
      timestamps: [],
      verifiedAt: time,
      counterSignatures,
      problems: [...found.problems, ...(verdict?.problems ?? [])],
      notChecked: [...found.notChecked, ...(verdict?.notChecked ?? [])],
    }
  }

  async #references(
    { references }: XmlSignature,
    element: XmlElement,
    found: Findings,
  ): Promise<readonly ResolvedReference[]> {
    const resolved: ResolvedReference[] = []
    for (const reference of references) {
      try {
        resolved.push(await digestReference(reference, element, this.#context))
      } catch (error) {
        note(found, error)
      }
    }
    return resolved
  }

  #integrity(
    signature: XmlSignature | undefined,
    certificate: Certificate | undefined,
    resolved: readonly ResolvedReference[],
    found: Findings,
  ): SignatureReport['integrity'] {
    if (signature === undefined) return 'not-checked'
    const wrong = resolved.filter(({ matches }) => !matches).length
    if (wrong > 0) found.fail('digest-mismatch', 'HASH_FAILURE', `${wrong} of ${resolved.length} references`)
    if (certificate === undefined) return wrong > 0 ? 'broken' : 'not-checked'
    if (!this.#verifies(signature, certificate)) {
      found.fail('signature-value', 'SIG_CRYPTO_FAILURE')
      return 'broken'
    }
    if (wrong > 0) return 'broken'
    return resolved.length === signature.references.length ? 'intact' : 'not-checked'
  }

  #verifies({ signedInfo, canonicalization, algorithm, value }: XmlSignature, certificate: Certificate): boolean {
    const { publicKey } = certificate
    if (publicKey.kind !== algorithm.key) return false
    const signature = publicKey.kind === 'ec' ? ecdsaFromXml(value, publicKey.curve) : value
    if (signature === undefined) return false
    const message = canonicalBytes(signedInfo, canonicalization, this.#context.budget)
    const padding = algorithm.key === 'rsa' ? 'pkcs1' : 'ecdsa'
    return verifySignature(certificate, { padding, hash: algorithm.hash, message }, signature)
  }

  /** The certificate the signed properties name; without them one of KeyInfo whose key verifies, which is reported. */
  #certificateOf(
    signature: XmlSignature,
    pool: readonly Certificate[],
    properties: SignedProperties | undefined,
    trusted: SignedProperties | undefined,
    found: Findings,
  ): Certificate | undefined {
    const all = [...pool, ...(this.#trust.intermediates ?? [])]
    if (trusted !== undefined && trusted.certificates.length > 0) {
      const named = all.find((one) => namesCertificate(trusted, one))
      if (named !== undefined) return named
      if (all.length === 0) found.refuse('signer-certificate-missing', 'NO_SIGNING_CERTIFICATE_FOUND')
      else found.refuse('signing-certificate-mismatch', 'SIG_CONSTRAINTS_FAILURE')
      return all[0]
    }
    if (properties === undefined || trusted !== undefined) {
      found.warn('signing-certificate-missing')
      found.notChecked.add('signing-certificate')
    }
    if (all.length === 0) {
      found.refuse('signer-certificate-missing', 'NO_SIGNING_CERTIFICATE_FOUND')
      return undefined
    }
    return all.find((one) => attempt(found, () => this.#verifies(signature, one)) === true) ?? all[0]
  }

  #coverage(
    signature: XmlSignature,
    resolved: readonly ResolvedReference[],
    properties: SignedProperties | undefined,
    integrity: SignatureReport['integrity'],
    found: Findings,
    target: XmlSignature | undefined,
  ): SignatureCoverage {
    const references = resolved.map(({ reference, element }) => ({
      uri: reference.uri,
      element,
      transforms: reference.transforms,
    }))
    const bytes = resolved.reduce((sum, one) => sum + one.bytes, 0)
    const what = { references, bytes }
    if (target !== undefined) {
      const isOf = ({ reference, apex }: ResolvedReference): boolean =>
        reference.type === countersignedType && apex === target.valueElement
      if (!resolved.some(isOf)) found.refuse('counter-signature-target', 'SIG_CONSTRAINTS_FAILURE')
      return { extent: integrity === 'intact' ? 'part' : 'none', ...what }
    }
    const left = uncovered(this.#context.document, signature, resolved, properties?.object)
    if (left.splitText) found.refuse('text-split-by-comment', 'SIG_CONSTRAINTS_FAILURE')
    if (left.comments) found.warn('comments-not-covered')
    if (left.namespaces) found.warn('namespaces-not-covered')
    if (left.content) {
      const id = coversRoot(this.#context.document, signature, resolved) ? 'content-not-covered' : 'root-not-covered'
      if (this.#partial === 'refuse') found.refuse(id, 'SIG_CONSTRAINTS_FAILURE')
      else found.warn(id)
    }
    if (integrity !== 'intact') return { extent: 'none', ...what }
    return { extent: left.content || left.comments || left.namespaces ? 'part' : 'whole', ...what }
  }

  async #counterSignatures(signature: XmlSignature): Promise<readonly SignatureReport[]> {
    const reports: SignatureReport[] = []
    for (const element of this.#elements) {
      if (!isCounterSignature(element) || ownerOf(element) !== signature.element) continue
      reports.push(await this.signature(element, reports.length, signature))
    }
    return reports
  }
}

/** Whether a reference or an object has a list of further references. */
const hasManifest = ({ references, objects }: XmlSignature): boolean =>
  references.some(({ type }) => type === `${dsig}Manifest`) ||
  objects.some((object) => [...descendants(object)].some(({ uri, local }) => uri === dsig && local === 'Manifest'))

/** The signature around a counter-signature. */
function ownerOf(element: XmlElement): XmlElement | undefined {
  let at = element.parent
  while (at !== undefined && !(at.uri === dsig && at.local === 'Signature')) at = at.parent
  return at
}

/** Whether the root is covered, or is the signature itself. */
const coversRoot = (
  document: XmlDocument,
  { element }: XmlSignature,
  resolved: readonly ResolvedReference[],
): boolean => element === document.root || resolved.some(({ apex }) => apex === document || apex === document.root)

/** Whether every signed reference has its format, and what was not evaluated. ETSI EN 319 132-1, 5.2.4. */
function noteProperties(
  { element, signingTime, formats, others, hasUnsigned }: SignedProperties,
  resolved: readonly ResolvedReference[],
  found: Findings,
): void {
  if (signingTime === undefined) found.warn('signing-time-missing')
  const ids = new Set(resolved.map(({ reference }) => reference.id))
  if (formats.some((id) => !ids.has(id))) found.warn('data-object-format-target')
  const data = resolved.filter(({ apex }) => apex === undefined || apex.kind === 'document' || !isInside(element, apex))
  if (data.some(({ reference }) => reference.id === undefined || !formats.includes(reference.id))) {
    found.notChecked.add('data-object-format')
  }
  if (others.length > 0) found.notChecked.add('signed-properties')
  if (hasUnsigned) found.notChecked.add('unsigned-properties')
}

function readCertificates({ certificates }: XmlSignature, found: Findings): readonly Certificate[] {
  return certificates.flatMap((der) => {
    try {
      return [Certificate.fromDer(der)]
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error
      found.warn('certificate-unreadable')
      return []
    }
  })
}

/** The time a signer is verified at: the claimed one, else now. */
function timeOf(claimed: Date | undefined, now: Date, found: Findings): SignatureReport['verifiedAt'] {
  if (claimed !== undefined && claimed.getTime() > now.getTime() + skewMs) {
    found.refuse('signing-time-ahead', 'SIG_CONSTRAINTS_FAILURE')
  }
  return claimed !== undefined && claimed <= now ? { time: claimed, by: 'claimed' } : { time: now, by: 'verification' }
}

function attempt<T>(found: Findings, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    note(found, error)
    return undefined
  }
}

/** Notes a refusal; rethrows everything else. */
function note(found: Findings, error: unknown): void {
  if (!(error instanceof RefusalError) || error.reason === undefined) throw error
  const [kind, subIndication] = outcomes[error.reason] ?? (['refuse', 'SIG_CONSTRAINTS_FAILURE'] as const)
  found[kind](error.reason, subIndication, error.message)
}
