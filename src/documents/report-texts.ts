import { pdfProblemTexts } from './pdf/texts.ts'
import type { Indication, SignatureReport } from './report.ts'

/** A text in both languages. */
export interface DocumentText {
  readonly ja: string
  readonly en: string
}

/** Headlines of a report. ETSI EN 319 102-1 5.1.3, in words of a counter. */
export const indicationTexts: Readonly<Record<Indication, DocumentText>> = {
  'TOTAL-PASSED': { ja: '有効', en: 'valid' },
  'TOTAL-FAILED': { ja: '無効', en: 'NOT VALID' },
  INDETERMINATE: { ja: '判定できません', en: 'CANNOT BE DETERMINED' },
}

/** Sub-indications: why. */
export const subIndicationTexts: Readonly<Record<NonNullable<SignatureReport['subIndication']>, DocumentText>> = {
  FORMAT_FAILURE: { ja: '署名の形式に誤りがあります', en: 'the signature is malformed' },
  HASH_FAILURE: { ja: '文書が署名後に変更されています', en: 'the document was changed after it was signed' },
  SIG_CRYPTO_FAILURE: { ja: '署名値が一致しません', en: 'the signature value does not verify' },
  SIG_CONSTRAINTS_FAILURE: { ja: '署名の属性が要件を満たしません', en: 'the signature lacks what it must have' },
  CRYPTO_CONSTRAINTS_FAILURE: {
    ja: '使われている暗号方式は受け付けられません（SHA-1 など）',
    en: 'an algorithm that is not accepted (such as SHA-1)',
  },
  REVOKED: { ja: '署名時に電子証明書は失効していました', en: 'the certificate was revoked when it was signed' },
  EXPIRED: { ja: '署名時に電子証明書は期限切れでした', en: 'the certificate had expired when it was signed' },
  NOT_YET_VALID: {
    ja: '署名時に電子証明書は有効期間前でした',
    en: 'the certificate was not valid yet when it was signed',
  },
  CHAIN_CONSTRAINTS_FAILURE: {
    ja: '電子証明書の用途または種類が要件を満たしません',
    en: 'the certificate is of another kind or for another purpose',
  },
  CERTIFICATE_CHAIN_GENERAL_FAILURE: { ja: '認証パスを検証できません', en: 'the certification path does not verify' },
  NO_CERTIFICATE_CHAIN_FOUND: {
    ja: '信頼する認証局の電子証明書ではありません',
    en: 'the certificate is not of a trusted CA',
  },
  NO_SIGNING_CERTIFICATE_FOUND: {
    ja: '署名者の電子証明書がありません',
    en: 'the certificate of the signer is missing',
  },
  SIGNED_DATA_NOT_FOUND: { ja: '署名された文書がありません', en: 'what was signed is missing' },
  TRY_LATER: { ja: '失効の有無が分かりません', en: 'the revocation status is unknown' },
  TIMESTAMP_ORDER_FAILURE: {
    ja: 'タイムスタンプの時刻に矛盾があります',
    en: 'the times of timestamps contradict each other',
  },
  REVOKED_NO_POE: {
    ja: '電子証明書は現在失効しており、それより前に署名されたことを証明できません',
    en: 'the certificate is revoked now, and nothing proves that it was signed before',
  },
  REVOKED_CA_NO_POE: { ja: '認証局の証明書が失効しています', en: 'the certificate of a CA is revoked' },
  OUT_OF_BOUNDS_NO_POE: {
    ja: '電子証明書は現在期限切れで、それより前に署名されたことを証明できません',
    en: 'the certificate has expired, and nothing proves that it was signed before',
  },
}

/** Labels. */
type ReportLabel =
  | 'title'
  | 'file'
  | 'at'
  | 'format'
  | 'signature'
  | 'counterSignature'
  | 'result'
  | 'integrity'
  | 'coverage'
  | 'profile'
  | 'algorithm'
  | 'signer'
  | 'issuer'
  | 'signerUnknown'
  | 'claimedTime'
  | 'verifiedAt'
  | 'timestamp'
  | 'problems'
  | 'notChecked'
  | 'changes'
  | 'revocation'
  | 'noSignature'
  | 'allPassed'
  | 'passedWithGaps'
  | 'notPassed'
  | 'name'
  | 'address'
  | 'birthDate'
  | 'sex'
  | 'bytes'
  | 'allowed'
  | 'refused'

