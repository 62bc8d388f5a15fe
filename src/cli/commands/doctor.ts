import type { Command } from '../context.ts'
import { binding, generalOptions, reader } from '../options.ts'

export const doctor: Command = {
  name: 'doctor',
  options: [reader, binding, ...generalOptions],
  help: {
    ja: 'スマートカードサービス、ドライバー、リーダー、ライブラリーの状態を調べ、対処方法を示します。カードには触れません。',
    en: 'Diagnose the smart card service, drivers, readers and bindings of this computer. Touches no card.',
  },
  notes: {
    ja: 'このままではカードを読めない場合、終了コードは 3 です。実際に使うユーザーで実行してください。root で実行すると、カードを使用中のプログラムがより詳しく分かります。',
    en: 'Exit code 3 when cards cannot be read. Run it as the user of the application; as root it shows more about programs that hold the card.',
  },
  run: async (context) => (await import('../doctor/doctor.ts')).doctor(context),
}
