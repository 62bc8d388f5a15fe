import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Authorities,
  createAuthorities,
  type IssuedCertificate,
  issueOcspResponder,
  issueOcspResponse,
  issueUserCertificates,
  type OcspResponseOptions,
  type UserCertificates,
} from '../../src/emulator/index.ts'
import { buildOcspRequest, OcspResponse } from '../../src/pki/revocation/index.ts'
import { inspectCertificate, ocspSource } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { opensslFolder, opensslTest } from './issue-openssl.ts'

const { openssl, write, writeCertificate } = opensslFolder()
/** The present, because `openssl ocsp` checks answers by its own clock. */
const now = new Date(Math.floor(Date.now() / 1000) * 1000)
const hours = (n: number): Date => new Date(now.getTime() + n * 3_600_000)
const times = { thisUpdate: hours(-1), nextUpdate: hours(23) }
const read = ({ certificate }: IssuedCertificate): Certificate => Certificate.fromDer(certificate)

let older: Authorities
let newer: Authorities
let user: UserCertificates
let delegate: IssuedCertificate
let strangeDelegate: IssuedCertificate

beforeAll(async () => {
  older = await createAuthorities()
  newer = await createAuthorities()
  user = await issueUserCertificates(newer, { notBefore: hours(-2) })
  const day = { notBefore: hours(-2), notAfter: hours(22) }
  delegate = await issueOcspResponder(newer.authCa, day)
  strangeDelegate = await issueOcspResponder(older.authCa, day)
  const named = { ca: newer.authCa, older: older.authCa, auth: user.auth, delegate }
  for (const [name, { certificate }] of Object.entries(named)) writeCertificate(`${name}.pem`, certificate)
})

const answer = (options: Partial<OcspResponseOptions> = {}, ca = newer.authCa): Promise<Uint8Array> =>
  issueOcspResponse(ca, { certificate: user.auth.certificate, status: 'good', ...times, ...options })

async function check(der: Uint8Array, nonce?: Uint8Array) {
  const anchors = [read(newer.authCa)]
  const sources = [ocspSource({ response: OcspResponse.fromDer(der), nonce })]
  const options = { anchors, at: now, use: 'auth', hierarchies: ['virtual'] } as const
  const report = await inspectCertificate(read(user.auth), { ...options, revocation: { mode: 'required', sources } })
  expect(report.ok).toBe(report.revocation[0]!.status === 'good')
  return report.revocation[0]!
}

function opensslJudge(der: Uint8Array, ...more: readonly string[]): string {
  write('answer.der', der)
  const asked = more.length > 0 ? more : ['-cert', 'auth.pem', '-no_nonce']
  return openssl('ocsp', '-respin', 'answer.der', '-CAfile', 'ca.pem', '-issuer', 'ca.pem', ...asked)
}

const signers = [
  ['the authority', () => ({})],
  ['a delegate', () => ({ responder: delegate })],
] as const

describe.each(signers)('an answer of %s', (_, signer) => {
  const gone = { revokedAt: hours(-5), reason: 4 }

  test('is good, revoked or unknown', async () => {
    expect(await check(await answer({ ...signer() }))).toMatchObject({ status: 'good', evidence: [times] })
    const revoked = await check(await answer({ ...signer(), status: gone }))
    expect(revoked).toMatchObject({ status: 'revoked', revokedAt: hours(-5), reason: 'superseded' })
    const bare = await check(await answer({ ...signer(), status: { revokedAt: hours(-5) } }))
    expect(bare).toMatchObject({ status: 'revoked', reason: undefined })
    const unknown = await check(await answer({ ...signer(), status: 'unknown' }))
    expect(unknown).toMatchObject({ status: 'unknown', problems: ['OCSP: status-unknown'] })
  })

  opensslTest('is so to openssl', async () => {
    const good = opensslJudge(await answer({ ...signer() }))
    expect(good).toContain('Response verify OK')
    expect(good).toContain('auth.pem: good')
    expect(good).not.toContain('WARNING')
    expect(opensslJudge(await answer({ ...signer(), status: gone }))).toMatch(
      /auth\.pem: revoked\n[\s\S]*Reason: superseded\n/,
    )
    const bare = opensslJudge(await answer({ ...signer(), status: { revokedAt: hours(-5) } }))
    expect(bare).toContain('auth.pem: revoked')
    expect(bare).not.toContain('Reason')
    expect(opensslJudge(await answer({ ...signer(), status: 'unknown' }))).toContain('auth.pem: unknown')
  })

  test('carries the nonce of the request', async () => {
    const nonce = Uint8Array.from({ length: 32 }, (_, i) => i)
    const der = await answer({ ...signer(), nonce })
    expect((await check(der, nonce)).status).toBe('good')
    expect((await check(der, nonce.toReversed())).problems).toEqual(['OCSP: nonce-wrong'])
    expect((await check(await answer({ ...signer() }), nonce)).problems).toEqual(['OCSP: nonce-missing'])
  })

  opensslTest('answers the request that openssl reads, nonce included', async () => {
    const request = buildOcspRequest(read(user.auth), read(newer.authCa), { hash: 'SHA-1' })
    write('request.der', request.der)
    const out = opensslJudge(await answer({ ...signer(), nonce: request.nonce }), '-reqin', 'request.der')
    expect(out).toContain('Response verify OK')
    expect(out).not.toContain('WARNING')
    const wrong = opensslJudge(await answer({ ...signer(), nonce: new Uint8Array(32) }), '-reqin', 'request.der')
    expect(wrong).toContain('Nonce Verify error')
  })
})

