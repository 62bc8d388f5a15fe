import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { toHex } from '../../../bytes.ts'
import {
  Algorithm,
  context,
  DerReader,
  type EncodingFinding,
  readBitString,
  readSmallInteger,
  readTime,
  tags,
} from '../../../der/index.ts'
import { CertificateError, DecodeError } from '../../../errors.ts'
import type { Certificate } from '../../x509/certificate.ts'
import { Name } from '../../x509/name.ts'
import type { PublicKey } from '../../x509/public-key.ts'
import {
  type SignatureLimits,
  type SignaturePolicy,
  strongEnough,
  verifySigned,
  verifySignedInSlices,
} from '../../x509/signed.ts'
import type { RevokedEntry } from './entry.ts'
import { EntryIndex } from './entry-index.ts'
import { type ListExtensions, readListExtensions } from './list-extensions.ts'

/** Bytes copied or hashed before yielding to the event loop. */
const stepBytes = 1_048_576
/** Keys for which the result of the signature check is cached, at most. */
const maxVerdicts = 16
/** Issuer and extensions are some hundreds of bytes; longer ones are refused. */
const maxPart = 65_536

/**
 * A revocation list, parsed strictly: DER only, no trailing bytes. Unambiguous deviations are in `findings`.
 * Parsing does not verify it: `crlStatus` decides whether it may be used.
 *
 * Source: RFC 5280 5.1.
 */
export class RevocationList {
  /** 1 or 2. */
  readonly version: number
  readonly issuerName: Name
  readonly thisUpdate: Date
  /** `undefined` without nextUpdate; such a list is not used. */
  readonly nextUpdate: Date | undefined
  readonly extensions: ListExtensions
  /** Deviations from the encoding rules; each kind once. */
  readonly findings: readonly EncodingFinding[]
  readonly signatureAlgorithm: Algorithm
  /** SHA-256 of the whole list, upper-case hexadecimal. */
  readonly sha256: string
  readonly #tbs: Uint8Array
  readonly #signature: Uint8Array
  readonly #index: EntryIndex
  readonly #verdicts: Verdict[] = []

  private constructor(head: Head, index: EntryIndex, sha256: string) {
    this.version = head.version
    this.issuerName = head.issuer
    this.thisUpdate = new Date(head.thisUpdate)
    this.nextUpdate = head.nextUpdate === undefined ? undefined : new Date(head.nextUpdate)
    this.extensions = head.extensions
    this.findings = head.findings
    this.signatureAlgorithm = head.algorithm
    this.sha256 = sha256
    this.#tbs = head.tbs
    this.#signature = head.signature
    this.#index = index
  }

  static *#steps(input: Uint8Array): Generator<void, RevocationList> {
    try {
      const der = new Uint8Array(input.length)
      for (let at = 0; at < der.length; at += stepBytes) {
        der.set(input.subarray(at, at + stepBytes), at)
        yield
      }
      const head = readHead(der)
      const hash = createHash('sha256')
      for (let at = 0; at < der.length; at += stepBytes) {
        hash.update(der.subarray(at, at + stepBytes))
        yield
      }
      const { extensions, issuer } = head
      const indirect = extensions.issuingDistributionPoint?.indirect === true
      const [start, end] = head.entries
      const { findings } = head
      const source = { bytes: der, start, end, extensible: head.version === 2, indirect, issuer, findings }
      const index = yield* EntryIndex.build(source)
      return new RevocationList(head, index, toHex(hash.digest()))
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause
      throw new CertificateError('ERR_CERTIFICATE', `not a revocation list: ${cause.message}`, { cause })
    }
  }

  /**
   * Parses a small list synchronously.
   *
   * @param der - exactly one DER list; copied.
   * @throws CertificateError `ERR_CERTIFICATE`; its cause is a DecodeError `ERR_DER` with the offset.
   */
  static fromDer(der: Uint8Array): RevocationList {
    const steps = RevocationList.#steps(der)
    let step = steps.next()
    while (!step.done) step = steps.next()
    return step.value
  }

  /**
   * Parses a list of any size, yielding to the event loop. As {@link fromDer}, but `der` must not change until it
   * resolves.
   */
  static async load(der: Uint8Array): Promise<RevocationList> {
    const steps = RevocationList.#steps(der)
    let step = steps.next()
    while (!step.done) {
      await setImmediate()
      step = steps.next()
    }
    return step.value
  }

  /** Number of entries. */
  get count(): number {
    return this.#index.count
  }

  /** Whether it is a delta CRL. RFC 5280 5.2.4. */
  get isDelta(): boolean {
    return this.extensions.baseCrlNumber !== undefined
  }

  /** Critical extensions of the list or an entry that are unknown: the list must not be used. RFC 5280 5.2, 5.3. */
  get unknownCritical(): readonly string[] {
    const ofEntry = this.#index.unknownCritical
    return ofEntry === undefined ? this.extensions.unknownCritical : [...this.extensions.unknownCritical, ofEntry]
  }

  /**
   * The entry of a certificate.
   *
   * @param serial - content bytes of the serial number INTEGER.
   * @param certificateIssuer - issuer of the certificate; in an indirect list it may differ from the list's.
   */
  find(serial: Uint8Array, certificateIssuer: Name): RevokedEntry | undefined {
    return this.#index.find(serial, certificateIssuer)
  }

  /**
   * Whether the signature verifies with the certificate's key; yields to the event loop. The result is cached, so that
   * `crlStatus` need not hash a large list at once.
   */
  async verifySignature(signer: Certificate, policy: SignaturePolicy = {}): Promise<boolean> {
    const { key } = signer
    const known = this.signatureVerdict(signer, policy)
    if (known !== undefined) return known
    const { signatureAlgorithm } = this
    return this.#keep(key, await verifySignedInSlices(this.#tbs, signatureAlgorithm, this.#signature, key, policy))
  }

  /** The cached result for that certificate's key; `undefined`: not checked yet. */
  signatureVerdict({ key }: Certificate, policy: SignaturePolicy = {}): boolean | undefined {
    return strongEnough(key, policy) ? this.#known(key) : false
  }

  /**
   * Whether the signature verifies with the key; the result is cached. A cached result costs the same budget, so that
   * the result of a verification does not depend on earlier ones.
   *
   * @internal
   */
  signedWith(key: PublicKey, policy: SignatureLimits = {}): boolean {
    if (!strongEnough(key, policy)) return false
    const known = this.#known(key)
    if (known !== undefined) return policy.budget?.spend(key) !== false && known
    const good = verifySigned(this.#tbs, this.signatureAlgorithm, this.#signature, key, policy)
    return policy.budget?.exceeded === true ? false : this.#keep(key, good)
  }

  #known({ id }: PublicKey): boolean | undefined {
    return this.#verdicts.find(({ key }) => key === id)?.good
  }

  #keep({ id }: PublicKey, good: boolean): boolean {
    if (this.#verdicts.length >= maxVerdicts) this.#verdicts.shift()
    this.#verdicts.push({ key: id, good })
    return good
  }
}

