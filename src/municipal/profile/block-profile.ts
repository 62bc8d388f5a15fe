import { asciiBytes, fromHex } from '../../bytes.ts'
import type { BlockLayout, Constant, Field } from './field.ts'
import type { JsonObject, JsonValue } from './json-reader.ts'

/** A part of a block and the value that occupies it. */
interface Claim {
  readonly offset: number
  readonly length: number
  readonly value: JsonValue
}

/** A parsed field, and its position in the document. */
export interface PlacedField {
  readonly field: Field
  readonly value: JsonValue
}

/** Reads `length`: a number, or minimum and maximum. */
export function readLength(value: JsonValue | undefined, most: number): BlockLayout['length'] | undefined {
  if (value === undefined) return undefined
  if (value.isObject) {
    const object = value.object(['min', 'max'])
    const min = object?.required('min')?.integer(1, most)
    const max = object?.required('max')?.integer(1, most)
    if (min === undefined || max === undefined) return undefined
    return min > max ? value.refuse('min exceeds max') : { min, max }
  }
  const length = value.integer(1, most)
  return length === undefined ? undefined : { min: length, max: length }
}

/**
 * Reads `constants`: bytes as hexadecimal digits, or text.
 *
 * @param isCode - whether a code can occur in the block.
 */
export function readConstants(
  object: JsonObject,
  most: number,
  isCode: (code: number) => boolean = () => true,
): readonly (Constant & { readonly value: JsonValue })[] {
  const list = object.optional('constants')?.list(0, 64) ?? []
  return list.flatMap((value) => {
    const constant = value.object(['offset', 'bytes', 'text'])
    const offset = constant?.required('offset')?.integer(0, most - 1)
    const form = constant?.only(['bytes', 'text'])
    const hex = { match: /^([0-9A-F]{2}){1,256}$/, say: 'must be pairs of hexadecimal digits, upper case' }
    const ascii = { match: /^[\x20-\x7e]{1,256}$/, say: 'must be ASCII text' }
    const text = form && constant?.required(form)?.string(form === 'bytes' ? hex : ascii)
    if (offset === undefined || text === undefined) return []
    const bytes = form === 'bytes' ? fromHex(text) : asciiBytes(text)
    if (!bytes.every(isCode)) value.refuse('not a character of the track')
    return [{ offset, bytes, value }]
  })
}

/** Assembles a block; refuses overlapping parts, and parts beyond its maximum length. */
export function assembleBlock(
  length: BlockLayout['length'],
  constants: readonly (Constant & { readonly value: JsonValue })[],
  fields: readonly PlacedField[],
): BlockLayout {
  const claims: Claim[] = [
    ...constants.map(({ offset, bytes, value }) => ({ offset, length: bytes.length, value })),
    ...fields.map(({ field: { offset, length }, value }) => ({ offset, length, value })),
  ]
  for (const { offset, length: size, value } of claims) {
    if (offset + size > length.max) value.refuse(`ends at ${offset + size}, beyond the length of ${length.max}`)
  }
  const inOrder = claims.toSorted((a, b) => a.offset - b.offset)
  for (const [i, claim] of inOrder.entries()) {
    const before = inOrder[i - 1]
    if (before !== undefined && before.offset + before.length > claim.offset) {
      claim.value.refuse(`overlaps ${before.value.path}`)
    }
  }
  return {
    length,
    constants: constants.map(({ offset, bytes }) => ({ offset, bytes })),
    fields: fields.map(({ field }) => field),
  }
}
