import type { Command } from '../context.ts'
import { cardOptions } from '../options.ts'

export const pinStatus: Command = {
  name: 'pin status',
  options: [...cardOptions],
  session: true,
  help: {
    ja: '暗証番号の残り回数を表示します（残り回数は減りません）。',
    en: 'Show how many tries each PIN has left. Spends no try.',
  },
  run: async (context) => (await import('../applications/pins.ts')).pinStatus(context),
}
