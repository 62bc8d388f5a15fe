import { choice } from '../arguments.ts'
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

const channel = choice(['convenience-store', 'municipal-machine', 'counter'], {
  name: 'channel',
  help: { ja: 'お客様が利用する場所', en: 'where the customer uses the card' },
})

export const services: Command = {
  name: 'services',
  options: [channel, ...cardOptions],
  session: true,
  help: {
    ja: 'このカードのどの認証手段がどこで使えるか、お客様に何を案内するかを表示します（残り回数は減りません）。',
    en: 'Show which credential of the card serves where, and what to ask the customer. Spends no try.',
  },
  notes: {
    ja: '--channel がなければすべてについて表示します。--json ではお客様への案内を日本語と英語で出力します。期日は、カードが暗証番号なしで示すものです。',
    en: 'Without --channel: every channel. With --json the sentence for the customer comes in both languages. Dates are those readable without a PIN.',
  },
  run: async (context) => (await import('../applications/services.ts')).services(context, context.options.get(channel)),
}
