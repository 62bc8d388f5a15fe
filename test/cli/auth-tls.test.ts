import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueRevocationList } from '../../src/emulator/index.ts'
import { Served, ServerFolder } from '../support/served.ts'
import { TlsAuthority } from '../support/tls-authority.ts'
import { identity } from '../support/virtual.ts'
import { cardInReader, run } from './harness.ts'

let folder: ServerFolder
let server: Served
let url: string

beforeAll(async () => {
  folder = await ServerFolder.make()
  const { authCa } = await identity()
  const hour = 3_600_000
  const at = (hours: number): Date => new Date(Date.now() + hours * hour)
  const list = await issueRevocationList(authCa, { thisUpdate: at(-1), nextUpdate: at(24) })
  await writeFile(folder.file('anchors/card.der'), authCa.certificate)
  await writeFile(folder.file('lists/card.crl'), list)
  const ca = new TlsAuthority('Terminals')
  const other = new TlsAuthority('Other')
  const files = {
    'ca.pem': ca.cert,
    'server.pem': ca.server(),
    'kiosk.pem': ca.client('kiosk-1'),
    'other.pem': other.client('kiosk-1'),
    'other-ca.pem': other.cert,
  }
  for (const [name, pair] of Object.entries(files)) {
    if (typeof pair === 'string') await writeFile(folder.file(name), pair)
    else {
      await writeFile(folder.file(name), pair.cert)
      await writeFile(folder.file(`${name}.key`), pair.key)
    }
  }
  url = folder.url.replace('http:', 'https:')
  const tls = { certificate: 'server.pem', key: 'server.pem.key', clientCa: 'ca.pem' }
  server = await Served.start(
    await folder.settings({
      origin: url,
      listen: { port: folder.port, tls },
      terminals: { by: 'client-certificate' },
    }),
  )
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

async function authenticate(options: Readonly<Record<string, string>>, terminal = 'kiosk-1') {
  const { card, transport } = await cardInReader()
  const files = Object.entries(options).flatMap(([name, file]) => [`--${name}`, folder.file(file)])
  const line = ['auth', '--server', url, '--terminal', terminal, '--purpose', 'evaluation-1', '--pin-stdin', '--json']
  const { code, json } = await run([...line, ...files], { stdin: '1234\n', transport })
  return { code, json, triesLeft: card.triesLeft('auth') }
}

const kiosk = { 'server-ca': 'ca.pem', 'client-cert': 'kiosk.pem', 'client-key': 'kiosk.pem.key' }

describe('auth --server over TLS with client certificates', () => {
  test('the terminal of the certificate is served', async () => {
    expect(await authenticate(kiosk)).toMatchObject({ code: 0, json: { terminal: 'kiosk-1', server: url } })
  })

  test.each([
    ['another name than that of the certificate', kiosk, 'kiosk-2', 'ERR_TOKEN_TERMINAL'],
    ['no certificate', { 'server-ca': 'ca.pem' }, 'kiosk-1', 'ERR_SERVER'],
    [
      'a certificate of another CA',
      { ...kiosk, 'client-cert': 'other.pem', 'client-key': 'other.pem.key' },
      'kiosk-1',
      'ERR_SERVER',
    ],
    ['a server of another CA', { ...kiosk, 'server-ca': 'other-ca.pem' }, 'kiosk-1', 'ERR_SERVER'],
    [
      'a server of an untrusted CA',
      { 'client-cert': 'kiosk.pem', 'client-key': 'kiosk.pem.key' },
      'kiosk-1',
      'ERR_SERVER',
    ],
  ])('%s: refused, and no try is spent', async (_, options, terminal, code) => {
    const outcome = await authenticate(options as Readonly<Record<string, string>>, terminal)
    expect([outcome.json.error.code, outcome.code, outcome.triesLeft]).toEqual([code, 1, 3])
  })
})
