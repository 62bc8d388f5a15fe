import type { PdfFile, PdfRevision, PdfView } from './file.ts'
import {
  isArray,
  isDict,
  isInteger,
  isRef,
  isStream,
  isString,
  nameOf,
  type PdfDict,
  PdfFaultError,
  type PdfRef,
  type PdfStream,
  type PdfValue,
  textOf,
} from './objects.ts'

/** One terminal or intermediate field of the form, with what it inherits. */
export interface PdfField {
  readonly num: number
  /** Fully qualified name, ISO 32000-2 12.7.4.2. */
  readonly name: string
  /** Inherited: `Sig`, `Tx`, `Btn`, `Ch`. */
  readonly type: string | undefined
  /** Inherited: `Ff`, ISO 32000-2 table 227. */
  readonly flags: number
  readonly dict: PdfDict
  /** The field, or the nearest ancestor, that has a value. */
  readonly value: PdfValue | undefined
}

const maxFieldDepth = 32

/** All fields of the form, and their widgets, by object number. @throws PdfFaultError */
export function fieldsOf(view: PdfView, file: PdfFile): ReadonlyMap<number, PdfField> {
  const found = new Map<number, PdfField>()
  const form = view.resolve(view.catalog.entries.get('AcroForm'))
  if (!isDict(form)) return found
  const list = view.resolve(form.entries.get('Fields'))
  if (list === null) return found
  if (!isArray(list)) throw new PdfFaultError('structure-damaged')
  const visit = (ref: PdfValue, parent: PdfField | undefined, depth: number): void => {
    // Some microseconds, for each revision.
    file.budget.step(16)
    // A field that is not an object of its own has no identity that two revisions could share.
    if (!isRef(ref) || depth > maxFieldDepth || found.has(ref.num)) throw new PdfFaultError('structure-damaged')
    const dict = view.resolve(ref)
    if (dict === null) return
    if (!isDict(dict) || isStream(dict)) throw new PdfFaultError('structure-damaged')
    const part = textOf(view.resolve(dict.entries.get('T')))
    const name = [parent?.name, part].filter((text) => text !== undefined && text !== '').join('.')
    const type = nameOf(view.resolve(dict.entries.get('FT'))) ?? parent?.type
    const value = dict.entries.has('V') ? dict.entries.get('V') : parent?.value
    const own = view.resolve(dict.entries.get('Ff'))
    const flags = isInteger(own) ? own : (parent?.flags ?? 0)
    const field = { num: ref.num, name, type, flags, dict, value }
    found.set(ref.num, field)
    const kids = view.resolve(dict.entries.get('Kids'))
    if (kids === null) return
    if (!isArray(kids)) throw new PdfFaultError('structure-damaged')
    for (const kid of kids) visit(kid, field, depth + 1)
  }
  for (const ref of list) visit(ref, undefined, 0)
  return found
}

/** A signature dictionary with what is wrong with its place, ISO 32000-2 12.8.1. */
export interface PdfSignature {
  /** Number of the dictionary's object. */
  readonly num: number
  readonly dict: PdfDict
  readonly field: PdfField | undefined
  /** The revision it first occurs in. */
  readonly added: PdfRevision
  /** The revision its byte range covers; absent when it covers none exactly. */
  readonly covers: PdfRevision | undefined
  /** Whether its byte range ends with the file. */
  readonly whole: boolean
  readonly byteRange: readonly [number, number, number, number] | undefined
  /** What `/Contents` holds, zero padding included. */
  readonly contents: Uint8Array | undefined
  readonly subFilter: string | undefined
  readonly isTimestamp: boolean
  /** Identifiers of what is wrong; each refuses the signature. */
  readonly faults: readonly string[]
  /** Whether the newest revision still has it. */
  present: boolean
}

const maxSignatures = 128

