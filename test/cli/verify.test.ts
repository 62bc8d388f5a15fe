import { mkdirSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Certificate } from '../../src/pki/x509/index.ts'
import { ca, issue, keyUsage, newKeys } from '../support/issue.ts'
import { type Outcome, run } from './harness.ts'
import { pem, type TrustFixture, trustFixture } from './trust-fixture.ts'

let given: TrustFixture
let anchors: string
/** The second after the holder's certificates ended. */
let expired: string
beforeAll(async () => {
  given = await trustFixture()
  anchors = given.file('anchors')
  expired = new Date(Certificate.fromDer(given.person.auth.certificate).notAfterMs + 1000).toISOString()
})
afterAll(() => given.remove())

const verify = (...args: string[]): Promise<Outcome> => run(['verify', ...args])
/** `verify` of the user-authentication certificate a day after issue. */
const verifyAuth = (...args: string[]): Promise<Outcome> =>
  verify(given.file('auth.der'), '--anchors', anchors, '--at', given.atText, ...args)

describe('verify', () => {
  test('shows path, profile, validity and the checks not done', async () => {
    const { code, json } = await verifyAuth('--use', 'auth', '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ok: true,
      at: given.atText,
      profile: { use: 'auth', hierarchy: 'virtual' },
      validity: { state: 'valid', flags: ['renewal-window-reading'], explanation: { verdict: 'unexplained' } },
      revocation: [{ depth: 0, status: 'unknown', evidence: [], problems: ['not asked for'] }],
    })
    const { notAfter } = Certificate.fromDer(given.person.auth.certificate)
    expect([json.validity.lastMoment, json.validUntil]).toEqual([notAfter.toISOString(), notAfter.toISOString()])
    expect(json.path).toHaveLength(2)
    expect(json.checks.at(-1)).toEqual({ check: 'revocation', result: 'not-done', depth: 0 })
  })

  test('finds the rule behind the last day when the birth date is given', async () => {
    const { json } = await verifyAuth('--birth-date', given.person.holder.birthDate, '--json')
    expect(json.validity.explanation).toMatchObject({
      verdict: 'explained',
      rule: { id: 'certificate-fifth-birthday' },
    })
    const { out } = await verifyAuth('--birth-date', given.person.holder.birthDate, '--lang', 'ja')
    expect(out).toContain('5回目の誕生日まで有効')
  })

  test.each([
    [
      'en',
      [
        /Revocation\s+not checked\s+this certificate\n/,
        /Valid until\s+\d{4}-\d\d-\d\d 23:59:59 JST \(days left/,
        /Renewal\s+from 2/,
      ],
    ],
    [
      'ja',
      [/失効\s+未検査\s+この証明書\n/, /有効期限\s+\d{4}-\d\d-\d\d 23:59:59 JST（残り/, /更新\s+2\d{3}-\d\d-\d\d から/],
    ],
  ] as const)('speaks to people in %s', async (lang, patterns) => {
    const { code, out } = await verify(
      given.file('sign.der'),
      '--anchors',
      anchors,
      '--at',
      given.atText,
      '--lang',
      lang,
    )
    expect(code).toBe(0)
    for (const pattern of patterns) expect(out).toMatch(pattern)
    expect(out).not.toContain(given.person.holder.name)
    expect(out).not.toContain(given.person.holder.address)
  })

  test.each([
    ['a certificate for another use', ['auth.der', '--use', 'sign'], 'jpki-profile'],
    ['one of another anchor', ['auth.der', '--anchors', 'anchors/sign-ca.pem'], 'trust-anchor'],
    ['one that has expired', ['auth.der', '--at', 'expired'], 'validity'],
  ])('%s ends with 1, the name of the check and what was done before', async (_, [name, ...args], check) => {
    const own = args.map((arg) => (arg.endsWith('.pem') ? given.file(arg) : arg === 'expired' ? expired : arg))
    const more = args.includes('--anchors') ? [] : ['--anchors', anchors]
    const time = args.includes('--at') ? [] : ['--at', given.atText]
    const { code, json } = await verify(given.file(name!), ...more, ...time, ...own, '--json')
    expect(code).toBe(1)
    expect(json).toMatchObject({
      ok: false,
      error: { code: 'ERR_VERIFICATION', detail: expect.stringContaining(check) },
      failure: { check, result: 'failed', depth: 0 },
    })
    expect(json.checks).toContainEqual(json.failure)
    expect(json.checks.map((one: { check: string }) => one.check)).toContain('revocation')
    expect(json).not.toHaveProperty('path')
  })

  test('a refusal of a signature certificate does not show its subject', async () => {
    const { subject } = Certificate.fromDer(given.person.sign.certificate)
    const late = ['--at', expired, '--anchors', anchors]
    const text = await verify(given.file('sign.der'), ...late, '--lang', 'en')
    expect([text.code, text.everything.includes(subject)]).toEqual([1, false])
    expect(text.out).toMatch(/Validity period\s+FAILED\s+this certificate/)
    expect(text.out).toMatch(/Revocation\s+not checked/)
    expect(text.err).toContain('ERR_VERIFICATION')
    expect((await verify(given.file('sign.der'), ...late, '--json')).out).not.toContain(subject)
  })

  test('a name with control characters forges no line', async () => {
    const keys = newKeys()
    const root = { subject: 'R', issuer: 'R', keys, signer: keys, extensions: ca() }
    const subject = 'x\nRevocation          passed       this certificate\u001b[1A'
    const leaf = issue({ subject, issuer: 'R', keys: newKeys(), signer: keys, extensions: [keyUsage(0x80)], serial: 2 })
    const files = [given.write('leaf.der', leaf), '--anchors', given.write('root.der', issue(root))]
    const { code, out } = await verify(...files, '--at', '2026-06-01T00:00:00Z', '--lang', 'en')
    expect(code).toBe(0)
    expect(out).toContain('CN=x')
    expect(out).not.toMatch(/^Revocation +passed/m)
    expect(out).not.toContain('\u001b')
  })

  test('names the certificate of the path a failure is about', async () => {
    // The authority has been in use since a year before the card was issued.
    const before = new Date(given.at.getTime() - 3 * 365 * 86_400_000).toISOString()
    const ca = given.file('anchors/auth-ca.cer')
    const { code, json } = await verify(given.file('auth.der'), '--anchors', ca, '--at', before, '--json')
    expect(code).toBe(1)
    const { out } = await verify(given.file('auth.der'), '--anchors', ca, '--at', before, '--lang', 'ja')
    expect(json.failure.depth).toBe(1)
    expect(out).toMatch(/有効期間\s+不適合\s+発行者の証明書/)
  })
})

