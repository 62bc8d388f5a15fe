import { DecodeError } from '../errors.ts'
import { readTlv, type Tlv, tlvTotalLength } from '../tlv/index.ts'

/** A data object of a file that holds others; every offset counts from the start of the file. */
export interface Template {
  /** Where it begins and ends, bytes. */
  readonly start: number
  readonly end: number
  readonly fields: readonly Tlv[]
}

/** Most fields in one template; the known ones have up to ten. */
const maxFields = 32

/**
 * Reads the one template a file of the registry applications holds: `tag`, and primitive fields in it. After it comes
 * filler (00 or FF) only.
 *
 * @param start - bytes of the file before it.
 * @throws DecodeError `ERR_TLV` when it is not strict TLV, `ERR_CARD_DATA` for another tag or anything after it; with the
 *   offset from the start of the file.
 */
export function readTemplate(file: Uint8Array, tag: number, start = 0): Template {
  const whole = rebased(start, () => {
    const bytes = file.subarray(start)
    const length = tlvTotalLength(bytes, { minimalTags: false })
    return readTlv(bytes.subarray(0, length), { maxDepth: 2, maxObjects: 1 + maxFields, minimalTags: false })
  })
  if (whole.tag !== tag) throw new DecodeError('ERR_CARD_DATA', `data object ${hex(tag)} expected`, start)
  const end = start + whole.totalLength
  requireFiller(file, end, tag)
  const fields = whole.children.map((field) => ({ ...field, offset: start + field.offset }))
  return { start, end, fields }
}

/** Most fields of a template whose fields are read one by one. */
const maxFlatFields = 256

/**
 * Reads a template as {@link readTemplate}, and does not look into its fields: their values may be anything, and their tags may
 * repeat. At most 256 fields.
 *
 * @throws DecodeError `ERR_TLV`, `ERR_CARD_DATA`, with the offset from the start of the file.
 */
export function readFlatTemplate(file: Uint8Array, tag: number, start = 0): Template {
  const whole = objectAt(file, start, file.length)
  if (whole.tag !== tag) throw new DecodeError('ERR_CARD_DATA', `data object ${hex(tag)} expected`, start)
  const end = start + whole.totalLength
  requireFiller(file, end, tag)
  const fields: Tlv[] = []
  for (let at = valueOffset(whole); at < end; at += fields.at(-1)!.totalLength) {
    if (fields.length === maxFlatFields) throw new DecodeError('ERR_TLV', `more than ${maxFlatFields} data objects`, at)
    fields.push(objectAt(file, at, end))
  }
  return { start, end, fields }
}

/** The data object at a place, without the objects in it. @throws DecodeError `ERR_TLV`. */
function objectAt(file: Uint8Array, at: number, end: number): Tlv {
  const bytes = file.subarray(at, end)
  const totalLength = rebased(at, () => tlvTotalLength(bytes, { minimalTags: false }))
  const tagLength = tagLengthOf(bytes)
  const form = bytes[tagLength]!
  const valueAt = tagLength + 1 + (form < 0x80 ? 0 : form & 0x7f)
  if (totalLength > bytes.length) {
    const message = `the value needs ${totalLength - valueAt} bytes, ${bytes.length - valueAt} are there`
    throw new DecodeError('ERR_TLV', message, at + valueAt)
  }
  const tag = bytes.subarray(0, tagLength).reduce((number, byte) => number * 256 + byte, 0)
  const constructed = (bytes[0]! & 0x20) !== 0
  return { tag, constructed, value: bytes.subarray(valueAt, totalLength), offset: at, totalLength, children: [] }
}

/** Bytes of the tag that a well-formed data object begins with. */
function tagLengthOf(bytes: Uint8Array): number {
  if ((bytes[0]! & 0x1f) !== 0x1f) return 1
  return 2 + bytes.subarray(1).findIndex((byte) => (byte & 0x80) === 0)
}

function requireFiller(file: Uint8Array, end: number, tag: number): void {
  const left = file.subarray(end).findIndex((byte) => byte !== 0x00 && byte !== 0xff)
  if (left >= 0) throw new DecodeError('ERR_CARD_DATA', `bytes after ${hex(tag)} that are not filler`, end + left)
}

/**
 * The field at an index of a template.
 *
 * @param length - bytes its value must have, when there is only one answer.
 * @throws DecodeError `ERR_CARD_DATA` when that field is absent, has another tag or another length.
 */
export function fieldOf(template: Pick<Template, 'fields' | 'end'>, index: number, tag: number, length?: number): Tlv {
  const field = template.fields[index]
  if (field?.tag !== tag) {
    throw new DecodeError('ERR_CARD_DATA', `data object ${hex(tag)} expected`, field?.offset ?? template.end)
  }
  if (length !== undefined) fixedValue(field, length)
  return field
}

/** A value of the one length it can have. @throws DecodeError `ERR_CARD_DATA`. */
export function fixedValue({ tag, value, offset }: Tlv, length: number): Uint8Array {
  if (value.length === length) return value
  throw new DecodeError('ERR_CARD_DATA', `${hex(tag)} of ${value.length} bytes, expected ${length}`, offset)
}

/** Where the value of a field begins. */
export function valueOffset(field: Tlv): number {
  return field.offset + field.totalLength - field.value.length
}

/** Moves the offset of a decoding error to where the bytes lie in the file. */
export function rebased<T>(start: number, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (start === 0 || !(error instanceof DecodeError)) throw error
    throw new DecodeError(error.code, error.reason, start + error.offset, { cause: error })
  }
}

const hex = (tag: number): string => tag.toString(16).toUpperCase()
