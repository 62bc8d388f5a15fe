import type { CardApplication, PinReference } from '../../card/index.ts'
import type { BlockLayout } from '../profile/field.ts'
import type { ResultFields, ValidityRule } from '../profile/read-block.ts'

/** `format` of a profile of this kind. */
export const issuanceProfileFormat = 'jpki-card/issuance-profile@1'

/** Cards a municipal application can be on. */
export const profileCards = ['my-number', 'juki'] as const

/** One of the cards. */
export type ProfileCard = (typeof profileCards)[number]

/** How an object is read. */
export type ObjectSource =
  | { readonly kind: 'data-object'; readonly tag: number }
  | { readonly kind: 'bytes'; readonly fid: number; readonly bytes: number }
  /** The one data object a file begins with. */
  | { readonly kind: 'object'; readonly fid: number; readonly maxBytes: number }
  | { readonly kind: 'record'; readonly fid: number; readonly record: number }

/** Fields in the value of one data object inside an object. */
export interface TaggedBlock {
  /** From the outermost tag to the one whose value it is. */
  readonly tags: readonly number[]
  readonly layout: BlockLayout
  /** The only field is the whole value, however long. */
  readonly whole: boolean
}

/** An object of the application, read in one operation. */
export interface ProfileObject {
  readonly id: string
  readonly source: ObjectSource
  /** The card requires the PIN. */
  readonly pin: boolean
  readonly content: { readonly form: 'positions'; readonly layout: BlockLayout } | TlvContent
}

/** Content of BER-TLV data objects. */
export interface TlvContent {
  readonly form: 'tlv'
  readonly blocks: readonly TaggedBlock[]
}

/** Format of the PIN and its tries. */
export interface PinRules {
  /** Verified by the card, or by a server of the municipality (カードAP認証方式), without the card. */
  readonly manager: 'card' | 'municipality'
  /** Digits, 1 to 16. */
  readonly digits: { readonly min: number; readonly max: number }
  /** Consecutive wrong PINs until it is blocked, 1 to 15. */
  readonly tries: number
}

/** A municipal application described as data. Made by `loadProfile` only. */
export interface IssuanceProfile {
  readonly name: string
  readonly description: string | undefined
  readonly cards: readonly ProfileCard[]
  readonly application: CardApplication
  readonly objects: readonly ProfileObject[]
  /** Undefined: no PIN. */
  readonly pin: PinRules | undefined
  /** The PIN for the PIN guard, when the card verifies it. */
  readonly pinReference: PinReference | undefined
  readonly result: ResultFields
  readonly validity: ValidityRule | undefined
}
