import { beforeAll, describe, expect, test } from 'vitest'
import { VerificationError } from '../../../src/errors.ts'
import {
  inspectCertificate,
  type RevocationAnswer,
  type RevocationSource,
  type VerifyOptions,
  verifyCertificate,
} from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { thrown } from '../../support/vectors.ts'
import { identity } from '../../support/virtual.ts'

let own: Record<'auth' | 'authCa' | 'sign' | 'signCa', Certificate>
let options: VerifyOptions

const answer =
  (status: RevocationAnswer['status'], more: Partial<RevocationAnswer> = {}): RevocationSource =>
  () => ({
    status,
    evidence: [],
    problems: [],
    ...more,
  })

beforeAll(async () => {
  const person = await identity()
  const read = (key: 'auth' | 'authCa' | 'sign' | 'signCa') => Certificate.fromDer(person[key].certificate)
  own = { auth: read('auth'), authCa: read('authCa'), sign: read('sign'), signCa: read('signCa') }
  options = {
    anchors: [own.authCa, own.signCa],
    at: new Date(own.auth.notBefore.getTime() + 86_400_000),
    use: 'auth',
    hierarchies: ['virtual'],
    revocation: { mode: 'required', sources: [answer('good')] },
  }
})

describe('a certificate that is to be trusted', () => {
  test('comes with its path, its end and every check', async () => {
    const report = await verifyCertificate(own.auth, options)
    expect(report).toMatchObject({ ok: true, path: [own.auth, own.authCa], profile: { use: 'auth' } })
    expect(report.validUntil).toEqual(own.auth.notAfter)
    expect(report.checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
      'jpki-profile passed',
      'path passed',
      'revocation passed',
    ])
  })

  test('whose revocation was not looked up says so', async () => {
    for (const revocation of [
      { mode: 'none' },
      { mode: 'best-effort', sources: [] },
      { mode: 'best-effort', sources: [answer('unknown')] },
    ] as const) {
      const report = await verifyCertificate(own.auth, { ...options, revocation })
      expect(report.checks.at(-1)).toEqual({ check: 'revocation', result: 'not-done', depth: 0 })
      expect(report.revocation[0]!.status).toBe('unknown')
    }
  })

  test('is known by the first source that knows', async () => {
    const sources = [answer('unknown', { problems: ['no list'] }), answer('good'), answer('revoked')]
    expect((await inspectCertificate(own.auth, { ...options, revocation: { mode: 'required', sources } })).ok).toBe(
      true,
    )
  })
})

describe('a certificate that is not', () => {
  test.each<[string, string, number, () => Partial<VerifyOptions>]>([
    ['one for signatures where user authentication is asked for', 'jpki-profile', 0, () => ({ use: 'sign' })],
    ['one of a hierarchy that was not asked for', 'jpki-profile', 0, () => ({ hierarchies: undefined })],
    ['one of another anchor', 'trust-anchor', 0, () => ({ anchors: [own.signCa] })],
    ['an expired one', 'validity', 0, () => ({ at: new Date(own.auth.notAfter.getTime() + 1000) })],
    ['a revoked one', 'revocation', 0, () => ({ revocation: { mode: 'required', sources: [answer('revoked')] } })],
    [
      'a revoked one at best effort',
      'revocation',
      0,
      () => ({ revocation: { mode: 'best-effort', sources: [answer('unknown'), answer('revoked')] } }),
    ],
    [
      'one no source knows',
      'revocation',
      0,
      () => ({ revocation: { mode: 'required', sources: [answer('unknown')] } }),
    ],
    ['one without a source', 'revocation', 0, () => ({ revocation: { mode: 'required', sources: [] } })],
    [
      'one whose source fails',
      'revocation',
      0,
      () => ({
        revocation: {
          mode: 'required',
          sources: [
            () => {
              throw new Error('unreachable')
            },
          ],
        },
      }),
    ],
  ])('%s is refused by name', async (_, check, depth, change) => {
    const wrong = { ...options, ...change() }
    const error = await thrown<VerificationError>(() => verifyCertificate(own.auth, wrong))
    expect(error).toBeInstanceOf(VerificationError)
    expect({ code: error.code, check: error.check, depth: error.depth }).toEqual({
      code: 'ERR_VERIFICATION',
      check,
      depth,
    })
    const report = await inspectCertificate(own.auth, wrong)
    expect(report.ok).toBe(false)
    expect(report.failure).toMatchObject({ check, depth, result: 'failed' })
    expect(report.checks.filter(({ result }) => result === 'failed')).toHaveLength(1)
  })

  test('the reverse: a user-authentication certificate where a signature is asked for', async () => {
    const error = await thrown(() => verifyCertificate(own.sign, options))
    expect(error).toMatchObject({ check: 'jpki-profile' })
    expect((await inspectCertificate(own.sign, { ...options, use: 'sign' })).ok).toBe(true)
  })
})
