import { chmodSync, existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPcsc } from '../../src/transport/pcsc/index.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { commandLine, run } from '../support/slot.ts'

const folder = '/run/pcscd'
let pcscd: Pcscd

beforeAll(async () => {
  expect(existsSync(commandLine), 'run `npm run build` first').toBe(true)
  pcscd = await startPcscd()
})
beforeEach(() => pcscd.start())
afterEach(() => pcscd.thaw())
afterAll(() => pcscd.stop())

async function doctor(prefix: readonly string[] = []) {
  const [command, ...args] = [...prefix, process.execPath, commandLine, 'doctor', '--json']
  const { code, stdout, stderr } = await run(command!, args, { env: { HOME: '/tmp' } })
  expect(stdout.trim().split('\n'), stderr).toHaveLength(1)
  const json = JSON.parse(stdout) as { usable: boolean; findings: { id: string; level: string; facts: object }[] }
  const problems = json.findings.filter(({ level }) => level === 'problem').map(({ id }) => id)
  return { code, ...json, problems, ids: json.findings.map(({ id }) => id) }
}

describe('doctor and a real pcscd', () => {
  test('running: usable', async () => {
    const { code, usable, problems, ids } = await doctor()
    expect([code, usable, problems]).toEqual([0, true, []])
    expect(ids).toEqual(expect.arrayContaining(['service-answers', 'access-ok', 'reader', 'reader-virtual', 'binding']))
  })

  test('stopped', async () => {
    await pcscd.stop()
    const { code, problems } = await doctor()
    expect([code, problems]).toEqual([3, ['service-not-running']])
  })

  test('killed, its socket left behind', async () => {
    await pcscd.stop('SIGKILL')
    const { code, problems } = await doctor()
    expect([code, problems]).toEqual([3, ['service-dead-socket']])
  })

  test('frozen: said, and the program ends', async () => {
    await pcscd.freeze()
    const { code, problems } = await doctor()
    expect([code, problems]).toEqual([3, ['service-frozen']])
  })

  test('another program connected: named', async () => {
    const transport = await openPcsc()
    await transport.readers()
    const { findings } = await doctor()
    await transport.close()
    expect(findings.find(({ id }) => id === 'holder')?.facts).toMatchObject({ pid: String(process.pid) })
  })
})

/** Only root can become somebody else. */
const unprivileged = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']

describe.runIf(process.getuid?.() === 0)('doctor as another user', () => {
  test('with the rights everybody has', async () => {
    const { code, ids } = await doctor(unprivileged)
    // A pcscd that asks polkit refuses, one built without it does not.
    expect(code === 0 ? ids.includes('access-ok') : ids.some((id) => id.startsWith('access-'))).toBe(true)
  })

  test('without rights to the socket', async () => {
    chmodSync(folder, 0o700)
    try {
      const { code, problems } = await doctor(unprivileged)
      expect([code, problems]).toEqual([3, ['service-no-access']])
    } finally {
      chmodSync(folder, 0o755)
    }
  })
})
