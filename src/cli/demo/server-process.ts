import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ServerError } from '../../errors.ts'
import { writeServerSettings } from '../serve/prepare.ts'

/** A TCP port of this machine that is free at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** An issuance server in a child process, which trusts one CA. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Replaces the revocation list by a newer one, as an operator would. */
  replaceList(list: Uint8Array): Promise<void>
}

/**
 * Starts `jpki-card serve` as a child process, with settings, CA certificate and list in a temporary folder, which is
 * removed on close.
 *
 * @throws ServerError with its output when it does not start.
 */
export async function startServerProcess(
  ca: Uint8Array,
  list: Uint8Array,
  purpose: string,
  program: string = fileURLToPath(new URL('../bin.js', import.meta.url)),
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'jpki-card-demo-'))
  const replaceList = async (bytes: Uint8Array): Promise<void> => {
    // Replaced by rename, which is atomic.
    await writeFile(join(folder, 'next'), bytes)
    await rename(join(folder, 'next'), join(folder, 'lists', 'current.crl'))
  }
  let child: ChildProcess | undefined
  try {
    const port = await freePort()
    const plan = {
      port,
      hierarchies: ['virtual'],
      purposes: [purpose],
      challengeSeconds: 60,
      audit: true,
      store: 'memory',
      refreshSeconds: 0,
    } as const
    const settings = await writeServerSettings(folder, plan)
    await writeFile(join(folder, 'anchors', 'ca.der'), ca)
    await replaceList(list)
    child = spawn(process.execPath, [program, 'serve', settings, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const url = await listening(child)
    const { pid } = child
    const running = child
    return {
      url,
      pid: pid!,
      replaceList,
      async [Symbol.asyncDispose]() {
        await stop(running)
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    if (child !== undefined) await stop(child)
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Its address, or its failure: whichever its first output line reports. */
async function listening(child: ChildProcess): Promise<string> {
  const ended = once(child, 'close').then(() => {
    throw new ServerError('the server of the demonstration ended during startup')
  })
  ended.catch(() => {})
  const [line] = await Promise.race([once(createInterface({ input: child.stdout! }), 'line'), ended])
  const { url, error } = JSON.parse(String(line)) as { url: string; error?: Record<string, string> }
  if (error === undefined) return url
  const { code, message, detail = message } = error
  throw new ServerError(`the server of the demonstration did not start: ${code}: ${detail}`)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
