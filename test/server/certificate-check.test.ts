import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { createAuthorities, issueUserCertificates } from '../../src/emulator/index.ts'
import { AuditError, RefusalError } from '../../src/errors.ts'
import { jpkiPolicies } from '../../src/pki/trust/index.ts'
import type { CertificateCheckRequest, TokenServiceOptions } from '../../src/server/index.ts'
import type { UserVerification } from '../../src/user-verification.ts'
import { thrown } from '../support/vectors.ts'
import {
  answer,
  authorities,
  code,
  day,
  events,
  issued,
  lists,
  now,
  read,
  refusal,
  request,
  serve,
  user,
} from './fixture.ts'
import { gate } from './http/fixture.ts'

beforeEach(() => {
  events.length = 0
})

const der = user.auth.certificate
const check = (change: Partial<CertificateCheckRequest> = {}, options: Partial<TokenServiceOptions> = {}) =>
  serve(options).checkCertificate({ ...request, certificate: der, ...change })

/** The policy of the holder's certificate, saying how holders are verified. */
const policy = (userVerification: UserVerification): Partial<TokenServiceOptions> => ({
  profiles: {
    policies: [{ oid: jpkiPolicies.auth, use: 'auth', hierarchies: ['virtual'], userVerification, source: 'invented' }],
  },
})

describe('a certificate that would not be refused', () => {
  test('has the validity and checks of a token with it, and nothing about the holder', async () => {
    const service = serve()
    const checked = await service.checkCertificate({ ...request, certificate: der })
    const token = await answer(await service.challenge(request))
    const accepted = await service.verify(token, { ...request, includeSerialNumber: true })
    const { validUntil, validity, checks, revocation } = accepted
    expect(checked).toEqual({
      ok: true,
      ...request,
      at: now,
      validUntil,
      validity,
      userVerificationByPolicy: undefined,
      checks,
      revocation,
    })
    expect(checked.validUntil).toEqual(read(user.auth).notAfter)
    const text = JSON.stringify(checked)
    for (const personal of [accepted.holder, accepted.serialNumber!]) expect(text).not.toContain(personal)
    expect(events[0]).toEqual({ type: 'certificate-checked', ...request, code: null })
  })

  test('uses no challenge and no store, and may be checked again', async () => {
    const fail = () => {
      throw new Error('not to be used')
    }
    const service = serve({ store: { put: fail, take: fail } })
    for (let i = 0; i < 2; i++) {
      expect((await service.checkCertificate({ ...request, certificate: der })).ok).toBe(true)
    }
  })

  test('may come with its CA certificate, an anchor or not', async () => {
    for (const ca of [authorities.authCa, authorities.signCa]) {
      expect((await check({ caCertificate: ca.certificate })).ok).toBe(true)
    }
  })

  test.each<[UserVerification, readonly UserVerification[] | undefined]>([
    ['device', undefined],
    ['sight', ['sight']],
  ])('says that its policy verifies holders by %s, where that is accepted', async (way, accepted) => {
    const { userVerificationByPolicy } = await check({}, { ...policy(way), userVerification: accepted })
    expect(userVerificationByPolicy).toBe(way)
  })

  test('needs no audit log where there is none', async () => {
    expect((await check({}, { audit: undefined })).ok).toBe(true)
  })
})

