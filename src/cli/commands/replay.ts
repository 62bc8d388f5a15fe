import type { Command } from '../context.ts'
import { help, lang } from '../options.ts'

export const replay: Command = {
  name: 'replay',
  operands: ['FILE', 'COMMAND'],
  options: [lang, help],
  help: {
    ja: '記録した通信をカードの代わりに使い、別のコマンドを実行します。',
    en: 'Run another command on a recorded session in place of a card.',
  },
  notes: {
    ja: '記録時と同じ長さの暗証番号であれば一致します。伏せられた電子証明書は再生できません。',
    en: 'Any PIN of the recorded length matches. Certificates that were masked cannot be replayed.',
  },
}
