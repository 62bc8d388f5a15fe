import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Authorities,
  createAuthorities,
  type IssuedCertificate,
  issueRevocationList,
  issueUserCertificates,
  type RevocationListEntry,
  type RevocationListOptions,
  type UserCertificates,
} from '../../src/emulator/index.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource, inspectCertificate } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { opensslFolder, opensslTest } from './issue-openssl.ts'

const { openssl, write, writeCertificate } = opensslFolder()
const now = new Date('2025-10-27T03:00:00Z')
const hours = (n: number): Date => new Date(now.getTime() + n * 3_600_000)
const week = { thisUpdate: hours(-24), nextUpdate: hours(144) }
const read = ({ certificate }: IssuedCertificate): Certificate => Certificate.fromDer(certificate)
const serialOf = (one: IssuedCertificate): string => Buffer.from(read(one).serial).toString('hex')

let older: Authorities
let newer: Authorities
let user: UserCertificates

beforeAll(async () => {
  older = await createAuthorities({ now })
  newer = await createAuthorities({ now })
  user = await issueUserCertificates(newer, { now })
  writeCertificate('ca.pem', newer.authCa.certificate)
  writeCertificate('older.pem', older.authCa.certificate)
  writeCertificate('auth.pem', user.auth.certificate)
})

const issue = (options: Partial<RevocationListOptions> = {}, ca = newer.authCa): Promise<Uint8Array> =>
  issueRevocationList(ca, { ...week, ...options })

/** What the list makes of the user-authentication certificate. */
async function inspect(der: Uint8Array, at = now, use: 'auth' | 'sign' = 'auth') {
  const anchors = [read(newer.authCa), read(newer.signCa)]
  const sources = [crlSource({ lists: [RevocationList.fromDer(der)], anchors })]
  const options = { anchors, at, use, hierarchies: ['virtual'], revocation: { mode: 'required', sources } } as const
  return inspectCertificate(read(user[use]), options)
}

function opensslVerify(der: Uint8Array): string {
  write('list.crl', der)
  const at = String(now.getTime() / 1000)
  return openssl(
    'verify',
    '-x509_strict',
    '-attime',
    at,
    '-crl_check',
    '-CAfile',
    'ca.pem',
    '-CRLfile',
    'list.crl',
    'auth.pem',
  )
}

function opensslText(der: Uint8Array, ca = 'ca.pem'): string {
  write('list.crl', der)
  return openssl('crl', '-in', 'list.crl', '-noout', '-text', '-CAfile', ca, '-nameopt', 'utf8,sep_comma_plus')
}

const other: RevocationListEntry = { serialNumber: 'FF00', at: hours(-30) }

describe('a list without the certificate', () => {
  test.each([true, false])('proves it good (distribution point: %s)', async (distributionPoint) => {
    const report = await inspect(await issue({ revoked: [other], distributionPoint }))
    expect(report).toMatchObject({ ok: true, revocation: [{ status: 'good', evidence: [week] }] })
    expect(await inspect(await issue({ distributionPoint }))).toMatchObject({ ok: true })
  })

  opensslTest.each([true, false])('proves it good to openssl (distribution point: %s)', async (distributionPoint) => {
    expect(opensslVerify(await issue({ revoked: [other], distributionPoint }))).toBe('auth.pem: OK\n')
    expect(opensslVerify(await issue({ distributionPoint }))).toBe('auth.pem: OK\n')
  })

  test('proves a signature certificate good too, when it is of that authority', async () => {
    expect(await inspect(await issue({}, newer.signCa), now, 'sign')).toMatchObject({ ok: true })
    expect(await inspect(await issue({}, newer.authCa), now, 'sign')).toMatchObject({
      failure: { check: 'revocation' },
    })
  })

  test('proves nothing before and after its time', async () => {
    const der = await issue()
    expect(await inspect(der, hours(145))).toMatchObject({ failure: { check: 'revocation' } })
    expect(await inspect(der, hours(-25))).toMatchObject({ ok: false })
  })
})

describe('a list with the certificate', () => {
  const reasons = [
    ['unspecified', 'Unspecified'],
    ['keyCompromise', 'Key Compromise'],
    ['cACompromise', 'CA Compromise'],
    ['affiliationChanged', 'Affiliation Changed'],
    ['superseded', 'Superseded'],
    ['cessationOfOperation', 'Cessation Of Operation'],
    ['certificateHold', 'Certificate Hold'],
    ['privilegeWithdrawn', 'Privilege Withdrawn'],
  ] as const

  test.each([...reasons, [undefined, undefined] as const])('revokes it: %s', async (reason) => {
    const revoked = [other, { serialNumber: serialOf(user.auth).toUpperCase(), at: hours(-48), reason }]
    const report = await inspect(await issue({ revoked }))
    expect(report).toMatchObject({ ok: false, failure: { check: 'revocation', message: 'revoked' } })
    expect(report.revocation[0]).toMatchObject({ status: 'revoked', revokedAt: hours(-48), reason })
  })

  opensslTest('revokes it to openssl, which names every reason', async () => {
    const revoked = reasons.map(([reason]) => ({ serialNumber: serialOf(user.auth), at: hours(-48), reason }))
    const der = await issue({ revoked })
    expect(opensslVerify(der)).toContain('certificate revoked')
    const named = [...opensslText(der).matchAll(/CRL Reason Code: \n\s+(.*)\n/g)].map(([, name]) => name)
    expect(named).toEqual(reasons.map(([, name]) => name))
  })
})

