import { withFile } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'

export const servePrepare: Command = {
  name: 'serve prepare',
  operands: ['DIR'],
  options: [...generalOptions],
  help: {
    ja: 'サーバーの設定のひな形をフォルダーに作成します。',
    en: 'Write initial settings for a server into a folder.',
  },
  run: async ({ operands, messages }) => {
    const { writeServerSettings } = await import('../serve/prepare.ts')
    const settings = await withFile('cannot-write', () =>
      writeServerSettings(operands[0]!, {
        port: 8080,
        hierarchies: ['production'],
        purposes: ['residence-record', 'seal-registration', 'income', 'family-register'],
        challengeSeconds: 120,
        audit: true,
      }),
    )
    return { json: { settings }, text: `${messages.written(settings)}\n`, note: messages.serve.next }
  },
}