/** The signatures of all revisions, in the order of what they cover. @throws PdfFaultError */
export function signaturesOf(file: PdfFile): readonly PdfSignature[] {
  const found = new Map<string, PdfSignature>()
  for (const revision of file.revisions) {
    const { view } = revision
    const present = new Set<string>()
    const add = (num: number, field: PdfField | undefined): void => {
      const key = `${num} ${view.placeOf(num)}`
      present.add(key)
      if (found.has(key)) return
      if (found.size >= maxSignatures) throw new PdfFaultError('too-complex')
      found.set(key, signatureOf(file, revision, num, field))
    }
    const fields = fieldsOf(view, file)
    const linked = new Set<number>()
    for (const field of fields.values()) {
      if (field.type !== 'Sig' || !field.dict.entries.has('V')) continue
      const value = field.dict.entries.get('V')
      if (isRef(value) && view.object(value.num) !== null) {
        // One signature shown by two fields is reported once.
        if (!linked.has(value.num)) add(value.num, field)
        linked.add(value.num)
      } else if (value !== null && !isRef(value)) throw new PdfFaultError('structure-damaged')
    }
    for (const num of unlinkedIn(file, revision)) if (!linked.has(num)) add(num, undefined)
    for (const [key, signature] of found) signature.present = present.has(key) || hasSame(view, signature)
  }
  const end = ({ byteRange, added }: PdfSignature): number => (byteRange ? byteRange[2] + byteRange[3] : added.end)
  return [...found.values()].sort((a, b) => end(a) - end(b))
}

/** Objects of a revision that are signature dictionaries, whether a field refers to them or not. */
function* unlinkedIn(file: PdfFile, revision: PdfRevision): Generator<number> {
  for (const section of revision.sections) {
    for (const [num, entry] of section.entries) {
      if (entry.kind !== 'plain' || revision.view.entries.get(num) !== entry) continue
      file.budget.step()
      const value = revision.view.object(num)
      if (!isDict(value) || isStream(value)) continue
      const type = nameOf(value.entries.get('Type'))
      const isSignature = type === 'Sig' || type === 'DocTimeStamp'
      if (isSignature || (value.entries.has('ByteRange') && value.entries.has('Contents'))) yield num
    }
  }
}

/** Whether an unlinked dictionary of an earlier revision is still the same object. */
function hasSame(view: PdfView, { num, dict, field }: PdfSignature): boolean {
  return field === undefined && view.entries.has(num) && view.object(num) === dict
}

const isCount = (value: PdfValue | undefined): value is number => isInteger(value) && value >= 0

function signatureOf(file: PdfFile, added: PdfRevision, num: number, field: PdfField | undefined): PdfSignature {
  const { view } = added
  const faults: string[] = []
  const dict = view.object(num)
  if (!isDict(dict) || isStream(dict)) throw new PdfFaultError('structure-damaged')
  const type = dict.entries.get('Type')
  const typeName = nameOf(type)
  if (type !== undefined && typeName !== 'Sig' && typeName !== 'DocTimeStamp') faults.push('signature-type')
  if (field === undefined) faults.push('signature-unlinked')
  if (view.entries.get(num)?.kind !== 'plain') faults.push('signature-in-object-stream')

  const contents = dict.entries.get('Contents')
  if (contents === undefined || contents === null) faults.push('contents-missing')
  else if (!isString(contents) || !contents.hex) faults.push('contents-not-hexadecimal')
  else if (contents.bytes.length === 0) faults.push('contents-missing')
  else if (!isPlainHex(file.bytes, contents.start, contents.end)) faults.push('contents-not-plain')

  const range = dict.entries.get('ByteRange')
  let byteRange: PdfSignature['byteRange']
  if (range === undefined || range === null) faults.push('byte-range-missing')
  else if (!isArray(range) || range.length !== 4 || !range.every(isCount)) faults.push('byte-range-malformed')
  else byteRange = range as unknown as PdfSignature['byteRange']

  let covers: PdfRevision | undefined
  let whole = false
  if (byteRange !== undefined) {
    const [start, before, after, length] = byteRange
    const end = after + length
    if (start !== 0) faults.push('byte-range-start')
    if (after < before) faults.push('byte-range-overlap')
    if (end > file.bytes.length) faults.push('byte-range-outside')
    const isExact = isString(contents) && before === contents.start && after === contents.end
    if (!isExact) faults.push('byte-range-gap')
    covers = file.revisions.find(({ endMin, end: last }) => end === endMin || end === last)
    if (covers === undefined) faults.push('byte-range-end')
    else if (covers !== added) faults.push('byte-range-end')
    // What is covered must be the very document that has this signature in it.
    else if (covers.view.object(num) !== dict) faults.push('signature-not-in-revision')
    whole = end === file.bytes.length
  }
  const subFilter = nameOf(dict.entries.get('SubFilter'))
  const isTimestamp = typeName === 'DocTimeStamp' || subFilter === 'ETSI.RFC3161'
  return {
    num,
    dict,
    field,
    added,
    covers: faults.some((id) => id.startsWith('byte-range')) ? undefined : covers,
    whole,
    byteRange,
    contents: isString(contents) ? contents.bytes : undefined,
    subFilter,
    isTimestamp,
    faults,
    present: true,
  }
}

