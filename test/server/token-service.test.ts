import { randomBytes, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type Authorities,
  createAuthorities,
  type IssuedCertificate,
  issueUserCertificates,
} from '../../src/emulator/index.ts'
import { AuditError, RefusalError } from '../../src/errors.ts'
import { memoryStore, type TokenService, type TokenServiceOptions } from '../../src/server/index.ts'
import {
  challengeDigest,
  createVisitKey,
  holderDigest,
  type Token,
  type TokenFormat,
  tokenMessage,
} from '../../src/token/index.ts'
import { thrown } from '../support/vectors.ts'
import {
  answer,
  authorities,
  code,
  day,
  events,
  issued,
  keyOf,
  lists,
  now,
  read,
  refusal,
  request,
  serve,
  user,
} from './fixture.ts'

describe('a token that is accepted', () => {
  test('returns holder, validity and checks, and no serial number', async () => {
    const service = serve()
    const token = await answer(await service.challenge(request))
    const accepted = await service.verify(JSON.stringify(token), { terminal: 'kiosk-1', purpose: request.purpose })
    expect(accepted).toMatchObject({ ok: true, ...request, at: now, validity: { state: 'valid' } })
    expect(accepted.validUntil).toEqual(read(user.auth).notAfter)
    expect(accepted.checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
      'jpki-profile passed',
      'path passed',
      'revocation passed',
    ])
    expect(accepted).not.toHaveProperty('serialNumber')
    const nonce = Buffer.from(token.nonce, 'base64url')
    expect(accepted.challengeDigest).toBe(challengeDigest(nonce))
    expect(accepted.holderDigest).toBe(holderDigest(nonce, user.auth.certificate, accepted.holder))
    expect(accepted.holder).toMatch(/^[\w-]{43}$/)
  })

  test('has the serial number only when asked for, and the same holder each time', async () => {
    const service = serve()
    const verify = async (more: object, by = user.auth, at = service) =>
      at.verify(await answer(await at.challenge(request), {}, by), { terminal: 'kiosk-1', ...more })
    const one = await verify({ includeSerialNumber: true })
    expect(one.serialNumber).toBe(read(user.auth).serialNumber)
    expect((await verify({})).holder).toBe(one.holder)
    const other = await issueUserCertificates(authorities, { now: new Date(now.getTime() - day), keys: user })
    expect((await verify({}, other.auth)).holder).not.toBe(one.holder)
    const elsewhere = serve({ pseudonymKey: new Uint8Array(32).fill(8) })
    expect((await verify({}, user.auth, elsewhere)).holder).not.toBe(one.holder)
  })

  test('with PS256 and RS512 too, and with the CA certificate of the card', async () => {
    const service = serve()
    for (const [algorithm, hash, more] of [
      ['PS256', 'sha256', { padding: 6, saltLength: 32 }],
      ['RS512', 'sha512', {}],
    ] as const) {
      const challenge = await service.challenge(request)
      const answered = await answer(challenge)
      const signature = sign(hash, tokenMessage(answered), { key: keyOf(user.auth), ...more }).toString('base64')
      const caCertificate = Buffer.from(authorities.authCa.certificate).toString('base64')
      const token = { ...answered, algorithm, signature, caCertificate }
      expect((await service.verify(token, request)).ok).toBe(true)
    }
  })
})

