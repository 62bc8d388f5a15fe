import { choice, type Option, optionForm } from '../arguments.ts'
import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import {
  anchors,
  at,
  birthDate,
  cardOptions,
  crl,
  day,
  generalOptions,
  html,
  ocsp,
  out,
  pinOptions,
} from '../options.ts'

const pem: Option = { name: 'pem', help: { ja: 'DER の代わりに PEM で出力します', en: 'write PEM in place of DER' } }

export const certificate: Command = {
  name: 'certificate',
  operands: ['auth|auth-ca|sign|sign-ca'],
  options: [out, pem, ...pinOptions],
  session: true,
  help: {
    ja: '電子証明書を読み取ります。',
    en: 'Read a certificate.',
  },
  notes: {
    ja: '署名用電子証明書の読み取りには署名用の暗証番号が必要です。--out がなければ標準出力に DER で出力します（--pem または端末では PEM）。',
    en: 'The signature certificate asks for the signature password. Without --out it goes to standard output: DER, or PEM with --pem or on a terminal.',
  },
  run: async (context) => (await import('../applications/jpki.ts')).readCertificate(context, context.options.has(pem)),
}

const key = choice(['auth', 'sign'], { name: 'key', help: { ja: '署名に使う鍵', en: 'which key signs' } })

const as = choice(['raw', 'cms', 'pdf', 'xml'], {
  name: 'as',
  help: {
    ja: '署名の形式（既定は raw: 署名値だけ）',
    en: 'form of the signature; default raw, the signature value alone',
  },
})

const detached: Option = {
  name: 'detached',
  help: { ja: '文書を含まない署名にします（cms、xml）', en: 'leave the document out of the signature (cms, xml)' },
}

const timestampUrl: Option = {
  name: 'timestamp',
  meta: 'URL',
  pattern: /^https?:\/\/[\x21-\x7e]{1,500}$/,
  help: {
    ja: 'タイムスタンプを取得するタイムスタンプ局（cms、pdf）',
    en: 'authority to get a timestamp from (cms, pdf)',
  },
}

export const sign: Command = {
  name: 'sign',
  operands: ['FILE'],
  options: [key, as, detached, timestampUrl, out, ...pinOptions],
  required: [key],
  session: true,
  help: {
    ja: 'ファイルに署名します。カードに送るのは SHA-256 のハッシュ値だけです。',
    en: 'Sign a file. Its SHA-256 hash goes to the card, the file does not.',
  },
  notes: {
    ja: 'FILE に - を指定すると標準入力を読み取ります。--out には署名値だけを書き込みます。--as を指定すると署名付き文書を作り、--out に書き込みます。署名用電子証明書の氏名・住所・生年月日・性別は文書に含まれます。',
    en: 'FILE may be - for standard input. --out writes the raw signature; with --as, the signed document. That has the name, address, birth date and sex of the signature certificate in it.',
  },
  run: async (context) => {
    const { options } = context
    const form = options.get(as) ?? 'raw'
    if (form === 'raw') {
      const unused = [detached, timestampUrl].find((option) => options.has(option))
      if (unused !== undefined) throw usageError('not-together', `--as raw, --${unused.name}`)
      return (await import('../applications/jpki.ts')).signFile(context, options.get(key)!)
    }
    const job = {
      form,
      key: options.get(key)!,
      detached: options.has(detached),
      timestamp: options.get(timestampUrl),
    }
    return (await import('../documents/sign.ts')).signDocument(context, job)
  },
}

const requireRevocation: Option = {
  name: 'require-revocation',
  help: {
    ja: '失効の有無が分からない証明書を拒否します',
    en: 'refuse a certificate whose revocation status is unknown',
  },
}

const use = choice(['auth', 'sign'], {
  name: 'use',
  help: { ja: 'JPKIプロファイルで求める用途', en: 'required purpose by the JPKI profile' },
})

