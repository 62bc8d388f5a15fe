import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { Agent, request as httpsRequest } from 'node:https'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, test, vi } from 'vitest'
import { mergeMetrics } from '../../src/cli/serve/workers.ts'
import { verifyAuditLogs } from '../../src/server/audit/verify.ts'
import { startRedis } from '../support/redis.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { TlsAuthority } from '../support/tls-authority.ts'
import { run } from './harness.ts'

/** Asks for a challenge. @returns status and code. */
async function ask(url: string, fields: object = {}, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/challenges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1', ...fields }),
  })
  const body = (await response.json()) as { readonly code?: string; readonly error?: { readonly code: string } }
  return [response.status, body.code ?? body.error?.code] as const
}

const eventsOf = (served: Served): Record<string, unknown>[] =>
  served.written
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))

/** Sends SIGHUP. @returns what the server says of it. */
async function reload(served: Served): Promise<Record<string, unknown>> {
  const before = eventsOf(served).filter(({ event }) => String(event).startsWith('reload')).length
  served.child.kill('SIGHUP')
  return vi.waitFor(
    () => {
      const all = eventsOf(served).filter(({ event }) => String(event).startsWith('reload'))
      expect(all.length).toBeGreaterThan(before)
      return all.at(-1)!
    },
    { timeout: 10_000 },
  )
}

