import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Option } from '../arguments.ts'
import { withFile } from '../cli-error.ts'
import type { Command, Result } from '../context.ts'
import { generalOptions, wholeNumber } from '../options.ts'
import { momentInJapan, table } from '../output.ts'

const residents: Option = {
  name: 'residents',
  meta: 'N',
  pattern: /^[1-9]\d{0,3}$/,
  help: { ja: '住民の人数（1～9999。既定 20）', en: 'number of residents, 1 to 9999, default 20' },
}

const seed: Option = {
  name: 'seed',
  meta: 'TEXT',
  pattern: /^.{1,100}$/su,
  help: {
    ja: '同じ文字列と同じ日からは、同じ住民を作成します（鍵を除く。既定 1）',
    en: 'the same text gives the same residents on the same day, keys excepted; default 1',
  },
}

const serverPort: Option = {
  name: 'server-port',
  meta: 'PORT',
  pattern: wholeNumber,
  help: { ja: 'サーバーのポート（既定 8080）', en: 'port of the server, default 8080' },
}

const labels = {
  ja: { settings: 'サーバーの設定', residents: '住民', until: '失効リストの期限', next: '起動方法は README.txt に' },
  en: {
    settings: 'Server settings',
    residents: 'Residents',
    until: 'Lists valid until',
    next: 'Next: see README.txt in',
  },
} as const

/** README.txt of the folder, in both languages. */
const readme = (
  url: string,
  list: string,
): string => `jpki-card town: a test town. Every person is invented, and nothing here has any value.

  jpki-card serve server.json
  jpki-card auth --virtual --identity residents/0001.json --server ${url} --terminal kiosk-1 --purpose residence-record

The PIN is 1234, the signature password ABC123. Use the folder for tests only: the files in residents/ hold the private keys
of the authorities in anchors/. Delete it afterwards.

jpki-card town: 試験用の町。人物はすべて架空で、証明書に効力はありません。暗証番号は 1234、署名用パスワードは ABC123 です。
試験以外に使わないでください。residents/ には anchors/ の認証局の秘密鍵も入っています。終わったらフォルダーを削除してください。

${list}`

export const town: Command = {
  name: 'town',
  operands: ['DIR'],
  options: [residents, seed, serverPort, ...generalOptions],
  help: {
    ja: '試験用の町をフォルダーに作成します。架空の住民の仮想カード、認証局、失効リスト、サーバーの設定が入ります。',
    en: 'Make a test town in a folder: virtual cards of invented residents, their authorities, lists and server settings.',
  },
  notes: {
    ja: '既存のファイルは上書きしません。住民の性質（mood）は README.txt の一覧と docs/emulator.md を参照してください。',
    en: 'No file is overwritten. README.txt in the folder lists the mood of each resident; docs/emulator.md describes them.',
  },
  run: async ({ operands, options, messages }): Promise<Result> => {
    const folder = operands[0]!
    const own = { residents: Number(options.get(residents) ?? 20), seed: options.get(seed) ?? '1' }
    const made = await withFile('cannot-write', () => write(folder, own, Number(options.get(serverPort) ?? 8080)))
    const text = labels[messages.language]
    const rows = [
      [text.settings, made.settings],
      [text.residents, `${own.residents}: ${join(folder, 'residents')}`],
      [text.until, momentInJapan(made.validUntil)],
    ]
    return { json: made, text: table(rows, ''), note: `${text.next} ${folder}` }
  },
}

async function write(folder: string, own: { readonly residents: number; readonly seed: string }, portNumber: number) {
  const { mkdir } = await import('node:fs/promises')
  const { createTown, exportIdentity } = await import('../../emulator/index.ts')
  const { writeServerSettings } = await import('../serve/prepare.ts')
  // First, because it fails where a town is.
  const settings = await writeServerSettings(folder, {
    port: portNumber,
    hierarchies: ['virtual'],
    purposes: ['residence-record', 'seal-registration', 'income', 'family-register'],
    challengeSeconds: 120,
    audit: false,
    store: 'memory',
    perAddress: false,
  })
  const { authorities, residents: people, lists, validUntil } = await createTown(own)
  const put = (name: string, content: string | Uint8Array, mode = 0o644): Promise<void> =>
    writeFile(join(folder, name), content, { flag: 'wx', mode })
  await mkdir(join(folder, 'residents'), { recursive: true, mode: 0o700 })
  for (const use of ['auth', 'sign'] as const) {
    await put(`anchors/${use}.der`, authorities[`${use}Ca`].certificate)
    await put(`lists/${use}.crl`, lists[use])
  }
  const written = []
  for (const { id, mood, card, identity } of people) {
    const file = `residents/${id}.json`
    await put(file, `${exportIdentity(identity, card)}\n`, 0o600)
    written.push({ file: join(folder, file), mood, kind: card.kind ?? 'my-number' })
  }
  const list = people.map(({ id, mood, card }) => `${id}  ${mood}  ${card.kind ?? 'my-number'}\n`).join('')
  await put('README.txt', readme(`http://127.0.0.1:${portNumber}`, list))
  return { settings, residents: written, validUntil }
}
