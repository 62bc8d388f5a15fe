import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIdentity, exportIdentity, type Identity, importIdentity } from '../../src/emulator/index.ts'
import { birthdayAfter, eraDigits, eraOf } from '../../src/emulator/issue/calendar.ts'
import { identity, issuedAt } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'virtual-card-'))
const files = ['authCa', 'signCa', 'auth', 'sign'] as const
let person: Identity

beforeAll(async () => {
  person = await identity()
  for (const name of files) {
    const pem = new X509Certificate(person[name].certificate).toString()
    writeFileSync(join(folder, `${name}.pem`), pem)
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

function openssl(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' })
  return status === 0 ? stdout : `${stdout}${stderr}`
}

const text = (name: string): string =>
  openssl('x509', '-in', `${name}.pem`, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus')

describe('issued certificates', () => {
  const at = String(issuedAt.getTime() / 1000 + 60)

  test.each(['auth', 'sign'])('openssl verifies the %s chain', (name) => {
    expect(openssl('verify', '-x509_strict', '-attime', at, '-CAfile', `${name}Ca.pem`, `${name}.pem`)).toBe(
      `${name}.pem: OK\n`,
    )
  })

  test('openssl rejects them under the other authority and after their end', () => {
    expect(openssl('verify', '-attime', at, '-CAfile', 'signCa.pem', 'auth.pem')).toContain('verification failed')
    const late = String(Date.UTC(2030, 1, 17, 15) / 1000)
    expect(openssl('verify', '-attime', late, '-CAfile', 'authCa.pem', 'auth.pem')).toContain('has expired')
  })

  test('they last to the end of the fifth birthday in Japan and fit their file', () => {
    for (const name of ['auth', 'sign'] as const) {
      const certificate = new X509Certificate(person[name].certificate)
      expect(certificate.validFrom).toBe('Oct 27 03:00:00 2025 GMT')
      expect(certificate.validTo).toBe('Feb 17 14:59:59 2030 GMT')
      expect(certificate.raw.length).toBeLessThan(1900)
    }
  })

  test('they cannot be taken for real ones', () => {
    const virtual = 'C=JP,O=JPKI-VIRTUAL,OU=JPKI for user authentication,OU=Virtual card, not issued by any authority'
    expect(text('auth')).toContain(`Issuer: ${virtual}`)
    expect(text('authCa')).toContain(`Subject: ${virtual}`)
  })

  test('the authentication certificate has its profile', () => {
    const printed = text('auth')
    expect(printed).toMatch(/Subject: C=JP,CN=[0-9A-F]{14}99999003A\n/)
    expect(printed).toMatch(/Key Usage: critical\n\s+Digital Signature\n/)
    expect(printed).toContain('TLS Web Client Authentication')
    expect(printed).toContain('Policy: 1.2.392.200149.8.5.1.3.30')
    expect(printed).toContain('OCSP - URI:')
    expect(printed).not.toContain('Subject Alternative Name')
  })

  test('the signature certificate has its profile and the holder in order', () => {
    const printed = text('sign')
    expect(printed).toMatch(/Subject: C=JP,L=Kaku-ken,L=Kaku-shi,CN=\d{28}\n/)
    expect(printed).toMatch(/Key Usage: critical\n\s+Digital Signature, Non Repudiation\n/)
    expect(printed).toMatch(/Certificate Policies: critical\n\s+Policy: 1.2.392.200149.8.5.1.0.20/)
    const names = [...printed.matchAll(/1\.2\.392\.200149\.8\.5\.5\.(\d)::([^,\n]*)/g)].map(([, n, value]) => [
      n,
      value,
    ])
    const { holder } = person
    expect(names).toEqual([
      ['1', holder.name],
      ['4', '419900217'],
      ['3', '2'],
      ['5', holder.address],
      ['2', holder.nameSubstitutes],
      ['6', holder.addressSubstitutes],
    ])
    expect(printed).not.toContain('Authority Information Access')
  })

  test('the authority key identifier names key, issuer and serial of the CA', () => {
    const printed = text('auth')
    const serial = new X509Certificate(person.authCa.certificate).serialNumber
    expect(printed).toContain(`serial:${serial.match(/../g)?.join(':')}`)
    const subjectKey = text('authCa').match(/Subject Key Identifier: \n\s+([0-9A-F:]+)/)?.[1]
    expect(printed).toContain(`keyid:${subjectKey}`)
  })

  test('strings are PrintableString for the country and UTF8String else, dates UTCTime', () => {
    const dump = openssl('asn1parse', '-in', 'sign.pem')
    expect(dump).toContain('PRINTABLESTRING   :JP')
    expect(dump).toContain('UTF8STRING        :JPKI-VIRTUAL')
    expect(dump).toMatch(/UTCTIME\s+:300217145959Z/)
  })
})

describe('identities', () => {
  test('survive export and import', async () => {
    expect(await importIdentity(exportIdentity(person))).toEqual(person)
  })

  test.each(['', '{}', '{"format":"jpki-card-virtual-identity-1","identity":{}}'])(
    'other text is a TypeError',
    async (json) => {
      await expect(importIdentity(json)).rejects.toThrow(TypeError)
    },
  )

  test('take another holder and issue date', async () => {
    const now = new Date('2024-02-29T00:00:00Z')
    const other = await createIdentity({ now, holder: { name: '試験　太郎', birthDate: '2004-02-29', sex: '1' } })
    expect(other.holder.nameSubstitutes).toBe('10000')
    expect(other.cardExpiry).toBe('2034-02-28')
    expect(new X509Certificate(other.sign.certificate).validTo).toBe('Feb 28 14:59:59 2029 GMT')
    await expect(createIdentity({ holder: { birthDate: '1990-02-30' } })).rejects.toThrow(TypeError)
  })
})

describe('dates', () => {
  test.each([
    ['2019-05-01', '5', '010501'],
    ['2019-04-30', '4', '310430'],
    ['1989-01-08', '4', '010108'],
    ['1980-02-17', '3', '550217'],
    ['1926-12-24', '2', '151224'],
    ['1912-07-29', '1', '450729'],
  ])('%s is of era %s', (date, code, digits) => {
    expect(eraOf(date).code).toBe(code)
    expect(eraDigits(date)).toBe(digits)
  })

  test.each([
    ['2025-10-27', '1990-02-17', '2030-02-17'],
    ['2025-01-10', '1990-02-17', '2029-02-17'],
    ['2025-02-17', '1990-02-17', '2030-02-17'],
  ])('issued %s, born %s: until %s', (issued, birth, end) => {
    expect(birthdayAfter(issued, birth, 5)).toBe(end)
  })
})
