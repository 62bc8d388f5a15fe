import { createVerify, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueRevocationList } from '../../src/emulator/index.ts'
import { cardInReader, type Outcome, run, type Setting } from './harness.ts'
import { type TrustFixture, trustFixture } from './trust-fixture.ts'

let given: TrustFixture
let good: string
let revoked: string
beforeAll(async () => {
  given = await trustFixture()
  // The command verifies for the present time, not that of the fixture.
  const now = Date.now()
  const current = { thisUpdate: new Date(now - 60_000), nextUpdate: new Date(now + 3_600_000) }
  const { authCa } = given.person
  const entry = { ...given.entry, at: new Date(now - 60_000) }
  good = given.write('now.crl', await issueRevocationList(authCa, current))
  revoked = given.write('now-revoked.crl', await issueRevocationList(authCa, { ...current, revoked: [entry] }))
})
afterAll(() => given.remove())

const challenge = Uint8Array.of(1, 2, 3, 4)
const auth = (args: readonly string[], setting: Setting = {}): Promise<Outcome> =>
  run(['auth', '--challenge', '01020304', '--pin-stdin', ...args], { stdin: '1234\n', ...setting })

function genuine(json: { certificate: string; signature: string }): boolean {
  const { publicKey } = new X509Certificate(Buffer.from(json.certificate, 'base64'))
  return createVerify('RSA-SHA256').update(challenge).verify(publicKey, Buffer.from(json.signature, 'base64'))
}