/** Result of checking the signature with one key accepted by the policy. */
interface Verdict {
  readonly key: string
  readonly good: boolean
}

interface Head {
  readonly version: number
  readonly issuer: Name
  readonly thisUpdate: number
  readonly nextUpdate: number | undefined
  /** Offsets of the content of revokedCertificates. */
  readonly entries: readonly [start: number, end: number]
  readonly extensions: ListExtensions
  readonly findings: EncodingFinding[]
  readonly algorithm: Algorithm
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

/** Parses everything but the entries, whose offsets are returned. */
function readHead(der: Uint8Array): Head {
  const findings: EncodingFinding[] = []
  const outer = new DerReader(der, 0, der.length, findings)
  const list = outer.enter(tags.sequence)
  outer.finish()
  const tbsElement = list.read(tags.sequence)
  const algorithm = new Algorithm(list)
  const signatureAt = list.offset
  const { bytes: signature, unusedBits } = readBitString(list)
  if (unusedBits !== 0) throw new DecodeError('ERR_DER', 'a signature with unused bits', signatureAt)
  list.finish()
  const tbs = list.into(tbsElement)
  const versionAt = tbs.offset
  const version = tbs.nextTag === tags.integer ? readSmallInteger(tbs) + 1 : 1
  if (version > 2) throw new DecodeError('ERR_DER', 'unknown CRL version', versionAt)
  if (version === 1 && tbs.offset !== versionAt) {
    tbs.tolerate('version-written-out', 'version 1 of a list is not written', versionAt)
  }
  const inner = tbs.offset
  if (!new Algorithm(tbs).equals(algorithm)) {
    throw new DecodeError('ERR_DER', 'the two signature algorithms differ', inner)
  }
  const issuerAt = tbs.offset
  requireShort(tbs)
  const issuer = Name.read(tbs)
  if (issuer.empty) throw new DecodeError('ERR_DER', 'a list without an issuer', issuerAt)
  const thisUpdate = readTime(tbs)
  const dated = tbs.nextTag === tags.utcTime || tbs.nextTag === tags.generalizedTime
  const nextUpdate = dated ? readTime(tbs) : undefined
  const revoked = tbs.optional(tags.sequence)
  if (revoked && revoked.content === revoked.end) {
    tbs.tolerate('empty-sequence', 'an empty list of revoked certificates', revoked.start)
  }
  const extensionsAt = tbs.offset
  if (tbs.more) requireShort(tbs)
  const wrapped = tbs.optional(context(0))
  tbs.finish()
  if (wrapped && version === 1) throw new DecodeError('ERR_DER', 'extensions in a list of version 1', extensionsAt)
  const reader = wrapped && tbs.into(wrapped)
  const extensions = readListExtensions(reader)
  reader?.finish()
  const entries = [revoked?.content ?? 0, revoked?.end ?? 0] as const
  return {
    version,
    issuer,
    thisUpdate,
    nextUpdate,
    entries,
    extensions,
    findings,
    algorithm,
    tbs: list.raw(tbsElement),
    signature,
  }
}

/** Checks the next element without consuming it. */
function requireShort(reader: DerReader): void {
  const { start, end } = new DerReader(reader.bytes, reader.offset, reader.end).read()
  if (end - start > maxPart) throw new DecodeError('ERR_DER', 'element too long', start)
}
