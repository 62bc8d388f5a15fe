import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decodeText, fromBase64, toBase64 } from '../../bytes.ts'
import type { IssuedCertificate } from '../../emulator/index.ts'
import { CertificateError } from '../../errors.ts'
import { createEvaluationPki, type EvaluationPki, type PkiName, pkiNames } from './create.ts'

/** Instructions for operators on a prepared folder, in both languages. */
function instructions(validUntil: Date): string {
  const day = validUntil.toISOString().substring(0, 10)
  return `jpki-card evaluate: a throw-away PKI

1. Give the server under evaluation everything in anchors/ as its only trust anchors and everything in lists/ as its
   revocation lists, revocation required, hierarchy "virtual". Use a server, a store and a database made for the
   evaluation, never one in production: a holder of keys.json can log in there as anyone.
2. Do not install not-to-be-trusted/.
3. Keep keys.json to yourself: it holds private keys. The server does not need it.
4. Run: jpki-card evaluate URL --pki THIS-FOLDER
   and, for a server that issues documents: jpki-card evaluate issuance URL --pki THIS-FOLDER
5. Afterwards take the anchors out of the server and delete this folder. The lists end on ${day} (UTC).

jpki-card evaluate: 使い捨ての認証局一式

1. 評価するサーバーに、anchors/ の全ファイルを唯一のトラストアンカーとして、lists/ の全ファイルを失効リストとして
   設定します。失効の確認は必須、階層は "virtual" とします。必ず評価専用のサーバー、ストア、データベースを使い、
   実際のサービスには使わないでください。keys.json を持つ人は、そこで誰にでもなれます。
2. not-to-be-trusted/ は設定しないでください。
3. keys.json には秘密鍵が入っています。他人に渡さないでください。サーバーには不要です。
4. 実行: jpki-card evaluate URL --pki このフォルダー
   証明書を発行するサーバーでは、さらに: jpki-card evaluate issuance URL --pki このフォルダー
5. 終わったら、サーバーからアンカーを外し、このフォルダーを削除してください。失効リストの期限は ${day} (UTC) です。
`
}

const format = 'jpki-card-evaluation:1'
const keyFile = 'keys.json'

/** Files of the certificates: those to trust, and those not to trust. */
const anchors: readonly PkiName[] = ['first', 'second', 'stale', 'signature']
const untrusted: readonly PkiName[] = ['third', 'test']

/** Paths written by {@link prepareEvaluation}. */
export interface PreparedEvaluation {
  /** Folder of CA certificates for the server under evaluation. */
  readonly anchors: string
  /** Folder of revocation lists for it. */
  readonly lists: string
  /** File with all private keys, readable by its owner only. */
  readonly keys: string
  /** nextUpdate of the lists. */
  readonly validUntil: Date
}

/**
 * Makes a throw-away PKI and writes it to a folder: `anchors/` and `lists/` for the server, `not-to-be-trusted/` to
 * look at, `keys.json` (mode 0600) for the run, `README.txt`.
 *
 * @param folder - created if missing.
 * @throws the system's errors; `EEXIST` when the folder has been prepared before: nothing is overwritten.
 */
export async function prepareEvaluation(
  folder: string,
  options: { readonly now?: Date } = {},
): Promise<PreparedEvaluation> {
  const { pki, lists } = await createEvaluationPki(options.now)
  const inFolder = (...parts: readonly string[]): string => join(folder, ...parts)
  await mkdir(folder, { recursive: true })
  await writeFile(inFolder(keyFile), textOf(pki), { mode: 0o600, flag: 'wx' })
  for (const name of ['anchors', 'lists', 'not-to-be-trusted']) await mkdir(inFolder(name), { recursive: true })
  for (const name of anchors) await writeFile(inFolder('anchors', `${name}.der`), pki.issued[name].certificate)
  for (const name of untrusted) {
    await writeFile(inFolder('not-to-be-trusted', `${name}.der`), pki.issued[name].certificate)
  }
  for (const [name, list] of Object.entries(lists)) await writeFile(inFolder('lists', `${name}.crl`), list)
  await writeFile(inFolder('README.txt'), instructions(pki.validUntil))
  return {
    anchors: inFolder('anchors'),
    lists: inFolder('lists'),
    keys: inFolder(keyFile),
    validUntil: pki.validUntil,
  }
}

/**
 * Reads the folder of {@link prepareEvaluation}.
 *
 * @throws CertificateError `ERR_CERTIFICATE` for another content, or when its lists have expired; the system's errors.
 */
export async function readEvaluationPki(folder: string, now: Date = new Date()): Promise<EvaluationPki> {
  const decoded = decodeText(await readFile(join(folder, keyFile)))
  if (!('text' in decoded)) {
    const where = 'line' in decoded ? ` (line ${decoded.line}, column ${decoded.column})` : `, but ${decoded.encoding}`
    throw new CertificateError('ERR_CERTIFICATE', `${keyFile} is not UTF-8${where}`)
  }
  const pki = parse(decoded.text)
  if (pki.validUntil <= now) {
    throw new CertificateError('ERR_CERTIFICATE', 'the lists of this evaluation PKI have expired: prepare a new one')
  }
  return pki
}

function textOf({ preparedAt, validUntil, issued }: EvaluationPki): string {
  const texts = pkiNames.map((name) => {
    const { certificate, privateKey } = issued[name]
    return [name, { certificate: toBase64(certificate), privateKey: toBase64(privateKey) }]
  })
  return `${JSON.stringify({ format, preparedAt, validUntil, issued: Object.fromEntries(texts) }, undefined, 2)}\n`
}

function parse(text: string): EvaluationPki {
  try {
    const json = JSON.parse(text) as Record<string, unknown>
    if (json['format'] !== format) throw new TypeError('another format')
    const all = json['issued'] as Record<string, Record<string, string>>
    const bytes = (name: PkiName, part: string): Uint8Array => {
      const found = fromBase64(all[name]![part]!)
      if (found === undefined || found.length === 0) throw new TypeError('no bytes')
      return found
    }
    const issued = pkiNames.map((name): [PkiName, IssuedCertificate] => [
      name,
      { certificate: bytes(name, 'certificate'), privateKey: bytes(name, 'privateKey') },
    ])
    return {
      preparedAt: instant(json['preparedAt']),
      validUntil: instant(json['validUntil']),
      issued: Object.fromEntries(issued) as Record<PkiName, IssuedCertificate>,
    }
  } catch {
    // The cause could quote keys.
    throw new CertificateError('ERR_CERTIFICATE', `${keyFile} is not the key file of an evaluation PKI`)
  }
}

function instant(text: unknown): Date {
  const date = new Date(String(text))
  if (Number.isNaN(date.getTime())) throw new TypeError('no instant')
  return date
}
