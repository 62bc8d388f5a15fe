import { createHash, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The initial settings of a store. */
const stores = {
  sqlite: { kind: 'sqlite', file: 'store.sqlite' },
  redis: { kind: 'redis', url: 'redis://127.0.0.1:6379' },
  memory: { kind: 'memory' },
} as const

/** Settings that depend on the purpose of the server. */
export interface ServerPlan {
  readonly port: number
  readonly hierarchies: readonly ('production' | 'test' | 'virtual')[]
  readonly purposes: readonly string[]
  readonly challengeSeconds: number
  readonly audit: boolean
  /** Default SQLite: what a server keeps must survive its process. Memory where a server is only tried. */
  readonly store?: keyof typeof stores | undefined
  /** Refresh interval of the folder of lists, seconds. Default: that of the settings. */
  readonly refreshSeconds?: number
  /** `false`: no rate limit per address, when all requests come from one. */
  readonly perAddress?: false
  /** Issuing, with registers and a composer at these addresses, and credentials of a clerk and an issuing system. */
  readonly issuance?: {
    readonly registers: readonly { readonly name: string; readonly url: string }[]
    readonly composer: { readonly url: string }
    readonly documents: readonly string[]
  }
}

/** Credentials of a trial: `NAME.token` for who has it, its hash in `NAMEs.json` for the server. */
const credentials = ['clerk', 'issuer'] as const

/**
 * Writes settings for a server on this machine into a folder: `server.json`, `pseudonym.key` (mode 0600), and the
 * folders `anchors` and `lists`, to be filled by the operator; with issuing also `clerk.token` and `issuer.token` (mode
 * 0600), and what the server needs to verify them.
 *
 * @returns path of the settings. @throws the system's errors; `EEXIST` when settings exist: nothing is overwritten.
 */
export async function writeServerSettings(folder: string, plan: ServerPlan): Promise<string> {
  const { port, hierarchies, purposes, challengeSeconds, audit, store = 'sqlite', refreshSeconds } = plan
  const { perAddress, issuance } = plan
  const settings = {
    origin: `http://127.0.0.1:${port}`,
    listen: { host: '127.0.0.1', port },
    terminals: { by: 'network' },
    anchors: 'anchors',
    hierarchies,
    revocation: { mode: 'required', lists: 'lists', ...(refreshSeconds !== undefined && { refreshSeconds }) },
    purposes,
    challengeSeconds,
    store: stores[store],
    pseudonymKey: 'pseudonym.key',
    ...(audit && { audit: { file: 'audit.jsonl', sync: true } }),
    ...(issuance !== undefined && {
      issuance: { ...issuance, issuers: 'issuers.json', lifetimeSeconds: 10, outcomeSeconds: 30 },
      clerks: 'clerks.json',
    }),
    ...(perAddress === false && { limits: { perTerminal: false, perAddress: false } }),
  }
  const file = join(folder, 'server.json')
  for (const name of ['anchors', 'lists']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`, { flag: 'wx' })
  const key = randomBytes(32).toString('hex')
  await writeFile(join(folder, settings.pseudonymKey), `${key}\n`, { flag: 'wx', mode: 0o600 })
  for (const name of issuance === undefined ? [] : credentials) {
    const token = randomBytes(32).toString('base64url')
    await writeFile(join(folder, `${name}.token`), `${token}\n`, { flag: 'wx', mode: 0o600 })
    const known = [{ name: `evaluation-${name}`, sha256: createHash('sha256').update(token).digest('hex') }]
    await writeFile(join(folder, `${name}s.json`), `${JSON.stringify(known)}\n`, { flag: 'wx' })
  }
  return file
}
