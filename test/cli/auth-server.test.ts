import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVirtualCard, issueRevocationList, VirtualTransport } from '../../src/emulator/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

let folder: ServerFolder
let server: Served
const hour = 3_600_000

/** A list of the card's CA, as the server finds it. */
async function writeList(number: number, revoked: readonly { serialNumber: string; at: Date }[] = []): Promise<void> {
  const { authCa } = await identity()
  const at = (hours: number): Date => new Date(Date.now() + hours * hour)
  const list = await issueRevocationList(authCa, { thisUpdate: at(number - 5), nextUpdate: at(24), number, revoked })
  await writeFile(folder.file('lists/card.crl'), list)
}

beforeAll(async () => {
  folder = await ServerFolder.make()
  await writeFile(folder.file('anchors/card.der'), (await identity()).authCa.certificate)
  await writeList(1)
  const revocation = { mode: 'required', lists: 'lists', refreshSeconds: 0 }
  server = await Served.start(await folder.settings({ revocation, audit: { file: 'audit.jsonl' } }))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** The command line, with other values for some of its options, or more of them. */
const line = (...changes: readonly string[]): string[] => {
  const values = new Map([
    ['--server', folder.url],
    ['--terminal', 'kiosk-1'],
    ['--purpose', 'evaluation-1'],
  ])
  for (let i = 0; i < changes.length; i += 2) values.set(changes[i]!, changes[i + 1]!)
  return ['auth', ...[...values].flat(), '--pin-stdin', '--json']
}

describe('auth --server', () => {
  test('does the whole kiosk side: challenge, card, token, verdict', async () => {
    const { card, transport } = await cardInReader()
    const { code, json, everything } = await run(line(), { stdin: '1234\n', transport })
    expect([code, json.ok]).toEqual([0, true])
    expect(json).toMatchObject({ purpose: 'evaluation-1', terminal: 'kiosk-1', server: folder.url })
    expect(json.holder).toMatch(/^[\w-]{43}$/)
    expect(everything).not.toContain('1234')
    expect(card.exchanges).toBeLessThanOrEqual(9)
    const again = await run(line(), { stdin: '1234\n', transport: new VirtualTransport({ card }) })
    expect(again.json.holder).toBe(json.holder)
  })

  test('neither holder nor certificate is in the audit log in the clear', async () => {
    const log = await folder.read('audit.jsonl')
    const { auth, holder } = await identity()
    const certificate = Certificate.fromDer(auth.certificate)
    const base64 = Buffer.from(auth.certificate).toString('base64')
    for (const secret of [holder.name, certificate.subject, certificate.serialNumber, base64.slice(0, 60)]) {
      expect(log).not.toContain(secret)
    }
    expect(log).toContain('"type":"accepted"')
  })

  test('a wrong PIN costs one try and no token goes out', async () => {
    const { card, transport } = await cardInReader()
    const before = (await folder.read('audit.jsonl')).split('\n').length
    const { code, json } = await run(line(), { stdin: '0000\n', transport })
    expect([code, json.error.code, json.error.triesLeft]).toEqual([4, 'ERR_PIN_REJECTED', 2])
    expect(card.exchanges).toBeGreaterThan(0)
    // The check of the certificate, the challenge, and nothing else.
    expect((await folder.read('audit.jsonl')).split('\n').length).toBe(before + 2)
  })

  test.each([
    ['a server that is not there', ['--server', 'http://127.0.0.1:1'], 1, 'ERR_SERVER'],
    ['a purpose that is not served', ['--purpose', 'elsewhere'], 1, 'ERR_TOKEN_PURPOSE'],
    ['another origin than that of its challenges', ['--origin', 'https://other.example'], 1, 'ERR_TOKEN_ORIGIN'],
    ['plain http to another machine', ['--server', 'http://example.com'], 2, 'ERR_USAGE'],
  ])('%s spends no try', async (_, options, expected, errorCode) => {
    const { card, transport } = await cardInReader()
    const { code, json } = await run(line(...options), { stdin: '1234\n', transport })
    expect([code, json.error.code]).toEqual([expected, errorCode])
    expect(card.log.filter(({ command }) => command[1] === 0x20 && command.length > 4)).toEqual([])
  })

  test('what the server refuses ends with its code', async () => {
    const { auth } = await identity()
    const { serialNumber } = Certificate.fromDer(auth.certificate)
    await writeList(2, [{ serialNumber, at: new Date(Date.now() - hour) }])
    const { card, transport } = await cardInReader()
    const { code, json } = await run(line(), { stdin: '1234\n', transport })
    expect([code, json.error.code]).toEqual([1, 'ERR_CERTIFICATE_REVOKED'])
    // Known before the PIN.
    expect(card.log.filter(({ command }) => command[1] === 0x20 && command.length > 4)).toEqual([])
    await writeList(3)
  })

  test.each([
    ['another holder', { holder: 'i'.repeat(43) }],
    ['another terminal', { terminal: 'kiosk-2' }],
    ['another purpose', { purpose: 'evaluation-2' }],
    ['an end in 1999', { validUntil: '1999-12-31T23:59:59.000Z' }],
    ['another challenge', { challengeDigest: 'A'.repeat(43) }],
    ['no challenge', { challengeDigest: undefined }],
  ])('an acceptance that names %s is refused, and nothing of it shown', async (_, change) => {
    const proxy = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part as Buffer)
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${folder.url}${request.url}`, { method: 'POST', headers, body: Buffer.concat(parts) })
      const json = (await answer.json()) as object
      const body = request.url === '/v1/verifications' ? { ...json, ...change } : json
      response.writeHead(answer.status, headers).end(JSON.stringify(body))
    })
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const { transport } = await cardInReader()
    const { code, json } = await run(line('--server', url, '--origin', folder.url), { stdin: '1234\n', transport })
    await new Promise((done) => proxy.close(done))
    expect([code, json.ok, json.error.code]).toEqual([1, false, 'ERR_ANSWER_MISMATCH'])
    expect(json).not.toHaveProperty('holder')
  })

  test.each([
    ['neither', []],
    ['both', ['--challenge', '00', '--server', 'http://127.0.0.1:1', '--terminal', 'a', '--purpose', 'b']],
    ['no terminal', ['--server', 'http://127.0.0.1:1', '--purpose', 'b']],
    ['no purpose', ['--server', 'http://127.0.0.1:1', '--terminal', 'a']],
    ['a list with a server', ['--server', 'http://127.0.0.1:1', '--terminal', 'a', '--purpose', 'b', '--crl', 'x']],
    ['a terminal without a server', ['--challenge', '00', '--terminal', 'a']],
    [
      'a key without certificate',
      ['--server', 'http://127.0.0.1:1', '--terminal', 'a', '--purpose', 'b', '--client-key', 'package.json'],
    ],
  ])('usage: %s', async (_, options) => {
    const { code } = await run(['auth', '--pin-stdin', ...options], {
      stdin: '1234\n',
      transport: new VirtualTransport({ card: await createVirtualCard({ identity: await identity() }) }),
    })
    expect(code).toBe(2)
  })
})
