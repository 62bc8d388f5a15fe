import type { Evidence } from '../validity/index.ts'
import { type Credential, type CredentialId, credentials } from './credentials.ts'

/** Cards with credentials, with their official names. */
export const credentialCards = { 'my-number': 'マイナンバーカード', juki: '住民基本台帳カード' } as const
/** A card with credentials, see {@link credentialCards}. */
export type CredentialCard = keyof typeof credentialCards

/** Ways to get a certificate of residence and the like without a counter, with their Japanese names. */
export const issuanceChannels = { 'convenience-store': 'コンビニ交付', 'municipal-machine': '自動交付機' } as const
/** A way of issuance, see {@link issuanceChannels}. */
export type IssuanceChannel = keyof typeof issuanceChannels

/** A credential on one of the cards. */
export interface CardCredential extends Evidence {
  readonly card: CredentialCard
  /** PIN, who manages it and validity, as they are on this card. */
  readonly credential: Credential
  /** Where it opens the issuance of certificates; empty when nowhere. */
  readonly channels: readonly IssuanceChannel[]
  /** `municipality`: where the municipality offers it. `ended`: no longer issued, none valid any more. */
  readonly offered: 'standard' | 'municipality' | 'ended'
  /** What it is for, in one sentence. */
  readonly use: string
}

const jukiTerm: Credential['validity'] = {
  years: 10,
  follows: 'card',
  rules: ['juki-card-ten-years', 'juki-card-period-of-stay'],
}

function onMyNumber(id: CredentialId, rest: Omit<CardCredential, 'card' | 'credential'>): CardCredential {
  return { card: 'my-number', credential: credentials[id], ...rest }
}

function onJuki(
  id: CredentialId,
  rest: Omit<CardCredential, 'card' | 'credential'>,
  own: Partial<Credential> = {},
): CardCredential {
  return { card: 'juki', credential: { ...credentials[id], validity: jukiTerm, ...own }, ...rest }
}

const table = 'source document, summary table'
const machine = {
  channels: ['municipal-machine'],
  offered: 'municipality',
  source: `${table}; Tsushima rule 28 of 2012, Minato rule 131 of 2005 on PINs registered beforehand`,
  confidence: 'stated in the source document only',
} as const

/** Every credential of every card with the channels it opens: six on the My Number card, four on the Juki card. */
export const cardCredentials: readonly CardCredential[] = [
  onMyNumber('sign', {
    channels: [],
    offered: 'standard',
    use: 'signs applications; opens no issuance',
    source: 'jpki.go.jp procedure/password.html',
    confidence: 'stated by an official body',
  }),
  onMyNumber('auth', {
    channels: ['convenience-store'],
    offered: 'standard',
    use: 'proves the holder to the issuance centre (JPKI認証方式)',
    source: `${table}; J-LIS slides on convenience-store issuance`,
    confidence: 'stated by an official body',
  }),
  onMyNumber('juki', {
    channels: [],
    offered: 'standard',
    use: 'lets the municipal counter use the resident code',
    source: 'public PIN form of a municipality',
    confidence: 'stated by an official body',
  }),
  onMyNumber('text', {
    channels: [],
    offered: 'standard',
    use: 'fills in name, address, birth date, sex and number',
    source: 'kojinbango-card.go.jp faq_pin2',
    confidence: 'stated by an official body',
  }),
  onMyNumber('magnetic', { ...machine, use: 'identifies the holder to the municipal machine by the stripe' }),
  onMyNumber('issuance', { ...machine, use: 'identifies the holder to the municipal machine by the chip' }),
  onJuki(
    'sign',
    {
      channels: [],
      offered: 'ended',
      use: 'signed applications; issued until 2015-12-22, all expired by January 2019',
      source: 'Matsudo, Matsuyama and Ogaki pages',
      confidence: 'stated by an official body',
    },
    {
      pin: { ...credentials.sign.pin, source: table, confidence: 'not stated for this card' },
      validity: { years: 3, follows: 'own-certificate', rules: ['juki-certificate-three-years'] },
    },
  ),
  onJuki(
    'juki',
    {
      channels: [],
      offered: 'standard',
      use: 'lets the municipal counter use the resident code',
      source: table,
      confidence: 'stated in the source document only',
    },
    { pin: { ...credentials.juki.pin, source: 'Komono page' } },
  ),
  onJuki('magnetic', { ...machine, use: 'identifies the holder to the municipal machine by the stripe' }),
  onJuki('issuance', {
    channels: ['convenience-store', 'municipal-machine'],
    offered: 'municipality',
    use: 'identifies the holder to the issuance centre (カードAP認証方式) or the municipal machine',
    source: `${table}; J-LIS introduction guide 2.1, contents; Koka rule 28 of 2012`,
    confidence: 'stated by an official body',
  }),
]

/**
 * The credentials of a card, of a channel, or of both, in the order of the table; all without a filter. A combination
 * that does not exist gives an empty list.
 *
 * @throws TypeError for a card or channel that is not one of the names.
 */
export function findCredentials(
  filter: { readonly card?: CredentialCard | undefined; readonly channel?: IssuanceChannel | undefined } = {},
): readonly CardCredential[] {
  const { card, channel } = filter
  if (card !== undefined && !Object.hasOwn(credentialCards, card)) throw new TypeError('unknown card')
  if (channel !== undefined && !Object.hasOwn(issuanceChannels, channel)) throw new TypeError('unknown channel')
  return cardCredentials.filter(
    (row) => (card === undefined || row.card === card) && (channel === undefined || row.channels.includes(channel)),
  )
}
