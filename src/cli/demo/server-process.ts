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

/** An issuance server in a process of its own, which trusts one CA. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Puts a newer revocation list in the place of the former, as its operator does. */
  replaceList(list: Uint8Array): Promise<void>
}

/**
 * Starts `jpki-card serve` beside this process, with settings, CA certificate and list in a folder of its own, which goes
 * with it.
 */
export async function startServerProcess(
  ca: Uint8Array,
  list: Uint8Array,
  purpose: string,
  program: string = fileURLToPath(new URL('../bin.js', import.meta.url)),
): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'jpki-card-demo-'))
  const replaceList = async (bytes: Uint8Array): Promise<void> => {
    // Renamed: a reader sees the one or the other.
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

async function listening(child: ChildProcess): Promise<string> {
  const ended = once(child, 'exit').then(() => {
    throw new ServerError('the server of the demonstration ended at once')
  })
  const lines = createInterface({ input: child.stdout! })
  const first = once(lines, 'line')
  const [line] = await Promise.race([first, ended])
  lines.resume()
  ended.catch(() => {})
  const { url } = JSON.parse(String(line)) as { url: string }
  return url
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
