import { createHash } from 'node:crypto'
import { readValues } from '../cms/evidence.ts'
import { elementLength, type ValidationValues, verifyCms, verifyTimestamp } from '../cms/index.ts'
import type {
  DocumentChange,
  DocumentProblem,
  DocumentReport,
  SignatureCoverage,
  SignatureReport,
  SubIndication,
} from '../report.ts'
import type { DocumentHash } from '../signer.ts'
import type { DocumentTrust } from '../trust.ts'
import { changesBetween, type PdfChange, type PdfChangeKind } from './changes.ts'
import { type PdfFile, type PdfLimits, pdfLimits, readPdf } from './file.ts'
import { isArray, isDict, isStream, PdfFaultError, type PdfValue, textOf } from './objects.ts'
import { type PdfPermissions, type PdfSignature, permissionsOf, signaturesOf } from './signatures.ts'

/** Options of {@link verifyPdf}. */
export interface VerifyPdfOptions {
  readonly trust: DocumentTrust
  /** Bounds of what is read; what exceeds one is refused. */
  readonly limits?: Partial<PdfLimits> | undefined
}

/** Kinds of changes that a signature without other permissions lets happen after it. */
const harmless: ReadonlySet<PdfChangeKind> = new Set(['dss-added', 'timestamp-added', 'unused-objects'])
const filling: ReadonlySet<PdfChangeKind> = new Set([
  ...harmless,
  'signature-added',
  'signature-field-added',
  'form-filled',
  'information-updated',
  'version-changed',
])
const annotating: ReadonlySet<PdfChangeKind> = new Set([
  ...filling,
  'annotation-added',
  'annotation-changed',
  'annotation-removed',
])
/** ISO 32000-2 table 257. A signature that certifies nothing is taken as level 2. */
const levels = { 1: harmless, 2: filling, 3: annotating } as const

/**
 * Verifies the signatures of a PDF: what each covers byte for byte, its CMS and its signer, and every later change of the
 * document. Never throws for what is in the file: a file that cannot be read without guessing is a report with a problem.
 *
 * @see ISO 32000-2 12.8, ETSI EN 319 142-1, ETSI EN 319 102-1
 * @throws TypeError when the arguments are not as described.
 */
export async function verifyPdf(bytes: Uint8Array, options: VerifyPdfOptions): Promise<DocumentReport> {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be the bytes of a PDF')
  const at = options.trust.at ?? new Date()
  // What the pages show is for people to see.
  const notChecked = ['content-meaning']
  const unread = (fault: string, offset?: number): DocumentReport => {
    const problem = {
      id: fault,
      severity: 'refused',
      ...(offset !== undefined && { detail: `at byte ${offset}` }),
    } as const
    return {
      format: 'pdf',
      at,
      signatures: [],
      changes: [],
      problems: [problem],
      notChecked: [...notChecked, 'signatures'],
    }
  }
  const read = readPdf(bytes, { ...pdfLimits, ...options.limits })
  if ('fault' in read) return unread(read.fault, read.offset)
  try {
    const report = await new Verification(read.file, options).run()
    return { format: 'pdf', at, ...report, notChecked: [...notChecked, ...report.notChecked] }
  } catch (error) {
    if (error instanceof PdfFaultError) return unread(error.fault, error.offset)
    throw error
  }
}

/** Sub-indications of a timestamp whose signature value was not verified. */
const unverified: ReadonlySet<SubIndication> = new Set([
  'NO_SIGNING_CERTIFICATE_FOUND',
  'SIGNED_DATA_NOT_FOUND',
  'CRYPTO_CONSTRAINTS_FAILURE',
  'SIG_CONSTRAINTS_FAILURE',
])

class Verification {
  readonly #file: PdfFile
  readonly #options: VerifyPdfOptions
  readonly #problems: DocumentProblem[] = []
  readonly #notChecked = new Set<string>()