export const verify: Command = {
  name: 'verify',
  operands: ['CERT'],
  options: [anchors, crl, ocsp, requireRevocation, use, at, birthDate, ...generalOptions],
  help: {
    ja: 'ファイルの電子証明書を、信頼する認証局の証明書に照らして検証します（カード不要）。',
    en: 'Verify a certificate from a file against trust anchors. Needs no card.',
  },
  notes: {
    ja: 'CERT は DER または PEM です。続く証明書は中間証明書として使います。--anchors がなければ、その中にある J-LIS の認証局の証明書だけを信頼します。失効は --crl と --ocsp で調べます。どちらもなければ検査せず、結果にその旨を示します。',
    en: 'CERT is DER or PEM; further certificates in it may serve as intermediates. Without --anchors only the CA certificates of J-LIS are trusted, if they are among them. Revocation is checked with --crl and --ocsp; without them it is not checked, and the result says so.',
  },
  run: async (context) => {
    const { options } = context
    const own = { required: options.has(requireRevocation), use: options.get(use) }
    return (await import('../trust/verify.ts')).verify(context, own)
  },
}

const signature: Option = {
  name: 'signature',
  meta: 'FILE',
  help: { ja: '文書を含まない署名のファイル', en: 'the signature, when it is not in FILE' },
}

const timestampAnchors: Option = {
  name: 'timestamp-anchors',
  meta: 'DIR',
  several: true,
  help: {
    ja: '信頼するタイムスタンプ認証局の証明書のフォルダーまたはファイル（複数回指定できます）',
    en: 'folder or file of the CA certificates of timestamp authorities to trust; may be given several times',
  },
}

export const verifyDocument: Command = {
  name: 'verify-document',
  operands: ['FILE'],
  options: [signature, anchors, timestampAnchors, crl, ocsp, requireRevocation, use, at, html, ...generalOptions],
  help: {
    ja: '署名付き文書を検証し、検査したことと、していないことを表示します（カード不要）。',
    en: 'Verify a signed document, and show what was checked and what was not. Needs no card.',
  },
  notes: {
    ja: 'FILE は署名付き文書です。文書を含まない署名は --signature で指定します。--anchors がなければ、文書の中にある J-LIS の認証局の証明書だけを信頼します。結果には署名者の個人情報が含まれます。',
    en: 'FILE is the signed document; a signature without its content is named with --signature. Without --anchors only the CA certificates of J-LIS are trusted, if they are in the document. The result has personal data of the signers.',
  },
  run: async (context) => {
    const { options } = context
    const own = {
      signature: options.get(signature),
      timestampAnchors: options.all(timestampAnchors),
      timestampAnchorsForm: optionForm(timestampAnchors),
      required: options.has(requireRevocation),
      use: options.get(use),
      html: options.get(html),
    }
    return (await import('../documents/verify.ts')).verifyDocument(context, own)
  },
}

const issueDate: Option = {
  name: 'issue-date',
  ...day,
  help: {
    ja: 'カードの発行日（CERT と一緒なら証明書の発行日。既定は有効期間の初日）',
    en: 'day the card was issued; with CERT, that of the certificate (default: the day it begins)',
  },
}

export const validity: Command = {
  name: 'validity',
  operands: ['[CERT]'],
  options: [at, birthDate, issueDate, ...cardOptions],
  session: true,
  help: {
    ja: '電子証明書、またはカードと電子証明書の有効期限と、それを定めた規則を表示します。',
    en: 'Show until when a certificate, or a card and its certificates, are valid, and by which rule.',
  },
  notes: {
    ja: 'CERT を指定するとその証明書、指定しなければリーダーのカードを、暗証番号なしで読み取れる範囲で調べます。期限は読み取るだけで計算はせず、規則は説明にだけ使います。',
    en: 'With CERT: that certificate. Without: the card in the reader, as far as it can be read without a PIN. Days are read, never computed; the rules only explain them.',
  },
  run: async (context) => (await import('../trust/validity.ts')).validity(context, issueDate),
}
