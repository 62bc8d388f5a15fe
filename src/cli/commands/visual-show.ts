import type { Command } from '../context.ts'
import { outFolder, pinOptions, png, printedCode } from '../options.ts'

export const visualShow: Command = {
  name: 'visual show',
  options: [printedCode, outFolder, png, ...pinOptions],
  session: true,
  help: {
    ja: '券面に印刷された番号で、券面の情報を読み取ります（券面事項確認AP）。',
    en: 'Read the card face with the PIN derived from printed data (card-face check).',
  },
  notes: {
    ja: '既定の code-b では券面、code-a ではさらに個人番号の画像、birth-date では生年月日だけを読み取ります。--pin-stdin では1行（code-b は生年月日、有効期限の西暦年、セキュリティコードの3行）です。--out には画像を書き込むフォルダーを指定します。',
    en: 'code-b, the default, gives access to the card face; code-a also to the image of the number; birth-date only to the birth date. With --pin-stdin: one line, or three for code-b: birth date (YYYY-MM-DD, or YYMMDD as printed), year of expiry, security code. --out names a folder for the images.',
  },
  run: async (context) => (await import('../applications/visual.ts')).visualShow(context),
}