describe('a token that is refused', () => {
  test('handed in twice, or twice at once: accepted once', async () => {
    const service = serve()
    const token = await answer(await service.challenge(request))
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => service.verify(token, request)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await code(() => service.verify(token, request))).toBe('ERR_NONCE_UNKNOWN')
  })

  test('too late, by a millisecond and by the store', async () => {
    let at = now.getTime()
    let tick = 0
    const store = memoryStore({ clock: () => tick })
    const service = serve({ store, clock: () => new Date(at), challengeLifetimeMs: 5000 })
    const tokens = [await answer(await service.challenge(request)), await answer(await service.challenge(request))]
    at += 4999
    expect((await service.verify(tokens[0], request)).ok).toBe(true)
    at += 1
    expect(await code(() => service.verify(tokens[1], request))).toBe('ERR_NONCE_EXPIRED')
    const third = await answer(await service.challenge(request))
    tick = 5000
    expect(await code(() => service.verify(third, request))).toBe('ERR_NONCE_UNKNOWN')
  })

  test.each<[string, Partial<Token>, string]>([
    ['another server', { origin: 'https://other.example' }, 'ERR_TOKEN_ORIGIN'],
    ['another terminal', { terminal: 'kiosk-2' }, 'ERR_TOKEN_TERMINAL'],
    ['another purpose than it was given for', { purpose: 'income' }, 'ERR_TOKEN_PURPOSE'],
    ['a nonce never given out', { nonce: Buffer.alloc(32, 1).toString('base64url') }, 'ERR_NONCE_UNKNOWN'],
    ['an algorithm of another key', { algorithm: 'ES256' }, 'ERR_TOKEN_ALGORITHM'],
    ['another hash than was signed', { algorithm: 'RS384' }, 'ERR_TOKEN_SIGNATURE'],
    ['a signature of zeros', { signature: Buffer.alloc(256).toString('base64') }, 'ERR_TOKEN_SIGNATURE'],
    ['a certificate that is none', { certificate: 'AQID' }, 'ERR_CERTIFICATE_REFUSED'],
    ['a CA certificate that is none', { caCertificate: 'AQID' }, 'ERR_CERTIFICATE_REFUSED'],
  ])('for %s', async (_name, change, expected) => {
    const service = serve()
    const token = await answer(await service.challenge(request), change)
    expect(await code(() => service.verify(token, { terminal: 'kiosk-1' }))).toBe(expected)
  })

  test('of a terminal that says it is another one, and for another purpose than the request', async () => {
    const service = serve()
    const token = async () => answer(await service.challenge(request))
    expect(await code(async () => service.verify(await token(), { terminal: 'kiosk-2' }))).toBe('ERR_TOKEN_TERMINAL')
    const purpose = { terminal: 'kiosk-1', purpose: 'income' }
    expect(await code(async () => service.verify(await token(), purpose))).toBe('ERR_TOKEN_PURPOSE')
    const stolen = await answer(await service.challenge(request), { terminal: 'kiosk-2' })
    expect(await code(() => service.verify(stolen, { terminal: 'kiosk-2' }))).toBe('ERR_TOKEN_TERMINAL')
  })

  test('whatever came of it, its nonce is spent', async () => {
    const service = serve()
    const token = await answer(await service.challenge(request))
    expect(await code(() => service.verify({ ...token, signature: 'AQID' }, request))).toBe('ERR_TOKEN_SIGNATURE')
    expect(await code(() => service.verify(token, request))).toBe('ERR_NONCE_UNKNOWN')
  })

  test('with a certificate that does not do', async () => {
    const others = await createAuthorities({ now })
    const tests = await createAuthorities({ now, organization: 'JPKI-TEST' })
    const issuedBy = (by: Authorities) => issueUserCertificates(by, { now: new Date(now.getTime() - day), keys: user })
    const test = await issuedBy(tests)
    const cases: [IssuedCertificate, string, Partial<TokenServiceOptions>][] = [
      [(await issued(-100, -1)).auth, 'ERR_CERTIFICATE_EXPIRED', {}],
      [(await issued(1, 100)).auth, 'ERR_CERTIFICATE_NOT_YET_VALID', {}],
      [user.auth, 'ERR_CERTIFICATE_REVOKED', { revocation: await lists([user.auth]) }],
      [user.auth, 'ERR_REVOCATION_UNKNOWN', { revocation: await lists([], others.authCa) }],
      [user.sign, 'ERR_CERTIFICATE_REFUSED', { anchors: [read(authorities.signCa)] }],
      [(await issuedBy(others)).auth, 'ERR_CERTIFICATE_REFUSED', {}],
      [authorities.authCa, 'ERR_CERTIFICATE_REFUSED', {}],
      [test.auth, 'ERR_CERTIFICATE_REFUSED', { anchors: [read(tests.authCa)], hierarchies: undefined }],
      [user.auth, 'ERR_CERTIFICATE_REFUSED', { hierarchies: undefined }],
    ]
    for (const [by, expected, change] of cases) {
      const service = serve(change)
      const token = await answer(await service.challenge(request), {}, by)
      expect(await code(() => service.verify(token, request))).toBe(expected)
    }
  })

  test('with a CA that has expired, naming the CA', async () => {
    const at = new Date(now.getTime() + 40 * 365 * day)
    const service = serve({ clock: () => at })
    const { auth } = await issued(0, 50 * 365)
    const token = await answer(await service.challenge(request), {}, auth)
    const error = await refusal(() => service.verify(token, request))
    expect(error).toMatchObject({ code: 'ERR_CERTIFICATE_REFUSED', check: 'validity', depth: 1, turn: 'clerk' })
  })

  test('in the second after the last of its certificate, and not before', async () => {
    const { auth } = await issued(-1, 1)
    const end = read(auth).notAfter.getTime()
    const start = read(auth).notBefore.getTime()
    const outcome = async (at: number): Promise<string> => {
      const service = serve({ clock: () => new Date(at), revocation: { mode: 'none' } })
      const token = await answer(await service.challenge(request), {}, auth)
      return service.verify(token, request).then(
        () => 'accepted',
        (error: RefusalError) => error.code,
      )
    }
    expect(await outcome(start - 1)).toBe('ERR_CERTIFICATE_NOT_YET_VALID')
    expect(await outcome(start)).toBe('accepted')
    expect(await outcome(end + 999)).toBe('accepted')
    expect(await outcome(end + 1000)).toBe('ERR_CERTIFICATE_EXPIRED')
  })

  test('as revoked in every mode that asks; as unknown only where knowing is required', async () => {
    const revoked = (await lists([user.auth])).sources
    const silent = (await lists([], (await createAuthorities({ now })).authCa)).sources
    const outcome = async (revocation: TokenServiceOptions['revocation']): Promise<string> => {
      events.length = 0
      const service = serve({ revocation })
      const token = await answer(await service.challenge(request))
      await service.verify(token, request).catch(() => undefined)
      const { code, revocation: found } = events.at(-1)!
      return `${code ?? found}`
    }
    expect(await outcome({ mode: 'required', sources: revoked })).toBe('ERR_CERTIFICATE_REVOKED')
    expect(await outcome({ mode: 'best-effort', sources: revoked })).toBe('ERR_CERTIFICATE_REVOKED')
    expect(await outcome({ mode: 'none' })).toBe('not-checked')
    expect(await outcome({ mode: 'required', sources: silent })).toBe('ERR_REVOCATION_UNKNOWN')
    expect(await outcome({ mode: 'required', sources: [] })).toBe('ERR_REVOCATION_UNKNOWN')
    expect(await outcome({ mode: 'best-effort', sources: silent })).toBe('not-checked')
  })

  test('by its own CA certificate, which is no anchor', async () => {
    const others = await createAuthorities({ now })
    const { auth } = await issueUserCertificates(others, { now: new Date(now.getTime() - day), keys: user })
    const service = serve()
    const caCertificate = Buffer.from(others.authCa.certificate).toString('base64')
    const token = { ...(await answer(await service.challenge(request), {}, auth)), caCertificate }
    expect(await code(() => service.verify(token, request))).toBe('ERR_CERTIFICATE_REFUSED')
  })
})

