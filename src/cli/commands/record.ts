import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { help, lang } from '../options.ts'

export const keepAll: Option = {
  name: 'keep-all',
  help: { ja: '暗証番号だけを伏せます（--virtual と一緒に指定）', en: 'mask PINs only; with --virtual only' },
}

export const record: Command = {
  name: 'record',
  operands: ['FILE', 'COMMAND'],
  options: [keepAll, lang, help],
  help: {
    ja: '別のコマンドを実行し、カードとの通信を個人情報を伏せて記録します。',
    en: 'Run another command and record its session with the card, personal data masked.',
  },
  notes: {
    ja: '暗証番号は記録しません。個人情報はすべて伏せます（--virtual と --keep-all を一緒に指定した場合を除く）。環境変数 JPKI_CARD_TRACE=FILE を設定すると、カードと通信するすべてのコマンドが同じ記録を残します。',
    en: 'PINs are never written. All data of the holder is masked, unless --keep-all is given together with --virtual. With JPKI_CARD_TRACE=FILE in the environment every command with a session does the same.',
  },
}