describe('auth', () => {
  test('with --virtual the chain ends in the CA of the virtual card', async () => {
    const { code, json } = await auth(['--virtual', '--json', '--birth-date', given.person.holder.birthDate])
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      chain: { ok: true, checked: true, profile: { use: 'auth', hierarchy: 'virtual' } },
      validity: { state: 'valid', explanation: { rule: { id: 'certificate-fifth-birthday' } } },
    })
    expect(json.chain.path).toHaveLength(2)
    expect(json.chain.validUntil).toBe(json.validity.lastMoment)
    expect(json.chain.checks.at(-1)).toEqual({ check: 'revocation', result: 'not-done', depth: 0 })
  })

  test('with anchors and a list it ends in them, and the evidence is shown', async () => {
    const args = ['--anchors', given.file('anchors'), '--crl', good]
    const { card, transport } = await cardInReader()
    const { code, json } = await auth([...args, '--json'], { transport })
    expect([code, json.chain.ok, json.chain.revocation[0].status]).toEqual([0, true, 'good'])
    expect(json.exchanges).toBe(card.exchanges)
    const { out } = await auth([...args, '--virtual', '--lang', 'ja'])
    expect(out).toMatch(/証明書の検証\s+有効と確認しました/)
    expect(out).toMatch(/失効\s+適合\s+この証明書\n\s+失効リスト: C=JP/)
  })

  test('the CA certificate of the card is read only where it is used', async () => {
    const line = ['--json']
    const { json: read } = await auth([...line, '--virtual'])
    const { json: named } = await auth([...line, '--virtual', '--anchors', given.file('anchors')])
    expect(named.exchanges).toBeLessThan(read.exchanges)
  })

  test.each([
    ['revoked', () => ['--crl', revoked], 'revocation'],
    ['of another CA', () => ['--anchors', given.file('anchors/sign-ca.pem')], 'trust-anchor'],
  ])('a right signature with a certificate %s ends with 1', async (_, more, check) => {
    const { code, json } = await auth(['--virtual', ...more(), '--json'])
    expect(code).toBe(1)
    expect(json).toMatchObject({
      ok: false,
      error: { code: 'ERR_VERIFICATION' },
      chain: { ok: false, checked: true, failure: { check, depth: 0 } },
    })
    expect(genuine(json)).toBe(true)
    const english = await auth(['--virtual', ...more(), '--lang', 'en'])
    expect([english.code, english.err.includes('ERR_VERIFICATION')]).toEqual([1, true])
    expect(english.out).toMatch(/Certificate chain\s+REFUSED/)
    expect((await auth(['--virtual', ...more(), '--lang', 'ja'])).out).toContain('有効と認められません')
  })

  test('a card whose CA is not one of the six is not checked, and never good', async () => {
    const { card, transport } = await cardInReader()
    const { code, json } = await auth(['--json'], { transport })
    // Six exchanges: its CA certificate is of no use here, so it is not read.
    expect([json.exchanges, card.exchanges]).toEqual([6, 6])
    expect([code, json.ok, json.chain]).toEqual([0, true, { ok: false, checked: false, reason: 'unknown-ca' }])
    for (const [lang, text] of [
      ['en', /Certificate chain\s+not checked: .*J-LIS/],
      ['ja', /証明書の検証\s+未検査: .*J-LIS/],
    ] as const) {
      const { out } = await auth(['--lang', lang], { transport: (await cardInReader()).transport })
      expect(out).toMatch(text)
      expect(out).not.toMatch(/verified\n|有効と確認しました/)
    }
  })

  test.each([
    ['refuses', { status: 0x6982 }],
    ['gives rubbish as', { garbage: '30039000' }],
    ['is taken away before', 'pull'],
  ] as const)('a card that %s its CA certificate still gives the signature', async (_, fault) => {
    const { card } = await cardInReader()
    card.setFaults([{ at: 6, do: fault }])
    const dependencies = { createVirtualCard: async () => card }
    const { code, json } = await auth(['--json', '--virtual'], { dependencies })
    card.setFaults(undefined)
    expect(code).toBe(0)
    expect(json.chain).toEqual({ ok: false, checked: false, reason: 'no-ca-certificate' })
    expect(genuine(json)).toBe(true)
  })

  test('recording and replaying leave the CA certificate alone, and take anchors', async () => {
    const file = given.file('auth.json')
    const recorded = await run(
      ['record', file, 'auth', '--challenge', '01020304', '--pin-stdin', '--json', '--virtual', '--keep-all'],
      { stdin: '1234\n' },
    )
    expect(recorded.json.chain).toEqual({ ok: false, checked: false, reason: 'transcript' })
    const replay = (...args: string[]): Promise<Outcome> =>
      run(['replay', file, 'auth', '--challenge', '01020304', '--pin-stdin', '--json', ...args], { stdin: '1234\n' })
    expect((await replay()).json.chain.reason).toBe('transcript')
    const anchored = await replay('--anchors', given.file('anchors'), '--crl', good)
    expect([anchored.code, anchored.json.chain.ok]).toEqual([0, true])
  })

  test('files are read before the card is, so nothing is spent on a wrong one', async () => {
    for (const args of [
      ['--crl', given.file('rubbish.bin')],
      ['--ocsp', given.file('empty.bin')],
      ['--anchors', given.file('gone')],
      ['--birth-date', '2001-02-29'],
    ]) {
      const { card, transport } = await cardInReader()
      const { code } = await auth([...args, '--json'], { transport })
      expect(code).toBe(args[0] === '--birth-date' ? 2 : 1)
      expect(card.exchanges).toBe(0)
    }
  })
})

describe('demo', () => {
  test('verifies the chain with a list, explains the last day, and refuses the certificate once revoked', async () => {
    const { code, json } = await run('demo --json')
    expect(code).toBe(0)
    expect(json.chain).toMatchObject({ ok: true, revocation: [{ status: 'good', evidence: [{ kind: 'crl' }] }] })
    expect(json.chain.checks.every(({ result }: { result: string }) => result === 'passed')).toBe(true)
    expect(json.validity.explanation).toMatchObject({ verdict: 'explained' })
    expect(json.validity.explanation.missing).not.toContain('cardExpiry')
    expect(json.server).toMatchObject({ again: 'ERR_NONCE_UNKNOWN', afterRevocation: 'ERR_CERTIFICATE_REVOKED' })
  })

  test.each([
    [
      'en',
      /Certificate chain\s+verified/,
      /revocation list: C=JP/,
      /Rule\s+A certificate ends/,
      /after revocation\s+refused \(ERR_CERTIFICATE_REVOKED\)/,
    ],
    ['ja', /証明書の検証\s+有効と確認しました/, /失効リスト: C=JP/, /規則\s+電子証明書は/, /拒否しました/],
  ])('says so in %s', async (lang, ...patterns) => {
    const { code, out } = await run(`demo --lang ${lang}`)
    expect(code).toBe(0)
    for (const pattern of patterns) expect(out).toMatch(pattern)
  })
})
