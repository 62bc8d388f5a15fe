import { writeFileSync } from 'node:fs'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { Redis, startRedis } from '../support/redis.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { TlsAuthority } from '../support/tls-authority.ts'

const open: Redis[] = []
afterEach(async () => {
  for (const redis of open.splice(0)) await redis.remove()
})

/** Asks for a challenge. @returns its status. */
async function ask(url: string): Promise<number> {
  const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/challenges`, { method: 'POST', headers, body })
  await response.body?.cancel()
  return response.status
}

const ready = async (url: string): Promise<number> => (await fetch(`${url}/readyz`)).status
const soon = { timeout: 20_000, interval: 100 }

describe('serve with Redis', () => {
  test('begins without it when it may, is not ready until it comes, and serves then', async () => {
    await using folder = await ServerFolder.make()
    const redis = await startRedis()
    open.push(redis)
    await redis.stop()
    const store = { kind: 'redis', url: redis.url, waitForServer: true }
    await using served = await Served.start(await folder.settings({ store }))
    expect([await ready(folder.url), await ask(folder.url)]).toEqual([503, 503])
    await vi.waitFor(() => expect(served.written).toMatch(/"part":"store","state":"failed"/), soon)
    await redis.start()
    await vi.waitFor(async () => expect(await ready(folder.url)).toBe(200), soon)
    expect(await ask(folder.url)).toBe(201)
  }, 60_000)

  test('over TLS takes the server whose CA is named, and no other', async () => {
    await using folder = await ServerFolder.make()
    const [authority, other] = [new TlsAuthority('Stores'), new TlsAuthority('Others')]
    const { cert, key } = authority.server()
    const files = { 'redis.crt': cert, 'redis.key': key, 'ca.crt': authority.cert, 'other.crt': other.cert }
    for (const [name, text] of Object.entries(files)) writeFileSync(folder.file(name), text)
    const port = await freePort()
    const pair = ['--tls-cert-file', folder.file('redis.crt'), '--tls-key-file', folder.file('redis.key')]
    const rest = ['--tls-ca-cert-file', folder.file('ca.crt'), '--tls-auth-clients', 'no']
    open.push(await startRedis('--tls-port', String(port), ...pair, ...rest))
    const store = { kind: 'redis', url: `rediss://127.0.0.1:${port}` }
    const right = await folder.settings({ store: { ...store, tls: { ca: 'ca.crt' } } })
    const served = await Served.start(right)
    expect([await ready(folder.url), await ask(folder.url)]).toEqual([200, 201])
    expect(await served.stop()).toBe(0)
    const wrong = await folder.settings({ store: { ...store, tls: { ca: 'other.crt' } } })
    await expect(Served.start(wrong)).rejects.toThrow('ERR_STORE_UNAVAILABLE')
  }, 60_000)

  test('asks Sentinel for the primary', async () => {
    await using folder = await ServerFolder.make()
    const redis = await startRedis()
    open.push(redis)
    writeFileSync(folder.file('sentinel.conf'), `sentinel monitor city 127.0.0.1 ${redis.port} 1\n`)
    const sentinel = new Redis(await freePort(), [], [folder.file('sentinel.conf'), '--sentinel'])
    open.push(sentinel)
    await sentinel.start()
    const nodes = [{ host: '127.0.0.1', port: sentinel.port }]
    const store = { kind: 'redis', url: 'redis://sentinel/0', prefix: 'town:', sentinel: { name: 'city', nodes } }
    await using served = await Served.start(await folder.settings({ store }))
    expect([await ready(folder.url), await ask(folder.url)]).toEqual([200, 201])
    expect(await redis.command('KEYS', 'town:*')).toContain('town:')
    expect(await served.stop()).toBe(0)
  }, 60_000)
})
