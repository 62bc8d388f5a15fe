/** What the text and the visual AP share: templates with offsets of their fields, and 照合番号. */

import { asciiBytes, concat } from '../../bytes.ts'
import { eraDigits } from '../issue/calendar.ts'
import type { Identity } from '../issue/identity.ts'
import type { PinFile, PinName } from '../table.ts'
import { tlv } from '../tlv-writer.ts'

// Templates FF20 of the text and visual APs, which begin with offsets of their fields, card-facts sections 5.2 and 5.5.

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

// 照合番号: what is printed on the card, as PINs (card-facts section 3.3).

/** 照合番号B of the card: 和暦 YYMMDD ‖ expiry year ‖ security code, 14 digits (four sources). */
export function verificationCodeB(identity: Identity): string {
  return eraDigits(identity.holder.birthDate) + identity.cardExpiry.slice(0, 4) + identity.securityCode
}

/** A PIN that cannot be changed, with 10 tries: official for code B, one source for A, inferred for the birth date. */
export function printedCode(fid: number, name: PinName, digits: string): PinFile {
  return { structure: 'pin', fid, name, issued: asciiBytes(digits), tries: 10, format: /^$/, change: 'never' }
}