  constructor(file: PdfFile, options: VerifyPdfOptions) {
    this.#file = file
    this.#options = options
  }

  async run(): Promise<Pick<DocumentReport, 'signatures' | 'changes' | 'problems' | 'notChecked'>> {
    const file = this.#file
    if (file.revisions.some(({ view }) => view.trailer.has('Encrypt'))) throw new PdfFaultError('encrypted')
    const found = signaturesOf(file)
    if (file.bypassed.length > 0) this.#problem('revision-bypassed', 'warning')
    const permissions = found.map((signature) => permissionsOf(signature, signature.added.view))
    const found0 = this.#changes(found)
    const values = found.length === 0 ? {} : this.#values()
    const reports: SignatureReport[] = []
    for (const [index, signature] of found.entries()) reports.push(await this.#signature(signature, index, values))
    const changes = found0.map((change) => this.#allowed(change, found, permissions, reports))
    this.#problemsOfChanges(changes, found0)
    const signatures = reports.map((report, i) => this.#withChanges(report, found[i]!, changes))
    return { signatures, changes, problems: this.#problems, notChecked: [...this.#notChecked] }
  }

  #problem(id: string, severity: DocumentProblem['severity'], detail?: string): void {
    this.#problems.push({ id, severity, ...(detail !== undefined && { detail }) })
  }

  /** What was changed after the first signature. */
  #changes(found: readonly PdfSignature[]): readonly PdfChange[] {
    const file = this.#file
    const first = Math.min(...found.map(({ covers, added }) => (covers ?? added).number))
    const changes: PdfChange[] = []
    for (const [i, newer] of file.revisions.entries()) {
      if (i === 0 || newer.number <= first) continue
      for (const change of changesBetween(file, file.revisions[i - 1]!, newer)) changes.push(change)
    }
    if (found.length > 0 && file.bytes.length > file.last.end) {
      changes.push({ revision: file.last.number + 1, kind: 'bytes-appended', objects: [] })
    }
    return changes
  }

  /** Whether every earlier signature lets a change happen. */
  #allowed(
    change: PdfChange,
    found: readonly PdfSignature[],
    permissions: readonly PdfPermissions[],
    reports: readonly SignatureReport[],
  ): DocumentChange {
    let allowed = true
    for (const [i, { level, locks }] of permissions.entries()) {
      const { covers, added } = found[i]!
      if ((covers ?? added).number >= change.revision) continue
      if (!levels[level ?? 2].has(change.kind)) allowed = false
      if (change.kind === 'form-filled' && locks(change.field ?? '')) allowed = false
      // An empty field may draw what it likes: no one answers for it.
      if (change.kind === 'signature-field-added' && change.visible === true) allowed = false
      // Nor does an authority: it gives a timestamp to everyone.
      if (change.kind === 'timestamp-added' && change.visible === true) allowed = false
    }
    // What is said to be signed must be signed: anyone can add a dictionary that looks like it.
    if (change.kind === 'signature-added' || change.kind === 'timestamp-added') {
      const mine = found.findIndex(
        ({ added, field }) => added.number === change.revision && field?.name === change.field,
      )
      if (reports[mine]?.integrity !== 'intact') allowed = false
    }
    return { revision: change.revision, kind: change.kind, allowed, objects: change.objects }
  }

  #problemsOfChanges(changes: readonly DocumentChange[], found: readonly PdfChange[]): void {
    const refused = changes.filter(({ allowed }) => !allowed)
    if (refused.length > 0) {
      const kinds = [...new Set(refused.map(({ kind }) => kind))].join(', ')
      this.#problem('change-not-allowed', 'refused', kinds)
    }
    // May lie over what was signed before.
    if (found.some(({ visible }) => visible === true)) this.#problem('drawn-after-signature', 'warning')
  }

