import { choice } from '../arguments.ts'
import type { Command } from '../context.ts'
import { out, pinOptions } from '../options.ts'

const key = choice(['auth', 'sign'], { name: 'key', help: { ja: '署名に使う鍵', en: 'which key signs' } })

export const sign: Command = {
  name: 'sign',
  operands: ['FILE'],
  options: [key, out, ...pinOptions],
  required: [key],
  session: true,
  help: {
    ja: 'ファイルに署名します。カードに送るのは SHA-256 のハッシュ値だけです。',
    en: 'Sign a file. Its SHA-256 hash goes to the card, the file does not.',
  },
  notes: {
    ja: 'FILE に - を指定すると標準入力を読み取ります。--out には署名値だけを書き込みます。',
    en: 'FILE may be - for standard input. --out writes the raw signature.',
  },
  run: async (context) => (await import('../applications/jpki.ts')).signFile(context, context.options.get(key)!),
}
