import type { CardKind } from '../identify/index.ts'
import { type TokenVerification, verificationOf } from '../jpki/index.ts'
import { pins } from '../pins.ts'
import { type CardCredential, findCredentials, type IssuanceChannel, issuanceChannels } from './card-credentials.ts'
import type { Credential } from './credentials.ts'

/** A text for the customer, in two languages. */
export interface CustomerText {
  readonly ja: string
  readonly en: string
}

const machine = { ja: '自動交付機の暗証番号', en: 'PIN you chose for the issuing machine' }

/** What the PIN of a credential is called. */
function nameOf(id: CardCredential['credential']['id']): CustomerText {
  return id === 'magnetic' || id === 'issuance' ? machine : pins[id].names
}

/** The sentence asking for the PIN of a credential, and where the PIN comes from. */
function customerText({ credential, offered }: CardCredential): CustomerText {
  const { id, pin, pinManagedBy } = credential
  if (offered === 'ended') {
    return {
      ja: 'このカードの電子証明書は、すべて有効期間が終わっています。マイナンバーカードをご利用ください。',
      en: 'All certificates on cards of this kind have expired. Please use a My Number card.',
    }
  }
  const digits = pin.min === pin.max ? `${pin.min}` : `${pin.min}～${pin.max}`
  const form = pin.characters === 'digits' ? `数字${digits}桁` : `英大文字と数字${digits}文字`
  const english = pin.characters === 'digits' ? 'digits' : 'capital letters and digits'
  const length = pin.min === pin.max ? `${pin.min}` : `${pin.min} to ${pin.max}`
  const [from, whence] =
    pinManagedBy === 'integrated-terminal'
      ? ['カードを受け取ったときに決めたものです。', 'You chose it when you received the card.']
      : ['市区町村に利用登録したときに決めたものです。', 'You chose it when you registered with the municipality.']
  return {
    ja: `${nameOf(id).ja}（${form}）を入力してください。${from}お忘れのときは市区町村の窓口へお越しください。`,
    en: `Please enter the ${nameOf(id).en} (${length} ${english}). ${whence} If you have forgotten it, go to the municipal counter.`,
  }
}

/** Asked of a holder whose phone verifies. */
const verifyOnPhone: CustomerText = {
  ja: 'Face ID などで本人確認をしてから、スマートフォンをかざしてください。この機械での暗証番号の入力はありません。',
  en: 'Please verify with Face ID or Touch ID, then hold your phone here. No PIN is entered at this machine.',
}

/** Where a customer stands, with the Japanese names: the ways of issuance, and the counter of the municipality. */
export const serviceChannels: Readonly<Record<ServiceChannel, string>> = { ...issuanceChannels, counter: '窓口' }

/** A way to be served, see {@link serviceChannels}. */
export type ServiceChannel = IssuanceChannel | 'counter'

/**
 * What is done with the card.
 *
 * - `token`: its user-authentication key answers a server's challenge.
 * - `issuance-application`: a municipal application of the card gives the user id; a profile describes it.
 * - `stripe`: the magnetic stripe gives the user id; a profile describes it.
 * - `attributes`: name, address, birth date and sex are read for a form.
 * - `register-pin`: the holder proves to know the PIN of the Juki application.
 */
export const serviceMethods = ['token', 'issuance-application', 'stripe', 'attributes', 'register-pin'] as const

/** One of {@link serviceMethods}. */
export type ServiceMethod = (typeof serviceMethods)[number]

/** One way to be served with a card. */
export interface ServicePlan {
  readonly channel: ServiceChannel
  readonly method: ServiceMethod
  /** Name, application, PIN (digits, keeper) and validity of the credential on this card, with their sources. */
  readonly credential: Credential
  /** Who checks the PIN. With a profile, the profile decides: a municipal application may check its PIN itself. */
  readonly pinCheckedBy: 'card' | 'municipality'
  /** `device`: the phone verifies its holder, and no PIN is asked for. */
  readonly userVerification: TokenVerification
  /** What sets the last day: `own-certificate`, or the card. */
  readonly expiry: Credential['validity']['follows']
  /** `municipality`: only where the municipality offers it. */
  readonly offered: CardCredential['offered']
  readonly customer: CustomerText
}

const methods: Readonly<Record<Credential['id'], ServiceMethod | undefined>> = {
  auth: 'token',
  issuance: 'issuance-application',
  magnetic: 'stripe',
  text: 'attributes',
  juki: 'register-pin',
  // Signs applications, and opens no service of a municipality's channels.
  sign: undefined,
}

/** What the counter uses: facts 3.4 (転入特例, 広域交付) and 3.2 (forms filled in). */
const atTheCounter: readonly Credential['id'][] = ['text', 'juki']

/**
 * The ways to be served with a card at a channel, the usual one first; an empty list when there is none. The source
 * document's summary table, as data: which application, which PIN, how many digits, who keeps it, which expiry holds.
 *
 * @param card - as `identifyCard` found it. A phone has the user-authentication certificate only.
 * @throws TypeError for a channel that is not one of the names.
 */
export function findServices({
  card,
  channel,
}: {
  readonly card: CardKind
  readonly channel: ServiceChannel
}): readonly ServicePlan[] {
  if (!Object.hasOwn(serviceChannels, channel)) throw new TypeError('unknown channel')
  if (card === 'unknown') return []
  const isPhone = card !== 'my-number' && card !== 'juki'
  const rows = findCredentials({ card: isPhone ? 'my-number' : card })
  return rows.flatMap((row): ServicePlan[] => {
    const { credential, offered } = row
    const method = methods[credential.id]
    const isHere = channel === 'counter' ? atTheCounter.includes(credential.id) : row.channels.includes(channel)
    if (method === undefined || !isHere || (isPhone && credential.id !== 'auth')) return []
    const { pinManagedBy, validity } = credential
    const userVerification = credential.id === 'auth' ? verificationOf(card) : 'pin'
    return [
      {
        channel,
        method,
        credential,
        pinCheckedBy: pinManagedBy === 'integrated-terminal' ? 'card' : 'municipality',
        userVerification,
        expiry: validity.follows,
        offered,
        customer: userVerification === 'device' ? verifyOnPhone : customerText(row),
      },
    ]
  })
}
