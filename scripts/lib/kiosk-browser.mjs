// The trial of examples/kiosk-web in a process of its own, and Debian's chromium, for screenshots and tests.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const start = fileURLToPath(new URL('../../examples/kiosk-web/start.mjs', import.meta.url))

/** Debian's. */
export const browserFile = '/usr/bin/chromium'

/** @returns the addresses, `folder` and `child`; `stop` ends it as Ctrl-C does and resolves to its exit code */
export async function startKiosk(options = []) {
  const child = spawn(process.execPath, [start, '--port', '0', '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([once(lines, 'line'), ended.then(() => [])])
  if (line[0] === undefined) throw new Error('the kiosk has ended at once')
  return {
    ...JSON.parse(line[0]),
    child,
    async stop() {
      child.kill('SIGINT')
      const [code] = await ended
      return code
    },
  }
}

/** @returns the browser of Playwright */
export function openBrowser() {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
  const args = [...sandbox, '--disable-gpu', ...quiet]
  return chromium.launch({ executablePath: browserFile, args })
}
