import type { Command } from '../context.ts'
import { cardOptions } from '../options.ts'

export const inspect: Command = {
  name: 'inspect',
  options: [...cardOptions],
  session: true,
  help: {
    ja: 'カードの種類、暗証番号の残り回数、電子証明書を表示します（残り回数は減りません）。',
    en: 'Identify the card, and show its PIN counters and certificates. Spends no try.',
  },
  run: async (context) => (await import('../applications/inspect.ts')).inspectCard(context),
}
