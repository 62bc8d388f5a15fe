import { choice, type Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { generalOptions, pinOptions, profile } from '../options.ts'

export const issuanceRead: Command = {
  name: 'issuance read',
  options: [profile, ...pinOptions],
  required: [profile],
  session: true,
  help: {
    ja: '市区町村のアプリケーションを、プロファイルに従って読み取ります。',
    en: 'Read a municipal application of the card as a profile describes it.',
  },
  notes: {
    ja: '市区町村のアプリケーションの AID、ファイル、暗証番号は公開されていません。市区町村から示された内容をプロファイルに記述してください。例は examples/profiles にあります。',
    en: 'AID, files and PIN of municipal applications are not public: what your municipality gave you goes into the profile. Examples are in examples/profiles.',
  },
  run: async (context) => (await import('../applications/municipal.ts')).issuanceRead(context),
}

export const profileCheck: Command = {
  name: 'profile check',
  operands: ['FILE'],
  options: [...generalOptions],
  help: {
    ja: 'プロファイルが使えるかどうかを調べ、誤りのある行を表示します。',
    en: 'Check whether a profile can be used, and show the line of each mistake.',
  },
  notes: {
    ja: '市区町村のアプリケーションと磁気ストライプのプロファイルに対応し、種類はファイルの内容で判別します。',
    en: 'Profiles of municipal applications and of magnetic stripes; the file says which it is.',
  },
  run: async (context) => (await import('../applications/municipal.ts')).profileCheck(context),
}

const form = choice(['keyboard', 'bits', 'hex'], {
  name: 'form',
  help: { ja: '読み取り結果の形式（既定は keyboard）', en: 'format of the swipe; default keyboard' },
})

const track = choice(['iso1', 'iso2', 'iso3', 'jis2'], {
  name: 'track',
  help: {
    ja: 'ビット列のトラック（--form keyboard では、表面ストライプのリーダーのとき jis2）',
    en: 'track of the bits; with --form keyboard: jis2 for a front stripe reader',
  },
})

const order = choice(['msb', 'lsb'], {
  name: 'order',
  help: { ja: '各バイトの最初のビットの位置', en: 'position of the first bit in each byte' },
})

const direction = choice(['forward', 'reverse'], {
  name: 'direction',
  help: { ja: '読み取り方向（両方向とも正しいとき）', en: 'direction of the swipe, if both decode' },
})

const capsLock: Option = { name: 'caps-lock', help: { ja: 'Caps Lock がオンでした', en: 'Caps Lock was on' } }

const layout = choice(['same', 'us', 'jp'], {
  name: 'layout',
  help: {
    ja: 'リーダーが想定するキーボード配列（コンピューターの配列と違うときに us か jp、同じなら same）',
    en: 'keyboard layout expected by the reader: us or jp if the computer has the other one',
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
    en: 'Without FILE, or with -, standard input: the output of a keyboard reader; with --form bits 0 and 1, with --form hex bytes (--order: position of the first bit). Both directions are tried. At a terminal it reads until the reader is idle, so that nothing of the swipe is left for the shell.',
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
