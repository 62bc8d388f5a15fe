import { spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CaseState, DeskClient, IssuanceServer, issueDocuments, type Page } from '../../src/issuance/index.ts'
import { verifyAuditLog } from '../../src/server/audit/verify.ts'
import { readEvaluationPki } from '../../src/server-test/index.ts'
import type { TokenSigner } from '../../src/token/index.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { commandLine } from '../support/slot.ts'
import { run } from './harness.ts'

const tokens = {
  kiosk: 'token-of-a-kiosk-1',
  clerk: 'token-of-a-clerk-1',
  issuer: 'token-of-an-issuer',
  port: 'token-of-the-desk',
}
const listed = (name: string, token: string) =>
  JSON.stringify([{ name, sha256: createHash('sha256').update(token).digest('hex') }])
const documents = [{ document: 'residence-record', copies: 1 }]

let folder: ServerFolder
let signer: TokenSigner
/** Register and composer of the municipality, in one. */
const town = createServer(async (request, response) => {
  let text = ''
  for await (const part of request) text += part
  const { case: id, subject, holder } = JSON.parse(text) as Readonly<Record<string, string>>
  if (request.headers.authorization !== `Bearer ${tokens.port}`) response.statusCode = 401
  const marker = `subject-${holder?.slice(0, 8)}`
  const content = Buffer.from(`a page of ${subject}`).toString('base64')
  const page = { mediaType: 'text/plain', subject, content }
  const answers = {
    '/register': { case: id, subject: marker, asOf: new Date().toISOString(), sequence: 1 },
    '/compose': { case: id, pageCount: 1, pages: [page] },
  }
  response.end(JSON.stringify(answers[request.url as keyof typeof answers]))
})

beforeAll(async () => {
  folder = await ServerFolder.make()
  town.listen(0, '127.0.0.1')
  await once(town, 'listening')
  const url = `http://127.0.0.1:${(town.address() as AddressInfo).port}`
  await writeFile(folder.file('kiosks.json'), listed('kiosk-1', tokens.kiosk))
  await writeFile(folder.file('clerks.json'), listed('clerk-1', tokens.clerk))
  await writeFile(folder.file('issuers.json'), listed('issuer-1', tokens.issuer))
  await writeFile(folder.file('port.token'), `${tokens.port}\n`, { mode: 0o600 })
  await writeFile(folder.file('clerk.token'), `${tokens.clerk}\n`, { mode: 0o600 })
  await writeFile(folder.file('pins.key'), '05'.repeat(32), { mode: 0o600 })
  await writeFile(
    folder.file('town.mjs'),
    `export const createPorts = async () => ({
      registers: [{ name: 'residents', lookup: async () => ({ subject: 'subject-1', asOf: Date.now(), sequence: 1 }) }],
      composer: { compose: async ({ case: id, subject }) => ({
        case: id, pageCount: 1, pages: [{ mediaType: 'text/plain', subject, content: new TextEncoder().encode('page') }] }) },
    })`,
  )
  await folder.settings({
    terminals: { by: 'bearer-token', file: 'kiosks.json' },
    clerks: 'clerks.json',
    audit: { file: 'audit.jsonl' },
    municipalPins: { serverKey: 'pins.key', maxTries: 3 },
    issuance: {
      registers: [{ name: 'residents', url: `${url}/register`, tokenFile: 'port.token' }],
      composer: { url: `${url}/compose`, tokenFile: 'port.token' },
      issuers: 'issuers.json',
      documents: ['residence-record'],
      includeSerialNumber: true,
    },
  })
  const { certificate, privateKey } = (await readEvaluationPki(folder.path)).issued.holder
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
  signer = {
    sign: async (message) => ({
      algorithm: 'RS256',
      signature: new Uint8Array(sign('sha256', message, key)),
      certificate,
    }),
  }
})
afterAll(async () => {
  town.closeAllConnections()
  town.close()
  await folder[Symbol.asyncDispose]()
})

