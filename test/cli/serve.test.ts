import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort } from '../../src/cli/demo/server-process.ts'
import { verifyAuditLog } from '../../src/server/audit/verify.ts'
import { startRedis } from '../support/redis.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

describe.concurrent('evaluate against serve', () => {
  test.each(['memory', 'redis'])(
    'every case passes with the %s store',
    async (kind) => {
      await using folder = await ServerFolder.make()
      const redis = kind === 'redis' ? await startRedis() : undefined
      try {
        const store = redis === undefined ? { kind } : { kind, url: redis.url }
        await using server = await Served.start(await folder.settings({ store, audit: { file: 'audit.jsonl' } }))
        const { code, json } = await run(['evaluate', folder.url, '--pki', folder.path, '--json'])
        expect(json.counts).toMatchObject({ warned: 0, failed: 0, 'not-run': 0 })
        expect(json.counts.passed).toBeGreaterThanOrEqual(60)
        expect(code).toBe(0)
        expect(await server.stop()).toBe(0)
        expect(server.errors).toBe('')
        // Every verified token is in the audit log, completely.
        const { entries } = await verifyAuditLog(folder.file('audit.jsonl'))
        expect(entries).toBeGreaterThan(json.counts.passed)
      } finally {
        await redis?.remove()
      }
    },
    120_000,
  )
})