describe('a certificate that would be refused', () => {
  const others = createAuthorities({ now })
  test.each<
    [string, string, () => Promise<readonly [Partial<CertificateCheckRequest>, Partial<TokenServiceOptions>?]>]
  >([
    ['expired', 'ERR_CERTIFICATE_EXPIRED', async () => [{ certificate: (await issued(-100, -1)).auth.certificate }]],
    ['early', 'ERR_CERTIFICATE_NOT_YET_VALID', async () => [{ certificate: (await issued(1, 100)).auth.certificate }]],
    ['revoked', 'ERR_CERTIFICATE_REVOKED', async () => [{}, { revocation: await lists([user.auth]) }]],
    [
      'unknown to the lists',
      'ERR_REVOCATION_UNKNOWN',
      async () => [{}, { revocation: await lists([], (await others).authCa) }],
    ],
    ['without a source', 'ERR_REVOCATION_UNKNOWN', async () => [{}, { revocation: { mode: 'required', sources: [] } }]],
    [
      'for signatures',
      'ERR_CERTIFICATE_REFUSED',
      async () => [{ certificate: user.sign.certificate }, { anchors: [read(authorities.signCa)] }],
    ],
    ['of another CA', 'ERR_CERTIFICATE_REFUSED', async () => [{}, { anchors: [read((await others).authCa)] }]],
    ['of a CA', 'ERR_CERTIFICATE_REFUSED', async () => [{ certificate: authorities.authCa.certificate }]],
    ['of another hierarchy', 'ERR_CERTIFICATE_REFUSED', async () => [{}, { hierarchies: undefined }]],
    ['no encoding', 'ERR_CERTIFICATE_REFUSED', async () => [{ certificate: Uint8Array.of(1, 2, 3) }]],
    ['empty', 'ERR_CERTIFICATE_REFUSED', async () => [{ certificate: new Uint8Array() }]],
    ['of a policy not accepted', 'ERR_USER_VERIFICATION', async () => [{}, policy('face')]],
    [
      'of a phone, for PINs only',
      'ERR_USER_VERIFICATION',
      async () => [{}, { ...policy('device'), userVerification: ['pin'] }],
    ],
  ])('%s: %s, as its token', async (_name, expected, of) => {
    const [change, options = {}] = await of()
    const service = serve(options)
    const error = await refusal(() => service.checkCertificate({ ...request, certificate: der, ...change }))
    expect(error.code).toBe(expected)
    const { check: failed, depth } = error
    expect(events).toEqual([{ type: 'certificate-checked', ...request, code: expected, check: failed, depth }])
    const certificate = Buffer.from(change.certificate ?? der).toString('base64')
    if (certificate === '') return
    const token = { ...(await answer(await service.challenge(request))), certificate }
    const refused = await refusal(() => service.verify(token, request))
    expect([refused.code, refused.check, refused.depth, refused.message]).toEqual([
      expected,
      failed,
      depth,
      error.message,
    ])
  })

  test('by its own CA certificate, which is no anchor', async () => {
    const ca = await others
    const { auth } = await issueUserCertificates(ca, { now: new Date(now.getTime() - day), keys: user })
    const given = { certificate: auth.certificate, caCertificate: ca.authCa.certificate }
    expect(await code(() => check(given))).toBe('ERR_CERTIFICATE_REFUSED')
  })

  test('by its CA certificate: the certificate at depth 1', async () => {
    const error = await refusal(() => check({ caCertificate: Uint8Array.of(1) }))
    expect(error).toMatchObject({ code: 'ERR_CERTIFICATE_REFUSED', check: 'encoding', depth: 1 })
  })
})

describe('a request to check a certificate', () => {
  test.each<[Partial<CertificateCheckRequest>, string, object]>([
    [{ terminal: 'a b' }, 'ERR_TOKEN_TERMINAL', { ...request, terminal: null }],
    [{ terminal: '..' }, 'ERR_TOKEN_TERMINAL', { ...request, terminal: null }],
    [{ terminal: undefined as never }, 'ERR_TOKEN_TERMINAL', { ...request, terminal: null }],
    [{ purpose: '' }, 'ERR_TOKEN_PURPOSE', { ...request, purpose: null }],
    [{ purpose: 'a\nb' }, 'ERR_TOKEN_PURPOSE', { ...request, purpose: null }],
    [{ purpose: 'other' }, 'ERR_TOKEN_PURPOSE', { ...request, purpose: 'other' }],
    [{ terminal: '', purpose: '' }, 'ERR_TOKEN_TERMINAL', { terminal: null, purpose: null }],
  ])('with %j is refused before the certificate is read: %s', async (change, expected, names) => {
    const certificate = Uint8Array.of(1)
    expect(await code(() => check({ ...change, certificate }, { purposes: [request.purpose, 'income'] }))).toBe(
      expected,
    )
    expect(events).toEqual([{ type: 'certificate-checked', ...names, code: expected }])
  })

  test('is for any purpose where none is named, and for those named', async () => {
    expect((await check({ purpose: 'other' })).purpose).toBe('other')
    expect((await check({ purpose: 'income' }, { purposes: ['other', 'income'] })).purpose).toBe('income')
  })

  test.each([
    { certificate: undefined },
    { certificate: Buffer.from(der).toString('base64') },
    { certificate: [...der] },
    { caCertificate: null },
    { caCertificate: 'AQID' },
  ])('without bytes is misuse, and not written down', async (change) => {
    expect(await thrown(() => check(change as never))).toBeInstanceOf(TypeError)
    expect(events).toEqual([])
  })

  test('that cannot be written down has no result, accepted or refused, and why is kept', async () => {
    const disk = new Error('disk full')
    const failing = { audit: { write: () => Promise.reject(disk) } }
    for (const certificate of [der, Uint8Array.of(1)]) {
      const error = await thrown(() => check({ certificate }, failing))
      expect(error).toBeInstanceOf(AuditError)
      expect(error.cause).toBe(disk)
    }
    let calls = 0
    const own = new AuditError('full')
    const once = () => {
      calls += 1
      throw own
    }
    expect(await thrown(() => check({}, { audit: { write: once } }))).toBe(own)
    expect(calls).toBe(1)
  })

  test('that fails unexpectedly is a refusal with a code that repeats nothing', async () => {
    const personal = new Error('of 山田太郎')
    const clock = (): Date => {
      throw personal
    }
    const error = await refusal(() => check({}, { clock }))
    expect(error).toMatchObject({ code: 'ERR_INTERNAL', cause: personal })
    expect(error.message).not.toContain('山田')
    expect(events).toEqual([{ type: 'certificate-checked', ...request, code: 'ERR_INTERNAL' }])
  })
})

