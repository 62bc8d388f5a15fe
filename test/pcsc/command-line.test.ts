import { verify, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVirtualCard, type VirtualCardOptions } from '../../src/emulator/index.ts'
import { base, tableFile } from '../documents/pdf/files.ts'
import { pem } from '../support/openssl.ts'
import { type Pcscd, startPcscd } from '../support/pcscd.ts'
import { commandLine, run, Slot } from '../support/slot.ts'
import { identity, verifies } from '../support/virtual.ts'

const challenge = '00112233445566778899AABBCCDDEEFF'
let pcscd: Pcscd
const slot = new Slot()

beforeAll(async () => {
  expect(existsSync(commandLine), 'run `npm run build` first').toBe(true)
  pcscd = await startPcscd()
})

afterAll(async () => {
  await slot.remove()
  await pcscd.stop()
})

async function inserted(options: VirtualCardOptions = {}) {
  const card = await createVirtualCard({ identity: await identity(), ...options })
  await slot.insert(card)
  return card
}

async function cli(args: readonly string[], input = '') {
  const { code, stdout, stderr } = await run(process.execPath, [commandLine, ...args, '--json'], { input })
  expect(stdout.trim().split('\n'), stderr).toHaveLength(1)
  return { code, json: JSON.parse(stdout) }
}

const none = { shortFileId: false, extendedLength: false, directReference: false }
const cards: readonly (readonly [string, VirtualCardOptions, number])[] = [
  ['every capability', {}, 6],
  ['no short EF identifiers', { capabilities: { shortFileId: false } }, 8],
  ['no extended lengths', { capabilities: { extendedLength: false } }, 12],
  ['no extended lengths, contactless', { capabilities: { extendedLength: false }, interface: 'contactless' }, 13],
  ['no direct references', { capabilities: { directReference: false } }, 9],
  ['no capability at all', { capabilities: none }, 17],
]

const sentTo = (card: { readonly log: readonly { readonly command: Uint8Array }[] }): readonly string[] =>
  card.log.map(({ command }) => Buffer.from(command).toString('hex').toUpperCase())

/** What is signed, and the other program that verifies the result. */
const documents: Readonly<
  Record<
    string,
    { source: () => string | Uint8Array; profile: string; verifyOutside: (file: string, ca: string) => Promise<void> }
  >
> = {
  cms: {
    source: () => 'an application',
    profile: 'CAdES-B-B',
    verifyOutside: async (file, ca) => {
      const command = [
        'cms',
        '-verify',
        '-cades',
        '-inform',
        'DER',
        '-in',
        file,
        '-CAfile',
        `${ca}.pem`,
        '-purpose',
        'any',
      ]
      const { code, stdout, stderr } = await run('openssl', [...command, '-binary'])
      expect(code, stderr).toBe(0)
      expect(stdout).toBe('an application')
    },
  },
  pdf: {
    source: () => tableFile(base),
    profile: 'PAdES-B-B',
    verifyOutside: async (file) => {
      const { stdout } = await run('pdfsig', ['-nocert', file], { env: { LC_ALL: 'C' } })
      expect(stdout).toContain('Signature is Valid')
      expect(stdout).toContain('Total document signed')
    },
  },
  xml: {
    source: () => '<application xmlns="urn:example:application"><place>架空市</place></application>',
    profile: 'XAdES-BES',
    verifyOutside: async (file, ca) => {
      const properties = ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties']
      const { code, stderr } = await run('xmlsec1', ['--verify', '--trusted-der', ca, ...properties, file])
      expect(code, stderr).toBe(0)
    },
  },
}

