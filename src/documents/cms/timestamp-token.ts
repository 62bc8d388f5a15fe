import { equalBytes } from '../../bytes.ts'
import {
  Algorithm,
  context,
  DerReader,
  readBoolean,
  readInteger,
  readOid,
  readSmallInteger,
  tags,
  validTime,
} from '../../der/index.ts'
import { CertificateError, DecodeError } from '../../errors.ts'
import { Certificate, RevocationList } from '../../pki/index.ts'
import type { TimestampReport } from '../report.ts'
import type { DocumentHash } from '../signer.ts'
import { type DocumentTrust, type EmbeddedEvidence, verifySigner } from '../trust.ts'
import { certificateBound } from './ess.ts'
import { digestOf } from './make.ts'
import { oids } from './oids.ts'
import { Findings, integrityOf, isNamed, readSignedAttributes } from './signer-info.ts'
import { cmsLimits, hashOfAlgorithm, readSignedData, type SignedData } from './structure.ts'
import { structureProblems } from './version.ts'

/** A clock of an authority may be ahead so much, milliseconds. */
const skewMs = 5 * 60_000

/** A TSTInfo. RFC 3161 2.4.2. Unverified. */
export interface TimestampInfo {
  readonly policy: string
  /** `undefined` for a hash that is not accepted. */
  readonly hash: DocumentHash | undefined
  readonly imprint: Uint8Array
  /** Content of the INTEGER. */
  readonly serial: Uint8Array
  readonly time: Date
  readonly nonce: Uint8Array | undefined
  readonly unknownCritical: boolean
}

/**
 * Reads a TSTInfo strictly.
 *
 * @throws DecodeError `ERR_DER` with the offset.
 */
export function readTimestampInfo(bytes: Uint8Array): TimestampInfo {
  const outer = new DerReader(bytes)
  const reader = outer.enter(tags.sequence)
  outer.finish()
  const versionAt = reader.offset
  if (readSmallInteger(reader) !== 1) throw new DecodeError('ERR_DER', 'unknown version of a TSTInfo', versionAt)
  const policy = readOid(reader)
  const messageImprint = reader.enter(tags.sequence)
  const hash = hashOfAlgorithm(new Algorithm(messageImprint))
  const imprint = messageImprint.value(messageImprint.read(tags.octetString))
  messageImprint.finish()
  const serial = readInteger(reader)
  const time = readInstant(reader)
  if (reader.nextTag === tags.sequence) reader.read()
  // `ordering`: some authorities write its default out, which is signed and means the same.
  if (reader.nextTag === tags.boolean) readBoolean(reader)
  const nonce = reader.nextTag === tags.integer ? readInteger(reader) : undefined
  if (reader.nextTag === context(0)) reader.read()
  let unknownCritical = false
  if (reader.nextTag === context(1)) {
    const extensions = reader.enter(context(1))
    while (extensions.more) {
      const extension = extensions.enter(tags.sequence)
      readOid(extension)
      if (extension.nextTag === tags.boolean && readBoolean(extension)) unknownCritical = true
      extension.read(tags.octetString)
      extension.finish()
    }
  }
  reader.finish()
  return { policy, hash, imprint, serial, time, nonce, unknownCritical }
}

/** GeneralizedTime, which may have a fraction of a second here. RFC 3161 2.4.2. */
function readInstant(reader: DerReader): Date {
  const { content, end } = reader.read(tags.generalizedTime)
  const { bytes } = reader
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + content, end - content).toString('latin1')
  const [, whole, fraction = '0'] = /^(\d{14})(?:\.(\d{0,8}[1-9]))?Z$/.exec(text) ?? []
  if (whole === undefined || !validTime(Buffer.from(`${whole}Z`, 'latin1'), 0, true)) {
    throw new DecodeError('ERR_DER', 'a time that does not exist', content)
  }
  const [year, month, day, hour, minute, second] = [0, 4, 6, 8, 10, 12].map((from) =>
    Number(whole.slice(from, from === 0 ? 4 : from + 2)),
  ) as [number, number, number, number, number, number]
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(Number(`0.${fraction}`) * 1000)))
}

