import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Authorities,
  createAuthorities,
  createIdentity,
  exportIdentity,
  type IssuedCertificate,
  importIdentity,
  issueUserCertificates,
  type UserCertificates,
} from '../../src/emulator/index.ts'
import { inspectCertificate, jpkiProfileOf } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { opensslFolder, opensslTest } from './issue-openssl.ts'

const { openssl, writeCertificate } = opensslFolder()
const now = new Date('2025-10-27T03:00:00.700Z')
const seconds = (date: Date): string => String(Math.floor(date.getTime() / 1000))
const read = ({ certificate }: IssuedCertificate): Certificate => Certificate.fromDer(certificate)

let older: Authorities
let newer: Authorities
let hierarchy: Authorities
let first: UserCertificates

beforeAll(async () => {
  older = await createAuthorities({ now: new Date('2020-10-27T03:00:00Z') })
  newer = await createAuthorities({ now })
  hierarchy = await createAuthorities({ now, organization: 'JPKI-TEST', validYears: 40 })
  first = await issueUserCertificates(newer, { now })
  const named = {
    older: older.authCa,
    newer: newer.authCa,
    newerSign: newer.signCa,
    auth: first.auth,
    sign: first.sign,
  }
  for (const [name, { certificate }] of Object.entries(named)) writeCertificate(`${name}.pem`, certificate)
})

function inspect(certificate: IssuedCertificate, authorities: Authorities, at = now, use: 'auth' | 'sign' = 'auth') {
  const anchors = [read(authorities.authCa), read(authorities.signCa)]
  const hierarchies = ['virtual', 'test'] as const
  return inspectCertificate(read(certificate), { anchors, at, use, hierarchies, revocation: { mode: 'none' } })
}

describe('authorities', () => {
  test('of two generations differ in the key only', () => {
    for (const use of ['authCa', 'signCa'] as const) {
      const [one, other] = [read(older[use]), read(newer[use])]
      expect(one.subjectName.der).toEqual(other.subjectName.der)
      expect(one.key.der).not.toEqual(other.key.der)
      expect(one.extensions.subjectKeyId).not.toEqual(other.extensions.subjectKeyId)
    }
  })

  test('are valid from a year before to ten years after that', () => {
    for (const { certificate } of [newer.authCa, newer.signCa]) {
      const { validFrom, validTo } = new X509Certificate(certificate)
      expect([validFrom, validTo]).toEqual(['Oct 27 03:00:00 2024 GMT', 'Oct 26 14:59:59 2034 GMT'])
    }
  })

  test('have years and a hierarchy as asked, and GeneralizedTime from 2050', () => {
    const long = read(hierarchy.signCa)
    expect(long.notAfter).toEqual(new Date('2064-10-26T14:59:59Z'))
    expect(Buffer.from(long.der).includes(Buffer.from('20641026145959Z'))).toBe(true)
    expect(jpkiProfileOf(long)).toEqual({
      ok: true,
      profile: { use: 'sign-ca', hierarchy: 'test', generation: 'current' },
    })
  })

  test.each([0, 1, 100, 2.5, Number.NaN])('do not last %s years', async (validYears) => {
    await expect(createAuthorities({ validYears })).rejects.toThrow(RangeError)
  })

  test('need a date', async () => {
    await expect(createAuthorities({ now: new Date(Number.NaN) })).rejects.toThrow('now must be a valid date')
  })
})

