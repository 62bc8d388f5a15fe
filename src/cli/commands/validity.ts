import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { at, birthDate, cardOptions, day } from '../options.ts'

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
