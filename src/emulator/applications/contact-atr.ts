/** GET DATA 5F51: the contact ATR without TS. In which state it answers differs between cards (card-facts section 2). */

import { concat, fromHex } from '../../bytes.ts'
import type { CardContent } from './content.ts'

const contactAtr = fromHex('DA13FF8131FB468012392F31C173C601C03B')

export function contactAtrObject(
  { kind, contactAtrUnder }: CardContent,
  place: CardContent['contactAtrUnder'],
): ReadonlyMap<number, () => Uint8Array> {
  return new Map(kind === 'my-number' && contactAtrUnder === place ? [[0x5f51, () => concat(contactAtr)]] : [])
}