describe.concurrent('a server that runs', () => {
  test('serves the token formats of its settings, and SIGHUP takes them over', async () => {
    const [older, newer] = ['jpki-card-token:1', 'jpki-card-token:2']
    await using folder = await ServerFolder.make()
    await using served = await Served.start(await folder.settings())
    expect(await ask(folder.url, { format: newer })).toEqual([201, undefined])
    expect(await ask(folder.url, { format: older })).toEqual([400, 'ERR_TOKEN'])
    await folder.settings({ tokenFormats: [older] })
    expect(await reload(served)).toMatchObject({ event: 'reloaded' })
    expect(await ask(folder.url, { format: newer })).toEqual([400, 'ERR_TOKEN'])
    expect(await ask(folder.url)).toEqual([201, undefined])
    // The evaluation takes the format of the challenge.
    const { code, json } = await run([
      'evaluate',
      folder.url,
      '--pki',
      folder.path,
      '--only',
      'nonce-replayed',
      '--json',
    ])
    expect([code, json.counts]).toEqual([0, { passed: 2, warned: 0, failed: 0, 'not-run': 0 }])
    await folder.settings({ tokenFormats: undefined })
    expect(await reload(served)).toMatchObject({ event: 'reloaded' })
    expect(await ask(folder.url, { format: older })).toEqual([400, 'ERR_TOKEN'])
    expect(await served.stop()).toBe(0)
  }, 60_000)

  test('SIGHUP takes over purposes; a mistake and what needs a restart leave the former settings in force', async () => {
    await using folder = await ServerFolder.make()
    await using served = await Served.start(await folder.settings({ audit: { file: 'audit.jsonl' } }))
    expect(await ask(folder.url)).toEqual([201, undefined])
    await folder.settings({ purposes: ['evaluation-2'] })
    expect(await reload(served)).toMatchObject({ event: 'reloaded' })
    expect(await ask(folder.url)).toEqual([422, 'ERR_TOKEN_PURPOSE'])
    expect(await ask(folder.url, { purpose: 'evaluation-2' })).toEqual([201, undefined])
    // The audit log began a new file, and the files are one chain.
    const files = (await readdir(folder.path)).filter(
      (name) => name.startsWith('audit.jsonl') && !name.includes('.lock'),
    )
    expect(files).toHaveLength(2)
    expect((await verifyAuditLogs(files.map((name) => folder.file(name)))).files).toHaveLength(2)

    await writeFile(folder.file('server.json'), '{')
    expect(await reload(served)).toMatchObject({ event: 'reload-failed', code: 'ERR_USAGE' })
    await folder.settings({ purposes: ['evaluation-1'], challengeSeconds: 4 })
    expect(await reload(served)).toMatchObject({ event: 'reload-failed', code: 'ERR_USAGE' })
    await folder.settings({ challengeSeconds: 5, graceSeconds: 3 })
    expect(await reload(served)).toMatchObject({
      event: 'reload-failed',
      detail: expect.stringContaining('graceSeconds'),
    })
    await folder.settings({ graceSeconds: 10, anchors: 'missing' })
    expect(await reload(served)).toMatchObject({ event: 'reload-failed', code: 'ERR_FILE' })
    expect(await ask(folder.url, { purpose: 'evaluation-2' })).toEqual([201, undefined])
    await writeFile(folder.file('pseudonym.key'), '08'.repeat(32))
    await folder.settings({ anchors: 'anchors' })
    expect(await reload(served)).toMatchObject({
      event: 'reload-failed',
      detail: expect.stringContaining('pseudonymKey'),
    })
    expect(await served.stop()).toBe(0)
  }, 60_000)

  test('SIGHUP under load loses no request', async () => {
    await using folder = await ServerFolder.make()
    await using served = await Served.start(await folder.settings({ audit: { file: 'audit.jsonl' } }))
    let ended = false
    const statuses: number[] = []
    const clients = Array.from({ length: 4 }, async () => {
      while (!ended) statuses.push((await ask(folder.url))[0])
    })
    for (let i = 0; i < 10; i++) {
      await folder.settings({ challengeSeconds: 5 + (i % 2) })
      expect(await reload(served)).toMatchObject({ event: 'reloaded' })
    }
    ended = true
    await Promise.all(clients)
    expect(statuses.length).toBeGreaterThan(20)
    expect(statuses.filter((status) => status !== 201)).toEqual([])
  }, 60_000)

  test('names of terminals are allowed and shut out while it runs, and who was denied is in the audit log', async () => {
    await using folder = await ServerFolder.make()
    writeFileSync(folder.file('allowed.txt'), '# kiosks\nkiosk-1\r\nkiosk-2\n\n')
    writeFileSync(folder.file('revoked.txt'), '')
    const terminals = { by: 'network', allowed: 'allowed.txt', revoked: 'revoked.txt' }
    await using served = await Served.start(await folder.settings({ terminals, audit: { file: 'audit.jsonl' } }))
    expect(await ask(folder.url)).toEqual([201, undefined])
    expect(await ask(folder.url, { terminal: 'kiosk-3' })).toEqual([403, 'ERR_FORBIDDEN'])
    writeFileSync(folder.file('revoked.txt'), 'kiosk-1\n')
    await vi.waitFor(async () => expect(await ask(folder.url)).toEqual([403, 'ERR_FORBIDDEN']), { timeout: 10_000 })
    expect(await ask(folder.url, { terminal: 'kiosk-2' })).toEqual([201, undefined])
    // A list with an error admits no further terminal.
    writeFileSync(folder.file('revoked.txt'), 'a name with blanks\n')
    await vi.waitFor(
      () =>
        expect(eventsOf(served)).toContainEqual(expect.objectContaining({ reason: 'file-unusable', part: 'settings' })),
      { timeout: 10_000 },
    )
    expect(await ask(folder.url)).toEqual([403, 'ERR_FORBIDDEN'])
    expect(await served.stop()).toBe(0)
    const lines = (await readFile(folder.file('audit.jsonl'), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"denied"'))
    expect(lines.length).toBeGreaterThanOrEqual(3)
    expect(JSON.parse(lines[0]!)).toMatchObject({ reason: 'not-allowed', terminal: 'kiosk-3', address: '127.0.0.1' })
  }, 60_000)

  test('bearer tokens are read again when their file changes; the scheme is in any case; guessing is slowed down', async () => {
    await using folder = await ServerFolder.make()
    const line = (name: string, token: string) => ({ name, sha256: createHash('sha256').update(token).digest('hex') })
    const first = 'first-token-0123456789'
    const second = 'second-token-012345678'
    writeFileSync(folder.file('tokens.json'), JSON.stringify([line('kiosk-1', first)]))
    const limits = { perTerminal: false, perAddress: { perSecond: 1000, burst: 1000 } }
    const terminals = { by: 'bearer-token', file: 'tokens.json' }
    await using _ = await Served.start(await folder.settings({ terminals, limits }))
    const as = (scheme: string, token: string) => ask(folder.url, {}, { authorization: `${scheme} ${token}` })
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) expect(await as(scheme, first)).toEqual([201, undefined])
    expect(await as('Basic', first)).toEqual([403, 'ERR_FORBIDDEN'])
    writeFileSync(folder.file('tokens.json'), JSON.stringify([line('kiosk-1', second)]))
    await vi.waitFor(async () => expect((await as('Bearer', second))[0]).toBe(201), { timeout: 10_000, interval: 700 })
    expect((await as('Bearer', first))[0]).not.toBe(201)
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => as('Bearer', `wrong-token-0123456789-${i}`)))
    expect(guesses.filter(([, code]) => code === 'ERR_RATE_LIMITED').length).toBeGreaterThanOrEqual(15)
    expect(await as('Bearer', second)).toEqual([201, undefined])
  }, 60_000)

  test('weak settings are named at start', async () => {
    await using folder = await ServerFolder.make()
    chmodSync(folder.file('pseudonym.key'), 0o644)
    const listen = { host: '0.0.0.0', port: folder.port }
    await using served = await Served.start(
      await folder.settings({ listen, revocation: { mode: 'best-effort', lists: 'lists' } }),
    )
    await vi.waitFor(() => {
      const reasons = eventsOf(served).map(({ reason }) => reason)
      expect(reasons).toEqual(
        expect.arrayContaining(['terminals-unauthenticated', 'file-readable', 'no-audit', 'revocation-not-required']),
      )
    })
    chmodSync(folder.file('pseudonym.key'), 0o600)
    const safe = {
      listen: { port: folder.port },
      revocation: { mode: 'required', lists: 'lists' },
      audit: { file: 'a.jsonl' },
    }
    await served.stop()
    await using quiet = await Served.start(await folder.settings(safe))
    expect(await quiet.stop()).toBe(0)
    expect(eventsOf(quiet).filter(({ part }) => part === 'settings')).toEqual([])
  }, 60_000)
})