  #withChanges(
    report: SignatureReport,
    { covers, added, present }: PdfSignature,
    changes: readonly DocumentChange[],
  ): SignatureReport {
    const number = (covers ?? added).number
    const problems: DocumentProblem[] = []
    if (!present) problems.push({ id: 'signature-removed', severity: 'refused' })
    if (changes.some(({ revision, allowed }) => revision > number && !allowed)) {
      problems.push({ id: 'later-change-not-allowed', severity: 'refused' })
    }
    if (problems.length === 0) return report
    const passed = report.indication === 'TOTAL-PASSED'
    return {
      ...report,
      ...(passed && { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' }),
      problems: [...report.problems, ...problems],
    }
  }

  async #signature(signature: PdfSignature, index: number, values: ValidationValues): Promise<SignatureReport> {
    const { subFilter, faults, byteRange, contents } = signature
    const now = this.#options.trust.at ?? new Date()
    const failed = (ids: readonly string[], subIndication: SubIndication = 'FORMAT_FAILURE'): SignatureReport => ({
      index,
      profile: subFilter ?? 'unknown',
      indication: 'TOTAL-FAILED',
      subIndication,
      integrity: 'not-checked',
      coverage: { extent: 'none' },
      timestamps: [],
      verifiedAt: { time: now, by: 'verification' },
      counterSignatures: [],
      problems: ids.map((id) => ({ id, severity: 'refused' })),
      notChecked: ['integrity'],
    })
    if (faults.length > 0 || byteRange === undefined || contents === undefined) return failed(faults)
    const length = elementLength(contents)
    // Zero padding only: what else is there is signed by no one.
    if (length !== undefined && contents.subarray(length).some((byte) => byte !== 0))
      return failed(['contents-padding'])
    const cms = contents.subarray(0, length ?? contents.length)
    const digests = new Map<DocumentHash, Uint8Array>()
    const digest = (hash: DocumentHash): Uint8Array => {
      const known = digests.get(hash) ?? digestOf(this.#file.bytes, byteRange, hash)
      digests.set(hash, known)
      return known
    }
    const coverage: SignatureCoverage = {
      extent: signature.whole ? 'whole' : 'earlier-revision',
      byteRanges: [
        { start: byteRange[0], length: byteRange[1] },
        { start: byteRange[2], length: byteRange[3] },
      ],
      bytes: byteRange[1] + byteRange[3],
    }
    if (signature.isTimestamp) return this.#timestamp(cms, { index, digest, coverage, values, now, failed })
    const isPades = subFilter === 'ETSI.CAdES.detached'
    if (!isPades && subFilter !== 'adbe.pkcs7.detached') return failed(['sub-filter-unsupported'])
    const claimed = dateOf(textOf(signature.added.view.resolve(signature.dict.entries.get('M'))))
    const verified = await verifyCms(cms, {
      trust: this.#options.trust,
      content: digest,
      contentBytes: coverage.bytes,
      coverage,
      values,
      profile: subFilter,
      claimedTime: claimed,
    })
    for (const id of verified.notChecked) this.#notChecked.add(id)
    const [report] = verified.signatures
    // ISO 32000-2 12.8.3.3: exactly one signer.
    if (report === undefined || verified.signatures.length !== 1) {
      const ids = verified.problems.filter(({ severity }) => severity === 'refused').map(({ id }) => id)
      return failed(ids.length > 0 ? ids : ['signers'])
    }
    return finished(report, verified.problems, { index, isPades, values })
  }

  async #timestamp(
    token: Uint8Array,
    about: {
      readonly index: number
      readonly digest: (hash: DocumentHash) => Uint8Array
      readonly coverage: SignatureCoverage
      readonly values: ValidationValues
      readonly now: Date
      readonly failed: (ids: readonly string[]) => SignatureReport
    },
  ): Promise<SignatureReport> {
    const { trust } = this.#options
    const embedded = await readValues(about.values)
    const { report } = await verifyTimestamp(token, { digest: about.digest, trust, embedded })
    const broken = report.indication === 'TOTAL-FAILED'
    const isUnknown = report.subIndication !== undefined && unverified.has(report.subIndication)
    const { authority, time } = report
    return {
      ...about.failed([]),
      profile: 'ETSI.RFC3161',
      indication: report.indication,
      subIndication: report.subIndication,
      integrity: broken ? 'broken' : isUnknown ? 'not-checked' : 'intact',
      coverage: broken ? { extent: 'none' } : about.coverage,
      ...(authority !== undefined && { signer: authority }),
      timestamps: [report],
      verifiedAt: time === undefined ? { time: about.now, by: 'verification' } : { time, by: 'timestamp' },
      problems: report.problems,
      notChecked: report.notChecked ?? [],
    }
  }

  /** Certificates and revocation values of the document security store, ISO 32000-2 12.8.4.3. Untrusted. */
  #values(): ValidationValues {
    const { view } = this.#file.last
    const store = view.resolve(view.catalog.entries.get('DSS'))
    if (!isDict(store)) return {}
    const all = (key: string): Uint8Array[] => {
      const list: PdfValue = view.resolve(store.entries.get(key))
      if (!isArray(list) || list.length > 1000) return []
      return list.flatMap((one) => {
        const stream = view.resolve(one)
        if (!isStream(stream)) return []
        try {
          return [this.#file.decoded(stream, view.dataOf(stream))]
        } catch (error) {
          if (!(error instanceof PdfFaultError) || error.fault === 'too-complex') throw error
          this.#problem('dss-unreadable', 'warning')
          return []
        }
      })
    }
    return { certificates: all('Certs'), revocationLists: all('CRLs'), ocspResponses: all('OCSPs') }
  }
}

