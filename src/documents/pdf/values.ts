import { createHash } from 'node:crypto'
import { equalBytes, toHex } from '../../bytes.ts'
import type { ValidationValues } from '../cms/index.ts'
import { signersOf, withoutSources } from '../cms/values.ts'
import type { DocumentReport } from '../report.ts'
import type { DocumentTrust } from '../trust.ts'
import type { PdfFile, PdfLimits } from './file.ts'
import { isArray, isDict, isStream, type PdfDict, PdfFaultError, type PdfValue } from './objects.ts'
import { guarded, opened, placeOf, refused, requireOnly } from './sign.ts'
import { refOf } from './signatures.ts'
import { verifyPdf } from './verify.ts'
import { appended, nextNumber, type PdfUpdate, pdfDict, pdfName, withEntries } from './write.ts'

/** Options of {@link addPdfValues}. */
export interface AddPdfValuesOptions {
  /** As for `verifyPdf`; the sources in it are not asked. */
  readonly trust: DocumentTrust
  readonly limits?: Partial<PdfLimits> | undefined
}

/** The lists of a document security store, ISO 32000-2 table 261, and what they are of. */
const lists = { Certs: 'certificates', CRLs: 'revocationLists', OCSPs: 'ocspResponses' } as const

/**
 * Adds certificates and revocation values to a signed PDF: the document security store of PAdES-B-LT, as one more revision. The
 * result is verified as a later reader will, with the values in it alone: every signature must pass, and each value must be one
 * that a signature or timestamp was verified with. Values that are there already are kept, and are not added again.
 *
 * @returns the given bytes and after them one revision; the given bytes when there is nothing to add.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT` as `signPdf`, and with the reasons `value-not-needed`, for a value of another CA, of
 *   another certificate, not signed by who it names, or not of a time that counts; `no-signature`; and the sub-indication of the
 *   first signature that does not pass.
 * @throws TypeError when the arguments are not as described.
 * @see ISO 32000-2 12.8.4.3, ETSI EN 319 142-1 5.4.2
 */
export async function addPdfValues(
  bytes: Uint8Array,
  values: ValidationValues,
  options: AddPdfValuesOptions,
): Promise<Uint8Array> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be the bytes of a PDF')
  if (options?.trust === undefined) throw new TypeError('trust is required: nothing is added that was not verified')
  const { limits } = options
  const { pdf, added } = guarded(() => withStore(bytes, values, limits))
  if (added.length === 0) return bytes
  const trust = withoutSources(options.trust)
  const report = await verifyPdf(pdf, { trust, limits })
  requireNeeded(added, report, trust)
  requirePassed(report)
  return pdf
}

interface Added {
  readonly kind: (typeof lists)[keyof typeof lists]
  readonly position: number
  readonly der: Uint8Array
}

/** One more revision with the values that the store does not have yet. */
function withStore(
  bytes: Uint8Array,
  values: ValidationValues,
  limits: Partial<PdfLimits> | undefined,
): { readonly pdf: Uint8Array; readonly added: readonly Added[] } {
  const file = opened(bytes, limits)
  const { view } = file.last
  const { catalog } = view
  let next = nextNumber(file)
  const updates: PdfUpdate[] = []
  const added: Added[] = []
  const before = view.resolve(catalog.entries.get('DSS'))
  const old: PdfDict = isDict(before) && !isStream(before) ? before : pdfDict({})
  const changed: Record<string, PdfValue | undefined> = { Type: pdfName('DSS') }
  for (const [key, kind] of Object.entries(lists)) {
    const had = view.resolve(old.entries.get(key))
    const list: PdfValue[] = isArray(had) ? [...had] : []
    const known = list.map((one) => dataOf(file, one))
    for (const [position, der] of (values[kind] ?? []).entries()) {
      if (known.some((one) => one !== undefined && equalBytes(one, der))) continue
      known.push(der)
      added.push({ kind, position, der })
      updates.push({ num: next, gen: 0, value: pdfDict({}), data: der })
      list.push(refOf(next++))
    }
    changed[key] = list.length === 0 ? undefined : list
  }
  if (added.length === 0) return { pdf: bytes, added }
  updates.push({ num: next, gen: 0, value: withEntries(old, changed) })
  updates.push({ ...placeOf(file, view.root), value: withEntries(catalog, { DSS: refOf(next) }) })
  const { bytes: pdf } = appended(file, updates)
  requireOnly(pdf, ['dss-added'], limits)
  return { pdf, added }
}

/** Content of a stream of the store; `undefined` when it cannot be read. */
function dataOf(file: PdfFile, value: PdfValue): Uint8Array | undefined {
  const { view } = file.last
  const stream = view.resolve(value)
  if (!isStream(stream)) return undefined
  try {
    return file.decoded(stream, view.dataOf(stream))
  } catch (error) {
    if (!(error instanceof PdfFaultError) || error.fault === 'too-complex') throw error
    return undefined
  }
}

/** Each value is a certificate of a path, or evidence of one. Anchors may be given: their reader has them. */
function requireNeeded(added: readonly Added[], { signatures }: DocumentReport, trust: DocumentTrust): void {
  const signers = signatures.flatMap(signersOf)
  const evidence = new Set(
    signers.flatMap(({ verification }) =>
      verification.revocation.flatMap((answer) => answer.evidence.map(({ sha256 }) => sha256)),
    ),
  )
  const anchors = [...trust.anchors, ...(trust.timestamps?.anchors ?? [])].map(({ der }) => der)
  const certificates = [
    ...signers.flatMap(({ certificate, verification }) => [
      certificate,
      ...(verification.path ?? []).map(({ der }) => der),
    ]),
    ...anchors,
  ]
  for (const { kind, position, der } of added) {
    const isNeeded =
      kind === 'certificates'
        ? certificates.some((one) => equalBytes(one, der))
        : evidence.has(toHex(createHash('sha256').update(der).digest()))
    if (!isNeeded) throw refused('value-not-needed', `${kind}[${position}]`)
  }
}

function requirePassed({ signatures, problems }: DocumentReport): void {
  const [problem] = problems.filter(({ severity }) => severity === 'refused')
  if (problem !== undefined) throw refused(problem.id)
  if (signatures.length === 0) throw refused('no-signature')
  for (const { indication, subIndication } of signatures) {
    if (indication !== 'TOTAL-PASSED') throw refused(subIndication ?? indication)
  }
}
