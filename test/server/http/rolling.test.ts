import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../../bench/lib/rolling.mjs', import.meta.url))

describe.concurrent('two servers behind a proxy with the settings of docs/server.md, each restarted under load', () => {
  test.each(['haproxy', 'nginx'])(
    'lose no request behind %s',
    async (proxy) => {
      if (spawnSync(proxy, ['-v']).error !== undefined) {
        console.warn(`left out: ${proxy} is not installed`)
        return
      }
      const { stdout } = await promisify(execFile)(process.execPath, [program, proxy, '1'])
      const outcomes = JSON.parse(stdout) as Readonly<Record<string, number>>
      expect(Object.keys(outcomes)).toEqual(['201'])
      expect(outcomes[201]).toBeGreaterThan(100)
    },
    180_000,
  )
})
