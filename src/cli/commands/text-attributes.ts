import type { Command } from '../context.ts'
import { codeB, pinOptions } from '../options.ts'

export const textAttributes: Command = {
  name: 'text attributes',
  options: [codeB, ...pinOptions],
  session: true,
  help: {
    ja: '氏名、住所、生年月日、性別を読み取ります（券面事項入力補助AP）。',
    en: 'Read name, address, birth date and sex (card-face text input).',
  },
  notes: {
    ja: '--pin-stdin では1行目が暗証番号です。--code-b では3行で、生年月日（YYYY-MM-DD、または券面どおりの6桁 YYMMDD）、有効期限の西暦年、セキュリティコードの順です。',
    en: 'With --pin-stdin: one line, the PIN; with --code-b three: birth date (YYYY-MM-DD, or YYMMDD as printed), year of expiry, security code.',
  },
  run: async (context) => (await import('../applications/text.ts')).textAttributes(context),
}