/** Labels of a report. */
export const labelTexts: Readonly<Record<ReportLabel, DocumentText>> = {
  title: { ja: '署名付き文書の検証結果', en: 'Verification of a signed document' },
  file: { ja: 'ファイル', en: 'File' },
  at: { ja: '検証日時', en: 'Verified at' },
  format: { ja: '形式', en: 'Format' },
  signature: { ja: '署名', en: 'Signature' },
  counterSignature: { ja: '副署', en: 'Counter-signature' },
  result: { ja: '判定', en: 'Result' },
  integrity: { ja: '完全性', en: 'Integrity' },
  coverage: { ja: '署名の対象', en: 'Covers' },
  profile: { ja: '署名の方式', en: 'Form' },
  algorithm: { ja: 'ハッシュ関数', en: 'Hash' },
  signer: { ja: '署名者（個人情報）', en: 'Signer (personal data)' },
  issuer: { ja: '発行者', en: 'Issuer' },
  signerUnknown: { ja: '（検証されていないため、本人とは限りません）', en: '(not verified: need not be this person)' },
  claimedTime: { ja: '署名日時（署名者の申告）', en: 'Time by the signer (claimed)' },
  verifiedAt: { ja: '電子証明書を検証した時点', en: 'Certificate verified as of' },
  timestamp: { ja: 'タイムスタンプ', en: 'Timestamp' },
  problems: { ja: '問題点', en: 'Problems' },
  notChecked: { ja: '検査していないこと', en: 'Not checked' },
  changes: { ja: '署名後の変更', en: 'Changes after signing' },
  revocation: { ja: '失効の確認', en: 'Revocation' },
  noSignature: { ja: '署名がありません', en: 'no signature' },
  allPassed: { ja: 'すべての署名が有効です', en: 'All signatures are valid' },
  passedWithGaps: {
    ja: '署名は有効ですが、検査していないことがあります',
    en: 'The signatures are valid, but not everything was checked',
  },
  notPassed: { ja: '受け付けられない署名があります', en: 'There are signatures that cannot be accepted' },
  name: { ja: '氏名', en: 'Name' },
  address: { ja: '住所', en: 'Address' },
  birthDate: { ja: '生年月日', en: 'Birth date' },
  sex: { ja: '性別', en: 'Sex' },
  bytes: { ja: 'バイト', en: 'bytes' },
  allowed: { ja: '許される変更', en: 'allowed' },
  refused: { ja: '許されない変更', en: 'NOT ALLOWED' },
}

/** Values that are shown in words. */
type ReportValue =
  | 'intact'
  | 'broken'
  | 'not-checked'
  | 'whole'
  | 'earlier-revision'
  | 'part'
  | 'none'
  | 'timestamp'
  | 'claimed'
  | 'verification'
  | 'good'
  | 'revoked'
  | 'unknown'
  | 'male'
  | 'female'
  | 'other'
  | 'not-applicable'

/** Words for values of a report. */
export const valueTexts: Readonly<Record<ReportValue, DocumentText>> = {
  intact: { ja: '署名後の変更はありません', en: 'unchanged since it was signed' },
  broken: { ja: '変更されているか、署名値が一致しません', en: 'CHANGED, or the signature value does not verify' },
  'not-checked': { ja: '確認できません', en: 'not checked' },
  whole: { ja: '文書全体', en: 'the whole document' },
  'earlier-revision': {
    ja: '署名時点の版（その後に変更があります）',
    en: 'an earlier revision: there are changes after it',
  },
  part: { ja: '文書の一部', en: 'a part of the document' },
  none: { ja: 'なし', en: 'nothing' },
  timestamp: { ja: 'タイムスタンプによる', en: 'by the timestamp' },
  claimed: { ja: '署名者の申告による', en: 'as claimed by the signer' },
  verification: { ja: '検証時', en: 'the time of verification' },
  good: { ja: '失効していません', en: 'not revoked' },
  revoked: { ja: '失効しています', en: 'REVOKED' },
  unknown: { ja: '不明（確認していません）', en: 'unknown: not checked' },
  male: { ja: '男', en: 'male' },
  female: { ja: '女', en: 'female' },
  other: { ja: 'その他', en: 'other' },
  'not-applicable': { ja: '適用不能', en: 'not applicable' },
}

