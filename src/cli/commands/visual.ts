import type { Command } from '../context.ts'
import { out, outFolder, pinOptions, png, printedCode, roots } from '../options.ts'

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

export const visualPhoto: Command = {
  name: 'visual photo',
  options: [out, png, printedCode, ...pinOptions],
  required: [out],
  session: true,
  help: {
    ja: '顔写真をファイルに書き込みます。',
    en: 'Write the photo to a file.',
  },
  notes: {
    ja: 'カードにある JPEG 2000 のまま書き込みます。--png にはパッケージ @cornerstonejs/codec-openjpeg が必要です。番号の入力は visual show と同じです。',
    en: 'JPEG 2000 as the card has it. --png needs the package @cornerstonejs/codec-openjpeg. Codes as for visual show.',
  },
  run: async (context) => (await import('../applications/visual.ts')).visualPhoto(context),
}

export const visualVerify: Command = {
  name: 'visual verify',
  options: [roots, printedCode, outFolder, png, ...pinOptions],
  session: true,
  help: {
    ja: '券面の真正性を、証明書、署名、新しいチャレンジで検証します。',
    en: 'Verify that the card face is authentic: certificate, signatures, a fresh challenge.',
  },
  notes: {
    ja: 'ルート鍵は text verify、番号の入力は visual show と同じです。--out を付けると、真正なカードと認められたときだけ画像をそのフォルダーに書き込みます。',
    en: 'Roots as for text verify, codes as for visual show. With --out images are written into that folder, and only when the card is authentic.',
  },
  run: async (context) => (await import('../applications/visual.ts')).visualVerify(context),
}
