/** Templates FF20 of the text and visual APs, which begin with offsets of their fields, card-facts sections 5.2 and 5.5. */

import { concat } from '../../bytes.ts'
import { tlv } from '../tlv-writer.ts'

/**
 * FF20 { DF21 offsets, fields }. Offsets are 16-bit big-endian, one a field in file order, counted from the file's start.
 * The size of an offset is inferred for the visual AP.
 *
 * @param start - bytes of the file before the template.
 * @param wrong - the first offset is the second field's and the last is past the end.
 */
export function withOffsets(fields: readonly Uint8Array[], start: number, wrong: boolean): Uint8Array {
  const body = concat(...fields)
  const table = new Uint8Array(2 * fields.length)
  const template = (): Uint8Array => tlv(0xff20, tlv(0xdf21, table), body)
  const end = start + template().length
  let at = end - body.length
  const offsets = fields.map(({ length }) => {
    at += length
    return at - length
  })
  if (wrong) {
    offsets[0] = offsets[1]!
    offsets[offsets.length - 1] = end + 64
  }
  for (const [i, offset] of offsets.entries()) table.set([offset >> 8, offset & 0xff], 2 * i)
  return template()
}