describe.each(['pcsc-mini', 'pcsclite'])('through pcscd with %s', (binding) => {
  test.each(cards)('`auth` works on a card with %s', async (_, options, most) => {
    const card = await inserted(options)
    const { code, json } = await cli(['auth', '--challenge', challenge, '--pin-stdin', '--binding', binding], '1234\n')
    expect(json).toMatchObject({ ok: true, algorithm: 'RS256' })
    expect(code).toBe(0)
    expect(json.exchanges).toBe(card.exchanges)
    expect(json.exchanges).toBeLessThanOrEqual(most)
    const { publicKey } = new X509Certificate(Buffer.from(json.certificate, 'base64'))
    const signature = Buffer.from(json.signature, 'base64')
    expect(verify('SHA256', Buffer.from(challenge, 'hex'), publicKey, signature)).toBe(true)
    expect(card.verified('auth')).toBe(false)
  })

  test.each(Object.keys(documents))('`sign --as %s` makes a document that verifies, with one VERIFY', async (form) => {
    const { source, profile, verifyOutside } = documents[form]!
    const folder = mkdtempSync(join(tmpdir(), 'documents-'))
    const [file, out, anchor] = ['doc', 'signed', 'ca.der'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(file, source())
    const ca = (await identity()).signCa.certificate
    writeFileSync(anchor, ca)
    writeFileSync(`${anchor}.pem`, pem('CERTIFICATE', ca))
    const line = ['sign', file, '--key', 'sign', '--pin-stdin', '--binding', binding]
    const first = await inserted()
    const raw = await cli(line, 'ABC123\n')
    const card = await inserted()
    const { code, json } = await cli([...line, '--as', form, '--out', out], 'ABC123\n')
    expect([code, json.profile]).toEqual([0, profile])
    // Not one exchange more than a raw signature, and the same commands.
    expect(json.exchanges).toBe(raw.json.exchanges)
    expect(card.exchanges).toBe(first.exchanges)
    expect(verifies(sentTo(card))).toBe(1)
    expect(sentTo(card).map((command) => command.slice(0, 4))).toEqual(
      sentTo(first).map((command) => command.slice(0, 4)),
    )
    expect(card.verified('sign')).toBe(false)
    const report = await cli(['verify-document', out, '--anchors', anchor, '--use', 'sign'])
    expect(report.code).toBe(0)
    expect(report.json.signatures).toMatchObject([
      { indication: 'TOTAL-PASSED', integrity: 'intact', profile, coverage: { extent: 'whole' } },
    ])
    await verifyOutside(out, anchor)
    rmSync(folder, { recursive: true })
  })

  test('`inspect` shows card, counters and certificates', async () => {
    const card = await inserted({ triesLeft: { auth: 2 } })
    const { code, json } = await cli(['inspect', '--binding', binding])
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      reader: slot.reader,
      card: { kind: 'my-number', token: 'JPKIAPICCTOKEN2' },
      pins: [
        { id: 'auth', state: 'usable', triesLeft: 2, triesMax: 3 },
        { id: 'sign', state: 'usable', triesLeft: 5, triesMax: 5 },
      ],
    })
    expect([card.triesLeft('auth'), card.triesLeft('sign')]).toEqual([2, 5])
  })

  test('a wrong PIN ends with 4 and what is left', async () => {
    const card = await inserted()
    const { code, json } = await cli(['auth', '--challenge', challenge, '--pin-stdin', '--binding', binding], '9999\n')
    expect(json).toMatchObject({ ok: false, error: { code: 'ERR_PIN_REJECTED', triesLeft: 2 } })
    expect(code).toBe(4)
    expect(card.triesLeft('auth')).toBe(2)
  })

  test('an empty reader ends with 3', async () => {
    await slot.remove()
    const { code, json } = await cli(['inspect', '--wait', '0', '--binding', binding])
    expect(json.ok).toBe(false)
    expect(json.error.code).toMatch(/^ERR_(NO_CARD|TIMEOUT)$/)
    expect(code).toBe(3)
  })

  test('no service ends with 3', async () => {
    await slot.remove()
    await pcscd.stop()
    try {
      const { code, json } = await cli(['inspect', '--binding', binding])
      expect(json).toMatchObject({ ok: false, error: { code: 'ERR_SERVICE_UNAVAILABLE' } })
      expect(code).toBe(3)
    } finally {
      await pcscd.start()
    }
  })
})
