import { RefusalError } from '../../errors.ts'
import { addTimestamp, createCms, type TimestampSource } from '../cms/index.ts'
import type { DocumentHash, DocumentSigner } from '../signer.ts'
import { appearanceOf, type PdfAppearance } from './appearance.ts'
import { changesBetween } from './changes.ts'
import { PdfFile, type PdfLimits, pdfLimits } from './file.ts'
import {
  isArray,
  isDict,
  isRef,
  isStream,
  nameOf,
  type PdfDict,
  PdfFaultError,
  type PdfRef,
  type PdfStream,
  type PdfValue,
} from './objects.ts'
import { fieldsOf, type PdfField, permissionsOf, refOf, signaturesOf } from './signatures.ts'
import { digestOf } from './verify.ts'
import { appended, nextNumber, type PdfUpdate, pdfDict, pdfName, pdfText, serialized, withEntries } from './write.ts'

/** Forms of PDF signatures that are made. */
export const pdfProfiles = [
  /** PAdES, ETSI EN 319 142-1: B-B, or B-T with a timestamp. */
  'ETSI.CAdES.detached',
  /** ISO 32000-1 12.8.3.3, as 登記・供託オンライン申請システム asks for. */
  'adbe.pkcs7.detached',
] as const
export type PdfProfile = (typeof pdfProfiles)[number]

/** Options of {@link preparePdf}. */
export interface PreparePdfOptions {
  /** Default `ETSI.CAdES.detached`. */
  readonly profile?: PdfProfile | undefined
  /**
   * Name of the preferred handler, ISO 32000-2 table 255. Default `Adobe.PPKLite`. Verifiers may use any handler that knows the
   * profile; an authority may ask for another name.
   */
  readonly filter?: string | undefined
  /** Default SHA-256. */
  readonly hash?: DocumentHash | undefined
  /** Name of the field: of an empty one of the form, or of a new one. Default: `Signature` with the next free number. */
  readonly field?: string | undefined
  /** What is drawn on a page. Default: nothing. */
  readonly appearance?: PdfAppearance | undefined
  /** Name of the signer, as 登記 asks for. In the document for everyone to read. */
  readonly name?: string | undefined
  readonly reason?: string | undefined
  readonly location?: string | undefined
  /** Time of signing as the signer claims it. Default: now. */
  readonly time?: Date | undefined
  /** Certifies the document, as its first signature: 1 no change, 2 filling in and signing, 3 annotations as well. */
  readonly certify?: 1 | 2 | 3 | undefined
  /** Certificates embedded besides that of the signer and of its CA, DER. */
  readonly certificates?: readonly Uint8Array[] | undefined
  /** Bytes kept for the CMS. Default: 8 KiB, 24 KiB with a timestamp, and the length of `certificates`. */
  readonly contentsBytes?: number | undefined
  /** Whether room is kept for a timestamp. Default: no. */
  readonly timestamped?: boolean | undefined
  readonly limits?: Partial<PdfLimits> | undefined
}

/** Options of {@link signPdf}. */
export interface SignPdfOptions extends PreparePdfOptions {
  /** For B-T. */
  readonly timestamp?: TimestampSource | undefined
}

/** A signed PDF. */
export interface SignedPdf {
  /** The given bytes, unchanged, and after them one revision. */
  readonly pdf: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  readonly field: string
  readonly byteRange: readonly [number, number, number, number]
}

/** A PDF that is laid out and hashed: nothing but the signature is missing. */
export interface PreparedPdf {
  /** Name of the field. */
  readonly field: string
  /** Bytes of the document that the signature will cover. */
  readonly covered: number
  /** Signs it. Once. What it throws: as {@link signPdf}. */
  sign(signer: DocumentSigner): Promise<UntimedPdf>
}

/** A signed PDF that may still get a timestamp, when the card is not needed any more. */
export interface UntimedPdf {
  /** DER. */
  readonly certificate: Uint8Array
  complete(timestamp?: TimestampSource): Promise<SignedPdf>
}