describe('the format of a token', () => {
  const [older, newer] = ['jpki-card-token:1', 'jpki-card-token:2'] as const
  const outcomeOf = async (service: TokenService, token: Token): Promise<string> => {
    try {
      return (await service.verify(token, request)).ok ? 'ok' : 'no'
    } catch (error) {
      return (error as RefusalError).code
    }
  }

  test('is the newest where none is configured; the acceptance has the key that the card signed', async () => {
    const service = serve()
    const token = await answer(await service.challenge(request))
    expect(token.format).toBe(newer)
    const { visitKey } = await service.verify(token, request)
    expect(visitKey).toEqual(new Uint8Array(Buffer.from(token.visitKey!, 'base64url')))
    expect(visitKey).toHaveLength(32)
    expect(await code(() => service.challenge({ ...request, format: older }))).toBe('ERR_TOKEN')
  })

  test.each<[readonly TokenFormat[], TokenFormat, readonly TokenFormat[]]>([
    [[older], older, []],
    [[newer], newer, []],
    [[older, newer], older, [newer]],
    [[newer, older], newer, [older]],
  ])('of %j is %s, or one of the others that a request names', async (formats, first, others) => {
    const service = serve({ formats })
    expect((await service.challenge(request)).format).toBe(first)
    for (const format of [first, ...others]) {
      const challenge = await service.challenge({ ...request, format })
      expect(challenge.format).toBe(format)
      const accepted = await service.verify(await answer(challenge), request)
      expect(accepted.visitKey?.length).toBe(format === newer ? 32 : undefined)
    }
    for (const format of [older, newer]) {
      if (!formats.includes(format))
        expect(await code(() => service.challenge({ ...request, format }))).toBe('ERR_TOKEN')
    }
  })

  test('that is not served is refused, and does not use up the challenge', async () => {
    const service = serve()
    const challenge = await service.challenge(request)
    expect(await outcomeOf(service, await answer({ ...challenge, format: older }))).toBe('ERR_TOKEN')
    expect(await outcomeOf(service, await answer(challenge))).toBe('ok')
    expect(events.at(-2)).toMatchObject({ type: 'refused', code: 'ERR_TOKEN', purpose: request.purpose })
  })

  test.each<[string, unknown]>([
    ['one unknown', 'jpki-card-token:3'],
    ['the name of a property', 'constructor'],
    ['an empty text', ''],
    ['a list', [newer]],
    ['null', null],
  ])('of a challenge is never %s', async (_name, format) => {
    expect(await code(() => serve().challenge({ ...request, format: format as TokenFormat }))).toBe('ERR_TOKEN')
  })

  test('cannot be changed after signing, and neither can the key, where both formats are served', async () => {
    const service = serve({ formats: [newer, older] })
    const { visitKey, ...rest } = await answer(await service.challenge(request))
    expect(await outcomeOf(service, { ...rest, format: older })).toBe('ERR_TOKEN_SIGNATURE')
    const before = await answer(await service.challenge({ ...request, format: older }))
    expect(await outcomeOf(service, { ...before, format: newer, visitKey: visitKey! })).toBe('ERR_TOKEN_SIGNATURE')
    const other = Buffer.from(createVisitKey().publicKey).toString('base64url')
    const token = await answer(await service.challenge(request))
    expect(await outcomeOf(service, { ...token, visitKey: other })).toBe('ERR_TOKEN_SIGNATURE')
  })

  test('may be changed while open challenges are answered: what is served now decides', async () => {
    const service = serve({ formats: [older, newer] })
    const tokens = [await answer(await service.challenge(request)), await answer(await service.challenge(request))]
    service.reconfigure({ formats: [newer] })
    expect(await outcomeOf(service, tokens[0]!)).toBe('ERR_TOKEN')
    expect((await service.challenge(request)).format).toBe(newer)
    service.reconfigure({ formats: [older] })
    expect(await outcomeOf(service, tokens[1]!)).toBe('ok')
    service.reconfigure({ formats: undefined })
    expect((await service.challenge(request)).format).toBe(newer)
  })

  test.each<[unknown]>([[[]], [['jpki-card-token:3']], [[newer, 'x']], ['jpki-card-token:2'], [null], [[undefined]]])(
    'is never configured as %j',
    (formats) => {
      const service = serve()
      expect(() => serve({ formats: formats as readonly TokenFormat[] })).toThrow(TypeError)
      expect(() => service.reconfigure({ formats: formats as readonly TokenFormat[] })).toThrow('formats')
    },
  )
})

