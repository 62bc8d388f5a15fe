// The issuing server of the trial: `jpki-card serve` in a process of its own, with its settings and its durable store in a folder.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const commandLine = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))

/**
 * Writes the settings; `start` starts the server, `stop` ends it. What is in its store is there again after that.
 *
 * @param folder with what `openTown` has written
 */
export async function prepareServer(folder, { purpose, documents }) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const ports = new URL('ports.mjs', import.meta.url).href
  await writeFile(
    join(folder, 'ports.mjs'),
    `import { portsFrom } from '${ports}'\nexport const createPorts = () => portsFrom(new URL('residents.json', import.meta.url))\n`,
  )
  await writeFile(join(folder, 'pseudonym.key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  const settings = {
    origin: url,
    listen: { host: '127.0.0.1', port },
    // On one machine. Terminals over a network are authenticated one by one: docs/server.md.
    terminals: { by: 'network' },
    anchors: 'anchors',
    hierarchies: ['virtual'],
    revocation: { mode: 'required', lists: 'lists' },
    purposes: [purpose],
    pseudonymKey: 'pseudonym.key',
    audit: { file: 'audit.jsonl' },
    issuance: { module: 'ports.mjs', documents, includeSerialNumber: true },
    limits: { perTerminal: false, perAddress: false },
    metrics: false,
  }
  const file = join(folder, 'server.json')
  await writeFile(file, JSON.stringify(settings, undefined, 2))

  let child
  return {
    url,
    get isRunning() {
      return child !== undefined
    },
    async start() {
      if (child !== undefined) return
      const started = spawn(process.execPath, [commandLine, 'serve', file, '--json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      started.once('exit', () => {
        if (child === started) child = undefined
      })
      const lines = createInterface({ input: started.stdout })
      const ended = once(started, 'exit').then(() => {
        throw new Error('the server has ended at once')
      })
      await Promise.race([once(lines, 'line'), ended])
      ended.catch(() => {})
    },
    async stop() {
      if (child === undefined) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
    /** When nothing can be waited for any more. */
    kill: () => void child?.kill('SIGKILL'),
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