/**
 * Signs a PDF by an incremental update: no byte of it changes, and earlier signatures stay what they are. All is prepared,
 * hashed and verified with the reader of {@link verifyPdf} before the signer is called.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT` for a file that is not signed; its reason is one of the faults of the reader, or
 *   `encrypted`, `xfa`, `bytes-appended`, `field-unknown`, `field-locked`, `field-signed`, `page-unknown`, `signature-damaged`,
 *   `signing-not-allowed`, `not-the-first-signature`, `contents-too-small`.
 * @throws RefusalError `ERR_TIMESTAMP` without a timestamp; what `createCms` throws; what the signer throws.
 * @throws TypeError, RangeError naming the option that is not as described.
 * @see ISO 32000-2 7.5.6, 12.8; ETSI EN 319 142-1 5, 6
 */
export async function signPdf(
  bytes: Uint8Array,
  signer: DocumentSigner,
  options: SignPdfOptions = {},
): Promise<SignedPdf> {
  const { timestamp } = options
  const untimed = await preparePdf(bytes, { timestamped: timestamp !== undefined, ...options }).sign(signer)
  return untimed.complete(timestamp)
}

/**
 * The first part of {@link signPdf}, for applications that ask for a password or wait for a card in between.
 *
 * @throws as {@link signPdf}, before any signature.
 */
export function preparePdf(bytes: Uint8Array, options: PreparePdfOptions = {}): PreparedPdf {
  requireOptions(bytes, options)
  const { profile = 'ETSI.CAdES.detached', hash = 'SHA-256', time = new Date(), certificates = [] } = options
  const room = options.contentsBytes ?? defaultRoom(options)
  const { pdf, byteRange, field } = guarded(() => prepare(bytes, { ...options, profile, time }, room))
  const digest = digestOf(pdf, byteRange, hash)
  const extra = certificates.reduce((sum, { length }) => sum + length, 0)
  return {
    field,
    covered: byteRange[1] + byteRange[3],
    async sign(signer) {
      const made = await createCms({
        signer: {
          sign: (signatureHash, toSign) =>
            signer.sign(signatureHash, (known) => {
              // Before the signature: a password is not spent on what cannot be stored.
              const needed = 2048 + known.certificate.length + (known.caCertificate?.length ?? 0) + extra
              if (needed > room) throw refused('contents-too-small', `${needed} bytes needed`)
              return toSign(known)
            }),
        },
        content: { digest },
        hash,
        // ETSI EN 319 142-1 6.3: PAdES has the time in M only.
        signingTime: profile === 'ETSI.CAdES.detached' ? false : time,
        certificates,
      })
      return {
        certificate: made.certificate,
        async complete(timestamp) {
          const cms = timestamp === undefined ? made.der : await addTimestamp(made.der, timestamp, { hash })
          if (cms.length > room) throw refused('contents-too-small', `${cms.length} bytes needed`)
          const signed = pdf.slice()
          signed.set(Buffer.from(Buffer.from(cms).toString('hex'), 'latin1'), byteRange[1] + 1)
          return { pdf: signed, certificate: made.certificate, field, byteRange }
        },
      }
    },
  }
}

/** A PDF that is not signed, or not added to. */
export const refused = (reason: string, detail?: string, cause?: unknown): RefusalError =>
  new RefusalError(
    'ERR_SIGNED_DOCUMENT',
    `the PDF is not signed: ${reason}${detail === undefined ? '' : `: ${detail}`}`,
    {
      reason,
      cause,
    },
  )

/** Faults of the reader as refusals. */
export function guarded<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof PdfFaultError)) throw error
    throw refused(error.fault, error.offset === undefined ? undefined : `at byte ${error.offset}`, error)
  }
}

function defaultRoom({ timestamped = false, certificates = [] }: PreparePdfOptions): number {
  return 8192 + (timestamped ? 16_384 : 0) + certificates.reduce((sum, { length }) => sum + length, 0)
}