/** What something that was handed in throws, with what must not go on. */
const personal = new Error('of 山田太郎')
function fail(): never {
  throw personal
}
/** What fails when it is read. */
const failing = (): object => new Proxy([], { get: () => fail(), has: () => fail(), ownKeys: () => fail() })

describe('a challenge', () => {
  test('names server, terminal, purpose, a nonce of its own and its end, and is kept for as long', async () => {
    const kept: unknown[] = []
    const store = memoryStore()
    const put = (nonce: Uint8Array, record: string, lifetimeMs: number): void => {
      kept.push([Buffer.from(nonce).toString('base64url'), record, lifetimeMs])
    }
    const service = serve({ store: { ...store, put }, challengeLifetimeMs: 90_000 })
    expect(service.origin).toBe('https://issue.example')
    const given = [await service.challenge(request), await service.challenge(request)]
    const until = now.getTime() + 90_000
    const fixed = { format: 'jpki-card-token:2', origin: service.origin, ...request }
    for (const { nonce, ...rest } of given) {
      expect(rest).toEqual({ ...fixed, expiresAt: new Date(until).toISOString() })
      expect(nonce).toMatch(/^[\w-]{43}$/)
    }
    const record = `${until} ${request.terminal} ${request.purpose} ${service.origin}`
    expect(kept).toEqual(given.map(({ nonce }) => [nonce, record, 90_000]))
    expect(given[0]!.nonce).not.toBe(given[1]!.nonce)
  })

  test('that cannot be written down is not given out, and why is kept', async () => {
    const own = new AuditError('full')
    const failing = (error: Error) => ({ write: () => Promise.reject(error) })
    expect(await thrown(() => serve({ audit: failing(own) }).challenge(request))).toBe(own)
    const other = new Error('disk')
    const error = await thrown(() => serve({ audit: failing(other) }).challenge(request))
    expect(error).toBeInstanceOf(AuditError)
    expect(error.cause).toBe(other)
    expect((await serve({ audit: undefined }).challenge(request)).purpose).toBe(request.purpose)
  })

  test('is for any purpose where none is named, and for those named', async () => {
    const service = serve({ purposes: ['income', 'residence-record'] })
    for (const purpose of ['income', 'residence-record']) {
      const given = await service.challenge({ ...request, purpose })
      expect((await service.verify(await answer(given), { terminal: request.terminal, purpose })).purpose).toBe(purpose)
    }
    expect((await serve().challenge({ ...request, purpose: 'other' })).purpose).toBe('other')
  })
})