const bearer =
  (token: string): typeof fetch =>
  (input, init) =>
    fetch(input, { ...init, headers: { ...(init?.headers as object), authorization: `Bearer ${token}` } })

/** One visit at the terminal. @returns its last state, or the code of its error, and what was printed. */
async function visit(): Promise<{ readonly end: string; readonly printed: readonly string[] }> {
  const printed: string[] = []
  const printer = {
    print: async (pages: readonly Page[]) =>
      void printed.push(...pages.map(({ content }) => new TextDecoder().decode(content))),
    clear: async () => {},
  }
  const server = new IssuanceServer(folder.url, { terminal: 'kiosk-1', fetch: bearer(tokens.kiosk) })
  const work = issueDocuments({ server, signer, purpose: 'evaluation-1', documents, printer, pollMs: 50 })
  const end = await work.then(
    ({ state }): CaseState => state,
    (error: { readonly code: string }) => error.code,
  )
  return { end, printed }
}

const deskCommand = (...more: readonly string[]) =>
  run(['desk', ...more, '--server', folder.url, '--clerk-token-file', folder.file('clerk.token'), '--json'])

describe('serve with issuance', () => {
  test('issues a document, is stopped and resumed by a clerk, and writes all of it to its audit log', async () => {
    await using server = await Served.start(await folder.settings())
    const { end, printed } = await visit()
    expect(end).toBe('collected')
    expect(printed).toEqual([expect.stringMatching(/^a page of subject-/)])
    expect((await deskCommand('status')).json).toEqual({ ok: true, stopped: false })
    const stopped = await deskCommand('stop', '--note', 'a page of another person')
    expect(stopped.json).toMatchObject({ stopped: true, stop: { reason: 'clerk', clerk: 'clerk-1' } })
    expect((await visit()).end).toBe('ERR_ISSUING_STOPPED')
    expect((await fetch(`${folder.url}/readyz`)).status).toBe(503)
    expect((await deskCommand('resume', '--stop', stopped.json.stop.id, '--note', 'the cause was found')).code).toBe(0)
    const again = await deskCommand('resume', '--stop', '1-0', '--note', 'again')
    expect([again.code, again.json.error.code]).toEqual([1, 'ERR_CASE_STATE'])
    expect((await visit()).end).toBe('collected')
    expect(await server.stop()).toBe(0)
    expect(server.errors).toBe('')
    const log = await folder.read('audit.jsonl')
    expect((await verifyAuditLog(folder.file('audit.jsonl'))).entries).toBe(log.trim().split('\n').length)
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, string>>)
    const cases = lines.filter(({ type }) => type === 'case').map(({ state }) => state)
    const whole = ['opened', 'composing', 'sealed', 'released', 'printed', 'collected']
    expect(cases).toEqual([...whole, ...whole])
    expect(lines.filter(({ type }) => type?.startsWith('issuing'))).toMatchObject([
      { type: 'issuing-stopped', clerk: 'clerk-1', note: 'a page of another person' },
      { type: 'issuing-resumed', clerk: 'clerk-1', note: 'the cause was found' },
    ])
    expect(log).not.toMatch(/subject-|token-of/)
  }, 60_000)

  test('a stop outlives the server, and credentials change while it runs', async () => {
    const settings = await folder.settings()
    await using first = await Served.start(settings)
    await deskCommand('stop', '--note', 'before the night')
    await first.stop('SIGKILL')
    await using second = await Served.start(settings)
    const text = await run([
      'desk',
      'status',
      '--server',
      folder.url,
      '--clerk-token-file',
      folder.file('clerk.token'),
      '--lang',
      'en',
    ])
    expect(text.everything).toMatch(/Issuing is stopped\.[\s\S]*clerk-1[\s\S]*before the night/)
    await writeFile(folder.file('next.json'), listed('clerk-2', 'token-of-a-clerk-2'))
    await rename(folder.file('next.json'), folder.file('clerks.json'))
    const clerk = new DeskClient(folder.url, { token: 'token-of-a-clerk-2' })
    await expect.poll(() => clerk.state().catch(() => undefined), { timeout: 10_000 }).toMatchObject({ stopped: true })
    const refused = await deskCommand('status')
    expect([refused.code, refused.json.error.code]).toEqual([1, 'ERR_SERVER'])
    const { stop } = await clerk.state()
    expect(await clerk.resume('the night is over', stop!.id)).toEqual({ stopped: false })
    await writeFile(folder.file('clerks.json'), listed('clerk-1', tokens.clerk))
    expect(await second.stop()).toBe(0)
  }, 60_000)

  test('verifies municipal PINs, of which the tries outlive the server', async () => {
    const settings = await folder.settings()
    const ask = async (action: string, body: object, token: string) => {
      const response = await bearer(token)(`${folder.url}/v1/municipal-pins/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ userId: 'user-1', kind: 'residence-record', ...body }),
      })
      return (await response.json()) as Readonly<Record<string, unknown>>
    }
    await using first = await Served.start(settings)
    expect(await ask('register', { pin: '1234' }, tokens.clerk)).toEqual({ ok: true })
    expect(await ask('verify', { pin: '0000' }, tokens.kiosk)).toMatchObject({ triesLeft: 2 })
    await first.stop('SIGKILL')
    await using second = await Served.start(settings)
    expect(await ask('verify', { pin: '0000' }, tokens.kiosk)).toMatchObject({ triesLeft: 1 })
    expect(await ask('verify', { pin: '1234' }, tokens.kiosk)).toEqual({ ok: true })
    expect(await second.stop()).toBe(0)
  }, 60_000)

  test('takes the ports of a module of the operator', async () => {
    const { issuance } = JSON.parse(await readFile(folder.file('server.json'), 'utf8')) as { issuance: object }
    await using server = await Served.start(await folder.settings({ issuance: { module: './town.mjs' } }))
    expect(await visit()).toEqual({ end: 'collected', printed: ['page'] })
    expect(await server.stop()).toBe(0)
    await folder.settings({ issuance })
  }, 60_000)
})

describe('settings', () => {
  test('of issuance with a mistake are refused, naming it and not its value', async () => {
    const { municipalPins, ...right } = JSON.parse(await readFile(await folder.settings(), 'utf8')) as {
      readonly issuance: object
      readonly municipalPins: object
    }
    const store = { kind: 'memory' }
    await writeFile(folder.file('broken.mjs'), 'throw new Error("secret")')
    await writeFile(folder.file('empty.mjs'), 'export const createPorts = () => ({ registers: [], composer: {} })')
    const issuance = (change: object) => ({ issuance: { ...right.issuance, ...change } })
    const wrong: readonly (readonly [change: object, named: string])[] = [
      [issuance({ module: './town.mjs' }), 'issuance.module'],
      [issuance({ composer: undefined }), 'issuance.composer'],
      [{ issuance: {} }, 'issuance.registers'],
      [issuance({ composer: { url: 'http://secret.example' } }), 'issuance.composer.url'],
      [issuance({ registers: [] }), 'issuance.registers'],
      [issuance({ registers: [{ name: 'a secret', url: 'https://a.example' }] }), 'issuance.registers.0.name'],
      [issuance({ registers: Array(2).fill({ name: 'r', url: 'https://secret.example' }) }), 'issuance.registers'],
      [issuance({ documents: ['a secret'] }), 'issuance.documents.0'],
      [issuance({ lifetimeSeconds: 9 }), 'issuance.lifetimeSeconds'],
      [issuance({ unheard: 'secret' }), 'issuance'],
      [issuance({ issuers: 'port.token' }), 'issuance.issuers'],
      [{ issuance: { module: './broken.mjs' } }, 'issuance.module (Error)'],
      [{ issuance: { module: './secret.mjs' } }, 'issuance.module (ERR_MODULE_NOT_FOUND)'],
      [{ issuance: { module: './empty.mjs' } }, 'issuance.module'],
      [{ clerks: 'port.token' }, 'clerks'],
      [{ tokenFormats: ['jpki-card-token:1'] }, 'tokenFormats'],
      [{ municipalPins }, 'municipalPins, store.kind'],
      [{ municipalPins: { serverKey: 'pins.key', minDigits: 6 } }, 'municipalPins'],
    ]
    for (const [change, named] of wrong) {
      await writeFile(folder.file('wrong.json'), JSON.stringify({ ...right, store, ...change }))
      const { code, json, everything } = await run(['serve', folder.file('wrong.json'), '--json'])
      expect([code, json.error.code], `${named} ${everything}`).toEqual([2, 'ERR_USAGE'])
      expect(json.error.message, named).toContain(named)
      expect(everything, named).not.toContain('secret')
    }
  }, 60_000)
})

describe('serve check with issuance', () => {
  const check = async (change: object) => {
    const right = JSON.parse(await readFile(await folder.settings(), 'utf8')) as Record<string, object>
    const issuance = { ...right['issuance'], ...(change as { readonly issuance?: object }).issuance }
    const settings = { ...right, store: { kind: 'sqlite', file: 'checked.sqlite' }, ...change, issuance }
    await writeFile(folder.file('checked.json'), JSON.stringify(settings))
    const { code, json, everything } = await run(['serve', 'check', folder.file('checked.json'), '--json'])
    const conditions = (json.conditions ?? []) as readonly Record<string, string>[]
    const of = (reason: string) => conditions.filter((one) => one['reason'] === reason).map(({ detail }) => detail!)
    return { code, error: json.error, everything, of }
  }

  test('of settings a server starts with finds nothing, but that no store is there yet', async () => {
    const { code, of } = await check({})
    expect([code, of('file-unusable'), of('file-writable'), of('file-readable')]).toEqual([0, [], [], []])
    expect(of('file-missing')).toEqual([expect.stringContaining('without any municipal PIN')])
  })

  test('names every file that is missing or wrong, and nothing in it', async () => {
    await writeFile(folder.file('secret.key'), 'a-secret-that-is-no-key', { mode: 0o600 })
    await writeFile(folder.file('secret.token'), 'a secret of several words', { mode: 0o600 })
    await writeFile(folder.file('secret.json'), '[{"name":"secret","sha256":"secret"}]')
    await writeFile(folder.file('latin1.json'), Buffer.from([0x5b, 0xe9]))
    const { code, error, everything, of } = await check({
      clerks: 'secret.json',
      issuance: {
        registers: [
          { name: 'residents', url: 'https://a.example', tokenFile: 'none.token' },
          { name: 'copy', url: 'https://b.example', tokenFile: 'clerk.token' },
        ],
        composer: { url: 'https://c.example', tokenFile: 'secret.token' },
        issuers: 'latin1.json',
      },
      municipalPins: { serverKey: 'secret.key', formerKeys: ['pins.key', 'pins.key', 'none.key'] },
    })
    expect([code, error]).toMatchObject([1, { code: 'ERR_SERVER_START', message: expect.stringMatching(/unusable$/) }])
    expect(of('file-unusable').map((detail) => detail.replace(/: .*/, ''))).toEqual([
      'clerks is unusable (ERR_USAGE)',
      'issuance.issuers is unusable (ERR_FILE, 1:2)',
      'issuance.registers.0.tokenFile is unusable (ERR_FILE, ENOENT)',
      'issuance.composer.tokenFile is unusable (ERR_USAGE)',
      'municipalPins.serverKey is unusable (ERR_USAGE)',
      'municipalPins.formerKeys.1 is unusable (ERR_USAGE)',
      'municipalPins.formerKeys.2 is unusable (ERR_FILE, ENOENT)',
    ])
    expect(everything).not.toMatch(/secret/)
  })

  test('parses a module, and does not run it', async () => {
    const ran = folder.file('ran')
    const modules = {
      'none.mjs': undefined,
      'runs.mjs': `import { writeFileSync } from 'node:fs'\nwriteFileSync('${ran}', '')\nexport const createPorts = () => ({})`,
      'half.mjs': 'export const createPorts = () => {',
      'other.mjs': 'export const ports = {}',
    }
    const ends: unknown[] = []
    for (const [name, text] of Object.entries(modules)) {
      if (text !== undefined) await writeFile(folder.file(name), text)
      const { code, of } = await check({ issuance: { registers: undefined, composer: undefined, module: name } })
      ends.push([name, code, of('file-unusable').map((detail) => detail.replace(/: .*/, ''))])
    }
    expect(ends).toEqual([
      ['none.mjs', 1, ['issuance.module is unusable (ERR_FILE, ENOENT)']],
      ['runs.mjs', 0, []],
      ['half.mjs', 1, ['issuance.module is unusable (ERR_USAGE)']],
      ['other.mjs', 1, ['issuance.module is unusable (ERR_USAGE)']],
    ])
    expect(existsSync(ran)).toBe(false)
  })

  test('says which files others may read or write, and that the store has no folder', async () => {
    for (const [name, mode] of [
      ['open.key', 0o640],
      ['open.json', 0o666],
      ['open.token', 0o604],
    ] as const) {
      const from = { 'open.key': 'pins.key', 'open.json': 'issuers.json', 'open.token': 'port.token' }[name]
      await writeFile(folder.file(name), await readFile(folder.file(from)))
      await chmod(folder.file(name), mode)
    }
    const { code, of } = await check({
      store: { kind: 'sqlite', file: 'no-folder/store.sqlite' },
      issuance: { issuers: 'open.json', composer: { url: 'https://c.example', tokenFile: 'open.token' } },
      municipalPins: { serverKey: 'pins.key', formerKeys: ['open.key'] },
    })
    expect(code).toBe(1)
    expect(of('file-writable')).toEqual([expect.stringMatching(/issuance\.issuers .*666/)])
    expect(of('file-readable')).toEqual([
      expect.stringMatching(/municipalPins\.formerKeys\.0 .*640/),
      expect.stringMatching(/issuance\.composer\.tokenFile .*604/),
    ])
    expect(of('folder-missing')).toHaveLength(1)
  })
})

describe('municipalPins', () => {
  test.each([
    [{ serverKey: 'port.token' }, 'municipalPins.serverKey'],
    [{ serverKey: 'pins.key', formerKeys: ['pins.key'] }, 'municipalPins.formerKeys'],
    [{ serverKey: 'pins.key', minDigits: 6 }, 'municipalPins.minDigits'],
  ])('%j is refused', async (municipalPins, named) => {
    const right = JSON.parse(await readFile(await folder.settings(), 'utf8')) as object
    await writeFile(folder.file('wrong.json'), JSON.stringify({ ...right, municipalPins }))
    const { status, stdout } = spawnSync(process.execPath, [commandLine, 'serve', folder.file('wrong.json'), '--json'])
    expect([status, JSON.parse(String(stdout)).error]).toMatchObject([2, { code: 'ERR_USAGE' }])
    expect(String(stdout)).toContain(named)
  })
})

describe('desk', () => {
  test.each<[string, string[]]>([
    ['an address that is not secure', ['--server', 'http://issue.example']],
    ['an empty reason', ['--note', ' ']],
    ['a file without a token', ['--clerk-token-file', 'README.txt']],
  ])('%s is a mistake of usage', async (_, change) => {
    const values = new Map([
      ['--server', folder.url],
      ['--clerk-token-file', folder.file('clerk.token')],
      ['--note', 'why'],
    ])
    const [name, value] = change as [string, string]
    values.set(name, value === 'README.txt' ? folder.file(value) : value)
    const { code, json } = await run(['desk', 'stop', ...[...values].flat(), '--json'])
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
  })
})