function requireOptions(bytes: Uint8Array, options: PreparePdfOptions): void {
  const { profile, filter, certify, time, contentsBytes, field } = options
  if (!(bytes instanceof Uint8Array)) throw new TypeError('bytes must be the bytes of a PDF')
  if (profile !== undefined && !pdfProfiles.includes(profile))
    throw new TypeError(`profile must be ${pdfProfiles.join(' or ')}`)
  if (filter !== undefined && !(typeof filter === 'string' && /^[A-Za-z0-9._-]{1,127}$/.test(filter)))
    throw new RangeError('filter must be 1 to 127 letters, digits, dots, hyphens or underscores')
  if (certify !== undefined && ![1, 2, 3].includes(certify)) throw new RangeError('certify must be 1, 2 or 3')
  if (time !== undefined && Number.isNaN(time.getTime())) throw new RangeError('time is not a date')
  if (
    contentsBytes !== undefined &&
    !(Number.isSafeInteger(contentsBytes) && contentsBytes >= 1024 && contentsBytes <= 1 << 24)
  ) {
    throw new RangeError('contentsBytes must be 1024 to 16 MiB')
  }
  if (field !== undefined && (field === '' || field.length > 127))
    throw new RangeError('field must be 1 to 127 characters')
  for (const key of ['name', 'reason', 'location'] as const) {
    const text = options[key]
    if (text !== undefined && (typeof text !== 'string' || text.length > 1000)) {
      throw new RangeError(`${key} must be a text of at most 1000 characters`)
    }
  }
}

/** A file that gets one more revision. @throws PdfFaultError, RefusalError */
export function opened(bytes: Uint8Array, limits: Partial<PdfLimits> | undefined): PdfFile {
  const file = new PdfFile(bytes, { ...pdfLimits, ...limits })
  if (file.revisions.some(({ view }) => view.trailer.has('Encrypt'))) throw new PdfFaultError('encrypted')
  if (bytes.subarray(file.last.end).some((byte) => byte !== 0x0a && byte !== 0x0d)) throw refused('bytes-appended')
  return file
}

/** Reads what was made as a verifier does: one more revision, which changes nothing but that. */
export function requireOnly(
  pdf: Uint8Array,
  kinds: readonly string[],
  limits: Partial<PdfLimits> | undefined,
): PdfFile {
  const file = new PdfFile(pdf, { ...pdfLimits, ...limits })
  const { revisions } = file
  const changes = changesBetween(file, revisions[revisions.length - 2]!, file.last)
  const other = changes.find(({ kind }) => !kinds.includes(kind))
  if (changes.length === 0 || other !== undefined) throw refused('structure-damaged', other?.kind)
  return file
}

/** Number and generation of an object that is replaced. */
export const placeOf = (file: PdfFile, { num }: PdfRef): { num: number; gen: number } => {
  const entry = file.last.view.entries.get(num)
  return { num, gen: entry?.kind === 'plain' ? entry.gen : 0 }
}

interface Prepared {
  readonly pdf: Uint8Array
  readonly byteRange: readonly [number, number, number, number]
  readonly field: string
}