/** The report of a CMS as that of a PDF signature: with what PDF and PAdES ask for besides, and the name of its form. */
function finished(
  report: SignatureReport,
  about: readonly DocumentProblem[],
  { index, isPades, values }: { readonly index: number; readonly isPades: boolean; readonly values: ValidationValues },
): SignatureReport {
  const problems = [...about, ...report.problems]
  // ETSI EN 319 142-1 6.3: the certificate is signed in every PAdES signature.
  const isUnbound = isPades && problems.some(({ id }) => id === 'signing-certificate-missing')
  if (isUnbound) problems.push({ id: 'signing-certificate-required', severity: 'refused' })
  const isRefused = problems.some(({ severity }) => severity === 'refused')
  const passed = report.indication === 'TOTAL-PASSED'
  const hasTime = report.timestamps.some(({ indication }) => indication !== 'TOTAL-FAILED')
  const hasValues = (values.revocationLists?.length ?? 0) + (values.ocspResponses?.length ?? 0) > 0
  const level = hasTime ? (hasValues ? 'LT' : 'T') : 'B'
  return {
    ...report,
    index,
    profile: isPades ? `PAdES-B-${level}` : report.profile,
    ...(passed && isRefused && { indication: 'INDETERMINATE', subIndication: 'SIG_CONSTRAINTS_FAILURE' }),
    problems,
  }
}

const names = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

/** Digest of the two ranges. */
export function digestOf(
  bytes: Uint8Array,
  [start, before, after, length]: readonly [number, number, number, number],
  hash: DocumentHash,
): Uint8Array {
  return createHash(names[hash])
    .update(bytes.subarray(start, start + before))
    .update(bytes.subarray(after, after + length))
    .digest()
}

/** A date, ISO 32000-2 7.9.4; `undefined` when it is none. */
export function dateOf(text: string | undefined): Date | undefined {
  const form = /^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z(?:00'?(?:00'?)?)?|([+-])(\d\d)'?(?:(\d\d)'?)?)?$/
  const found = form.exec(text ?? '')
  if (found === null) return undefined
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    sign,
    hours = '00',
    minutes = '00',
  ] = found
  const zone = sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  return Number.isNaN(date.getTime()) ? undefined : date
}
