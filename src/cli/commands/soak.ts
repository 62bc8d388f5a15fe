import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { cardOptions, junit, pinStdin } from '../options.ts'

const hours: Option = {
  name: 'hours',
  meta: 'HOURS',
  pattern: /^(?=.*[1-9])\d{1,4}(?:\.\d{1,3})?$/,
  help: { ja: '続ける時間（時間）', en: 'how long, in hours' },
}

const minutes: Option = {
  name: 'minutes',
  meta: 'MINUTES',
  pattern: /^(?=.*[1-9])\d{1,5}(?:\.\d{1,3})?$/,
  help: { ja: '続ける時間（分）', en: 'how long, in minutes' },
}

const sessions: Option = {
  name: 'sessions',
  meta: 'N',
  pattern: /^[1-9]\d{0,8}$/,
  help: { ja: 'セッションの数', en: 'how many sessions' },
}

const faultsRate: Option = {
  name: 'faults-rate',
  meta: 'SHARE',
  pattern: /^(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/,
  help: {
    ja: '仮想カードに障害（抜き取り、リセット、無応答など）を起こすセッションの割合、0 から 1',
    en: 'share of sessions with a fault of the virtual card (removal, reset, mute, wrong data), 0 to 1',
  },
}

export const soak: Command = {
  name: 'soak',
  options: [hours, minutes, sessions, faultsRate, pinStdin, junit, ...cardOptions],
  help: {
    ja: '長時間セッションを繰り返し、エラー、遅れ、メモリー、ハンドルの変化を調べます。',
    en: 'Run sessions for hours, and report errors, delays, memory and handles.',
  },
  notes: {
    ja: 'カードは置いたままでも、途中で何度出し入れしても構いません。--hours、--minutes、--sessions のいずれもない場合は1時間、仮想カードでは1000セッションです。Ctrl-C で終えた場合も、それまでの結果で判定します。',
    en: 'Leave the card inserted, or remove and reinsert it at any time. Without --hours, --minutes or --sessions: one hour, on the virtual card 1000 sessions. Ctrl-C ends it early, with a result for the sessions run so far.',
  },
  run: async (context) => {
    const { options } = context
    const own = {
      hours: options.get(hours),
      minutes: options.get(minutes),
      sessions: options.get(sessions),
      faultsRate: options.get(faultsRate),
    }
    return (await import('../field/soak.ts')).soak(context, own)
  },
}