describe('closing', () => {
  test('closes the audit log and then the store, this one though the log fails', async () => {
    const closed: string[] = []
    const close = (name: string, error?: Error) => async () => {
      closed.push(name)
      if (error !== undefined) throw error
    }
    const audit = { write: () => undefined, close: close('audit') }
    await serve({ store: { ...memoryStore(), close: close('store') }, audit }).close()
    // The log keeps its end in the store while it closes.
    expect(closed).toEqual(['audit', 'store'])
    const broken = { write: () => undefined, close: close('failing', new Error('gone')) }
    const failing = serve({ store: { ...memoryStore(), close: close('store') }, audit: broken })
    await expect(failing.close()).rejects.toThrow('gone')
    expect(closed).toEqual(['audit', 'store', 'failing', 'store'])
  })

  test('is nothing to stores and logs that have no end', async () => {
    for (const audit of [undefined, { write: () => undefined }]) {
      await expect(serve({ audit }).close()).resolves.toBeUndefined()
    }
  })
})

describe('a store that answers later', () => {
  test('gives a nonce once, and its refusals go on with their code', async () => {
    const store = memoryStore()
    const later = { put: async (...given: Parameters<typeof store.put>) => store.put(...given) }
    const take = async (nonce: Uint8Array): Promise<string | undefined> => store.take(nonce) as string | undefined
    const service = serve({ store: { ...later, take } })
    const token = await answer(await service.challenge(request))
    expect((await service.verify(token, request)).ok).toBe(true)
    expect(await code(() => service.verify(token, request))).toBe('ERR_NONCE_UNKNOWN')
    const full = new RefusalError('ERR_STORE_FULL', 'full')
    const refusing = serve({ store: { put: () => Promise.reject(full), take: () => Promise.reject(full) } })
    expect(await refusal(() => refusing.challenge(request))).toBe(full)
    expect(await refusal(() => refusing.verify(token, request))).toBe(full)
    const lost = new Error('connection lost')
    const broken = serve({ store: { put: () => Promise.reject(lost), take: () => Promise.reject(lost) } })
    for (const call of [() => broken.challenge(request), () => broken.verify(token, request)]) {
      expect(await refusal(call)).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE', cause: lost })
    }
  })
})

