import type { Command } from '../context.ts'
import { binding, generalOptions, reader } from '../options.ts'

export const doctor: Command = {
  name: 'doctor',
  options: [reader, binding, ...generalOptions],
  help: {
    ja: 'スマートカードサービス、ドライバー、リーダー、ライブラリーの状態を調べ、対処方法を示します。カードには触れません。',
    en: 'Look at the smart card service, drivers, readers and bindings of this computer, and say what to do. Touches no card.',
  },
  notes: {
    ja: 'このままではカードを読めない場合、終了コードは 3 です。実際に使うユーザーで実行してください。root で実行すると、カードを使用中のプログラムがより詳しく分かります。',
    en: 'Exit code 3 when no card could be read as things are. Run it as the user the application runs as; as root it sees more of who holds the card.',
  },
  run: async (context) => (await import('../doctor/doctor.ts')).doctor(context),
}
