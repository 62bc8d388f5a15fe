import type { Command } from '../context.ts'
import { generalOptions, sourceOptions } from '../options.ts'

export const bridge: Command = {
  name: 'bridge',
  operands: ['SETTINGS'],
  options: [...sourceOptions, ...generalOptions],
  help: {
    ja: 'この機械のページやプログラムがカードを使えるようにするブリッジを起動します（Ctrl-C で終了）。',
    en: 'Run the bridge through which pages and programs of this machine use the card reader, until Ctrl-C.',
  },
  notes: {
    ja: 'SETTINGS は JSON ファイルです（docs/bridge.md 参照）。ループバックだけで待ち受け、設定にある生成元（Origin）だけを受け付けます。pairing.file がなければペアリング用の秘密の値を一度だけ表示します。',
    en: 'SETTINGS is a JSON file, see docs/bridge.md. Listens on loopback only, for the origins in the settings. Without pairing.file the one-time secret for pairing is printed, once.',
  },
  run: async (context) => (await import('../bridge/bridge.ts')).bridge(context),
}
