import type { CardCredential } from './card-credentials.ts'

/** What to tell the customer, in two languages. */
export interface CustomerText {
  readonly ja: string
  readonly en: string
}

const named: Readonly<Record<CardCredential['credential']['id'], string>> = {
  sign: 'the signature password',
  auth: 'the PIN of the user-authentication certificate',
  juki: 'the PIN for the Basic Resident Register',
  text: 'the PIN for card-face text input',
  magnetic: 'the PIN you chose for the issuing machine',
  issuance: 'the PIN you chose for the issuing machine',
}

const japanese: typeof named = {
  sign: '署名用電子証明書の暗証番号',
  auth: '利用者証明用電子証明書の暗証番号',
  juki: '住民基本台帳用の暗証番号',
  text: '券面事項入力補助用の暗証番号',
  magnetic: '自動交付機の暗証番号',
  issuance: '証明書等自動交付の暗証番号',
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
    ja: `${japanese[id]}（${form}）を入力してください。${from}お忘れのときは市区町村の窓口へお越しください。`,
    en: `Please enter ${named[id]} (${length} ${english}). ${whence} If you have forgotten it, go to the municipal counter.`,
  }
}