test('any bytes are refused with a code, or are the certificate', async () => {
  const service = serve()
  const change = fc.record({ at: fc.nat(der.length - 1), value: fc.nat(255), cut: fc.option(fc.nat(der.length)) })
  await fc.assert(
    fc.asyncProperty(change, async ({ at, value, cut }) => {
      events.length = 0
      const certificate = new Uint8Array(der)
      certificate[at] = value
      const given = certificate.subarray(0, cut ?? der.length)
      const outcome = await service.checkCertificate({ ...request, certificate: given }).then(
        () => null,
        (error: unknown) => {
          if (!(error instanceof RefusalError)) throw error
          return error.code
        },
      )
      expect(outcome === null).toBe(Buffer.from(given).equals(der))
      if (outcome !== null) expect(outcome).toMatch(/^ERR_(CERTIFICATE|REVOCATION|USER)_/)
      expect(events).toMatchObject([{ type: 'certificate-checked', ...request, code: outcome }])
    }),
    { numRuns: 150 },
  )
})

describe('a change of settings while a request is under way', () => {
  /** Revocation sources that answer when the test says so. */
  const slow = async () => {
    const [asked, answered] = [gate(), gate()]
    const { sources } = await lists([])
    const waiting = sources.map((source): typeof source => async (...question) => {
      asked.open()
      await answered.opened
      return source(...question)
    })
    return { revocation: { mode: 'required', sources: waiting } as const, asked: asked.opened, go: answered.open }
  }

  test('is for later requests: a check and a token keep the settings they began with', async () => {
    const { revocation, asked, go } = await slow()
    const service = serve({ revocation, ...policy('device') })
    const token = { ...(await answer(await service.challenge(request))), userVerification: 'device' }
    const running = [service.checkCertificate({ ...request, certificate: der }), service.verify(token, request)]
    await asked
    service.reconfigure({ userVerification: ['pin'], purposes: ['income'], revocation: await lists([]) })
    go()
    for (const one of running) expect((await one).ok).toBe(true)
    const check = (purpose: string) => service.checkCertificate({ ...request, purpose, certificate: der })
    expect(await code(() => check('income'))).toBe('ERR_USER_VERIFICATION')
    expect(await code(() => check(request.purpose))).toBe('ERR_TOKEN_PURPOSE')
  })

  test('leaves the pseudonym of a holder as it was', async () => {
    const service = serve()
    const verify = async () => service.verify(await answer(await service.challenge(request)), request)
    const { holder } = await verify()
    service.reconfigure({ purposes: [request.purpose] })
    expect((await verify()).holder).toBe(holder)
    expect(() => service.reconfigure({ anchors: [] })).toThrow(TypeError)
    expect((await verify()).holder).toBe(holder)
  })
})
