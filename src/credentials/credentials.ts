import { type CardPinId, pinFormat } from '../pins.ts'
import type { Confidence, Evidence, RuleId } from '../validity/index.ts'

/** Name of a credential; the first four are also the PIN names of this package. */
export type CredentialId = 'sign' | 'auth' | 'juki' | 'text' | 'magnetic' | 'issuance'

/** Who keeps and resets a PIN. */
export const pinManagers = {
  /** The terminal of the municipal counter. */
  'integrated-terminal': '統合端末',
  /** The municipality's own system of automatic issuance. */
  'automatic-issuance': '自動交付',
} as const

/** Form of a PIN. */
export interface PinRule extends Evidence {
  /** `alphanumeric`: A to Z and 0 to 9. */
  readonly characters: 'digits' | 'alphanumeric'
  readonly min: number
  readonly max: number
}

/** How long a credential is valid. */
export interface ValidityTerm {
  /** Years in round numbers, as people say them. */
  readonly years: 3 | 5 | 10
  /** `card`: nothing of its own, it ends with the card. */
  readonly follows: 'own-certificate' | 'card'
  /** The rules that can set its last day. */
  readonly rules: readonly RuleId[]
}

/** One of the six credentials of the source document's summary table, as on a My Number card. */
export interface Credential extends Evidence {
  readonly id: CredentialId
  /** Official Japanese name. */
  readonly name: string
  /** What of the card holds it. */
  readonly application: string
  readonly pin: PinRule
  readonly pinManagedBy: keyof typeof pinManagers
  readonly validity: ValidityTerm
}

const municipal: Confidence = 'set by the municipality, 4 in the source document'
const table = 'source document, summary table'

/** Four digits. */
function fourDigits(source: string, confidence: Confidence): PinRule {
  return { characters: 'digits', min: 4, max: 4, source, confidence }
}

/** The form of a PIN of the card, as the table of PINs has it. */
function formOf(id: CardPinId, source: string, confidence: Confidence): PinRule {
  const format = pinFormat(id)
  const [min, max] = format.kind === 'digits' ? [format.length, format.max ?? format.length] : [format.min, format.max]
  return { characters: format.kind, min, max, source, confidence }
}

const ofTheCard: ValidityTerm = {
  years: 10,
  follows: 'card',
  rules: ['card-tenth-birthday', 'card-fifth-birthday', 'card-period-of-stay'],
}

const certificateRules: readonly RuleId[] = [
  'certificate-fifth-birthday',
  'certificate-sixth-birthday',
  'certificate-card-expiry',
  'certificate-period-of-stay',
]

/** The six credentials. Ten years means the card's own validity, which is five for minors. */
export const credentials: Readonly<Record<CredentialId, Credential>> = {
  sign: {
    id: 'sign',
    name: '署名用電子証明書',
    application: '公的個人認証AP',
    pin: formOf('sign', 'jpki.go.jp procedure/password.html', 'stated by an official body'),
    pinManagedBy: 'integrated-terminal',
    validity: {
      years: 5,
      follows: 'own-certificate',
      rules: [...certificateRules, 'certificate-auth-expiry'],
    },
    source: `${table}; rules from municipal pages`,
    confidence: 'stated by an official body',
  },
  auth: {
    id: 'auth',
    name: '利用者証明用電子証明書',
    application: '公的個人認証AP',
    pin: formOf('auth', 'jpki.go.jp procedure/password.html', 'stated by an official body'),
    pinManagedBy: 'integrated-terminal',
    validity: { years: 5, follows: 'own-certificate', rules: certificateRules },
    source: `${table}; rules from municipal pages`,
    confidence: 'stated by an official body',
  },
  juki: {
    id: 'juki',
    name: '住民基本台帳用',
    application: '住基AP',
    pin: formOf('juki', 'Nerima page and others', 'stated by an official body'),
    pinManagedBy: 'integrated-terminal',
    validity: ofTheCard,
    source: table,
    confidence: 'stated in the source document only',
  },
  text: {
    id: 'text',
    name: '券面事項入力補助用',
    application: '券面事項入力補助AP',
    pin: formOf('text', 'kojinbango-card.go.jp faq_pin2', 'stated by an official body'),
    pinManagedBy: 'integrated-terminal',
    validity: ofTheCard,
    source: table,
    confidence: 'stated in the source document only',
  },
  magnetic: {
    id: 'magnetic',
    name: '磁気認証用',
    application: '磁気ストライプ',
    pin: fourDigits(table, municipal),
    pinManagedBy: 'automatic-issuance',
    validity: ofTheCard,
    source: table,
    confidence: 'stated in the source document only',
  },
  issuance: {
    id: 'issuance',
    name: '証明書等自動交付AP',
    application: '空き領域のAP',
    pin: fourDigits(table, municipal),
    pinManagedBy: 'automatic-issuance',
    validity: ofTheCard,
    source: table,
    confidence: 'stated in the source document only',
  },
}
