import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { requireAll } from '../support/require-all.ts'

const script = fileURLToPath(new URL('../../scripts/with-pcscd.mjs', import.meta.url))

test.each([
  ['a command that ends when asked', 'trap "echo asked; exit 0" TERM; echo ready; sleep 60 & wait', 'ready\nasked\n'],
  ['a command that does not', 'echo ready; while :; do sleep 1; done', 'ready\n'],
])(
  'scripts/with-pcscd.mjs ends on SIGTERM, with %s',
  async (_, command, output) => {
    const child = spawn(process.execPath, [script, 'sh', '-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
    const exited = once(child, 'exit')
    let text = ''
    child.stdout.on('data', (data) => {
      text += data
      if (String(data).includes('ready')) child.kill('SIGTERM')
    })
    const [code] = await exited
    // No namespaces here: reported by the PC/SC suite.
    if (code === 3 && !requireAll) return
    expect({ code, text }).toEqual({ code: 143, text: output })
  },
  60_000,
)
