import { choice, type Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { generalOptions, profile } from '../options.ts'

const form = choice(['keyboard', 'bits', 'hex'], {
  name: 'form',
  help: { ja: '読み取り結果の形式（既定は keyboard）', en: 'how the swipe is written; default keyboard' },
})

const track = choice(['iso1', 'iso2', 'iso3', 'jis2'], {
  name: 'track',
  help: {
    ja: 'ビット列のトラック（--form keyboard では、表面ストライプのリーダーのとき jis2）',
    en: 'track the bits are of; with --form keyboard jis2 for a reader of the front stripe',
  },
})

const order = choice(['msb', 'lsb'], {
  name: 'order',
  help: { ja: '各バイトの最初のビットの位置', en: 'end of each byte at which its first bit is' },
})

const direction = choice(['forward', 'reverse'], {
  name: 'direction',
  help: { ja: '読み取り方向（両方向とも正しいとき）', en: 'direction of the swipe, where both are right' },
})

const capsLock: Option = { name: 'caps-lock', help: { ja: 'Caps Lock がオンでした', en: 'Caps Lock was on' } }

const layout = choice(['same', 'us', 'jp'], {
  name: 'layout',
  help: {
    ja: 'リーダーが想定するキーボード配列（コンピューターの配列と違うときに us か jp、同じなら same）',
    en: 'keyboard layout the reader types for; us or jp where the computer has the other',
  },
})

export const stripeDecode: Command = {
  name: 'stripe decode',
  operands: ['[FILE]'],
  options: [profile, form, track, order, direction, capsLock, layout, ...generalOptions],
  help: {
    ja: '磁気ストライプの読み取り結果を解読します。',
    en: 'Decode a swipe of a magnetic stripe.',
  },
  notes: {
    ja: 'FILE がないか - のときは標準入力を読み取ります。既定はキーボード型リーダーの出力、--form bits は 0 と 1 の列、--form hex は16進数（--order で各バイトの最初のビットの位置を指定）です。読み取り方向は両方を試します。端末ではリーダーの出力が止まるまで読み取り、残りがシェルに渡ることはありません。',
    en: 'Without FILE, or with -, standard input: what a keyboard reader types; with --form bits 0 and 1, with --form hex bytes, whose first bit is at the end that --order names. Both directions are tried. At a terminal it reads until the reader rests, and nothing of the swipe is left for the shell.',
  },
  run: async (context) => {
    const { options } = context
    const own = {
      form: options.get(form) ?? 'keyboard',
      track: options.get(track),
      order: options.get(order),
      direction: options.get(direction),
      capsLock: options.has(capsLock),
      layout: options.get(layout),
    }
    return (await import('../stripe/decode.ts')).stripeDecode(context, own)
  },
}
