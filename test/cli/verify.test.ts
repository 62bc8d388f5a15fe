import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identity } from '../support/virtual.ts'
import { run } from './harness.ts'

let folder: string
let at: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  const person = await identity()
  folder = mkdtempSync(join(tmpdir(), 'verify-'))
  writeFileSync(file('auth.der'), person.auth.certificate)
  writeFileSync(file('sign.der'), person.sign.certificate)
  writeFileSync(file('auth-ca.cer'), person.authCa.certificate)
  const pem = Buffer.from(person.signCa.certificate).toString('base64')
  writeFileSync(file('sign-ca.pem'), `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`)
  writeFileSync(file('rubbish.bin'), 'not a certificate')
  at = new Date(new Date(person.issuedAt).getTime() + 86_400_000).toISOString()
})

afterAll(() => rmSync(folder, { recursive: true }))

const verify = (...args: string[]) => run(['verify', ...args])

describe('verify', () => {
  test('tells path, profile, end and what was not checked', async () => {
    const { code, out: stdout } = await verify(
      file('auth.der'),
      '--anchors',
      folder,
      '--use',
      'auth',
      '--at',
      at,
      '--json',
    )
    expect(code).toBe(0)
    const json = JSON.parse(stdout)
    expect(json).toMatchObject({
      ok: true,
      profile: { use: 'auth', hierarchy: 'virtual' },
      validity: { state: 'valid' },
    })
    expect(json.path).toHaveLength(2)
    expect(json.checks.at(-1)).toEqual({ check: 'revocation', result: 'not-done', depth: 0 })
  })

  test('speaks to people in both languages', async () => {
    const english = await verify(file('sign.der'), '--anchors', file('sign-ca.pem'), '--at', at, '--lang', 'en')
    expect(english.out).toMatch(/Revocation\s+not checked/)
    const japanese = await verify(file('sign.der'), '--anchors', file('sign-ca.pem'), '--at', at, '--lang', 'ja')
    expect(japanese.out).toMatch(/失効\s+未検査/)
  })

  test.each([
    ['a certificate for another use', ['auth.der', '--use', 'sign'], 'jpki-profile'],
    ['one of another anchor', ['auth.der', '--anchors', 'sign-ca.pem'], 'trust-anchor'],
    ['one that has expired', ['auth.der', '--at', '2099-01-01T00:00:00Z'], 'validity'],
  ])('%s ends with 1 and the name of the check', async (_, [name, ...args], check) => {
    const given = args.map((arg) => (arg.endsWith('.pem') ? file(arg) : arg))
    const anchors = args.includes('--anchors') ? [] : ['--anchors', folder]
    const time = args.includes('--at') ? [] : ['--at', at]
    const { code, out: stdout } = await verify(file(name!), ...anchors, ...time, ...given, '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'ERR_VERIFICATION', detail: expect.stringContaining(check) },
    })
  })

  test('a file that is no certificate, and one that is not there, end with 1 and their codes', async () => {
    const rubbish = await verify(file('rubbish.bin'), '--anchors', folder, '--json')
    expect([rubbish.code, JSON.parse(rubbish.out).error.code]).toEqual([1, 'ERR_CERTIFICATE'])
    const missing = await verify(file('missing.der'), '--anchors', folder, '--json')
    expect([missing.code, JSON.parse(missing.out).error.code]).toEqual([1, 'ERR_FILE'])
  })

  test('anchors must be named, and the time be one', async () => {
    expect((await verify(file('auth.der'))).code).toBe(2)
    expect((await verify(file('auth.der'), '--anchors', folder, '--at', 'today')).code).toBe(2)
    expect((await verify(file('auth.der'), '--anchors', folder, '--at', '2026-13-40T00:00:00Z')).code).toBe(2)
  })
})
