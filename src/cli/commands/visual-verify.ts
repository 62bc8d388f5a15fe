import type { Command } from '../context.ts'
import { outFolder, pinOptions, png, printedCode, roots } from '../options.ts'

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
