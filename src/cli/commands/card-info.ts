import type { Command } from '../context.ts'
import { cardOptions } from '../options.ts'

export const cardInfo: Command = {
  name: 'card info',
  options: [...cardOptions],
  session: true,
  help: {
    ja: 'カード自身の情報（製造番号、市区町村コード、有効期限、接触型の ATR など）を表示します（残り回数は減りません）。',
    en: 'Show card information readable without a PIN: serial number, municipality, expiry, contact ATR. Spends no try.',
  },
  run: async (context) => (await import('../applications/card-info.ts')).cardInfo(context),
}