describe('what verify is given', () => {
  test('a file that is no certificate, and one that is not there, end with 1 and their codes', async () => {
    for (const name of ['rubbish.bin', 'empty.bin']) {
      const rubbish = await verify(given.file(name), '--anchors', anchors, '--json')
      expect([rubbish.code, rubbish.json.error.code]).toEqual([1, 'ERR_CERTIFICATE'])
    }
    const missing = await verify(given.file('missing.der'), '--anchors', anchors, '--json')
    expect([missing.code, missing.json.error.code]).toEqual([1, 'ERR_FILE'])
  })

  test('without anchors only authorities of J-LIS are trusted, so the virtual one is not', async () => {
    const own = pem('CERTIFICATE', given.person.auth.certificate) + pem('CERTIFICATE', given.person.authCa.certificate)
    const chain = given.write('chain.pem', own)
    for (const file of [chain, given.file('auth.der')]) {
      const { code, json } = await verify(file, '--json')
      expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
      expect(json.error.message).toContain('--anchors DIR')
    }
    expect((await verify(chain, '--anchors', anchors, '--at', given.atText)).code).toBe(0)
  })

  test('a folder or PEM file without certificates is wrong usage', async () => {
    mkdirSync(given.file('nothing'))
    given.write('nothing/readme.txt', 'nothing')
    const list = given.write('list.pem', pem('X509 CRL', await given.list()))
    for (const path of [given.file('nothing'), list]) {
      const { code, everything } = await verify(given.file('auth.der'), '--anchors', path)
      expect([code, everything.includes('--anchors DIR')]).toEqual([2, true])
    }
    expect((await verify(list, '--anchors', anchors)).everything).toContain('CERT')
  })

  test.each(['today', '2026-13-40T00:00:00Z', '2026-02-30T00:00:00Z'])('%s is no time', async (at) => {
    expect((await verify(given.file('auth.der'), '--anchors', anchors, '--at', at)).code).toBe(2)
  })

  test.each(['1990-02-30', '0000-01-01', 'yesterday'])('%s is no birth date', async (day) => {
    const { code, everything } = await verifyAuth('--birth-date', day)
    expect([code, everything.includes('--birth-date YYYY-MM-DD')]).toEqual([2, true])
  })
})

