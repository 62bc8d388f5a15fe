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