/**
 * Whether the hexadecimal string has digits only, an even number of them, in one case: so that no byte of it can be
 * changed without a change of its value.
 */
function isPlainHex(bytes: Uint8Array, start: number, end: number): boolean {
  let upper = false
  let lower = false
  for (let i = start + 1; i < end - 1; i++) {
    const byte = bytes[i]!
    if (byte >= 0x41 && byte <= 0x46) upper = true
    else if (byte >= 0x61 && byte <= 0x66) lower = true
    else if (!(byte >= 0x30 && byte <= 0x39)) return false
  }
  return (end - start) % 2 === 0 && !(upper && lower)
}

/** What a signature lets happen after it: ISO 32000-2 12.8.2.2 (DocMDP) and 12.8.2.4 (FieldMDP). */
export interface PdfPermissions {
  /** Of a certification signature; absent for an approval signature. */
  readonly level: 1 | 2 | 3 | undefined
  /** Whether the field of this name is locked. */
  readonly locks: (name: string) => boolean
}

/** @throws PdfFaultError `structure-damaged` for a reference that cannot be understood: it may restrict. */
export function permissionsOf({ dict, field }: PdfSignature, view: PdfView): PdfPermissions {
  let level: PdfPermissions['level']
  const locks: ((name: string) => boolean)[] = []
  const take = (parameters: PdfDict | PdfStream): void => {
    const p = view.resolve(parameters.entries.get('P'))
    if (p !== 1 && p !== 2 && p !== 3) throw new PdfFaultError('structure-damaged')
    level = Math.min(level ?? 3, p) as 1 | 2 | 3
  }
  const lock = (parameters: PdfDict | PdfStream): void => {
    const action = nameOf(view.resolve(parameters.entries.get('Action')))
    const list = view.resolve(parameters.entries.get('Fields'))
    const names = isArray(list) ? list.map((one) => textOf(view.resolve(one))) : []
    if (names.includes(undefined)) throw new PdfFaultError('structure-damaged')
    const isNamed = (name: string): boolean => names.some((one) => name === one || name.startsWith(`${one}.`))
    if (action === 'All') locks.push(() => true)
    else if (action === 'Include') locks.push(isNamed)
    else if (action === 'Exclude') locks.push((name) => !isNamed(name))
    else throw new PdfFaultError('structure-damaged')
  }
  const references = view.resolve(dict.entries.get('Reference'))
  if (references !== null && !isArray(references)) throw new PdfFaultError('structure-damaged')
  for (const one of references ?? []) {
    const reference = view.resolve(one)
    if (!isDict(reference)) throw new PdfFaultError('structure-damaged')
    const method = nameOf(view.resolve(reference.entries.get('TransformMethod')))
    const parameters = view.resolve(reference.entries.get('TransformParams'))
    if (method === 'DocMDP') {
      if (isDict(parameters) && parameters.entries.has('P')) take(parameters)
      // The default of P.
      else level = Math.min(level ?? 3, 2) as 1 | 2
    } else if (method === 'FieldMDP') {
      if (!isDict(parameters)) throw new PdfFaultError('structure-damaged')
      lock(parameters)
    } else throw new PdfFaultError('structure-damaged')
  }
  const fieldLock = field === undefined ? null : view.resolve(field.dict.entries.get('Lock'))
  if (isDict(fieldLock)) {
    lock(fieldLock)
    if (fieldLock.entries.has('P')) take(fieldLock)
  }
  return { level, locks: (name) => locks.some((isLocked) => isLocked(name)) }
}

/** `12 0 R` */
export const refText = (view: PdfView, num: number): string => {
  const entry = view.entries.get(num)
  return `${num} ${entry?.kind === 'plain' ? entry.gen : 0} R`
}

export const refOf = (num: number, gen = 0): PdfRef => ({ type: 'ref', num, gen })