/** What was not checked, by identifier. */
export const notCheckedTexts: Readonly<Record<string, DocumentText>> = {
  signatures: { ja: '署名（ファイルを読み取れないため）', en: 'the signatures: the file cannot be read' },
  integrity: { ja: '署名値', en: 'the signature value' },
  'content-meaning': { ja: '文書の内容と見え方', en: 'what the document says, and how it looks' },
  revocation: { ja: '署名者の電子証明書が失効していないか', en: 'whether the certificate of the signer is revoked' },
  'jpki-profile': {
    ja: '公的個人認証の署名用電子証明書かどうか',
    en: 'whether it is a signature certificate of the JPKI',
  },
  'signing-certificate': {
    ja: 'どの電子証明書で署名したかの記録（signing-certificate-v2 がありません）',
    en: 'which certificate was used: it is not signed (no signing-certificate-v2)',
  },
  'attribute-certificates': { ja: '属性証明書', en: 'attribute certificates' },
  'other-revocation-values': { ja: '未知の形式の失効情報', en: 'revocation values of an unknown form' },
  'unsigned-attributes': { ja: '署名されていない未知の属性', en: 'unknown attributes that are not signed' },
  timestamps: { ja: '上限を超えたタイムスタンプ', en: 'timestamps beyond the limit' },
  'unsigned-properties': {
    ja: '署名されていない XAdES の属性（タイムスタンプを含む）',
    en: 'XAdES properties that are not signed, timestamps among them',
  },
  manifest: {
    ja: 'マニフェスト（署名内の参照一覧）が指す文書',
    en: 'what the references of a manifest are about',
  },
  'signed-attributes': { ja: '未知の署名属性', en: 'unknown signed attributes' },
  'signed-properties': { ja: '未知の XAdES の署名属性', en: 'unknown signed properties of XAdES' },
  'data-object-format': { ja: '署名対象の形式の記録がありません', en: 'the format of the data, which is not signed' },
  'counter-signatures': { ja: '上限を超えた副署', en: 'counter-signatures beyond the limit' },
  'timestamp-revocation': {
    ja: 'タイムスタンプ局の電子証明書が失効していないか',
    en: 'whether the certificate of the timestamp authority is revoked',
  },
  path: { ja: '認証パス', en: 'the certification path' },
  'timestamp-path': { ja: 'タイムスタンプ局の認証パス', en: 'the certification path of the timestamp authority' },
}