describe('a record of a nonce', () => {
  const until = now.getTime() + 1000
  const outcome = async (record: string, options: Partial<TokenServiceOptions> = {}): Promise<string> => {
    const service = serve({ store: { put: () => undefined, take: () => record }, ...options })
    const token = await answer(await service.challenge(request))
    return service.verify(token, { terminal: request.terminal }).then(
      () => 'ok',
      (error: RefusalError) => error.code,
    )
  }
  test.each([
    [`${until} kiosk-1 residence-record https://issue.example`, 'ok'],
    [`${until} kiosk-1 residence-record https://other.example`, 'ERR_TOKEN_ORIGIN'],
    [`${until} kiosk-2 residence-record https://issue.example`, 'ERR_TOKEN_TERMINAL'],
    [`${until} kiosk-1 income https://issue.example`, 'ERR_TOKEN_PURPOSE'],
    [`${now.getTime() + 1} kiosk-1 residence-record https://issue.example`, 'ok'],
    [`${now.getTime()} kiosk-1 residence-record https://issue.example`, 'ERR_NONCE_EXPIRED'],
    [`${'9'.repeat(16)} kiosk-1 residence-record https://issue.example`, 'ok'],
    [`${'9'.repeat(17)} kiosk-1 residence-record https://issue.example`, 'ERR_STORE_UNAVAILABLE'],
    [` ${until} kiosk-1 residence-record https://issue.example`, 'ERR_STORE_UNAVAILABLE'],
    [`x${until} kiosk-1 residence-record https://issue.example`, 'ERR_STORE_UNAVAILABLE'],
    [`${until}x kiosk-1 residence-record https://issue.example`, 'ERR_STORE_UNAVAILABLE'],
    [`${until} kiosk-1 residence-record https://issue.example `, 'ERR_STORE_UNAVAILABLE'],
    [`${until} kiosk-1 residence-record issue.example`, 'ERR_STORE_UNAVAILABLE'],
    [`${until} kiosk-1 residence-record`, 'ERR_STORE_UNAVAILABLE'],
    [`${until} kiosk-1`, 'ERR_STORE_UNAVAILABLE'],
    [`${until}`, 'ERR_STORE_UNAVAILABLE'],
  ])('of %s comes to: %s', async (record, expected) => expect(await outcome(record)).toBe(expected))
})