describe('a list of another generation', () => {
  test('says nothing', async () => {
    expect(await inspect(await issue({}, older.authCa))).toMatchObject({
      ok: false,
      revocation: [{ status: 'unknown', problems: [expect.stringContaining('not signed by a trusted key')] }],
    })
  })

  opensslTest('says nothing to openssl', async () => {
    const der = await issue({}, older.authCa)
    expect(opensslText(der, 'older.pem')).toContain('verify OK')
    expect(opensslText(der)).not.toContain('verify OK')
    expect(opensslVerify(der)).toMatch(/unable to get certificate CRL|CRL signature failure/)
  })
})

describe('the profile of a list', () => {
  test('is version 2 with key identifier, number and the distribution point of the certificates', async () => {
    for (const [use, ca] of [
      ['auth', newer.authCa],
      ['sign', newer.signCa],
    ] as const) {
      const list = RevocationList.fromDer(await issue({ number: 2n ** 159n - 1n }, ca))
      const { keyId, crlNumber, issuingDistributionPoint, unknownCritical } = list.extensions
      expect(keyId).toEqual(read(ca).extensions.subjectKeyId)
      expect(crlNumber).toBe(2n ** 159n - 1n)
      expect(unknownCritical).toEqual([])
      const [point] = read(user[use]).extensions.crlDistributionPoints!
      expect(issuingDistributionPoint!.name).toEqual(point!.name)
      expect(point!.name).toMatchObject({ kind: 'full', names: [{ kind: 'directory' }] })
    }
  })

  test('is without distribution point and entries when there are none', async () => {
    const list = RevocationList.fromDer(await issue({ distributionPoint: false }))
    expect(list.extensions).toMatchObject({ issuingDistributionPoint: undefined, crlNumber: 1n })
    expect(list.count).toBe(0)
  })

  opensslTest('is so to openssl', async () => {
    const text = opensslText(await issue({ number: 258, revoked: [other] }))
    expect(text).toContain('verify OK')
    expect(text).toContain('Version 2 (0x1)')
    expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption')
    expect(text).toMatch(/X509v3 CRL Number: \n\s+258\n/)
    expect(text).toMatch(/X509v3 Authority Key Identifier: \n\s+keyid:/)
    expect(text).toMatch(
      /X509v3 Issuing Distribution Point: critical\n\s+Full Name:\n\s+DirName:C\s?=\s?JP,\s?O\s?=\s?JPKI-VIRTUAL/,
    )
    expect(text).toContain('Serial Number: FF00\n')
    expect(opensslText(await issue())).toContain('No Revoked Certificates.')
  })

  test.each<[string, new () => Error, Partial<RevocationListOptions>]>([
    ['a serial number', TypeError, { revoked: [{ serialNumber: '12:34', at: now }] }],
    ['a serial number', TypeError, { revoked: [{ serialNumber: '', at: now }] }],
    ['a date', TypeError, { revoked: [{ serialNumber: '12', at: new Date(Number.NaN) }] }],
    ['a date', TypeError, { nextUpdate: new Date(Number.NaN) }],
    ['a number', RangeError, { number: -1 }],
    ['a number', RangeError, { number: 1.5 }],
  ])('needs %s', async (_, kind, options) => {
    await expect(issue(options)).rejects.toThrow(kind)
  })

  test('needs an authority', async () => {
    await expect(issue({}, user.auth)).rejects.toThrow('ca must be a virtual authority')
  })
})

describe('a list of 20 000 entries', () => {
  const others = Array.from({ length: 19_999 }, (_, i): RevocationListEntry => {
    return { serialNumber: (0x70_0000_0000 + i).toString(16), at: hours(-25), reason: 'superseded' }
  })
  let der: Uint8Array
  let took: number

  beforeAll(async () => {
    const started = process.cpuUsage()
    der = await issue({ revoked: [...others, { serialNumber: serialOf(user.auth), at: hours(-25) }] })
    // Computing time: other tests run beside it.
    const { user: inCode, system } = process.cpuUsage(started)
    took = (inCode + system) / 1000
  }, 60_000)

  test('is written in seconds, and found in', async () => {
    expect(took).toBeLessThan(20_000)
    expect((await RevocationList.load(der)).count).toBe(20_000)
    expect(await inspect(der)).toMatchObject({ failure: { check: 'revocation', message: 'revoked' } })
    expect((await inspect(await issue({ revoked: others }))).ok).toBe(true)
  })

  opensslTest('is so to openssl', () => {
    expect(opensslVerify(der)).toContain('certificate revoked')
  })
})
