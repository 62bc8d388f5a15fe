import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'

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
