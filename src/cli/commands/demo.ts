import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'

export const demo: Command = {
  name: 'demo',
  options: [...generalOptions],
  help: {
    ja: '仮想カードで一連の機能を実演します（リーダー不要）。',
    en: 'Show everything on a virtual card. Needs no reader.',
  },
  run: async (context) => (await import('../demo/demo.ts')).demo(context),
}