/** What a timestamp token is verified against. */
export interface TimestampQuestion {
  /** Digest of what the timestamp is about. */
  readonly digest: (hash: DocumentHash) => Uint8Array
  readonly trust: DocumentTrust
  readonly embedded: EmbeddedEvidence
}

/** A report with the certificates of the token, and those its authority was verified with. */
export interface VerifiedTimestamp {
  readonly report: TimestampReport
  readonly certificates: readonly Certificate[]
  readonly info?: TimestampInfo | undefined
}

/**
 * Verifies a timestamp token, and never throws for what is in it.
 *
 * @see RFC 3161 2.3, 2.4.2; RFC 5816
 */
export async function verifyTimestamp(token: Uint8Array, question: TimestampQuestion): Promise<VerifiedTimestamp> {
  try {
    return await verifyToken(token, question)
  } catch (error) {
    if (!(error instanceof DecodeError) && !(error instanceof CertificateError)) throw error
    const problems = [{ id: 'timestamp-format', severity: 'refused', detail: error.message }] as const
    return { report: { indication: 'TOTAL-FAILED', subIndication: 'FORMAT_FAILURE', problems }, certificates: [] }
  }
}

async function verifyToken(token: Uint8Array, question: TimestampQuestion): Promise<VerifiedTimestamp> {
  const { trust, digest } = question
  const found = new Findings()
  const data = readSignedData(token)
  const { content } = data
  const [signer] = data.signers
  if (data.contentType !== oids.timestampInfo || content === undefined || signer === undefined) {
    throw new DecodeError('ERR_DER', 'not a timestamp token', 0)
  }
  const info = readTimestampInfo(content)
  const certificates = data.certificates.map((der) => Certificate.fromDer(der))
  const embedded = await evidenceOf(data, certificates, question.embedded)
  if (data.signers.length > 1) found.fail('timestamp-signers', 'FORMAT_FAILURE')
  found.problems.push(...structureProblems(data))
  if (!data.digestAlgorithms.some(({ id }) => id === signer.digestAlgorithm.id)) {
    found.fail('digest-algorithm-not-listed', 'FORMAT_FAILURE')
  }
  for (const { type } of signer.unsigned) found.warn('unsigned-attribute', type)
  if (info.unknownCritical) found.refuse('timestamp-critical-extension', 'SIG_CONSTRAINTS_FAILURE')
  if (info.hash === undefined) found.refuse('weak-hash', 'CRYPTO_CONSTRAINTS_FAILURE')
  else if (!equalBytes(info.imprint, digest(info.hash))) found.fail('timestamp-imprint', 'HASH_FAILURE')

  const attributes = readSignedAttributes(signer, found)
  if (attributes.contentType !== oids.timestampInfo) found.fail('content-type-mismatch', 'FORMAT_FAILURE')
  const hash = hashOfAlgorithm(signer.digestAlgorithm)
  if (hash === undefined) found.refuse('weak-hash', 'CRYPTO_CONSTRAINTS_FAILURE')
  const pool = [
    ...embedded.certificates,
    ...(trust.timestamps?.intermediates ?? []),
    ...(trust.timestamps?.anchors ?? []),
  ]
  const named = pool.filter((one) => isNamed(one, signer)).slice(0, cmsLimits.candidates)
  // RFC 3161 2.4.2: the certificate identifier is a signed attribute, always.
  const bound = named.find((one) => certificateBound(one, attributes.bindings) === undefined)
  const weak = named.some((one) => certificateBound(one, attributes.bindings) === 'weak-hash')
  if (named.length === 0) found.refuse('timestamp-certificate-missing', 'NO_SIGNING_CERTIFICATE_FOUND')
  else if (attributes.bindings.length === 0) found.refuse('signing-certificate-missing', 'SIG_CONSTRAINTS_FAILURE')
  else if (bound === undefined) {
    found.refuse(
      weak ? 'signing-certificate-weak-hash' : 'signing-certificate-mismatch',
      weak ? 'CRYPTO_CONSTRAINTS_FAILURE' : 'SIG_CONSTRAINTS_FAILURE',
    )
  }
  const certificate = bound ?? named[0]
  const integrity = integrityOf(signer, {
    hash,
    digest: hash === undefined ? undefined : digestOf(hash, content),
    attributes,
    certificate,
    found,
  })
  const { timestamps } = trust
  if (timestamps?.policies !== undefined && !timestamps.policies.includes(info.policy)) {
    found.refuse('timestamp-policy', 'SIG_CONSTRAINTS_FAILURE', info.policy)
  }
  const facts = { time: info.time, policy: info.policy }
  if (info.time.getTime() > (trust.at ?? new Date()).getTime() + skewMs)
    found.refuse('timestamp-ahead', 'TIMESTAMP_ORDER_FAILURE')
  if (certificate === undefined) {
    return {
      report: { ...facts, ...found.indication(integrity, undefined), problems: found.problems },
      certificates,
      info,
    }
  }
  const { extendedKeyUsage } = certificate.extensions
  // RFC 3161 2.3: exactly this usage, and critical.
  if (extendedKeyUsage?.length !== 1 || extendedKeyUsage[0] !== oids.timeStamping || !isCriticalUsage(certificate)) {
    found.refuse('timestamp-key-usage', 'CHAIN_CONSTRAINTS_FAILURE')
  }
  const authorityTrust: DocumentTrust = {
    anchors: timestamps?.anchors ?? [],
    intermediates: timestamps?.intermediates,
    revocation: timestamps?.revocation ?? { mode: 'none' },
    at: trust.at,
  }
  // Its own time does not prove itself: the authority must be valid now as well.
  const time = { time: info.time, by: 'claimed' } as const
  const verdict = await verifySigner(
    { certificate, embedded, time, extendedKeyUsage: oids.timeStamping },
    authorityTrust,
  )
  const { indication, subIndication } = found.indication(integrity, verdict)
  const path = [certificate, ...(verdict.signer.verification.path ?? []), ...(timestamps?.anchors ?? [])]
  const unused = certificates.filter((one) => !path.some((other) => equalBytes(one.der, other.der))).length
  if (unused > 0) found.warn('certificate-unused', `${unused} of ${certificates.length}`)
  const used = [...certificates, ...path]
  return {
    report: {
      ...facts,
      indication,
      ...(subIndication !== undefined && { subIndication }),
      authority: { certificate: verdict.signer.certificate, verification: verdict.signer.verification },
      problems: [...found.problems, ...verdict.problems],
      notChecked: verdict.notChecked.filter((check) => check !== 'jpki-profile'),
    },
    certificates: used,
    info,
  }
}

async function evidenceOf(
  data: SignedData,
  certificates: readonly Certificate[],
  outer: EmbeddedEvidence,
): Promise<EmbeddedEvidence> {
  const lists: RevocationList[] = []
  for (const der of data.revocationLists) lists.push(await RevocationList.load(der))
  return {
    certificates: [...certificates, ...outer.certificates],
    revocationLists: [...lists, ...(outer.revocationLists ?? [])],
    ocspResponses: outer.ocspResponses,
  }
}

/** Whether the extended key usage is critical: our certificates do not keep that of a known extension. */
function isCriticalUsage(certificate: Certificate): boolean {
  const fields = new DerReader(certificate.tbs).enter(tags.sequence)
  while (fields.more && fields.nextTag !== context(3)) fields.read()
  if (!fields.more) return false
  const extensions = fields.enter(context(3)).enter(tags.sequence)
  while (extensions.more) {
    const extension = extensions.enter(tags.sequence)
    if (readOid(extension) !== '2.5.29.37') continue
    return extension.nextTag === tags.boolean && readBoolean(extension)
  }
  return false
}
