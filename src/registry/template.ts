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
  const left = file.subarray(end).findIndex((byte) => byte !== 0x00 && byte !== 0xff)
  if (left >= 0) throw new DecodeError('ERR_CARD_DATA', `bytes after ${hex(tag)} that are not filler`, end + left)
  const fields = whole.children.map((field) => ({ ...field, offset: start + field.offset }))
  return { start, end, fields }
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
