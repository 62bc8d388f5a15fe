import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { anchors, cardOptions, html, junit, pinStdin } from '../options.ts'

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