function prepare(
  bytes: Uint8Array,
  options: PreparePdfOptions & { readonly profile: PdfProfile; readonly time: Date },
  room: number,
): Prepared {
  const file = opened(bytes, options.limits)
  const { view } = file.last
  const { catalog } = view
  requireSignable(file, options)
  const formRef = catalog.entries.get('AcroForm')
  const form = view.resolve(formRef)
  if (form !== null && (!isDict(form) || isStream(form))) throw new PdfFaultError('structure-damaged')
  if (form?.entries.has('XFA') === true) throw refused('xfa')
  const fields = fieldsOf(view, file)
  const updates: PdfUpdate[] = []
  let next = nextNumber(file)
  const signatureNum = next++
  const existing =
    options.field === undefined ? undefined : [...fields.values()].find(({ name }) => name === options.field)
  const name = options.field ?? freeName(fields)
  if (options.field?.includes('.') === true && existing === undefined) throw refused('field-unknown')

  const { appearance } = options
  const drawn = appearance === undefined ? undefined : appearanceOf(appearance, next)
  if (drawn !== undefined) {
    updates.push(...drawn.updates)
    next += drawn.updates.length
  }
  const values = { V: refOf(signatureNum), ...(drawn !== undefined && { AP: pdfDict({ N: drawn.form }), F: 132 }) }
  const fresh: PdfRef[] = []
  if (existing !== undefined) {
    requireEmpty(existing, view.resolve(existing.value))
    updates.push({ ...placeOf(file, refOf(existing.num)), value: withEntries(existing.dict, values) })
  } else {
    const page = pageOf(file, appearance?.page ?? 0)
    const field = refOf(next++)
    fresh.push(field)
    updates.push({
      num: field.num,
      gen: 0,
      value: pdfDict({
        Type: pdfName('Annot'),
        Subtype: pdfName('Widget'),
        FT: pdfName('Sig'),
        T: pdfText(name),
        Rect: drawn?.rect ?? [0, 0, 0, 0],
        // Print, Locked; ISO 32000-2 table 167.
        F: 132,
        P: page.ref,
        ...values,
      }),
    })
    updates.push(annotated(file, page, field))
  }
  const certified = options.certify === undefined ? undefined : refOf(signatureNum)
  updates.push(...withForm(file, form, fresh, certified))
  updates.push({ num: signatureNum, gen: 0, raw: dictionary(options, room) })
  const { bytes: pdf, offsets } = appended(file, updates)

  const at = offsets.get(signatureNum)!
  const buffer = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.length)
  const start = buffer.indexOf('/Contents <', at) + '/Contents '.length
  const after = start + 2 + 2 * room
  const byteRange = [0, start, after, pdf.length - after] as const
  const range = `[${byteRange.map((number) => String(number).padEnd(10)).join(' ')}]`
  buffer.write(range, buffer.indexOf('/ByteRange ', at) + '/ByteRange '.length, 'latin1')
  const made = requireOnly(
    pdf,
    ['signature-added', 'information-updated', ...(certified ? ['catalog-changed'] : [])],
    options.limits,
  )
  const signature = signaturesOf(made).find(({ num, added }) => num === signatureNum && added === made.last)
  if (signature?.whole !== true || signature.faults.length > 0)
    throw refused('structure-damaged', signature?.faults.join(', '))
  return { pdf, byteRange, field: name }
}

/** The dictionary of the signature with room for its byte range and contents. */
function dictionary(
  {
    profile,
    filter = 'Adobe.PPKLite',
    name,
    reason,
    location,
    time,
    certify,
  }: PreparePdfOptions & { readonly profile: PdfProfile; readonly time: Date },
  room: number,
): Uint8Array {
  const parameters = certify && pdfDict({ Type: pdfName('TransformParams'), P: certify, V: pdfName('1.2') })
  const reference = parameters && [
    pdfDict({ Type: pdfName('SigRef'), TransformMethod: pdfName('DocMDP'), TransformParams: parameters }),
  ]
  const text = (value: string | undefined): PdfValue | undefined => (value === undefined ? undefined : pdfText(value))
  const rest = serialized(
    pdfDict({
      Name: text(name),
      M: pdfText(dateText(time)),
      Reason: text(reason),
      Location: text(location),
      Reference: reference,
    }),
  )
  const head = `<</Type /Sig\n/Filter /${filter}\n/SubFilter /${profile}\n/ByteRange ${' '.repeat(45)}\n/Contents <`
  return Buffer.from(`${head}${'0'.repeat(2 * room)}>\n${rest.slice(2)}`, 'latin1')
}

const dateText = (time: Date): string => `D:${time.toISOString().replaceAll(/[-:T]|\.\d+Z$/g, '')}Z`

/** What earlier signatures let happen. */
function requireSignable(file: PdfFile, { certify, field }: PreparePdfOptions): void {
  const earlier = signaturesOf(file)
  if (certify !== undefined && earlier.length > 0) throw refused('not-the-first-signature')
  for (const signature of earlier) {
    if (signature.faults.length > 0) throw refused('signature-damaged', signature.faults.join(', '))
    const { level, locks } = permissionsOf(signature, signature.added.view)
    if (level === 1 || (field !== undefined && locks(field))) throw refused('signing-not-allowed')
  }
}