describe('serve', () => {
  let folder: ServerFolder
  beforeAll(async () => {
    folder = await ServerFolder.make()
  })
  afterAll(() => folder[Symbol.asyncDispose]())

  test.each([
    ['{"origin": "https://secret.example",\n "listen": {"port": 1', 'JSON: line 2, column 22'],
    ['{"limits": {"bodyBytes": 1, "bodyBytes": 2}}', 'limits.bodyBytes: duplicate'],
    ['{"origin": "secret", "origin": "secret"}', 'origin: duplicate'],
    ['{"purposes": [{"secret": 1, "x": 2}, {"a": 1, "a": 1}]}', 'purposes.a: duplicate'],
    ['', 'JSON: line 1, column 1'],
  ])('says where settings are not JSON, or hold a name twice: %s', async (text, place) => {
    await writeFile(folder.file('wrong.json'), text)
    const { code, json, everything } = await run(['serve', folder.file('wrong.json'), '--json'])
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    expect(json.error.message).toContain(place)
    expect(everything).not.toMatch(/secret/)
  })

  test('refuses settings with a mistake, naming it and not its value', async () => {
    const wrong: readonly (readonly [change: object, named: string])[] = [
      [{ origin: 'ftp://secret.example' }, 'origin'],
      [{ origin: 'https://secret.example/path' }, 'origin'],
      [{ listen: { port: 70_000 } }, 'listen.port'],
      [{ listen: { port: 1, unheard: 'secret' } }, 'listen'],
      [{ terminals: { by: 'secret' } }, 'terminals.by'],
      [{ terminals: { by: 'client-certificate' } }, 'listen.tls.clientCa'],
      [{ revocation: { mode: 'secret' } }, 'revocation.mode'],
      [{ revocation: { mode: 'required' } }, 'revocation.lists'],
      [{ revocation: { mode: 'none', lists: 'lists' } }, 'revocation.mode'],
      [{ purposes: ['a secret'] }, 'purposes.0'],
      [{ challengeSeconds: 4 }, 'challengeSeconds'],
      [{ store: { kind: 'redis', url: 'http://secret' } }, 'store.url'],
      [{ store: { kind: 'redis' } }, 'store.url'],
      [{ pseudonymKey: 'server.json' }, 'pseudonymKey'],
      [{ terminals: { by: 'proxy-header', header: 'X-Terminal' } }, 'listen.proxies'],
      [{ terminals: { by: 'proxy-header', header: 'a secret' } }, 'terminals.header'],
      [{ listen: { port: 1, proxies: { trusted: ['secret.example'] } } }, 'listen.proxies.trusted.0'],
      [{ adminListen: { port: -1 } }, 'adminListen.port'],
      [{ basePath: 'secret/' }, 'basePath'],
      [{ drainSeconds: -1 }, 'drainSeconds'],
      [{ challengesPerTerminal: 0 }, 'challengesPerTerminal'],
      [{ userVerification: [] }, 'userVerification'],
      [{ tokenFormats: [] }, 'tokenFormats'],
      [{ tokenFormats: ['jpki-card-token:3'] }, 'tokenFormats.0'],
      [{ userVerification: ['iris'] }, 'userVerification.0'],
      [{ profiles: { policies: [{ oid: '1', use: 'auth', source: 's' }] } }, 'profiles.policies.0.oid'],
      [{ profiles: { issuers: [{ organization: 'O', unit: 'U', issues: 'all' }] } }, 'profiles.issuers.0.issues'],
      [{ limits: { queueSeconds: 0 } }, 'limits.queueSeconds'],
      [{ unheard: 'secret' }, 'unheard'],
    ]
    const right = JSON.parse(await readFile(await folder.settings(), 'utf8')) as object
    for (const [change, named] of wrong) {
      await writeFile(folder.file('wrong.json'), JSON.stringify({ ...right, ...change }))
      const { code, json, everything } = await run(['serve', folder.file('wrong.json'), '--json'])
      expect([code, json.error.code], named).toEqual([2, 'ERR_USAGE'])
      expect(json.error.message, named).toContain(named)
      expect(everything.replaceAll('unheard', ''), named).not.toContain('secret')
    }
    await writeFile(folder.file('wrong.json'), '{')
    expect((await run(['serve', folder.file('wrong.json'), '--json'])).json.error.message).toContain('JSON')
    expect((await run(['serve', folder.file('absent.json'), '--json'])).json.error.code).toBe('ERR_FILE')
  })

  test.each([
    { terminals: { by: 'bearer-token', file: 'long' } },
    { pseudonymKey: 'long' },
    { store: { kind: 'redis', urlFile: 'long' } },
    { listen: { port: 1, tls: { certificate: 'long', key: 'long' } } },
  ])('reads no file longer than 1 MiB: %j', async (change) => {
    const right = JSON.parse(await readFile(await folder.settings(), 'utf8')) as object
    await writeFile(folder.file('long'), ' '.repeat(1_048_577))
    await writeFile(folder.file('changed.json'), JSON.stringify({ ...right, ...change }))
    const { code, err } = await run(['serve', folder.file('changed.json')])
    expect([code, err]).toEqual([1, expect.stringContaining('longer than 1048576 bytes')])
  })

  test.each([
    'serve long',
    'evaluate http://127.0.0.1:1 --pki . --terminals long',
    'emulate --faults long',
    'auth --pin-stdin --server http://127.0.0.1:1 --terminal t --purpose p --token-file long',
    'auth --pin-stdin --server http://127.0.0.1:1 --terminal t --purpose p --server-ca long',
  ])('nor do others: %s', async (line) => {
    await writeFile(folder.file('long'), ' '.repeat(1_048_577))
    const words = line.split(' ').map((word) => (word === 'long' || word === '.' ? folder.file(word) : word))
    const { code, err } = await run(words)
    expect([code, err]).toEqual([1, expect.stringContaining('longer than 1048576 bytes')])
  })

  test.each([
    ['EADDRINUSE', 'another program already listens on 127.0.0.1:', undefined],
    ['EADDRNOTAVAIL', 'is not an address of this machine', { host: '192.0.2.1' }],
    [
      'bad TLS files',
      'the TLS certificate or its key is unusable',
      { tls: { certificate: 'wrong.pem', key: 'wrong.pem' } },
    ],
  ])('says of %s what it is: %s', async (_, said, listen) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    try {
      const right = JSON.parse(await readFile(await folder.settings(), 'utf8')) as object
      const empty = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n'
      await writeFile(folder.file('wrong.pem'), empty)
      const { port } = other.address() as AddressInfo
      const store = { kind: 'memory' }
      await writeFile(folder.file('busy.json'), JSON.stringify({ ...right, store, listen: { port, ...listen } }))
      const { code, json } = await run(['serve', folder.file('busy.json'), '--json'])
      expect([code, json.error.code]).toEqual([1, 'ERR_SERVER_START'])
      expect(json.error.message).toContain(said)
    } finally {
      other.close()
    }
  })

  describe('goes on without its log', () => {
    const ask = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await (await fetch(`${folder.url}/healthz`)).arrayBuffer()
    }

    test.skipIf(!existsSync('/dev/full'))(
      'on a full disk: lines are counted, said once on standard error',
      async () => {
        const settings = await folder.settings({ accessLog: true })
        const child = spawn(process.execPath, [commandLine, 'serve', settings, '--json'], {
          stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        })
        let errors = ''
        child.stderr!.on('data', (part) => {
          errors += part
        })
        await vi.waitFor(() => ask(1), { timeout: 20_000, interval: 100 })
        await ask(20)
        child.kill('SIGHUP')
        await ask(20)
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        expect(await ended).toEqual([0, null])
        const lost = '{"event":"log-lost","stream":"stdout","reason":"ENOSPC"}\n'
        expect(errors.split('\n').filter((line) => line.includes('log-lost'))).toEqual([lost.trimEnd()])
        expect(errors).toContain('"event":"reloaded"')
      },
      60_000,
    )

    test('whose reader went away', async () => {
      await using server = await Served.start(await folder.settings({ accessLog: true }))
      server.child.stdout!.destroy()
      await ask(20)
      expect(await server.stop()).toBe(0)
      expect(server.errors).toBe('{"event":"log-lost","stream":"stdout","reason":"EPIPE"}\n')
    }, 60_000)

    test('whose reader hangs: what waits is bounded, what is missing is counted in its place', async () => {
      await using server = await Served.start(await folder.settings({ accessLog: true }))
      const { stdout } = server.child
      stdout!.pause()
      await ask(3500)
      expect(server.errors).toBe('{"event":"log-lost","stream":"stdout","reason":"EAGAIN"}\n')
      const before = server.lines.length
      stdout!.resume()
      await vi.waitFor(
        async () => {
          await ask(1)
          expect(server.lines.at(-1)).toContain('healthz')
          expect(server.lines.some((line) => line.includes('lines-dropped'))).toBe(true)
        },
        { timeout: 20_000 },
      )
      // A slow reader may be behind more than once.
      const dropped = (): number =>
        server.lines
          .map((line) => JSON.parse(line) as { event?: string; count: number })
          .filter(({ event }) => event === 'lines-dropped')
          .reduce((sum, { count }) => sum + count, 0)
      const count = dropped()
      const written = server.lines.slice(before).filter((line) => line.includes('healthz')).length
      expect(count).toBeGreaterThan(0)
      // Every line is written or counted; what was read before the pause is in `before`.
      expect(written + count).toBeGreaterThanOrEqual(3500 - before)
      expect(await server.stop()).toBe(0)
      expect(JSON.parse(server.lines.at(-1)!)).toEqual({ event: 'ended', linesDropped: dropped() })
    }, 90_000)
  })

  test('does not begin without its store, and leaves nothing open', async () => {
    const settings = await folder.settings({ store: { kind: 'redis', url: 'redis://127.0.0.1:1' } })
    const { code, json } = await run(['serve', settings, '--json'])
    expect([code, json.error.code]).toEqual([1, 'ERR_STORE_UNAVAILABLE'])
    await folder.settings({ store: { kind: 'memory' } })
  })

  test('knows terminals by their bearer tokens, and no others', async () => {
    const token = randomBytes(24).toString('base64url')
    const sha256 = createHash('sha256').update(token).digest('hex')
    await writeFile(folder.file('terminals.json'), JSON.stringify([{ name: 'kiosk-1', sha256 }]))
    await writeFile(folder.file('token'), `${token}\n`)
    const terminals = { by: 'bearer-token', file: 'terminals.json' }
    const purposes = ['residence-record']
    await using server = await Served.start(await folder.settings({ terminals, purposes, accessLog: true }))
    const ask = (authorization: string | undefined, terminal = 'kiosk-1') =>
      fetch(`${folder.url}/v1/challenges`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
        body: JSON.stringify({ terminal, purpose: 'residence-record' }),
      })
    expect((await ask(undefined)).status).toBe(403)
    expect((await ask(`Bearer ${token.slice(1)}x`)).status).toBe(403)
    expect((await ask(`Bearer ${sha256}`)).status).toBe(403)
    expect((await ask(`Bearer ${token}`, 'kiosk-2')).status).toBe(403)
    expect((await ask(`Bearer ${token}`)).status).toBe(201)
    expect(await server.stop()).toBe(0)
    const log = server.lines.slice(1, -1).map((line) => JSON.parse(line) as { status: number })
    expect(log.map(({ status }) => status)).toEqual([403, 403, 403, 403, 201])
    expect(server.lines.join()).not.toContain(token)
    await folder.settings({ terminals: { by: 'network' }, purposes: ['evaluation-1'], accessLog: false })
  })

  test('has probes on a listener of their own, is addressed by its name, and drains', async () => {
    const [probes, basePath] = [await freePort(), '/issue']
    const changes = { adminListen: { port: probes }, basePath, drainSeconds: 1 }
    await using server = await Served.start(await folder.settings(changes))
    expect(JSON.parse(server.lines[0]!)).toMatchObject({ admin: `http://127.0.0.1:${probes}` })
    const ask = (headers: Readonly<Record<string, string>> = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
        const options = { method: 'POST', agent: false, headers: { 'content-type': 'application/json', ...headers } }
        const call = httpRequest(`${folder.url}/issue/v1/challenges`, options, (response) => {
          response.resume()
          resolve(response.statusCode!)
        })
        call.on('error', reject)
        call.end(body)
      })
    const ready = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${probes}/readyz`)).json()
    for (const path of ['/healthz', '/readyz', '/metrics', '/issue/healthz', '/issue/metrics']) {
      expect((await fetch(`${folder.url}${path}`)).status).toBe(404)
    }
    const { status, conditions } = (await ready()) as { readonly status: string; readonly conditions: unknown[] }
    expect([status, conditions]).toEqual(['ready', expect.arrayContaining([{ part: 'store', state: 'ok' }])])
    expect(await (await fetch(`http://127.0.0.1:${probes}/metrics`)).text()).toContain(
      'jpki_card_condition{part="store",reason=""} 0',
    )
    expect(await ask()).toBe(201)
    expect(await ask({ host: 'evil.example' })).toBe(421)
    const stopped = server.stop()
    await expect.poll(ready).toMatchObject({ status: 503, code: 'ERR_NOT_READY' })
    expect(await ask()).toBe(201)
    expect(await stopped).toBe(0)
    expect(server.errors).toBe('')
    await folder.settings({ adminListen: undefined, basePath: undefined, drainSeconds: undefined })
  })

  test('knows terminals by what a trusted proxy has verified', async () => {
    const terminals = { by: 'proxy-header', header: 'X-Terminal' }
    const listening = { port: folder.port }
    const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
    for (const [trusted, expected] of [
      ['127.0.0.1', [201, 403, 403]],
      ['192.0.2.1', [403, 403, 403]],
    ] as const) {
      const listen = { ...listening, proxies: { trusted: [trusted] } }
      await using server = await Served.start(await folder.settings({ terminals, listen }))
      const statuses: number[] = []
      for (const name of ['kiosk-1', 'kiosk-2', undefined]) {
        const headers = { 'content-type': 'application/json', ...(name !== undefined && { 'x-terminal': name }) }
        statuses.push((await fetch(`${folder.url}/v1/challenges`, { method: 'POST', headers, body })).status)
      }
      expect([trusted, statuses]).toEqual([trusted, expected])
      expect(await server.stop()).toBe(0)
    }
    await folder.settings({ terminals: { by: 'network' }, listen: listening })
  })

  test('begins again on its audit log after a kill', async () => {
    const settings = await folder.settings({ audit: { file: 'killed.jsonl', sync: true } })
    for (const signal of ['SIGKILL', 'SIGKILL', 'SIGTERM'] as const) {
      await using server = await Served.start(settings)
      const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${folder.url}/v1/challenges`, { method: 'POST', headers, body })
      expect(answer.status).toBe(201)
      await server.stop(signal)
    }
    const { entries } = await verifyAuditLog(folder.file('killed.jsonl'))
    expect(entries).toBe(4)
    await folder.settings({ audit: undefined })
  })
})

describe('serve prepare', () => {
  test.each([
    ['sqlite', { kind: 'sqlite', file: 'store.sqlite' }],
    ['redis', { kind: 'redis', url: 'redis://127.0.0.1:6379' }],
    ['memory', { kind: 'memory' }],
  ])('writes the store that is asked for: %s', async (kind, store) => {
    const path = await mkdtemp(join(tmpdir(), 'jpki-card-prepare-'))
    try {
      const { json } = await run(['serve', 'prepare', path, '--store', kind, '--json'])
      const { readServeSettings } = await import('../../src/cli/serve/settings.ts')
      expect((await readServeSettings(json.settings)).settings.store).toMatchObject(store)
      expect((await run(['serve', 'prepare', path, '--store', 'disk', '--json'])).code).toBe(2)
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })

  test('writes settings that serve takes once there is a CA, and overwrites nothing', async () => {
    const path = await mkdtemp(join(tmpdir(), 'jpki-card-prepare-'))
    try {
      const { code, json } = await run(['serve', 'prepare', path, '--json'])
      expect([code, json.settings]).toEqual([0, join(path, 'server.json')])
      const written = JSON.parse(await readFile(json.settings, 'utf8')) as object
      expect(written).toMatchObject({ store: { kind: 'sqlite', file: 'store.sqlite' }, audit: { sync: true } })
      expect((await run(['serve', json.settings, '--json'])).json.error).toMatchObject({ code: 'ERR_USAGE' })
      expect((await run(['serve', 'prepare', path, '--json'])).json.error.code).toBe('ERR_FILE')
      expect((await readFile(join(path, 'pseudonym.key'), 'utf8')).trim()).toMatch(/^[0-9a-f]{64}$/)
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
})