describe('user certificates', () => {
  test('are trusted under their generation only', async () => {
    expect(await inspect(first.auth, newer)).toMatchObject({ ok: true })
    expect(await inspect(first.sign, newer, now, 'sign')).toMatchObject({ ok: true })
    expect(await inspect(first.auth, older)).toMatchObject({ ok: false, failure: { check: 'signature' } })
    const both = { authCa: older.authCa, signCa: newer.authCa }
    expect(await inspect(first.auth, both)).toMatchObject({ ok: true, path: [{}, { key: read(newer.authCa).key }] })
  })

  opensslTest('are trusted by openssl under their generation only', () => {
    const verify = (...args: readonly string[]) => openssl('verify', '-x509_strict', '-attime', seconds(now), ...args)
    expect(verify('-CAfile', 'newer.pem', 'auth.pem')).toBe('auth.pem: OK\n')
    expect(verify('-CAfile', 'newerSign.pem', 'sign.pem')).toBe('sign.pem: OK\n')
    expect(verify('-CAfile', 'older.pem', 'auth.pem')).toContain('verification failed')
  })

  test('of the test hierarchy are recognised', async () => {
    const { auth, sign } = await issueUserCertificates(hierarchy, { now, keys: first })
    expect(jpkiProfileOf(read(auth))).toEqual({
      ok: true,
      profile: { use: 'auth', hierarchy: 'test', generation: 'current' },
    })
    expect(jpkiProfileOf(read(sign))).toEqual({
      ok: true,
      profile: { use: 'sign', hierarchy: 'test', generation: 'current' },
    })
    expect(await inspect(sign, hierarchy, now, 'sign')).toMatchObject({ ok: true })
    expect(Buffer.from(auth.certificate).includes('JPKI-VIRTUAL')).toBe(false)
  })

  test('may have expired, or be not valid yet', async () => {
    const [notBefore, notAfter] = [new Date('2023-01-01T00:00:00Z'), new Date('2024-01-01T00:00:00Z')]
    const { auth } = await issueUserCertificates(newer, { now, notBefore, notAfter, keys: first })
    expect(read(auth)).toMatchObject({ notBefore, notAfter })
    const later = await issueUserCertificates(newer, { now, notBefore: new Date(now.getTime() + 1000), keys: first })
    for (const certificate of [auth, later.auth]) {
      expect(await inspect(certificate, newer)).toMatchObject({ ok: false, failure: { check: 'validity', depth: 0 } })
    }
    expect(await inspect(later.auth, newer, new Date(now.getTime() + 1000))).toMatchObject({ ok: true })
  })

  opensslTest('that have expired are so to openssl', async () => {
    const { auth } = await issueUserCertificates(newer, { now, notAfter: now, keys: first })
    writeCertificate('expired.pem', auth.certificate)
    const late = seconds(new Date(now.getTime() + 5000))
    const out = openssl('verify', '-attime', late, '-CAfile', 'newer.pem', 'expired.pem')
    expect(out).toContain('certificate has expired')
  })

  test('carry the holder and the policies asked for', async () => {
    const policies = { sign: '1.2.392.200149.8.5.1.1.20' }
    const { auth, sign } = await issueUserCertificates(newer, { holder: { name: '試験　一郎' }, policies, keys: first })
    expect(Buffer.from(sign.certificate).includes('試験　一郎')).toBe(true)
    expect(read(sign).extensions.policies).toEqual([policies.sign])
    expect(read(auth).extensions.policies).toEqual(['1.2.392.200149.8.5.1.3.30'])
  })

  test('have fresh keys unless some are given', async () => {
    const fresh = await issueUserCertificates(newer)
    const again = await issueUserCertificates(newer, { keys: fresh })
    const keys = [first, fresh].flatMap(({ auth, sign }) => [read(auth).key.id, read(sign).key.id])
    expect(new Set(keys).size).toBe(4)
    expect([read(again.auth).key.id, read(again.sign).key.id]).toEqual(keys.slice(2))
    expect(again.auth.privateKey).toEqual(fresh.auth.privateKey)
  })

  test('are issued by the hundred, each with a serial number of its own', async () => {
    const started = process.cpuUsage()
    const serials = new Set<string>()
    for (let i = 0; i < 150; i++) {
      const { auth, sign } = await issueUserCertificates(newer, { now, keys: first })
      for (const { certificate } of [auth, sign]) serials.add(new X509Certificate(certificate).serialNumber)
    }
    expect(serials.size).toBe(300)
    // Computing time: other tests run beside it.
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(20_000)
  })

  test.each<[string, () => Authorities]>([
    ['authCa', () => ({ authCa: newer.signCa, signCa: newer.signCa })],
    ['signCa', () => ({ authCa: newer.authCa, signCa: newer.authCa })],
    ['authCa', () => ({ ...newer, authCa: first.auth })],
    ['authCa', () => ({ ...newer, authCa: { ...newer.authCa, certificate: Uint8Array.of(0x30, 0) } })],
  ])('are not issued under another %s than must be', async (option, authorities) => {
    const error = await issueUserCertificates(authorities(), { keys: first }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain(`${option} must be`)
  })

  test.each(['now', 'notBefore', 'notAfter'])('need %s to be a date', async (option) => {
    const options = { keys: first, [option]: new Date(Number.NaN) }
    await expect(issueUserCertificates(newer, options)).rejects.toThrow(`${option} must be a valid date`)
  })
})

describe('identities', () => {
  test('of given authorities share them and survive export and import', async () => {
    const notAfter = new Date('2026-03-31T14:59:59Z')
    const person = await createIdentity({ authorities: hierarchy, now, notAfter })
    expect(person.authCa).toEqual(hierarchy.authCa)
    expect(person.signCa).toEqual(hierarchy.signCa)
    expect(read(person.sign).notAfter).toEqual(notAfter)
    expect(await inspect(person.auth, hierarchy)).toMatchObject({ ok: true, profile: { hierarchy: 'test' } })

    const imported = await importIdentity(exportIdentity(person))
    expect(imported).toEqual(person)
    const other = await issueUserCertificates(imported, { now, keys: first })
    expect(await inspect(other.auth, hierarchy)).toMatchObject({ ok: true })
  })
})
