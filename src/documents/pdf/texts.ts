import type { PdfChangeKind } from './changes.ts'

/** A text in both languages. */
interface Text {
  readonly ja: string
  readonly en: string
}

/** Kinds of changes after a signature, for people. */
export const pdfChangeTexts: Readonly<Record<PdfChangeKind, Text>> = {
  'signature-added': { ja: '署名が追加されました', en: 'a signature was added' },
  'timestamp-added': { ja: 'タイムスタンプが追加されました', en: 'a timestamp was added' },
  'signature-field-added': { ja: '空の署名欄が追加されました', en: 'an empty field for a signature was added' },
  'dss-added': { ja: '検証用の証明書・失効情報が追加されました', en: 'certificates and revocation values were added' },
  'form-filled': { ja: '入力欄に記入されました', en: 'a field of the form was filled in' },
  'information-updated': { ja: '更新日時などが変わりました', en: 'the modification date or the program changed' },
  'version-changed': { ja: 'PDF のバージョン情報が変わりました', en: 'the version of PDF changed' },
  'unused-objects': { ja: '表示されない部品が追加されました', en: 'objects that nothing uses were added' },
  'annotation-added': { ja: '注釈が追加されました', en: 'an annotation was added' },
  'annotation-changed': { ja: '注釈が変わりました', en: 'an annotation was changed' },
  'annotation-removed': { ja: '注釈が削除されました', en: 'an annotation was removed' },
  'content-changed': { ja: 'ページの内容が変わりました', en: 'THE CONTENT OF A PAGE was changed' },
  'page-added': { ja: 'ページが追加されました', en: 'a page was added' },
  'page-removed': { ja: 'ページが削除されました', en: 'a page was removed' },
  'pages-changed': { ja: 'ページの構成が変わりました', en: 'the pages were rearranged' },
  'form-changed': { ja: '入力欄そのものが変わりました', en: 'the form itself was changed' },
  'signature-changed': { ja: '署名が書き換えられました', en: 'a signature was changed' },
  'signature-removed': { ja: '署名が削除されました', en: 'a signature was removed' },
  'catalog-changed': {
    ja: '文書の設定（動作、しおりなど）が変わりました',
    en: 'settings of the document (actions, outline, …) were changed',
  },
  'metadata-changed': { ja: '表題などの文書情報が変わりました', en: 'the title or other metadata were changed' },
  'bytes-appended': { ja: '末尾に余分なデータがあります', en: 'there are bytes after the end' },
}

/** Problems of PDF signatures, for people. */
export const pdfProblemTexts: Readonly<Record<string, Text>> = {
  'not-a-pdf': { ja: 'PDF ではありません', en: 'not a PDF' },
  'too-large': { ja: 'ファイルが大きすぎます', en: 'the file is too large' },
  'too-complex': { ja: 'ファイルが複雑すぎて検証できません', en: 'the file is too complex to be verified' },
  syntax: { ja: 'PDF の構文に誤りがあります', en: 'the file has an error of syntax' },
  'duplicate-key': { ja: '同じ項目が重複しています', en: 'a dictionary has a key twice' },
  'xref-damaged': { ja: '相互参照表が壊れています', en: 'the cross-reference is damaged' },
  'object-damaged': { ja: '部品が壊れています', en: 'an object is damaged' },
  'stream-damaged': { ja: 'データの一部が壊れています', en: 'a stream is damaged' },
  'filter-unsupported': { ja: '対応していない圧縮方式です', en: 'a compression that is not supported' },
  encrypted: { ja: '暗号化された PDF には対応していません', en: 'encrypted: not supported' },
  'structure-damaged': { ja: '文書の構造に誤りがあります', en: 'the structure of the document is damaged' },
  'revision-bypassed': { ja: '途中の版が取り除かれています', en: 'a revision in between is left out' },
  'change-not-allowed': {
    ja: '署名後に許されない変更があります',
    en: 'a change after a signature that is not allowed',
  },
  'later-change-not-allowed': {
    ja: 'この署名の後に許されない変更があります',
    en: 'a change after this signature that is not allowed',
  },
  'drawn-after-signature': {
    ja: '署名後に書き加えられた表示があり、元の内容を覆っている可能性があります',
    en: 'something was drawn after a signature, and may lie over what was signed',
  },
  'dss-unreadable': { ja: '読み取れない検証用情報があります', en: 'stored certificates or values that cannot be read' },
  'signature-type': { ja: '署名の種類に誤りがあります', en: 'a signature of another type' },
  'signature-unlinked': { ja: '署名欄のない署名です', en: 'a signature without a field' },
  'signature-in-object-stream': { ja: '署名が圧縮された部品の中にあります', en: 'a signature in an object stream' },
  'signature-not-in-revision': {
    ja: '署名の対象に署名自身がありません',
    en: 'what is covered does not have this signature',
  },
  'contents-missing': { ja: '署名値がありません', en: 'no signature value' },
  'contents-not-hexadecimal': { ja: '署名値の形式に誤りがあります', en: 'the signature value is not hexadecimal' },
  'contents-not-plain': {
    ja: '署名値の書き方が一様ではありません',
    en: 'white space or mixed digits in the signature value',
  },
  'contents-padding': {
    ja: '署名値の余白に余分なデータがあります',
    en: 'other bytes than zeros after the signature value',
  },
  'byte-range-missing': { ja: '署名の対象範囲がありません', en: 'no byte range' },
  'byte-range-malformed': { ja: '署名の対象範囲の形式に誤りがあります', en: 'a malformed byte range' },
  'byte-range-start': { ja: '署名の対象が先頭から始まっていません', en: 'the byte range does not begin at the start' },
  'byte-range-overlap': { ja: '署名の対象範囲が重なっています', en: 'the byte ranges overlap' },
  'byte-range-outside': { ja: '署名の対象がファイルの外に及んでいます', en: 'the byte range is longer than the file' },
  'byte-range-gap': {
    ja: '署名の対象にすき間があります',
    en: 'the byte range leaves out more than the signature value',
  },
  'byte-range-end': { ja: '署名の対象が版の末尾で終わっていません', en: 'the byte range does not end with a revision' },
  'sub-filter-unsupported': { ja: '対応していない署名方式です', en: 'a kind of signature that is not supported' },
  'signing-certificate-required': {
    ja: 'PAdES に必要な、電子証明書への署名がありません',
    en: 'PAdES without a signed certificate',
  },
  signers: { ja: '署名者が一人ではありません', en: 'not exactly one signer' },
}
