import { choice, type Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { anchors, at, birthDate, cardOptions, crl, day, generalOptions, ocsp, out, pinOptions } from '../options.ts'

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

export const sign: Command = {
  name: 'sign',
  operands: ['FILE'],
  options: [key, out, ...pinOptions],
  required: [key],
  session: true,
  help: {
    ja: 'ファイルに署名します。カードに送るのは SHA-256 のハッシュ値だけです。',
    en: 'Sign a file. Its SHA-256 hash goes to the card, the file does not.',
  },
  notes: {
    ja: 'FILE に - を指定すると標準入力を読み取ります。--out には署名値だけを書き込みます。',
    en: 'FILE may be - for standard input. --out writes the raw signature.',
  },
  run: async (context) => (await import('../applications/jpki.ts')).signFile(context, context.options.get(key)!),
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