/** A challenge over TLS. @returns status, or code of the connection's error. */
function askTls(port: number, options: object): Promise<number | string> {
  const body = JSON.stringify({ terminal: 'kiosk-1', purpose: 'evaluation-1' })
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const call = httpsRequest({ host: '127.0.0.1', port, path: '/v1/challenges', method: 'POST', headers, ...options })
  return new Promise((resolve) => {
    call.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode!))
    })
    call.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
    call.end(body)
  })
}

describe.concurrent('a server with TLS that runs', () => {
  async function tlsFolder(folder: ServerFolder) {
    const servers = new TlsAuthority('Servers')
    const clients = new TlsAuthority('Terminals')
    const pair = servers.server()
    writeFileSync(folder.file('tls.crt'), pair.cert)
    writeFileSync(folder.file('tls.key'), pair.key, { mode: 0o600 })
    writeFileSync(folder.file('clients.crt'), clients.cert)
    const tls = { certificate: 'tls.crt', key: 'tls.key', clientCa: 'clients.crt' }
    return { servers, clients, tls }
  }

  test('SIGHUP takes over another certificate; a key that does not fit leaves the former one in force', async () => {
    await using folder = await ServerFolder.make()
    const { servers, clients, tls } = await tlsFolder(folder)
    const origin = `https://127.0.0.1:${folder.port}`
    const listen = { port: folder.port, tls }
    const settings = { origin, listen, terminals: { by: 'client-certificate' }, audit: { file: 'audit.jsonl' } }
    await using served = await Served.start(await folder.settings(settings))
    const client = clients.client('kiosk-1')
    const shown = async (): Promise<string> => {
      const socket = tlsConnect({ host: '127.0.0.1', port: folder.port, ca: servers.cert, ...client })
      await once(socket, 'secureConnect')
      const { raw } = socket.getPeerCertificate()
      socket.destroy()
      return new X509Certificate(raw).fingerprint256
    }
    const before = await shown()
    const agent = new Agent({ keepAlive: true })
    const open = { ca: servers.cert, ...client, agent }
    expect(await askTls(folder.port, open)).toBe(201)
    const next = servers.server()
    writeFileSync(folder.file('tls.crt'), next.cert)
    expect(await reload(served)).toMatchObject({ event: 'reload-failed', code: 'ERR_SERVER' })
    expect(await shown()).toBe(before)
    writeFileSync(folder.file('tls.key'), next.key)
    expect(await reload(served)).toMatchObject({ event: 'reloaded' })
    expect(await shown()).toBe(new X509Certificate(next.cert).fingerprint256)
    expect(await askTls(folder.port, open)).toBe(201)
    agent.destroy()
  }, 60_000)

  test('a client certificate ends with its validity, on an open connection and a resumed session too', async () => {
    await using folder = await ServerFolder.make()
    const { servers, clients, tls } = await tlsFolder(folder)
    const origin = `https://127.0.0.1:${folder.port}`
    const listen = { port: folder.port, tls, keepAliveSeconds: 60 }
    const settings = { origin, listen, terminals: { by: 'client-certificate' } }
    await using _ = await Served.start(await folder.settings(settings))
    const until = Date.now() + 6_000
    const client = clients.client('kiosk-1', new Date(until))
    const agent = new Agent({ keepAlive: true })
    const open = { ca: servers.cert, ...client, agent }
    expect(await askTls(folder.port, open)).toBe(201)
    await new Promise((resolve) => setTimeout(resolve, until - Date.now() + 1_100))
    // The same connection; the handshake was before the end.
    expect(await askTls(folder.port, open)).toBe(403)
    agent.destroy()
  }, 60_000)
})

