import type { Option } from '../arguments.ts'
import { withFile } from '../cli-error.ts'
import type { Command, Context } from '../context.ts'
import type { EvaluateSettings } from '../field/evaluate.ts'
import { generalOptions, html, identifier, junit, origin, timeout, wholeNumber } from '../options.ts'
import { momentInJapan, table } from '../output.ts'
import { clerkTokenFile } from './desk.ts'

const pki: Option = {
  name: 'pki',
  meta: 'DIR',
  help: { ja: 'evaluate prepare が作成したフォルダー', en: 'folder that evaluate prepare wrote' },
}

const only: Option = {
  name: 'only',
  meta: 'ID',
  pattern: /^[a-z0-9-]{1,64}$/,
  several: true,
  help: { ja: 'この試験だけを実施します（複数回指定できます）', en: 'run this case only; may be given several times' },
}

const terminals: Option = {
  name: 'terminals',
  meta: 'FILE',
  help: {
    ja: '2～64台の端末と、サーバーが端末を識別するヘッダーを記した JSON ファイル',
    en: 'JSON file with 2 to 64 terminals and the headers the server knows them by',
  },
}

const purpose: Option = {
  name: 'purpose',
  meta: 'NAME',
  pattern: identifier,
  several: true,
  help: { ja: 'サーバーが扱う用途。2つ指定します', en: 'a purpose that the server serves; give two' },
}

const maxWait: Option = {
  name: 'max-wait',
  meta: 'SECONDS',
  pattern: wholeNumber,
  help: {
    ja: '期限切れや打ち切りを待つ最長の秒数（既定 180）',
    en: 'longest wait for an expiry or a cut-off, default 180',
  },
}

const allowNotRun: Option = {
  name: 'allow-not-run',
  help: { ja: '実施できなかった試験を不合格に数えません', en: 'cases that could not be run do not count as failed' },
}

/** Values of the options that both evaluations take. */
function settingsIn(options: Context['options']): EvaluateSettings {
  return {
    pki: options.get(pki)!,
    only: options.all(only),
    purposes: options.all(purpose),
    terminals: options.get(terminals),
    maxWait: options.get(maxWait),
    allowNotRun: options.has(allowNotRun),
  }
}

export const evaluate: Command = {
  name: 'evaluate',
  operands: ['URL'],
  options: [pki, html, junit, only, terminals, purpose, origin, timeout, maxWait, allowNotRun, ...generalOptions],
  required: [pki],
  help: {
    ja: '正しいトークンと誤ったトークンを送り、発行サーバーを外部から評価します。',
    en: 'Evaluate an issuance server from outside with valid and invalid tokens.',
  },
  notes: {
    ja: 'サーバーには evaluate prepare が作成したものを信頼させます。実際のサービスには使わないでください。すべて合格すれば終了コードは 0 です。--terminals には2～64台の端末を記した JSON ファイル [{"name":…,"headers":{…}},{"name":…}] を指定します。',
    en: 'The server must trust what `evaluate prepare` wrote, and a production server must not. Exit code 0: every case passed. --terminals names a JSON file with 2 to 64 terminals: [{"name":…,"headers":{…}},{"name":…}].',
  },
  run: async (context) => {
    const { options } = context
    return (await import('../field/evaluate.ts')).evaluateServer(context, settingsIn(options))
  },
}

const town: Option = {
  name: 'town',
  meta: 'HOST:PORT',
  pattern: /^(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9.-]{1,253}):[0-9]{1,5}$/,
  help: {
    ja: '評価用の台帳と帳票作成を提供するアドレス（既定 127.0.0.1:8090）',
    en: 'address on which the registers and the composer are served, default 127.0.0.1:8090',
  },
}

const second: Option = {
  name: 'second',
  meta: 'URL',
  help: {
    ja: '同じストアを使う、設定の異なる別のインスタンス',
    en: 'another instance on the same store, with other settings',
  },
}

const control: Option = {
  name: 'control',
  meta: 'FILE',
  help: {
    ja: 'サーバーとストアを終了・起動するコマンドの JSON ファイル',
    en: 'JSON file with commands that end and start server and store',
  },
}

const document: Option = {
  name: 'document',
  meta: 'KIND',
  pattern: identifier,
  help: { ja: '発行する証明書の種類（既定 evaluation）', en: 'kind of document that is issued, default evaluation' },
}

const cases: Option = {
  name: 'cases',
  meta: 'N',
  pattern: wholeNumber,
  help: { ja: '高負荷の試験の件数、20以上（既定 300）', en: 'cases under high load, from 20, default 300' },
}

export const evaluateIssuance: Command = {
  name: 'evaluate issuance',
  operands: ['URL'],
  options: [
    ...[pki, html, junit, only, terminals, purpose, origin, town, clerkTokenFile, second, control, document, cases],
    ...[timeout, maxWait, allowNotRun, ...generalOptions],
  ],
  required: [pki],
  help: {
    ja: '架空の住民の証明書を発行させ、過去の誤交付事案を再現して、発行サーバーを外部から評価します。',
    en: 'Evaluate an issuance server from outside: it issues documents of canary residents while incidents are replayed.',
  },
  notes: {
    ja: '評価中は本ツールが台帳（/residents、/residents-copy）と帳票作成（/composer）になります。サーバーには evaluate prepare の設定を使います。--clerk-token-file の既定は --pki のフォルダーの clerk.token です。--control には {"kill":…,"start":…,"restartStore":…,"startOther":…,"stopOther":…} を指定します。ないコマンドを必要とする試験は未実施となります。',
    en: 'During the run this tool is the registers (/residents, /residents-copy) and the composer (/composer); serve the settings that `evaluate prepare` wrote. --clerk-token-file defaults to clerk.token in the folder of --pki. --control: {"kill":…,"start":…,"restartStore":…,"startOther":…,"stopOther":…}; a case that needs one that is missing is not run.',
  },
  run: async (context) => {
    const { options } = context
    const own = {
      ...settingsIn(options),
      town: options.get(town) ?? '127.0.0.1:8090',
      clerkTokenFile: options.get(clerkTokenFile),
      second: options.get(second),
      control: options.get(control),
      document: options.get(document),
      cases: options.get(cases),
    }
    return (await import('../field/evaluate.ts')).evaluateIssuingServer(context, own)
  },
}

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
    const { prepareEvaluation, townPaths } = await import('../../server-test/index.ts')
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
        issuance: {
          registers: [
            { name: 'residents', url: `http://127.0.0.1:8090${townPaths.residents}` },
            { name: 'residents-copy', url: `http://127.0.0.1:8090${townPaths.copy}` },
          ],
          composer: { url: `http://127.0.0.1:8090${townPaths.composer}` },
          documents: ['evaluation'],
        },
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
