import type { Command } from '../context.ts'
import { out, pinOptions, png, printedCode } from '../options.ts'

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
