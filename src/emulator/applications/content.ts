/** What the applications of one card are filled with, and a second card of the same issuer, as a source of files that do not belong to the first. */

import { concat, fromHex } from '../../bytes.ts'
import { cvcKeyId } from '../issue/cvc.ts'
import { makeHolder, withCheckDigit } from '../issue/holder.ts'
import type { Identity } from '../issue/identity.ts'
import type { CardSecrets, VirtualCardKind } from '../options.ts'
import type { RecordFile } from '../table.ts'
import type { ContentFault } from './content-faults.ts'
import type { IssuanceContent, ProfileIssuanceContent } from './issuance-options.ts'

/** EF 0002 of the common and the Juki AP: one record, a key reference of 16 bytes, the same in both (one source). */
export function keyReference(): RecordFile {
  return { structure: 'record', fid: 0x0002, read: 'free', records: [cvcKeyId('9000022', '000', 0)] }
}

export interface CardContent {
  readonly kind: VirtualCardKind
  readonly identity: Identity
  readonly secrets: CardSecrets
  readonly signCertificate: boolean
  /** Whether the card has 在留AP. */
  readonly residence: boolean
  readonly faults: ReadonlySet<ContentFault>
  /** Bytes in front of FF20 in EF 0002 of the text AP. */
  readonly attributesPrefix: Uint8Array
  readonly cardFace: 'small' | 'large'
  readonly contactAtrUnder: 'manager' | 'applications'
  /** The municipal application; undefined on a card without. */
  readonly issuance: IssuanceContent | ProfileIssuanceContent | undefined
}

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
function otherCard(content: CardContent): CardContent {
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