/** Problems, by identifier; one without a text is shown as it is. */
export const problemTexts: Readonly<Record<string, DocumentText>> = {
  ...pdfProblemTexts,
  format: { ja: '署名として読み取れません', en: 'not a signature in DER' },
  'ber-encoding': {
    ja: 'DER ではない符号化（BER、不定長）です。署名した側に DER での作成を依頼してください',
    en: 'encoded with indefinite lengths (BER, as by openssl -stream), not DER: have it signed again without streaming',
  },
  'no-signer': { ja: '署名者がいません', en: 'no signer' },
  version: { ja: '構造の版番号が内容と合いません', en: 'the version does not go with the content' },
  'signer-duplicate': { ja: '同じ署名が重複しています', en: 'the same signature more than once' },
  'signer-version': {
    ja: '署名者情報の版番号が内容と合いません',
    en: 'the version of a signer does not go with the content',
  },
  'content-twice': {
    ja: '文書が署名に含まれ、別にも指定されました',
    en: 'the content is attached, and was given as well',
  },
  'content-missing': { ja: '署名された文書が指定されていません', en: 'detached, and no content was given' },
  'content-not-found': { ja: '署名された文書がありません', en: 'what was signed is missing' },
  'digest-algorithm-duplicate': { ja: 'ハッシュ関数が重複しています', en: 'a duplicate digest algorithm' },
  'digest-algorithm-unused': { ja: '使われないハッシュ関数があります', en: 'a digest algorithm without a signer' },
  'digest-algorithm-parameters': {
    ja: 'ハッシュ関数に未知のパラメーターがあります',
    en: 'a digest algorithm with unknown parameters',
  },
  'digest-algorithm-not-listed': {
    ja: '署名者のハッシュ関数が一覧にありません',
    en: 'the digest algorithm of a signer is not listed',
  },
  'certificate-unused': {
    ja: '使われない証明書が含まれています',
    en: 'certificates that were not needed: they are not signed',
  },
  'certificate-duplicate': { ja: '証明書が重複しています', en: 'a duplicate certificate' },
  'certificate-unreadable': { ja: '読み取れない証明書があります', en: 'a certificate that cannot be read' },
  'revocation-value-unreadable': { ja: '読み取れない失効情報があります', en: 'a revocation value that cannot be read' },
  'revocation-value-unverified': {
    ja: '確認できない失効情報が含まれています',
    en: 'a revocation value that no known CA has signed, or that was not needed',
  },
  'timestamp-limit': { ja: 'タイムスタンプが多すぎます', en: 'too many timestamps' },
  'weak-hash': {
    ja: '受け付けられないハッシュ関数です（SHA-1、MD5 など）',
    en: 'a hash that is not accepted, such as SHA-1 or MD5',
  },
  'signature-algorithm': {
    ja: '受け付けられない署名方式です',
    en: 'a signature algorithm that is not accepted, or with another hash',
  },
  'signed-attributes-missing': { ja: '署名属性がありません', en: 'no signed attributes' },
  'message-digest-missing': { ja: 'ハッシュ値の属性がありません', en: 'no message-digest attribute' },
  'content-type-missing': { ja: '内容の種類の属性がありません', en: 'no content-type attribute' },
  'content-type-mismatch': { ja: '内容の種類が一致しません', en: 'another content type was signed' },
  'content-type-in-counter-signature': {
    ja: '副署に内容の種類があります',
    en: 'a counter-signature with a content type',
  },
  'attribute-duplicate': { ja: '属性が重複しています', en: 'a duplicate attribute' },
  'attribute-values': { ja: '属性に複数の値があります', en: 'an attribute with several values' },
  'attribute-signed': { ja: '署名してはならない属性が署名されています', en: 'an attribute that must not be signed' },
  'attribute-unreadable': { ja: '読み取れない属性があります', en: 'an attribute that cannot be read' },
  'algorithm-protection-mismatch': {
    ja: '署名されたアルゴリズムと一致しません',
    en: 'other algorithms were signed (RFC 6211)',
  },
  'unsigned-attribute': { ja: '署名されていない未知の属性があります', en: 'an unknown attribute that is not signed' },
  'unsigned-attribute-smuggled': {
    ja: '署名されるべき属性が、署名されていない部分にあります',
    en: 'an attribute that has to be signed is among the unsigned ones',
  },
  'signer-certificate-missing': {
    ja: '署名者の電子証明書がありません',
    en: 'the certificate of the signer is missing',
  },
  'signing-certificate-missing': {
    ja: '署名に使った電子証明書が署名の対象に含まれていません',
    en: 'the certificate is not among what was signed',
  },
  'signing-certificate-mismatch': { ja: '別の電子証明書で署名されています', en: 'another certificate was signed' },
  'signing-certificate-weak-hash': {
    ja: '電子証明書の記録が受け付けられないハッシュ関数によります',
    en: 'the certificate is signed by a hash that is not accepted',
  },
  'digest-mismatch': { ja: '文書が署名後に変更されています', en: 'the document is not what was signed' },
  'signature-value': { ja: '署名値が一致しません', en: 'the signature value does not verify' },
  'counter-signature-limit': { ja: '副署が多すぎます', en: 'too many counter-signatures, or too deep' },
  'counter-signature-unreadable': { ja: '読み取れない副署があります', en: 'a counter-signature that cannot be read' },
  'timestamp-not-valid': { ja: '有効でないタイムスタンプがあります', en: 'a timestamp that does not count' },
  'signing-time-ahead': { ja: '署名日時が未来です', en: 'the claimed time is ahead' },
  'revoked-after-timestamp': {
    ja: '電子証明書は、タイムスタンプの時刻より後に失効しました（署名には影響しません）',
    en: 'the certificate was revoked after the time of the timestamp, which does not affect the signature',
  },
  'expired-without-timestamp': { ja: '電子証明書は現在期限切れです', en: 'the certificate has expired since' },
  'authentication-certificate': {
    ja: '利用者証明用電子証明書による署名です。文書の署名には通常使われません',
    en: 'signed with a user-authentication certificate, which is for logging in',
  },
  'key-usage': { ja: '電子証明書の鍵用途が署名ではありません', en: 'the certificate is not for signing' },
  'certificate-trust-anchor': { ja: '信頼する認証局に至りません', en: 'no path to a trusted CA' },
  'certificate-revocation': { ja: '失効しているか、失効の有無が分かりません', en: 'revoked, or its status is unknown' },
  'certificate-validity': { ja: '電子証明書の有効期間外です', en: 'outside of the validity period of the certificate' },
  'certificate-jpki-profile': {
    ja: '求める種類の電子証明書ではありません',
    en: 'not a certificate of the required kind',
  },
  'certificate-extended-key-usage': {
    ja: '電子証明書の拡張鍵用途が合いません',
    en: 'the certificate is for another purpose',
  },
  'timestamp-format': { ja: 'タイムスタンプとして読み取れません', en: 'not a timestamp token' },
  'timestamp-signers': { ja: 'タイムスタンプの署名者が一人ではありません', en: 'a timestamp with several signers' },
  'timestamp-critical-extension': { ja: '未知の重要な拡張があります', en: 'an unknown critical extension' },
  'timestamp-imprint': { ja: '別のものに対するタイムスタンプです', en: 'a timestamp of something else' },
  'timestamp-certificate-missing': {
    ja: 'タイムスタンプ局の電子証明書がありません',
    en: 'the certificate of the authority is missing',
  },
  'timestamp-policy': {
    ja: '受け付けられないタイムスタンプポリシーです',
    en: 'a timestamp policy that is not accepted',
  },
  'timestamp-ahead': { ja: 'タイムスタンプの時刻が未来です', en: 'the time of the timestamp is ahead' },
  'timestamp-key-usage': {
    ja: 'タイムスタンプ専用の電子証明書ではありません',
    en: 'the certificate is not for timestamps alone',
  },
  'xml-malformed': { ja: 'XML として正しくありません', en: 'not well-formed XML 1.0' },
  'xml-encoding': { ja: '文字コードが UTF-8、UTF-16 ではありません', en: 'an encoding other than UTF-8 and UTF-16' },
  doctype: { ja: '文書型宣言（DTD）があります', en: 'a document type declaration (DTD)' },
  namespace: { ja: '名前空間の名前が正しくありません', en: 'a relative or malformed name of a namespace' },
  limit: { ja: '大きさ、深さ、または数が上限を超えています', en: 'too large, too deep, or too many' },
  'duplicate-id': { ja: '同じ ID の要素が複数あります', en: 'several elements have the same id' },
  'signature-structure': {
    ja: '署名の構造が XML 署名の規格に合いません',
    en: 'the signature is not built as XML Signature 1.1 says',
  },
  hmac: { ja: '共通鍵による署名（HMAC）です', en: 'HMAC, which anyone who verifies could make' },
  'algorithm-unknown': { ja: '未対応のアルゴリズムです', en: 'an algorithm that is not supported' },
  'transform-refused': {
    ja: '受け付けられない変換（XPath、XSLT など）があります',
    en: 'a transform that is not accepted, such as XPath or XSLT',
  },
  'reference-refused': { ja: '受け付けられない参照があります', en: 'a reference in a form that is not accepted' },
  'reference-missing': { ja: '署名された要素がありません', en: 'a signed element is missing' },
  'resource-not-given': { ja: '署名された別のファイルが指定されていません', en: 'another signed file was not given' },
  'root-not-covered': {
    ja: '文書の最上位の要素が署名の対象に含まれていません',
    en: 'the root of the document is not covered: only a part is signed',
  },
  'content-not-covered': { ja: '署名の対象に含まれない部分があります', en: 'a part of the document is not covered' },
  'comments-not-covered': {
    ja: 'コメントは署名の対象に含まれていません',
    en: 'comments are not covered',
  },
  'namespaces-not-covered': {
    ja: '署名の対象に含まれない名前空間の宣言があります',
    en: 'declarations of namespaces that are not covered',
  },
  'text-split-by-comment': {
    ja: '署名の対象に含まれないコメントが文字列の途中にあります',
    en: 'a comment that is not covered stands inside a text',
  },
  'signed-properties-not-covered': {
    ja: 'XAdES の署名属性が署名の対象に含まれていません',
    en: 'the XAdES properties are not covered by the signature',
  },
  'signed-properties-duplicate': { ja: 'XAdES の属性が複数あります', en: 'XAdES properties more than once' },
  'signed-properties-target': {
    ja: 'XAdES の属性が別の署名を指しています',
    en: 'the XAdES properties name another signature',
  },
  'signing-time-missing': { ja: '署名日時がありません', en: 'no signing time, or one that cannot be read' },
  'data-object-format-target': {
    ja: '署名対象の形式の記録が、存在しない参照を指しています',
    en: 'the format of a reference that does not exist',
  },
  'key-info-ignored': {
    ja: '電子証明書以外の鍵の情報は使用しません',
    en: 'keys and names beside the certificate were ignored',
  },
  'counter-signature-target': {
    ja: '副署の対象が、付された署名ではありません',
    en: 'the counter-signature is not about the signature it belongs to',
  },
}