describe('a refusal in the audit log', () => {
  test('names what was checked and how far from the card, and no name of another form', async () => {
    const service = serve()
    const refused = async (change: Partial<Token>, terminal = request.terminal) => {
      const token = await answer(await service.challenge(request))
      const error = await refusal(() => service.verify({ ...token, ...change }, { terminal }))
      return [error.check, error.depth, events.at(-1)]
    }
    const type = 'refused'
    const certificate = { code: 'ERR_CERTIFICATE_REFUSED', check: 'encoding' }
    const own = { type, ...request, ...certificate, depth: 0 }
    expect(await refused({ certificate: 'AQID' })).toEqual(['encoding', 0, own])
    expect(await refused({ caCertificate: 'AQID' })).toEqual(['encoding', 1, { ...own, depth: 1 }])
    const other = { type, terminal: null, purpose: request.purpose, code: 'ERR_TOKEN_TERMINAL' }
    expect(await refused({}, 'a b')).toEqual([undefined, undefined, other])
  })

  test('has no serial number beside it unless that is asked for by true', async () => {
    const service = serve()
    for (const includeSerialNumber of [undefined, false, 'yes', 1] as unknown as boolean[]) {
      const token = await answer(await service.challenge(request))
      expect(await service.verify(token, { ...request, includeSerialNumber })).not.toHaveProperty('serialNumber')
    }
  })
})

