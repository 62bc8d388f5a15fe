import type { Command } from '../context.ts'
import { cardOptions } from '../options.ts'

export const jukiStatus: Command = {
  name: 'juki status',
  options: [...cardOptions],
  session: true,
  help: {
    ja: '住民基本台帳用の暗証番号の残り回数を表示します（残り回数は減りません）。',
    en: 'Show how many tries the PIN for the Basic Resident Register has left. Spends no try.',
  },
  run: async (context) => (await import('../applications/pins.ts')).jukiStatus(context),
}
