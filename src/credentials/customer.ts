import { pins } from '../pins.ts'
import type { CardCredential } from './card-credentials.ts'

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
export function customerText({ credential, offered }: CardCredential): CustomerText {
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
export const verifyOnPhone: CustomerText = {
  ja: 'Face ID などで本人確認をしてから、スマートフォンをかざしてください。この機械での暗証番号の入力はありません。',
  en: 'Please verify with Face ID or Touch ID, then hold your phone here. No PIN is entered at this machine.',
}