describe('what stands behind the service', () => {
  test('a store that fails is a refusal, and one that is full says so', async () => {
    const down = () => {
      throw new Error('connection lost')
    }
    const broken = serve({ store: { put: () => undefined, take: down } })
    const token = await answer(await broken.challenge(request))
    expect(await code(() => broken.verify(token, request))).toBe('ERR_STORE_UNAVAILABLE')
    const silent = serve({ store: { put: down, take: () => undefined } })
    expect(await code(() => silent.challenge(request))).toBe('ERR_STORE_UNAVAILABLE')
    let tick = 0
    const small = serve({ store: memoryStore({ maxNonces: 2, clock: () => tick }) })
    await small.challenge(request)
    await small.challenge(request)
    expect(await code(() => small.challenge(request))).toBe('ERR_STORE_FULL')
    tick = 120_000
    expect((await small.challenge(request)).purpose).toBe(request.purpose)
  })

  test.each([
    ...['', 'null', '{"terminal":"kiosk-1"}', '1 kiosk-1', '1e9 kiosk-1 residence-record', '1 a b c'],
    ...['9999999999999 kiosk-1 residence-record', '9999999999999 kiosk-1 residence-record https://issue.example more'],
    ...[null, 7, {}, ['9999999999999 kiosk-1 residence-record https://issue.example']],
  ])('a store that holds something else, %j, is not to be relied on', async (record) => {
    const service = serve({ store: { put: () => undefined, take: () => record as string } })
    const token = await answer(await service.challenge(request))
    expect(await code(() => service.verify(token, request))).toBe('ERR_STORE_UNAVAILABLE')
  })

  test('what cannot be written down is not accepted', async () => {
    let full = false
    const write = () => {
      if (full) throw new Error('disk full')
    }
    const service = serve({ audit: { write } })
    const token = await answer(await service.challenge(request))
    full = true
    expect(await thrown(() => service.verify(token, request))).toBeInstanceOf(AuditError)
  })

  test.each<[string, Partial<TokenServiceOptions>]>([
    ['hierarchies', { hierarchies: failing() as never }],
    ['clock', { clock: () => fail() }],
  ])('an unexpected error of the %s is a refusal with a code, and written down', async (_name, change) => {
    events.length = 0
    const store = memoryStore()
    const token = await answer(await serve({ store }).challenge(request))
    const error = await refusal(() => serve({ store, ...change }).verify(token, request))
    expect(error).toMatchObject({ code: 'ERR_INTERNAL', turn: 'operator', retry: false, cause: personal })
    expect(error.message).not.toContain('山田')
    expect(events.slice(1)).toEqual([{ type: 'refused', ...request, code: 'ERR_INTERNAL' }])
  })

  test('an unexpected error that cannot be written down is refused as what cannot be written down', async () => {
    const store = memoryStore()
    const token = await answer(await serve({ store }).challenge(request))
    const audit = { write: () => fail() }
    const service = serve({ store, audit, clock: () => fail() })
    expect(await thrown(() => service.verify(token, request))).toBeInstanceOf(AuditError)
  })

  test('a request without terminal is misuse', async () => {
    const service = serve()
    const token = await answer(await service.challenge(request))
    for (const wrong of [undefined, {}, { terminal: 7 }]) {
      expect(await thrown(() => service.verify(token, wrong as never))).toBeInstanceOf(TypeError)
    }
    expect((await service.verify(token, request)).ok).toBe(true)
  })

  test('events name no certificate, serial number or person', async () => {
    events.length = 0
    const service = serve()
    const token = await answer(await service.challenge(request))
    const { holder } = await service.verify(token, request)
    await thrown(() => service.verify(token, request))
    expect(await code(() => service.verify('{', request))).toBe('ERR_TOKEN')
    expect(events).toEqual([
      { type: 'challenge', ...request },
      { type: 'accepted', ...request, holder, revocation: 'good', userVerification: 'pin' },
      { type: 'refused', ...request, code: 'ERR_NONCE_UNKNOWN' },
      { type: 'refused', terminal: request.terminal, purpose: null, code: 'ERR_TOKEN' },
    ])
  })

  test('names and purposes are checked before anything is stored', async () => {
    const service = serve({ purposes: ['residence-record'] })
    expect(await code(() => service.challenge({ ...request, terminal: 'a b' }))).toBe('ERR_TOKEN_TERMINAL')
    expect(await code(() => service.challenge({ ...request, purpose: 'income' }))).toBe('ERR_TOKEN_PURPOSE')
    for (const dots of ['.', '..', '...']) {
      expect(await code(() => serve().challenge({ ...request, terminal: dots }))).toBe('ERR_TOKEN_TERMINAL')
      expect(await code(() => serve().challenge({ ...request, purpose: dots }))).toBe('ERR_TOKEN_PURPOSE')
    }
  })

  test('a challenge of another origin on the same store is refused, and used up', async () => {
    const store = memoryStore()
    const [here, there] = [serve({ store }), serve({ store, origin: 'https://other.example' })]
    const given = await here.challenge(request)
    const carried = await answer(given, { origin: 'https://other.example' })
    expect(await code(() => there.verify(carried, request))).toBe('ERR_TOKEN_ORIGIN')
    expect(await code(async () => here.verify(await answer(given), request))).toBe('ERR_NONCE_UNKNOWN')
    expect((await there.verify(await answer(await there.challenge(request)), request)).ok).toBe(true)
  })

  test('a challenge for a purpose that is not served any more is refused', async () => {
    const store = memoryStore()
    const token = await answer(await serve({ store }).challenge(request))
    const narrower = serve({ store, purposes: ['income'] })
    expect(await code(() => narrower.verify(token, request))).toBe('ERR_TOKEN_PURPOSE')
  })

  test.each<[string, object]>([
    ['an origin with a path', { origin: 'https://issue.example/' }],
    ['no anchors', { anchors: [] }],
    ['no decision on revocation', { revocation: undefined }],
    ['a purpose of dots', { purposes: ['income', '..'] }],
    ['a short key', { pseudonymKey: randomBytes(31) }],
    ['anchors that are no certificates', { anchors: [new Uint8Array(3)] }],
    ['sources that are none', { revocation: { mode: 'required' } }],
    ['a plain origin of another machine', { origin: 'http://issue.example' }],
    ['a lifetime of an hour', { challengeLifetimeMs: 3_600_000 }],
  ])('options with %s are misuse', (_name, change) => {
    expect(() => serve(change as Partial<TokenServiceOptions>)).toThrow(
      /origin|anchors|revocation|pseudonymKey|challenge|purposes/,
    )
  })
})
