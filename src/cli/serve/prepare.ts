import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What of the settings depends on what the server is for. */
export interface ServerPlan {
  readonly port: number
  readonly hierarchies: readonly ('production' | 'test' | 'virtual')[]
  readonly purposes: readonly string[]
  readonly challengeSeconds: number
  readonly audit: boolean
  /** How long a reading of the folder of lists holds. Default: that of the settings. */
  readonly refreshSeconds?: number
  /** Limits for addresses; `false` where all requests come from one. */
  readonly perAddress?: false
}

/**
 * Writes settings for a server on this machine into a folder: `server.json`, `pseudonym.key` (mode 0600), and the folders
 * `anchors` and `lists`, which others fill.
 *
 * @returns path of the settings. @throws the system's errors; `EEXIST` when there are settings: nothing is overwritten.
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
