import {
  type DocumentReport,
  type DocumentTrust,
  parseTimestampResponse,
  readTimestampInfo,
  type TimestampRequest,
  type TimestampTrust,
  verifyCmsDocument,
  verifyPdf,
  verifyTimestamp,
  verifyXml,
} from '../../src/documents/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { inspectPath } from '../../src/pki/path/inspect.ts'
import { crlStatus, OcspResponse, ocspStatus, RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource, inspectCertificate } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { readTlv } from '../../src/tlv/index.ts'

const at = new Date('2026-06-01T00:00:00Z')
const noTrust: DocumentTrust = { anchors: [], revocation: { mode: 'none' } }

/** What a coded error is worth; anything else goes on to the caller. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (error instanceof JpkiCardError) return undefined
    throw error
  }
}

function certificateFrom(bytes: Uint8Array): Certificate | undefined {
  const certificate = attempt(() => Certificate.fromDer(bytes))
  if (certificate === undefined) return undefined
  // All that is made only when it is asked for.
  void [certificate.subject, certificate.issuer, certificate.serialNumber, certificate.selfIssued, certificate.toPem()]
  void [certificate.subjectName.key, certificate.issuerName.key, certificate.publicKeyDer]
  return certificate
}

/** The issuer of the corpus, which lists and responses are evaluated with. */
export interface FuzzContext {
  readonly issuer: Certificate
  readonly leaf: Certificate
}

/** The readers under test: each takes untrusted bytes, and returns or throws a coded error. */
export const readers: Readonly<Record<string, (bytes: Uint8Array, context?: FuzzContext) => unknown>> = {
  certificate: (bytes) => void certificateFrom(bytes),
  list: (bytes, context) => {
    const list = attempt(() => RevocationList.fromDer(bytes))
    if (list === undefined || context === undefined) return
    const { issuer, leaf } = context
    list.find(leaf.serial, leaf.issuerName)
    list.find(new Uint8Array(), list.issuerName)
    crlStatus(leaf, issuer, { lists: [list, list], at })
  },
  response: (bytes, context) => {
    const response = attempt(() => OcspResponse.fromDer(bytes))
    if (response === undefined || context === undefined) return
    ocspStatus(context.leaf, context.issuer, response, { at })
  },
  tlv: (bytes) => void attempt(() => readTlv(bytes)),
  path: (bytes) => void pathOf(unframed(bytes)),
  cms: (bytes) => verifyCmsDocument(bytes, { trust: noTrust }),
  pdf: (bytes) => verifyPdf(bytes, { trust: noTrust }),
  xml: (bytes) => verifyXml(bytes, { trust: noTrust }),
}

/** Splits what was put one behind the other, each behind its length of 4 bytes. */
function unframed(bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let start = 0; start + 4 <= bytes.length; ) {
    const end = start + 4 + view.getUint32(start)
    parts.push(bytes.subarray(start + 4, end))
    start = end
  }
  return parts
}

const policyOptions = { requireExplicitPolicy: true, initialPolicies: ['1.2.3'] }

/** The first is the anchor, the second the end certificate, the rest the pool, without those that cannot be read. */
export function pathOf(parts: readonly Uint8Array[]): boolean {
  const [anchor, end, ...others] = parts.map(certificateFrom)
  if (anchor === undefined || end === undefined) return false
  const intermediates = others.filter((one) => one !== undefined)
  const options = { anchors: [anchor], intermediates, at }
  inspectPath(end, { ...options, ...policyOptions })
  return inspectPath(end, options).ok
}

/** The whole verification over the same, and lists. */
export async function verificationOf(parts: readonly Uint8Array[], listed: readonly Uint8Array[]): Promise<boolean> {
  const [anchor, end, ...others] = parts.map(certificateFrom)
  if (anchor === undefined || end === undefined) return false
  const intermediates = others.filter((one) => one !== undefined)
  const lists = listed.flatMap((one) => attempt(() => RevocationList.fromDer(one)) ?? [])
  const options = { anchors: [anchor], intermediates, at }
  const source = crlSource({ ...options, lists })
  const revocation = { mode: 'required', sources: [source] } as const
  const report = await inspectCertificate(end, { ...options, revocation })
  return report.ok
}

/** What documents are verified with. */
export interface DocumentFuzzContext {
  readonly trust: DocumentTrust
  readonly timestamps: TimestampTrust
  /** The content of the detached signatures of the corpus. */
  readonly content: Uint8Array
  /** The request that the responses of the corpus are to. */
  readonly request: TimestampRequest
  /** When they were given. */
  readonly at: Date
}

/**
 * The readers of documents under test: each takes untrusted bytes and returns whether they were accepted without a reservation,
 * or throws a coded error where it is no verification.
 */
export const documentReaders: Readonly<
  Record<string, (bytes: Uint8Array, context: DocumentFuzzContext) => Promise<boolean>>
> = {
  cms: async (bytes, { trust, timestamps }) =>
    isClean(await verifyCmsDocument(bytes, { trust: { ...trust, timestamps } })),
  'cms-detached': async (bytes, { trust, timestamps, content }) =>
    isClean(await verifyCmsDocument(bytes, { trust: { ...trust, timestamps }, content })),
  pdf: async (bytes, { trust, timestamps }) => isClean(await verifyPdf(bytes, { trust: { ...trust, timestamps } })),
  xml: async (bytes, { trust }) => isClean(await verifyXml(bytes, { trust })),
  'timestamp-response': async (bytes, { request, timestamps, at: given }) => {
    attempt(() => readTimestampInfo(bytes))
    try {
      await parseTimestampResponse(bytes, request, { trust: timestamps, at: given })
      return true
    } catch (error) {
      if (error instanceof JpkiCardError) return false
      throw error
    }
  },
  'timestamp-token': async (bytes, { request, trust, timestamps }) => {
    const question = { digest: () => request.digest, trust: { ...trust, timestamps }, embedded: { certificates: [] } }
    const { report } = await verifyTimestamp(bytes, question)
    return report.indication === 'TOTAL-PASSED' && report.problems.length === 0
  },
}

/** Whether a report says that all is as it was signed, and has nothing to add. */
function isClean({ signatures, changes, problems }: DocumentReport): boolean {
  const isWhole = signatures.every(
    (one) =>
      one.indication === 'TOTAL-PASSED' &&
      one.integrity === 'intact' &&
      one.coverage.extent === 'whole' &&
      one.problems.length === 0 &&
      one.timestamps.every(({ indication, problems: found }) => indication === 'TOTAL-PASSED' && found.length === 0),
  )
  return signatures.length > 0 && isWhole && changes.length === 0 && problems.length === 0
}