describe('worker processes', () => {
  test('two serve on one address with an audit log each; one that is killed is started again', async () => {
    await using folder = await ServerFolder.make()
    const redis = await startRedis()
    try {
      const adminPort = folder.port + 1
      const store = { kind: 'redis', url: redis.url }
      const settings = { workers: 2, store, audit: { file: 'audit.jsonl' }, adminListen: { port: adminPort } }
      await using served = await Served.start(await folder.settings(settings))
      const admin = `http://127.0.0.1:${adminPort}`
      const ready = async () => (await fetch(`${admin}/readyz`)).json() as Promise<Record<string, unknown>>
      expect(await ready()).toMatchObject({ status: 'ready', processes: { listening: 2, of: 2 } })
      for (let i = 0; i < 20; i++) expect((await ask(folder.url))[0]).toBe(201)
      const metrics = await (await fetch(`${admin}/metrics`)).text()
      expect(metrics).toMatch(/^jpki_card_http_requests_total\{worker="1",.*status="201"/m)
      expect(metrics).toMatch(/^jpki_card_http_requests_total\{worker="2",.*status="201"/m)
      expect(metrics.match(/^# TYPE jpki_card_http_requests_total/gm)).toHaveLength(1)

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
      for (const name of ['audit-1.jsonl', 'audit-2.jsonl']) {
        expect((await verifyAuditLogs([folder.file(name)])).entries).toBeGreaterThan(1)
      }
    } finally {
      await redis.remove()
    }
  }, 90_000)

  test.each([
    [{ workers: 2, store: { kind: 'memory' } }, 'workers, store.kind'],
    [{ workers: 2 }, 'workers, adminListen'],
    [{ machines: 2 }, 'machines, store.kind'],
    [{ machines: 2, store: { kind: 'sqlite', file: 'x' } }, 'machines, store.kind'],
    [{ machines: 2, store: { kind: 'memory' } }, 'machines, store.kind'],
    [{ machines: 0 }, 'machines: too_small'],
    [{ store: { kind: 'sqlite', file: '' } }, 'store.file: too_small'],
    [{ workers: 2, store: { kind: 'redis', url: 'redis://127.0.0.1:1' } }, 'workers, adminListen'],
  ])('%j is refused, naming the settings that do not go together', async (change, named) => {
    await using folder = await ServerFolder.make()
    await expect(Served.start(await folder.settings(change))).rejects.toThrow(named)
  })

  test('metrics of several processes become one text, each sample with the number of its process', () => {
    const text = (value: number) => `# HELP a Of a.\n# TYPE a counter\na ${value}\n# TYPE b gauge\nb{x="1"} ${value}\n`
    const merged = mergeMetrics([
      { number: 1, text: text(3) },
      { number: 2, text: text(4) },
    ])
    expect(merged).toBe(
      '# HELP a Of a.\n# TYPE a counter\na{worker="1"} 3\na{worker="2"} 4\n# TYPE b gauge\nb{worker="1",x="1"} 3\nb{worker="2",x="1"} 4\n',
    )
  })
})
