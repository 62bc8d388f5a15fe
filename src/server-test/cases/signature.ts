/** Signatures that are not the card's over this challenge. */

import { constants, createHash, createHmac, createPublicKey, privateEncrypt, sign } from 'node:crypto'
import { copyBytes } from '../../bytes.ts'
import { signRs256, type TokenPlan } from '../probe.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

type Signer = NonNullable<TokenPlan['sign']>

const rs =
  (hash: string): Signer =>
  (message, key) =>
    sign(hash, message, key)

/** Names of the wrong signatures. */
type SignatureName =
  | 'ps256'
  | 'rs512'
  | 'altered'
  | 'truncated'
  | 'longer'
  | 'zeros'
  | 'ofOtherMessage'
  | 'ofBareNonce'
  | 'bareHash'
  | 'hmacOfPublicKey'
  | 'none'

/** Signatures a card would not make. */
export const signatures: Readonly<Record<SignatureName, Signer>> = {
  ps256: (message, key) => sign('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  rs512: rs('sha512'),
  /** One bit in the middle is inverted. */
  altered: (message, key) => {
    const bytes = copyBytes(signRs256(message, key))
    bytes[100]! ^= 1
    return bytes
  },
  truncated: (message, key) => copyBytes(signRs256(message, key), 0, 255),
  longer: (message, key) => Uint8Array.of(...signRs256(message, key), 0),
  zeros: () => new Uint8Array(256),
  ofOtherMessage: (_message, key) => signRs256(Buffer.from('another message'), key),
  /** Over the nonce only, as for a server without domain separation. */
  ofBareNonce: (_message, key, { nonce }) => signRs256(Buffer.from(nonce, 'base64url'), key),
  /** PKCS#1 padding around the hash itself, without the DigestInfo that names its algorithm. */
  bareHash: (message, key) =>
    privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, createHash('sha256').update(message).digest()),
  /** Keyed with the public key, which is public. */
  hmacOfPublicKey: (message, key) =>
    createHmac('sha256', createPublicKey(key).export({ format: 'der', type: 'spki' }))
      .update(message)
      .digest(),
  none: () => new Uint8Array(),
}

const wrong = ['ERR_TOKEN_SIGNATURE']
const malformed = ['ERR_TOKEN_SIGNATURE', 'ERR_TOKEN']
const algorithm = ['ERR_TOKEN_ALGORITHM', 'ERR_TOKEN', 'ERR_TOKEN_SIGNATURE']

/** The requirement behind each of these. */
const whole = {
  en: 'Only the signature that the key of the certificate made over this very message counts.',
  ja: '証明書の鍵がこのメッセージそのものに対して作った署名だけが有効です。',
}
/** Source: RFC 8725 2.1, 3.1. */
const named = {
  en: 'The key decides on the algorithm; what the sender states only has to agree. Otherwise a weaker one can be chosen.',
  ja: 'アルゴリズムを決めるのは鍵です。送信者の申告に従うと、弱いものを選ばれてしまいます。',
}

interface Row extends CaseText {
  readonly plan: TokenPlan
}

const rows: readonly Row[] = [
  {
    id: 'signature-altered',
    codes: wrong,
    plan: { sign: signatures.altered },
    title: { en: 'A signature with one bit changed', ja: '1ビットを変えた署名値' },
    why: whole,
  },
  {
    id: 'signature-truncated',
    codes: malformed,
    plan: { sign: signatures.truncated },
    title: { en: 'A signature without its last byte', ja: '最後の1バイトが欠けた署名値' },
    why: whole,
  },
  {
    id: 'signature-longer',
    codes: malformed,
    plan: { sign: signatures.longer },
    title: { en: 'A signature followed by one more byte', ja: '1バイト余分な署名値' },
    why: {
      en: 'RFC 8017 8.2.2: another length than the key’s is refused, so that one signature has one form.',
      ja: 'RFC 8017 8.2.2: 鍵と異なる長さは拒否します。1つの署名が複数の形を持たないためです。',
    },
  },
  {
    id: 'signature-zeros',
    codes: malformed,
    plan: { sign: signatures.zeros },
    title: { en: 'A signature of zeros', ja: 'すべて0の署名値' },
    why: whole,
  },
  {
    id: 'signature-of-another-message',
    codes: wrong,
    plan: { sign: signatures.ofOtherMessage },
    title: { en: 'A right signature over another message', ja: '別のメッセージへの正しい署名' },
    why: whole,
  },
  {
    id: 'signature-over-bare-nonce',
    codes: wrong,
    plan: { sign: signatures.ofBareNonce },
    title: { en: 'A right signature over the nonce alone', ja: 'ナンスだけに対する正しい署名' },
    why: {
      en: 'Without the format and the claims in the message, any program that has a card sign random bytes makes tokens.',
      ja: '形式と申告内容を含めないと、カードに乱数を署名させるだけの別のプログラムがトークンを作れてしまいます。',
    },
  },
  {
    id: 'signature-bare-hash',
    codes: wrong,
    plan: { sign: signatures.bareHash },
    title: { en: 'PKCS#1 padding around the bare hash', ja: 'DigestInfo のない PKCS#1 署名' },
    why: {
      en: 'RFC 8017 9.2: the DigestInfo says which hash was made. Lenient checks of the padding have led to forgeries.',
      ja: 'RFC 8017 9.2: DigestInfo がハッシュの種類を示します。緩い読み方は、偽造を招いたことがあります。',
    },
  },
  {
    id: 'algorithm-rs512',
    codes: algorithm,
    plan: { algorithm: 'RS512' },
    title: { en: 'An RS256 signature labelled RS512', ja: 'RS512 と称する RS256 の署名' },
    why: named,
  },
  {
    id: 'algorithm-ps256',
    codes: algorithm,
    plan: { algorithm: 'PS256' },
    title: { en: 'An RS256 signature labelled PS256', ja: 'PS256 と称する RS256 の署名' },
    why: named,
  },
  {
    id: 'algorithm-es256',
    codes: algorithm,
    plan: { algorithm: 'ES256' },
    title: { en: 'An RS256 signature labelled ES256', ja: 'ES256 と称する RS256 の署名' },
    why: named,
  },
  {
    id: 'algorithm-none',
    codes: algorithm,
    plan: { algorithm: 'none', sign: signatures.none },
    title: { en: 'Algorithm none, without a signature', ja: 'アルゴリズム none、署名なし' },
    why: {
      en: 'A token without a signature proves nothing.',
      ja: '署名のないトークンは、誰でも作れる単なる申告です。',
    },
  },
  {
    id: 'algorithm-hs256',
    codes: algorithm,
    plan: { algorithm: 'HS256', sign: signatures.hmacOfPublicKey },
    title: { en: 'HS256 keyed with the public key', ja: '公開鍵を鍵とする HS256' },
    why: {
      en: 'The public key is known to all: a server that uses it as a shared secret accepts any sender.',
      ja: '公開鍵は誰でも持っています。共有鍵として扱うサーバーは、誰でも受理してしまいます。',
    },
  },
  {
    id: 'algorithm-unknown',
    codes: algorithm,
    plan: { algorithm: 'XX256' },
    title: { en: 'An unknown algorithm, with a right signature', ja: '未知のアルゴリズム名と正しい署名' },
    why: named,
  },
]

export const signatureCases: readonly EvaluationCase[] = rows.map((row) =>
  refusing('signature', row, (probe) => probe.play(row.plan)),
)
