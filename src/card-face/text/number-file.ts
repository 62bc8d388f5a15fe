import { copyBytes } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { IndividualNumber, type IndividualNumberOptions } from '../individual-number.ts'
import { rebased } from '../../registry/template.ts'

/** Length of EF 0001, bytes: its digest is over all of them. */
export const numberFileLength = 17

const header = [0xff, 0x10, 0x0c] as const
const end = 15

/**
 * Decodes EF 0001: `FF10 0C`, 12 digits, `FFFF` (three public sources), and checks the check digit.
 *
 * @param file - all 17 bytes; not kept and not wiped.
 * @throws DecodeError `ERR_CARD_DATA` with the offset: 3 to 14 for a digit, 14 for the check digit.
 */
export function decodeNumberFile(file: Uint8Array, options: IndividualNumberOptions): IndividualNumber {
  const wrong = header.findIndex((byte, i) => file[i] !== byte)
  if (wrong >= 0) throw new DecodeError('ERR_CARD_DATA', 'not the header of an individual number', wrong)
  if (file.length < end) throw new DecodeError('ERR_CARD_DATA', 'the individual number is cut off', file.length)
  for (let at = end; at < numberFileLength; at++) {
    if (file[at] !== 0xff) throw new DecodeError('ERR_CARD_DATA', 'no filler after the individual number', at)
  }
  if (file.length > numberFileLength) {
    throw new DecodeError('ERR_CARD_DATA', `more than ${numberFileLength} bytes`, numberFileLength)
  }
  return rebased(header.length, () => IndividualNumber.fromBytes(copyBytes(file, header.length, end), options))
}
