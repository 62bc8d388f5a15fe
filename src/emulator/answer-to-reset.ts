/** ATRs seen in public lists (card-facts section 2), by kind, interface and what the historical bytes declare. */

import { fromHex } from '../bytes.ts'
import type { VirtualCardKind } from './options.ts'

/** Compact TLV 73 C6 01 C0: extended length and command chaining. Two sources. */
const contactExtended = fromHex('3BDA13FF8131FB468012392F31C173C601C03B')
/** Compact TLV 73 C6 01 00: neither. One source. */
const contactShort = fromHex('3BC5FF8131FB458073C6010000')
/** PC/SC form of a Type B card; identifies no card. Two sources. */
const contactless = fromHex('3B888001000005E0B381A1007F')
/** Two sources. */
const jukiContact = fromHex('3BE000FF8131FE4514')
/** One source. */
const jukiContactless = fromHex('3B888001000014E0B38191005E')

export function answerToReset(
  kind: VirtualCardKind,
  cardInterface: 'contact' | 'contactless',
  extendedLength: boolean,
): Uint8Array {
  if (kind === 'juki') return (cardInterface === 'contact' ? jukiContact : jukiContactless).slice()
  if (cardInterface === 'contactless') return contactless.slice()
  return (extendedLength ? contactExtended : contactShort).slice()
}
