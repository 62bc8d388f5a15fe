/** What a holder has to know before the password of a signature is asked for. */
export interface SigningNotice {
  readonly id: 'holder-attributes-in-document'
  /** Attributes of the holder that become part of the document with the certificate. */
  readonly attributes: readonly ['name', 'address', 'birthDate', 'sex']
  readonly text: Readonly<Record<'ja' | 'en', string>>
}

const holderAttributes: SigningNotice = {
  id: 'holder-attributes-in-document',
  attributes: ['name', 'address', 'birthDate', 'sex'],
  text: {
    ja: '署名用電子証明書には、氏名・住所・生年月日・性別が記載されています。署名すると、これらが文書に含まれ、文書を受け取る人に伝わります。',
    en: 'The signature certificate has the name, address, birth date and sex of the holder. Signing puts them into the document, where all who receive it can read them.',
  },
}

/**
 * The notice of signing a document with a key of a card: to be shown once, before the password is asked for. The
 * user-authentication certificate has none of these.
 */
export const signingNotice = (key: 'sign' | 'auth'): SigningNotice | undefined =>
  key === 'sign' ? holderAttributes : undefined
