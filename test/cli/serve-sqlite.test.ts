import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { commandLine } from '../support/slot.ts'

interface Given {
  readonly status: number
  readonly nonce?: string
}

/** Asks for a challenge. */
async function challenge(url: string): Promise<Given> {
  const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/challenges`, { method: 'POST', headers, body })
  return { status: response.status, ...((await response.json()) as object) }
}

const eventsOf = (served: Served): Record<string, unknown>[] =>
  served.written
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

describe('serve with SQLite', () => {
  test('is what it does without a setting: beside the settings, for its user only, and it keeps what it has', async () => {
    await using folder = await ServerFolder.make()
    const settings = await folder.settings({ audit: { file: 'audit.jsonl' } })
    const served = await Served.start(settings)
    expect(statSync(folder.file('store.sqlite')).mode & 0o777).toBe(0o600)
    expect((await challenge(folder.url)).status).toBe(201)
    served.child.kill('SIGKILL')
    await once(served.child, 'close')
    const again = await Served.start(settings)
    expect((await challenge(folder.url)).status).toBe(201)
    expect((await fetch(`${folder.url}/readyz`)).status).toBe(200)
    expect(await again.stop()).toBe(0)
    // The end of the log was kept in the store: a removed last line is noticed.
    const lines = readFileSync(folder.file('audit.jsonl'), 'utf8').split('\n')
    writeFileSync(folder.file('audit.jsonl'), `${lines.slice(0, -2).join('\n')}\n`)
    await using third = await Served.start(settings)
    await vi.waitFor(() => expect(third.written).toContain('"reason":"end-missing"'), { timeout: 10_000 })
  }, 60_000)

  test('two workers share it, and one that is killed comes back', async () => {
    await using folder = await ServerFolder.make()
    const adminPort = folder.port + 1
    const changes = { workers: 2, adminListen: { port: adminPort }, store: { kind: 'sqlite', file: 'data.sqlite' } }
    await using served = await Served.start(await folder.settings(changes))
    expect(existsSync(folder.file('data.sqlite'))).toBe(true)
    const ready = async () => (await fetch(`http://127.0.0.1:${adminPort}/readyz`)).json()
    expect(await ready()).toMatchObject({ status: 'ready', processes: { listening: 2, of: 2 } })
    const given = await Promise.all(Array.from({ length: 50 }, () => challenge(folder.url)))
    expect(new Set(given.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(given.map(({ nonce }) => nonce)).size).toBe(50)
    const [worker] = readFileSync(`/proc/${served.child.pid}/task/${served.child.pid}/children`, 'utf8').split(' ')
    process.kill(Number(worker), 'SIGKILL')
    await vi.waitFor(
      async () => {
        expect(eventsOf(served)).toContainEqual(expect.objectContaining({ event: 'worker-ended', signal: 'SIGKILL' }))
        expect(await ready()).toMatchObject({ status: 'ready', processes: { listening: 2 } })
      },
      { timeout: 30_000, interval: 300 },
    )
    expect(await served.stop()).toBe(0)
  }, 60_000)

  test('does not start on a file that is not a store, and leaves it', async () => {
    await using folder = await ServerFolder.make()
    writeFileSync(folder.file('store.sqlite'), 'not a database '.repeat(1_000))
    await expect(Served.start(await folder.settings())).rejects.toThrow('ERR_STORE_UNAVAILABLE')
    expect(readFileSync(folder.file('store.sqlite'), 'utf8')).toMatch(/^not a database/)
  }, 60_000)

  test('is not ready while the file is gone', async () => {
    await using folder = await ServerFolder.make()
    await using served = await Served.start(await folder.settings())
    const { rename } = await import('node:fs/promises')
    await rename(folder.file('store.sqlite'), folder.file('moved'))
    expect((await challenge(folder.url)).status).toBe(503)
    await vi.waitFor(() => expect(served.written).toContain('"reason":"replaced"'), { timeout: 10_000 })
    expect((await fetch(`${folder.url}/readyz`)).status).toBe(503)
  }, 60_000)
})

interface Checked {
  readonly ok: boolean
  readonly error?: { readonly code: string; readonly message: string }
  readonly configuration: string
  readonly conditions: readonly { readonly part: string; readonly reason: string }[]
  readonly instances: readonly { readonly name: string; readonly configuration: string; readonly differs: string[] }[]
}

/** Runs `serve check`. @returns exit code and answer. */
function check(settings: string): Promise<readonly [number, Checked]> {
  return new Promise((done) => {
    execFile(process.execPath, [commandLine, 'serve', 'check', settings, '--json'], (error, stdout) => {
      done([error === null ? 0 : Number(error.code), JSON.parse(stdout)])
    })
  })
}

describe('instances with different settings', () => {
  test('are not ready, and the check of the settings says which', async () => {
    await using folder = await ServerFolder.make()
    const settings = await folder.settings()
    const [code, before] = await check(settings)
    expect([code, before.instances]).toEqual([0, []])
    // Checking creates nothing.
    expect(existsSync(folder.file('store.sqlite'))).toBe(false)
    await using first = await Served.start(settings)
    const other = { ...JSON.parse(readFileSync(settings, 'utf8')), challengeSeconds: 60 }
    other.listen.port = await freePort()
    writeFileSync(folder.file('other.json'), JSON.stringify(other))
    const second = await Served.start(folder.file('other.json'))
    const ready = async (port: number) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
    expect([await ready(folder.port), await ready(other.listen.port)]).toEqual([200, 503])
    expect(second.written).toContain('"reason":"configuration-differs"')
    const [differs, found] = await check(settings)
    expect([differs, found.error!.code]).toEqual([1, 'ERR_SERVER_START'])
    expect(found.error!.message).toContain('instances configuration-differs')
    expect(found.instances.map((one) => [one.name.split(':')[1], one.differs]).sort()).toEqual(
      [
        [String(first.child.pid), []],
        [String(second.child.pid), ['configuration']],
      ].sort(),
    )
    expect(found.instances.map(({ configuration }) => configuration)).toContain(found.configuration)
    await second.stop()
    const [after, rest] = await check(settings)
    expect([after, rest.instances.map((one) => one.differs)]).toEqual([0, [[]]])
  }, 60_000)
})
