import { choice, type Option } from '../arguments.ts'
import { withFile } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { generalOptions } from '../options.ts'

export const serve: Command = {
  name: 'serve',
  operands: ['SETTINGS'],
  options: [...generalOptions],
  help: {
    ja: '発行サーバーを起動します（Ctrl-C で終了）。チャレンジを発行し、トークンを検証します。',
    en: 'Run an issuance server until Ctrl-C: it issues challenges and verifies tokens.',
  },
  notes: {
    ja: 'SETTINGS は JSON ファイルです（docs/server.md 参照）。端末ごとのクライアント証明書またはトークンを設定しない場合は、端末だけが接続できる回線に置いてください。',
    en: 'SETTINGS is a JSON file, see docs/server.md. Without a client certificate or bearer token for each terminal, only terminals may reach the server.',
  },
  run: async (context) => (await import('../serve/serve.ts')).serve(context),
}

const store = choice(['sqlite', 'redis', 'memory'], {
  name: 'store',
  help: {
    ja: 'データストア：SQLite（既定）、Redis、メモリー（試用のみ。終了すると失われます）',
    en: 'SQLite (default), Redis, or memory, for trials only: lost when the server ends',
  },
})

export const servePrepare: Command = {
  name: 'serve prepare',
  operands: ['DIR'],
  options: [store, ...generalOptions],
  help: {
    ja: 'サーバーの設定のひな形をフォルダーに作成します。',
    en: 'Write initial settings for a server into a folder.',
  },
  run: async ({ operands, options, messages }) => {
    const { writeServerSettings } = await import('../serve/prepare.ts')
    const settings = await withFile('cannot-write', () =>
      writeServerSettings(operands[0]!, {
        port: 8080,
        hierarchies: ['production'],
        purposes: ['residence-record', 'seal-registration', 'income', 'family-register'],
        challengeSeconds: 120,
        audit: true,
        store: options.get(store),
      }),
    )
    return { json: { settings }, text: `${messages.written(settings)}\n`, note: messages.serve.next }
  },
}

export const serveCheck: Command = {
  name: 'serve check',
  operands: ['SETTINGS'],
  options: [...generalOptions],
  help: {
    ja: '発行サーバーの設定とデータストアを確かめ、動作中のインスタンスのうち版や設定が異なるものを示します。',
    en: 'Check the settings and store of a server; list the running instances and what differs.',
  },
  notes: {
    ja: '設定と同じファイルを読み、サーバーは起動しません。サーバーと同じアカウントで実行してください。異なるインスタンスがあるか、サーバーが要求に応じられない状態であれば失敗として終了します。',
    en: 'Reads the same files as the server and serves nothing. Run it as the account of the server. It fails when an instance differs, or the server could not serve.',
  },
  run: async (context) => (await import('../serve/check.ts')).serveCheck(context),
}

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
