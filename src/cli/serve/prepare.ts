import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Settings that depend on the purpose of the server. */
export interface ServerPlan {
  readonly port: number
  readonly hierarchies: readonly ('production' | 'test' | 'virtual')[]
  readonly purposes: readonly string[]
  readonly challengeSeconds: number
  readonly audit: boolean
  /** Refresh interval of the folder of lists, seconds. Default: that of the settings. */
  readonly refreshSeconds?: number
  /** `false`: no rate limit per address, when all requests come from one. */
  readonly perAddress?: false
}

/**
 * Writes settings for a server on this machine into a folder: `server.json`, `pseudonym.key` (mode 0600), and the
 * folders `anchors` and `lists`, to be filled by the operator.
 *
 * @returns path of the settings. @throws the system's errors; `EEXIST` when settings exist: nothing is overwritten.
 */
export async function writeServerSettings(folder: string, plan: ServerPlan): Promise<string> {
  const { port, hierarchies, purposes, challengeSeconds, audit, refreshSeconds, perAddress } = plan
  const settings = {
    origin: `http://127.0.0.1:${port}`,
    listen: { host: '127.0.0.1', port },
    terminals: { by: 'network' },
    anchors: 'anchors',
    hierarchies,
    revocation: { mode: 'required', lists: 'lists', ...(refreshSeconds !== undefined && { refreshSeconds }) },
    purposes,
    challengeSeconds,
    store: { kind: 'memory' },
    pseudonymKey: 'pseudonym.key',
    ...(audit && { audit: { file: 'audit.jsonl', sync: true } }),
    ...(perAddress === false && { limits: { perTerminal: false, perAddress: false } }),
  }
  const file = join(folder, 'server.json')
  for (const name of ['anchors', 'lists']) await mkdir(join(folder, name), { recursive: true })
  await writeFile(file, `${JSON.stringify(settings, undefined, 2)}\n`, { flag: 'wx' })
  const key = randomBytes(32).toString('hex')
  await writeFile(join(folder, settings.pseudonymKey), `${key}\n`, { flag: 'wx', mode: 0o600 })
  return file
}
