/** A second card of the same issuer, as a source of files that do not belong to the first. */

import { concat, fromHex } from '../../bytes.ts'
import { makeHolder } from '../issue/holder.ts'
import type { Identity } from '../issue/identity.ts'
import { withCheckDigit } from '../issue/individual-number.ts'
import type { CardContent } from './content.ts'
import type { ContentFault } from './content-faults.ts'

/**
 * GET DATA 5F51: the contact ATR without TS. In which state it answers differs between cards (card-facts section 2).
 */
const contactAtr = fromHex('DA13FF8131FB468012392F31C173C601C03B')

export function contactAtrObject(
  { kind, contactAtrUnder }: CardContent,
  place: CardContent['contactAtrUnder'],
): ReadonlyMap<number, () => Uint8Array> {
  return new Map(kind === 'my-number' && contactAtrUnder === place ? [[0x5f51, () => concat(contactAtr)]] : [])
}

/** The content of the card itself, or of the other one if the fault is set. */
export function cardOr(content: CardContent, fault: ContentFault): CardContent {
  return content.faults.has(fault) ? otherCard(content) : content
}

/** Without faults. Its card key is key 0019 of the first one's common AP, so it costs no new keys. */
export function otherCard(content: CardContent): CardContent {
  const { identity } = content
  return {
    ...content,
    faults: new Set(),
    secrets: { ...content.secrets, individualNumber: withCheckDigit('98765432109') },
    identity: {
      ...identity,
      holder: makeHolder({
        name: '別人　次郎',
        address: '架空県架空市別町九丁目８番７号',
        birthDate: '1985-11-30',
        sex: identity.holder.sex === '1' ? '2' : '1',
      }),
      serialNumber: `8${identity.serialNumber.slice(1)}`,
      cardExpiry: '2033-11-30',
      textKey: identity.commonKey,
      visualKey: identity.commonKey,
    },
  }
}

/** The identity whose key answers challenges: another chip's when the files were copied. */
export function chipOf(content: CardContent, fault: 'text-key-copied' | 'visual-key-copied'): Identity {
  return cardOr(content, fault).identity
}