describe('an answer that must not be trusted', () => {
  test.each<[string, string, () => Promise<Uint8Array>]>([
    ['of another generation', 'responder-not-found', () => answer({}, older.authCa)],
    ['of its delegate', 'responder-not-authorised', () => answer({ responder: strangeDelegate })],
    ['of a user certificate', 'responder-not-authorised', () => answer({ responder: user.auth })],
    ['about another certificate', 'other-certificate', () => answer({ certificate: user.sign.certificate })],
    ['that is stale', 'stale', () => answer({ nextUpdate: hours(-0.5) })],
    ['that is stale without saying so', 'stale', () => answer({ thisUpdate: hours(-25), nextUpdate: undefined })],
    ['signed before its time', 'times-inconsistent', () => answer({ producedAt: hours(-2) })],
  ])('%s', async (_, problem, make) => {
    expect(await check(await make())).toMatchObject({ status: 'unknown', problems: [`OCSP: ${problem}`] })
  })

  opensslTest('is not by openssl', async () => {
    expect(opensslJudge(await answer({}, older.authCa))).toContain('Response Verify Failure')
    expect(opensslJudge(await answer({ responder: strangeDelegate }))).toContain('Response Verify Failure')
    expect(opensslJudge(await answer({ certificate: user.sign.certificate }))).toContain('No Status found')
  })
})

describe('a responder', () => {
  test('has one purpose, and is not checked for revocation', () => {
    const { extensions, notBefore, notAfter } = read(delegate)
    expect({ notBefore, notAfter }).toEqual({ notBefore: hours(-2), notAfter: hours(22) })
    expect(extensions.extendedKeyUsage).toEqual(['1.3.6.1.5.5.7.3.9'])
    expect(extensions.crlDistributionPoints).toBeUndefined()
  })

  test('that is to be checked names a list, and is not trusted unchecked', async () => {
    const day = { notBefore: hours(-2), notAfter: hours(22) }
    const checked = await issueOcspResponder(newer.authCa, { ...day, nocheck: false })
    expect(read(checked).extensions.crlDistributionPoints).toEqual(read(user.auth).extensions.crlDistributionPoints)
    expect((await check(await answer({ responder: checked }))).problems).toEqual(['OCSP: responder-unchecked'])
  })

  test('that has expired is not trusted', async () => {
    const past = await issueOcspResponder(newer.authCa, { notBefore: hours(-48), notAfter: hours(-1) })
    expect((await check(await answer({ responder: past }))).problems).toEqual(['OCSP: responder-expired'])
  })

  opensslTest('is one to openssl', () => {
    const verify = (...more: readonly string[]) => openssl('verify', '-x509_strict', '-CAfile', ...more, 'delegate.pem')
    expect(verify('ca.pem')).toBe('delegate.pem: OK\n')
    expect(verify('older.pem')).toContain('verification failed')
    const text = openssl('x509', '-in', 'delegate.pem', '-noout', '-text')
    expect(text).toMatch(/Extended Key Usage: \n\s+OCSP Signing\n/)
    expect(text).toContain('OCSP No Check')
  })
})

describe('what cannot be issued', () => {
  const never = new Date(Number.NaN)
  test.each<[string, new () => Error, () => Promise<unknown>]>([
    ['a reason out of range', RangeError, () => answer({ status: { revokedAt: now, reason: 11 } })],
    ['a broken reason', RangeError, () => answer({ status: { revokedAt: now, reason: 0.5 } })],
    ['no date of revocation', TypeError, () => answer({ status: { revokedAt: never } })],
    ['no thisUpdate', TypeError, () => answer({ thisUpdate: never })],
    ['no nextUpdate', TypeError, () => answer({ nextUpdate: never })],
    ['no certificate', TypeError, () => answer({ certificate: new Uint8Array(4) })],
    ['no authority', TypeError, () => answer({}, user.auth)],
    ['no responder', TypeError, () => answer({ responder: { ...delegate, certificate: new Uint8Array() } })],
    [
      'a responder without validity',
      TypeError,
      () => issueOcspResponder(newer.authCa, { notBefore: now, notAfter: never }),
    ],
    ['a responder of no authority', TypeError, () => issueOcspResponder(user.sign, { notBefore: now, notAfter: now })],
  ])('%s', async (_, kind, make) => {
    await expect(make()).rejects.toThrow(kind)
  })
})
