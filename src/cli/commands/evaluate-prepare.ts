import { withFile } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'
import { momentInJapan, table } from '../output.ts'

export const evaluatePrepare: Command = {
  name: 'evaluate prepare',
  operands: ['DIR'],
  options: [...generalOptions],
  help: {
    ja: '評価に使う使い捨ての証明書と失効リストをフォルダーに作成します。',
    en: 'Generate throw-away certificates and revocation lists for an evaluation, in a folder.',
  },
  run: async ({ operands, messages }) => {
    const folder = operands[0]!
    const { prepareEvaluation } = await import('../../server-test/index.ts')
    const { writeServerSettings } = await import('../serve/prepare.ts')
    const { anchors, lists, keys, validUntil } = await withFile('cannot-write', () => prepareEvaluation(folder))
    const settings = await withFile('cannot-write', () =>
      writeServerSettings(folder, {
        port: 8080,
        hierarchies: ['virtual'],
        purposes: ['evaluation-1', 'evaluation-2'],
        challengeSeconds: 5,
        audit: false,
        perAddress: false,
      }),
    )
    const { evaluate: texts } = messages
    const rows = [
      [texts.anchors, anchors],
      [texts.lists, lists],
      [texts.keys, keys],
      [texts.settings, settings],
      [texts.until, momentInJapan(validUntil)],
    ]
    return { json: { anchors, lists, keys, settings, validUntil }, text: table(rows, ''), note: texts.next }
  },
}
