/** What a PIN must look like before it may cost a try. */
export type PinFormat =
  /** Exactly `length` digits, or from `length` to `max`. */
  | { readonly kind: 'digits'; readonly length: number; readonly max?: number }
  /** Upper-case letters A-Z and digits; issuers ask for at least one of each in a new one. */
  | { readonly kind: 'alphanumeric'; readonly min: number; readonly max: number }

/** Application that keeps a PIN. */
export type PinApplication = 'jpki' | 'text' | 'visual' | 'juki' | 'common' | 'municipal'

/**
 * Where a blocked PIN is set again: at the municipal counter, and for the two of JPKI also with a phone and a store's kiosk
 * by the holder who knows the other one. Official, J-LIS password page: `docs/card-facts.md` 3.7.
 */
export type ResetWay = 'counter' | 'counter-or-store-with-auth' | 'counter-or-store-with-sign'

/** What customers are asked for: several PINs of a card are one number to them. */
export type PinKind =
  | 'auth'
  | 'sign'
  | 'juki'
  | 'text'
  | 'common'
  | 'code-a'
  | 'code-b'
  | 'birth'
  | 'issuance'
  | 'unknown'

/** One PIN. */
export interface PinFacts {
  readonly application: PinApplication
  /** Undefined for what a profile decides. */
  readonly format: PinFormat | undefined
  /** Tries when full; undefined for what a profile decides. */
  readonly triesMax: number | undefined
  /** Whether the holder may change it with the card alone: those printed on it, or made of what is, never change. */
  readonly changeable: boolean
  readonly reset: ResetWay
  /** What customers know it as. */
  readonly kind: PinKind
  /** The one name of it in reports, prompts and staff's messages; Japanese is official where there is an official name. */
  readonly names: { readonly ja: string; readonly en: string }
}

/** Identifier of a PIN whose form and tries are known beforehand; the `pin` of a `PinError`. */
export type CardPinId =
  | 'auth'
  | 'sign'
  | 'text'
  | 'text-code-a'
  | 'text-code-b'
  | 'visual-birth'
  | 'visual-code-a'
  | 'visual-code-b'
  | 'juki'
  | 'common'

/** Identifier of a PIN; `issuance` is that of a municipal application. */
export type PinId = CardPinId | 'issuance'

/** One PIN of the card. */
interface CardPinFacts extends PinFacts {
  readonly format: PinFormat
  readonly triesMax: number
}

const fourDigits = { format: { kind: 'digits', length: 4 }, triesMax: 3, changeable: true, reset: 'counter' } as const
const codeA = { format: { kind: 'digits', length: 12 }, triesMax: 10, changeable: false, reset: 'counter' } as const
const codeB = { format: { kind: 'digits', length: 14 }, triesMax: 10, changeable: false, reset: 'counter' } as const

/**
 * Every PIN of a card, by its identifier in this package. All that is said of a PIN anywhere derives from this table; where it
 * lies in its application (file identifier) is in the `files.ts` of that application. Sources: `docs/card-facts.md` 3.
 */
const cardPins: Readonly<Record<CardPinId, CardPinFacts>> = {
  auth: {
    application: 'jpki',
    ...fourDigits,
    reset: 'counter-or-store-with-sign',
    kind: 'auth',
    names: { ja: '利用者証明用電子証明書の暗証番号', en: 'user-authentication PIN' },
  },
  sign: {
    application: 'jpki',
    format: { kind: 'alphanumeric', min: 6, max: 16 },
    triesMax: 5,
    changeable: true,
    reset: 'counter-or-store-with-auth',
    kind: 'sign',
    names: { ja: '署名用電子証明書の暗証番号', en: 'signature password' },
  },
  text: {
    application: 'text',
    ...fourDigits,
    kind: 'text',
    names: { ja: '券面事項入力補助用の暗証番号', en: 'PIN for card-face text input' },
  },
  'text-code-a': {
    application: 'text',
    ...codeA,
    kind: 'code-a',
    names: { ja: '照合番号A（券面事項入力補助用）', en: 'verification code A for card-face text input' },
  },
  'text-code-b': {
    application: 'text',
    ...codeB,
    kind: 'code-b',
    names: { ja: '照合番号B（券面事項入力補助用）', en: 'verification code B for card-face text input' },
  },
  'visual-birth': {
    application: 'visual',
    format: { kind: 'digits', length: 6 },
    triesMax: 10,
    changeable: false,
    reset: 'counter',
    kind: 'birth',
    names: { ja: '生年月日（券面事項確認用）', en: 'birth date for the card-face check' },
  },
  'visual-code-a': {
    application: 'visual',
    ...codeA,
    kind: 'code-a',
    names: {
      ja: '照合番号A（個人番号、券面事項確認用）',
      en: 'verification code A (individual number) for the card-face check',
    },
  },
  'visual-code-b': {
    application: 'visual',
    ...codeB,
    kind: 'code-b',
    names: { ja: '照合番号B（券面事項確認用）', en: 'verification code B for the card-face check' },
  },
  juki: {
    application: 'juki',
    ...fourDigits,
    kind: 'juki',
    names: { ja: '住民基本台帳用の暗証番号', en: 'PIN for the Basic Resident Register' },
  },
  common: {
    application: 'common',
    ...fourDigits,
    kind: 'common',
    names: { ja: '共通カードAPの暗証番号', en: 'PIN of the common application' },
  },
}

/** The table of PINs, with the one that a profile of the municipality describes. */
export const pins: Readonly<Record<PinId, PinFacts>> = {
  ...cardPins,
  issuance: {
    application: 'municipal',
    format: undefined,
    triesMax: undefined,
    changeable: false,
    reset: 'counter',
    kind: 'issuance',
    names: { ja: '証明書等自動交付APの暗証番号', en: 'PIN of the municipal application' },
  },
}

/** All identifiers, in the order reports show them. */
export const pinIds: readonly PinId[] = Object.keys(pins) as PinId[]

/** Identifiers of the PINs of the card, in that order. */
export const cardPinIds: readonly CardPinId[] = Object.keys(cardPins) as CardPinId[]

/** Whether the text is an identifier of the table. */
export function isPinId(id: string): id is PinId {
  return Object.hasOwn(pins, id)
}

/** The form of a PIN of the card. */
export function pinFormat(id: CardPinId): PinFormat {
  return cardPins[id].format
}

/** One PIN with its place in an application, as `PinReference` of `jpki-card/card` has it. */
export function pinReference<A>(
  id: CardPinId,
  application: A,
  fid: number,
): {
  readonly id: CardPinId
  readonly application: A
  readonly fid: number
  readonly format: PinFormat
  readonly triesMax: number
} {
  const { format, triesMax } = cardPins[id]
  return { id, application, fid, format, triesMax }
}