describe('a folder of anchors', () => {
  const folder = (name: string, files: Readonly<Record<string, Uint8Array | string>>): string => {
    mkdirSync(given.file(name), { recursive: true })
    for (const [file, content] of Object.entries(files)) given.write(`${name}/${file}`, content)
    return given.file(name)
  }
  const right = () => ({ 'auth.der': given.person.authCa.certificate })
  const verifyWith = (path: string): Promise<Outcome> =>
    verify(given.file('auth.der'), '--anchors', path, '--at', given.atText, '--json')

  test('hidden files are left out, whatever they hold', async () => {
    const path = folder('hidden', {
      ...right(),
      '._auth.der': Uint8Array.of(0, 5, 0x16, 7),
      '.DS_Store': 'x',
      '.hidden.pem': 'x',
      '.der': 'x',
    })
    expect((await verifyWith(path)).code).toBe(0)
    const lists = folder('hidden-lists', { 'good.crl': await given.list(), '._good.crl': Uint8Array.of(0, 5, 0x16, 7) })
    const { code, json } = await verify(
      ...[given.file('auth.der'), '--anchors', path, '--at', given.atText, '--crl', lists, '--json'],
    )
    expect([code, json.revocation[0].status]).toEqual([0, 'good'])
  })

  test.each([
    ['rubbish', 'rubbish', 'b-rubbish.cer: not an X.509 certificate'],
    ['an HTML page', '<!doctype html><title>404</title>', 'b-rubbish.cer: not a certificate, but an HTML page'],
    ['a PEM block cut off', '-----BEGIN CERTIFICATE-----\nMII', 'b-rubbish.cer: a PEM block that is cut off'],
    [
      'an old label',
      pem('X509 CERTIFICATE', Uint8Array.of(0x30, 0)),
      'b-rubbish.cer: PEM blocks are labelled X509 CERTIFICATE',
    ],
  ])('%s in one of its files: ERR_CERTIFICATE names the file', async (_name, content, detail) => {
    const { code, json } = await verifyWith(folder(`bad-${_name.length}`, { ...right(), 'b-rubbish.cer': content }))
    expect([code, json.error.code]).toEqual([1, 'ERR_CERTIFICATE'])
    expect(json.error.detail).toContain(detail)
  })

  test('a file of it that cannot be read: ERR_FILE names the file', async () => {
    const path = folder('dangling', right())
    symlinkSync('nowhere', given.file('dangling/gone.der'))
    const { code, json } = await verifyWith(path)
    expect([code, json.error.code, json.error.message]).toEqual([
      1,
      'ERR_FILE',
      'gone.der: a file cannot be read (ENOENT)',
    ])
  })

  test('without any certificate the error names what there is', async () => {
    const path = folder('windows', { 'Thumbs.db': 'x', 'desktop.ini': 'x' })
    const { code, json } = await verifyWith(path)
    expect([code, json.error.code]).toEqual([2, 'ERR_USAGE'])
    expect(json.error.message).toContain('--anchors DIR (Thumbs.db; desktop.ini)')
    const list = folder('list-only', { 'a.pem': pem('X509 CRL', await given.list()) })
    expect((await verifyWith(list)).json.error.message).toContain('a.pem: PEM of X509 CRL')
  })

  test('a broken list in a folder of lists: ERR_CERTIFICATE names the file', async () => {
    const lists = folder('broken-lists', { 'a.crl': await given.list(), 'b.crl': 'x' })
    const { json } = await verify(given.file('auth.der'), '--anchors', anchors, '--crl', lists, '--json')
    expect(json.error).toMatchObject({ code: 'ERR_CERTIFICATE', detail: expect.stringContaining('b.crl: ') })
  })
})
