/** Certificates that must be refused: each has one fault. */

import { toBase64 } from '../../bytes.ts'
import type { CredentialName } from '../pki/credentials.ts'
import type { Probe } from '../probe.ts'
import { type CaseText, type EvaluationCase, refusing } from './case.ts'

interface Row extends CaseText {
  readonly credential: CredentialName
  /** Certificate sent along as that of the CA. */
  readonly along?: 'third' | 'other-holder'
}

const refused = ['ERR_CERTIFICATE_REFUSED']
/** Some servers check the key first. */
const keyToo = ['ERR_CERTIFICATE_REFUSED', 'ERR_TOKEN_SIGNATURE', 'ERR_TOKEN_ALGORITHM']
const notBytes = ['ERR_CERTIFICATE_REFUSED', 'ERR_TOKEN']

const anchorsOnly = {
  en: 'Only the CA certificates installed on the server are trusted; no certificate in a token is.',
  ja: '信頼するのはサーバーに設定した認証局証明書だけです。トークンの中のものは信頼しません。',
}

const rows: readonly Row[] = [
  {
    id: 'certificate-for-signature',
    credential: 'signature',
    codes: refused,
    title: {
      en: 'The signature certificate in place of that for user authentication',
      ja: '利用者証明用の代わりに署名用電子証明書',
    },
    why: {
      en: 'It holds name, address and birth date, is for another purpose by law, and must not be accepted for a login.',
      ja: '署名用電子証明書は基本4情報を含み、法律上の用途も異なります。利用者証明に使ってはなりません。',
    },
  },
  {
    id: 'certificate-expired',
    credential: 'expired',
    codes: ['ERR_CERTIFICATE_EXPIRED'],
    title: { en: 'A certificate that expired yesterday', ja: '昨日有効期限が切れた電子証明書' },
    why: {
      en: 'RFC 5280 6.1.3 (a)(2): after its end its revocation is no longer recorded.',
      ja: 'RFC 5280 6.1.3 (a)(2): 期限後は、失効したかどうかを誰も管理していません。',
    },
  },
  {
    id: 'certificate-not-yet-valid',
    credential: 'not-yet-valid',
    codes: ['ERR_CERTIFICATE_NOT_YET_VALID'],
    title: { en: 'A certificate that becomes valid tomorrow', ja: '明日から有効になる電子証明書' },
    why: {
      en: 'RFC 5280 6.1.3 (a)(2). It also checks the server’s clock.',
      ja: 'RFC 5280 6.1.3 (a)(2)。サーバーの時計が正しいことも確かめられます。',
    },
  },
  {
    id: 'certificate-revoked',
    credential: 'revoked',
    codes: ['ERR_CERTIFICATE_REVOKED'],
    title: { en: 'A revoked certificate', ja: '失効した電子証明書' },
    why: {
      en: 'Cards are lost, people move and die: the server learns of it through revocation.',
      ja: 'カードの紛失、転居、死亡を、サーバーは失効情報で知ります。',
    },
  },
  {
    id: 'certificate-revocation-unknown',
    credential: 'stale',
    codes: ['ERR_REVOCATION_UNKNOWN'],
    title: { en: 'A certificate whose only revocation list is outdated', ja: '失効リストが古いものしかない電子証明書' },
    why: {
      en: 'An unknown revocation status is refused: otherwise an attacker only has to keep new lists from the server.',
      ja: '確認できないものは拒否します。そうしないと、新しいリストの取得を妨げるだけで済んでしまいます。',
    },
  },
  {
    id: 'certificate-other-generation',
    credential: 'third',
    codes: refused,
    title: {
      en: 'A certificate of a CA with the right name that is not an anchor',
      ja: '名前は同じだがアンカーではない認証局の電子証明書',
    },
    why: { en: 'Names prove nothing, keys do.', ja: '名前は何の証明にもなりません。証明するのは鍵です。' },
  },
  {
    id: 'certificate-path-through-token',
    credential: 'third',
    along: 'third',
    codes: refused,
    title: {
      en: 'The same, with that CA’s certificate in the token',
      ja: '同上で、その認証局の証明書をトークンに同封',
    },
    why: anchorsOnly,
  },
  {
    id: 'certificate-issued-by-holder',
    credential: 'of-holder',
    along: 'other-holder',
    codes: refused,
    title: {
      en: 'A certificate issued with the key of a card, whose certificate is sent along',
      ja: 'カードの鍵で発行した電子証明書と、そのカードの電子証明書',
    },
    why: {
      en: 'RFC 5280 6.1.4 (k): a holder is not a CA. Otherwise anyone with a card can issue certificates.',
      ja: 'RFC 5280 6.1.4 (k): 利用者は認証局ではありません。カードを持つ誰もが証明書を発行できてはなりません。',
    },
  },
  {
    id: 'certificate-forged',
    credential: 'forged',
    codes: refused,
    title: { en: 'A certificate signed with another key than its CA’s', ja: '認証局と異なる鍵で署名した電子証明書' },
    why: {
      en: 'RFC 5280 6.1.3 (a)(1): without this check anyone can make certificates.',
      ja: 'RFC 5280 6.1.3 (a)(1): この検証がなければ、誰でも証明書を作れます。',
    },
  },
  {
    id: 'certificate-altered',
    credential: 'altered',
    codes: refused,
    title: { en: 'A certificate with one character of the subject changed', ja: '主体者名を1文字変えた電子証明書' },
    why: {
      en: 'RFC 5280 6.1.3 (a)(1): the CA signed another name.',
      ja: 'RFC 5280 6.1.3 (a)(1): 認証局が署名したのは別の名前です。',
    },
  },
  {
    id: 'certificate-self-signed',
    credential: 'self-signed',
    codes: refused,
    title: { en: 'A self-signed certificate in the name of the CA', ja: '認証局の名前を使った自己署名証明書' },
    why: anchorsOnly,
  },
  {
    id: 'certificate-of-test-hierarchy',
    credential: 'test',
    codes: refused,
    title: { en: 'A certificate of the test hierarchy', ja: 'テスト用階層の電子証明書' },
    why: {
      en: 'Test cards are issued without identifying the holder.',
      ja: 'テスト用カードは、本人確認なしに配布されます。',
    },
  },
  {
    id: 'certificate-of-ca',
    credential: 'ca',
    codes: refused,
    title: { en: 'The CA’s own certificate as that of a holder', ja: '利用者の電子証明書の代わりに認証局自身の証明書' },
    why: {
      en: 'A CA is not a person. It ends a path, and never begins one here.',
      ja: '認証局は人ではありません。利用者の証明書として受理してはなりません。',
    },
  },
  {
    id: 'certificate-of-another-key',
    credential: 'of-another-key',
    codes: ['ERR_TOKEN_SIGNATURE'],
    title: { en: 'The good certificate of another person', ja: '他人の正しい電子証明書' },
    why: {
      en: 'Certificates are public: what proves the holder is the key, which never leaves the card.',
      ja: '電子証明書は公開の情報です。本人であることを示すのは、カードから出ない秘密鍵です。',
    },
  },
  {
    id: 'certificate-key-usage',
    credential: 'wrong-key-usage',
    codes: refused,
    title: { en: 'A key for encryption only', ja: '暗号化専用の鍵の電子証明書' },
    why: {
      en: 'RFC 5280 4.2.1.3: the profile asks for digitalSignature and nothing else.',
      ja: 'RFC 5280 4.2.1.3: プロファイルが求めるのは digitalSignature だけです。',
    },
  },
  {
    id: 'certificate-extended-key-usage',
    credential: 'wrong-extended-key-usage',
    codes: refused,
    title: { en: 'A certificate for servers (serverAuth)', ja: 'サーバー用（serverAuth）の電子証明書' },
    why: {
      en: 'RFC 5280 4.2.1.12: it is not for the authentication of persons.',
      ja: 'RFC 5280 4.2.1.12: 人の認証に使うものではありません。',
    },
  },
  {
    id: 'certificate-no-extended-key-usage',
    credential: 'no-extended-key-usage',
    codes: refused,
    title: { en: 'A certificate without extended key usage', ja: '拡張鍵用途のない電子証明書' },
    why: {
      en: 'The profile of user authentication has clientAuth; a certificate without it is of another kind.',
      ja: '利用者証明用のプロファイルには clientAuth があります。ないものは別の種類の証明書です。',
    },
  },
  {
    id: 'certificate-policy',
    credential: 'wrong-policy',
    codes: refused,
    title: { en: 'A certificate under another policy', ja: '別の証明書ポリシーの電子証明書' },
    why: {
      en: 'The policy says how the holder was identified, and distinguishes the kinds of certificates.',
      ja: 'ポリシーは本人確認の方法を示し、証明書の種類を区別します。',
    },
  },
  {
    id: 'certificate-critical-extension',
    credential: 'unknown-critical-extension',
    codes: refused,
    title: { en: 'An unknown critical extension', ja: '未知の重要（critical）拡張' },
    why: {
      en: 'RFC 5280 4.2: a verifier that does not know it must not use the certificate.',
      ja: 'RFC 5280 4.2: 理解できない重要拡張を含む証明書は使ってはなりません。',
    },
  },
  {
    id: 'certificate-sha1',
    credential: 'sha-1',
    codes: refused,
    title: { en: 'A certificate signed with SHA-1', ja: 'SHA-1 で署名された電子証明書' },
    why: {
      en: 'Two certificates with one SHA-1 hash can be made.',
      ja: '同じ SHA-1 ハッシュ値を持つ2つの証明書を作ることができます。',
    },
  },
  {
    id: 'certificate-short-key',
    credential: 'short-key',
    codes: keyToo,
    title: { en: 'An RSA key of 1024 bits', ja: '1024ビットの RSA 鍵' },
    why: {
      en: 'NIST SP 800-131A: below 2048 bits, keys can be broken at sufficient expense.',
      ja: 'NIST SP 800-131A: 2048ビット未満の鍵は、十分な費用をかければ破られます。',
    },
  },
  {
    id: 'certificate-trailing-byte',
    credential: 'trailing-byte',
    codes: notBytes,
    title: { en: 'A certificate followed by one more byte', ja: '1バイト余分な電子証明書' },
    why: {
      en: 'X.690: one certificate has one encoding. Bytes that one parser sees and another does not allow attacks.',
      ja: 'X.690: 符号化は一通りです。読み手によって見え方の異なるバイトは、攻撃に使われます。',
    },
  },
  {
    id: 'certificate-none',
    credential: 'not-a-certificate',
    codes: notBytes,
    title: { en: 'Bytes that are not a certificate', ja: '電子証明書ではないバイト列' },
    why: {
      en: 'Malformed bytes must be refused without an internal error.',
      ja: '不正なデータは、内部エラーを起こさずに拒否しなければなりません。',
    },
  },
]

export const certificateCases: readonly EvaluationCase[] = rows.map((row) =>
  refusing('certificate', row, (probe) => handIn(probe, row)),
)

async function handIn(probe: Probe, { credential, along }: Row): ReturnType<Probe['hand']> {
  const token = await probe.token(await probe.challenge(), { credential })
  if (along === undefined) return probe.hand(token)
  return probe.hand({ ...token, caCertificate: toBase64(probe.credentials.certificate(along)) })
}
