import type { Option } from '../arguments.ts'
import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'

const count: Option = {
  name: 'count',
  meta: 'N',
  pattern: /^[1-9]\d{0,14}$/,
  help: { ja: 'ログの行数（少なくともこの行数）', en: 'lines the log had, at least' },
}

const hash: Option = {
  name: 'hash',
  meta: 'HEX',
  pattern: /^[0-9A-Fa-f]{64}$/,
  help: {
    ja: '--count の行のハッシュ値（--count がなければいずれかの行のもの）',
    en: 'hash of line --count, or of some line of the log',
  },
}

export const auditVerify: Command = {
  name: 'audit verify',
  operands: ['FILE...'],
  options: [count, hash, ...generalOptions],
  help: {
    ja: '監査ログの行の改変、削除、挿入、入れ替えがないことを確かめます。',
    en: 'Check that no line of an audit log was altered, removed, inserted or moved.',
  },
  notes: {
    ja: 'ローテーションしたログは、すべてのファイル（audit.jsonl*）を指定してください。各ファイルが直前のファイルの末尾を記録していることを確かめます。--count と --hash には、以前の実行で表示された行数と最後のハッシュ値を指定します。ログを書き込むプログラムから変更できない場所に控えておいてください。その後にログが増えていても構いません。',
    en: 'Name all files of a log that was rotated (audit.jsonl*): each must name the end of the one before. --count and --hash are the lines and last hash that an earlier run printed, noted where the writer of the log cannot change them. The log may have grown since.',
  },
  run: async (context) => {
    const { options } = context
    const own = { count: options.get(count), hash: options.get(hash) }
    return (await import('../serve/audit-verify.ts')).auditVerify(context, own)
  },
}