function requireEmpty({ dict, type }: PdfField, value: PdfValue): void {
  if (type !== 'Sig' || nameOf(dict.entries.get('Subtype')) !== 'Widget') throw refused('field-unknown')
  if (value !== null) throw refused('field-signed')
  // Their conditions would have to be met.
  if (dict.entries.has('Lock') || dict.entries.has('SV')) throw refused('field-locked')
}

function freeName(fields: ReadonlyMap<number, PdfField>): string {
  const taken = new Set([...fields.values()].map(({ name }) => name))
  for (let i = 1; ; i++) if (!taken.has(`Signature${i}`)) return `Signature${i}`
}

/** The page at a position, from 0. */
function pageOf(file: PdfFile, position: number): { readonly ref: PdfRef; readonly dict: PdfDict } {
  const { view } = file.last
  let left = position
  const seen = new Set<number>()
  const find = (value: PdfValue | undefined, depth: number): { ref: PdfRef; dict: PdfDict } | undefined => {
    file.budget.step()
    if (!isRef(value) || seen.has(value.num) || depth > 64) throw new PdfFaultError('structure-damaged')
    seen.add(value.num)
    const dict = view.resolve(value)
    if (!isDict(dict) || isStream(dict)) throw new PdfFaultError('structure-damaged')
    if (nameOf(view.resolve(dict.entries.get('Type'))) === 'Page')
      return left-- === 0 ? { ref: value, dict } : undefined
    const kids = view.resolve(dict.entries.get('Kids'))
    if (!isArray(kids)) throw new PdfFaultError('structure-damaged')
    for (const kid of kids) {
      const found = find(kid, depth + 1)
      if (found !== undefined) return found
    }
    return undefined
  }
  const page = find(view.catalog.entries.get('Pages'), 0)
  if (page === undefined) throw refused('page-unknown')
  return page
}

/** The page, or its list of annotations, with one more. */
function annotated(
  file: PdfFile,
  { ref, dict }: { readonly ref: PdfRef; readonly dict: PdfDict },
  field: PdfRef,
): PdfUpdate {
  const value = dict.entries.get('Annots')
  const list = file.last.view.resolve(value)
  if (list !== null && !isArray(list)) throw new PdfFaultError('structure-damaged')
  const more = [...(list ?? []), field]
  if (isRef(value) && list !== null) return { ...placeOf(file, value), value: more }
  return { ...placeOf(file, ref), value: withEntries(dict, { Annots: more }) }
}

/** The form with more fields, and the catalog as far as it changes. */
function withForm(
  file: PdfFile,
  form: PdfDict | PdfStream | null,
  fresh: readonly PdfRef[],
  certified: PdfRef | undefined,
): readonly PdfUpdate[] {
  const { view } = file.last
  const { catalog } = view
  const updates: PdfUpdate[] = []
  const fieldsRef = form?.entries.get('Fields')
  const list = view.resolve(fieldsRef)
  if (list !== null && !isArray(list)) throw new PdfFaultError('structure-damaged')
  const more = [...(list ?? []), ...fresh]
  const old: PdfDict = { type: 'dict', entries: form?.entries ?? new Map() }
  const isApart = isRef(fieldsRef) && list !== null
  if (isApart && fresh.length > 0) updates.push({ ...placeOf(file, fieldsRef), value: more })
  // SignaturesExist, AppendOnly; ISO 32000-2 table 225.
  const changed = withEntries(old, { SigFlags: 3, ...(!isApart && { Fields: more }) })
  const formRef = catalog.entries.get('AcroForm')
  const changes: Record<string, PdfValue> = {}
  if (isRef(formRef) && form !== null) updates.push({ ...placeOf(file, formRef), value: changed })
  else changes['AcroForm'] = changed
  if (certified !== undefined) {
    const permissions = view.resolve(catalog.entries.get('Perms'))
    const before = isDict(permissions) ? ({ type: 'dict', entries: permissions.entries } as const) : pdfDict({})
    changes['Perms'] = withEntries(before, { DocMDP: certified })
  }
  if (Object.keys(changes).length > 0)
    updates.push({ ...placeOf(file, view.root), value: withEntries(catalog, changes) })
  return updates
}
