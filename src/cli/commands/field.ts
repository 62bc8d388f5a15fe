import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { anchors, binding, cardOptions, generalOptions, html, junit, pinStdin, reader } from '../options.ts'

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

const rounds: Option = {
  name: 'rounds',
  meta: 'N',
  pattern: /^[1-9]\d{0,2}$/,
  help: { ja: '繰り返すセッションの数（既定は 3）', en: 'sessions, one after the other, default 3' },
}

const signPassword: Option = {
  name: 'sign-password',
  help: {
    ja: '標準入力の2行目を署名用の暗証番号とし、署名用の鍵でも署名します',
    en: 'the second line of standard input is the signature password: sign with its key too',
  },
}

export const smoke: Command = {
  name: 'smoke',
  options: [rounds, anchors, pinStdin, signPassword, html, junit, ...cardOptions],
  help: {
    ja: 'リーダーとカードの動作を順に確かめます。暗証番号を指定しない限り、残り回数も内容も変わりません。',
    en: 'Test reader and card, step by step. Spends no try and changes nothing, unless PINs are given.',
  },
  notes: {
    ja: '--pin-stdin では、1回ごとに暗証番号を照合し、その鍵で署名します。受け付けられなかった暗証番号は再び送りません。報告書に個人情報は含まれません。すべての項目が合格または省略のとき、終了コードは 0 です。',
    en: 'With --pin-stdin the PIN is verified once per round and its key signs; a rejected PIN is not sent again. Reports contain no personal data. Exit code 0: every step passed or was skipped.',
  },
  run: async (context) => {
    const { options } = context
    const own = { rounds: Number(options.get(rounds) ?? 3), signPassword: options.has(signPassword) }
    return (await import('../field/smoke.ts')).smoke(context, own)
  },
}

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
