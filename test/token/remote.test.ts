import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type RefusalError, ServerError } from '../../src/errors.ts'
import { readAcceptance } from '../../src/token/acceptance.ts'
import {
  certificateDigest,
  challengeDigest,
  holderDigest,
  type Token,
  type TokenChallenge,
  type TokenFormat,
  TokenServer,
  type TokenServerOptions,
  tokenFormat,
} from '../../src/token/index.ts'
import { answer, issued, now, read, request, serve, user } from '../server/fixture.ts'
import { thrown, vectors } from '../support/vectors.ts'

const origin = 'https://issue.example'
const bytes32 = (fill: number): string => Buffer.alloc(32, fill).toString('base64url')
const challenge: TokenChallenge = {
  format: tokenFormat,
  origin,
  ...request,
  nonce: bytes32(7),
  expiresAt: '2026-06-01T00:02:00.000Z',
}
const token: Token = await answer(challenge)
const holder = 'h'.repeat(43)
const end = read(user.auth).notAfter.toISOString()
/** What a right server answers to a token. */
const accepted = (by: Token = token, who = holder) => ({
  ok: true,
  holder: who,
  terminal: by.terminal,
  purpose: by.purpose,
  at: now.toISOString(),
  validUntil: end,
  challengeDigest: challengeDigest(Buffer.from(by.nonce, 'base64url')),
  holderDigest: holderDigest(Buffer.from(by.nonce, 'base64url'), Buffer.from(by.certificate, 'base64'), who),
})
const good = accepted()
const other = await answer({ ...challenge, nonce: bytes32(8) }, {}, (await issued(-1, 100)).auth)

let server: Server | undefined
afterEach(() => new Promise<void>((done) => (server === undefined ? done() : server.close(() => done()))))

/** A server that answers everything with one status and body. */
async function answering(status: number, body: unknown, options: TokenServerOptions = {}): Promise<TokenServer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  server?.close()
  server = createServer((_request, response) => response.writeHead(status).end(text))
  await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return new TokenServer(`http://127.0.0.1:${port}`, { timeoutMs: 2000, origin, clock: () => now, ...options })
}
const codeOf = async (call: () => Promise<unknown>): Promise<string> => (await thrown<RefusalError>(call)).code

describe('the digests in an answer', () => {
  for (const one of vectors<
    Record<'id' | 'nonce' | 'certificate' | 'holder' | 'challengeDigest' | 'holderDigest' | 'certificateDigest', string>
  >('token/answer.json')) {
    test(one.id, () => {
      const nonce = Buffer.from(one.nonce, 'base64url')
      expect(challengeDigest(nonce)).toBe(one.challengeDigest)
      const certificate = Buffer.from(one.certificate, 'base64')
      expect(holderDigest(nonce, certificate, one.holder)).toBe(one.holderDigest)
      expect(certificateDigest(nonce, certificate)).toBe(one.certificateDigest)
    })
  }
})

describe('a server as a terminal sees it', () => {
  test('gives challenges and answers', async () => {
    expect(await (await answering(201, challenge)).challenge(request)).toEqual(challenge)
    const { holder: who, purpose, terminal, at, validUntil } = good
    expect(await (await answering(200, { ...good, more: 1 })).verify(token)).toEqual({
      ...{ holder: who, purpose, terminal, at, validUntil, userVerification: 'pin' },
    })
  })

  test('is asked for a format where the terminal names one, and no other is taken', async () => {
    const bodies: string[] = []
    const inFormat = (format: TokenFormat) =>
      new TokenServer(origin, {
        clock: () => now,
        fetch: async (_url, init) => {
          bodies.push(init!.body as string)
          return Response.json({ ...challenge, format }, { status: 201 })
        },
      })
    const [older, newer] = ['jpki-card-token:1', 'jpki-card-token:2'] as const
    for (const format of [older, newer]) {
      expect((await inFormat(format).challenge(request)).format).toBe(format)
      expect((await inFormat(format).challenge({ ...request, format })).format).toBe(format)
      const other = format === older ? newer : older
      expect(await codeOf(() => inFormat(other).challenge({ ...request, format }))).toBe('ERR_TOKEN')
    }
    // A server from before format 2 refuses a field it does not know.
    expect(bodies[0]).toBe(JSON.stringify(request))
    expect(JSON.parse(bodies[1]!)).toEqual({ ...request, format: older })
  })

  test('takes an answer about the way the holder was verified that it sent, and no other', async () => {
    const device = { ...token, userVerification: 'device' } as const
    const answered = (userVerification: object | undefined) => answering(200, { ...good, userVerification })
    const { userVerification } = await (await answered({ claimed: 'device' })).verify(device)
    expect(userVerification).toBe('device')
    for (const wrong of [undefined, {}, { claimed: 'pin' }]) {
      const remote = await answered(wrong)
      expect(await codeOf(() => remote.verify(device))).toBe('ERR_ANSWER_MISMATCH')
    }
  })

  test('refuses with its own code', async () => {
    const refusing = await answering(409, '{"code":"ERR_NONCE_UNKNOWN","detail":"<script>"}')
    const error = await thrown<RefusalError>(() => refusing.verify(token))
    expect(error).toMatchObject({ code: 'ERR_NONCE_UNKNOWN', turn: 'customer', retry: true })
    expect(error.message).not.toContain('script')
  })

  test('refuses a certificate with the check that failed, and takes nothing else for one', async () => {
    const refusing = async (more: object) => {
      const remote = await answering(422, { code: 'ERR_CERTIFICATE_REFUSED', ...more })
      const { check, depth } = await thrown<RefusalError>(() => remote.verify(token))
      return [check, depth]
    }
    expect(await refusing({ check: 'key-usage', depth: 1 })).toEqual(['key-usage', 1])
    for (const check of ['<script>', 'call 0120', '', 7, null, `a${'-b'.repeat(9)}`]) {
      expect(await refusing({ check, depth: -1 })).toEqual([undefined, undefined])
    }
    for (const depth of [1.5, '1', 100, null]) expect(await refusing({ depth })).toEqual([undefined, undefined])
  })

  test.each<[string, number, unknown]>([
    ['no JSON', 200, '<html>'],
    ['neither yes nor no', 200, '{}'],
    ['a list', 200, [good]],
    ['no without a code', 500, '{"code":"ERR_MADE_UP"}'],
    ['a code of the command line', 422, '{"code":"ERR_USAGE"}'],
    ['a code of terminals', 422, '{"code":"ERR_ANSWER_MISMATCH"}'],
    ['a redirect', 302, ''],
    ['a refusal as a success', 200, '{"code":"ERR_NONCE_UNKNOWN"}'],
    ['a status of nothing', 202, good],
    ['far too much', 200, `"${'a'.repeat(100_000)}"`],
    ['a field far too large', 200, { ...good, more: 'a'.repeat(100_000) }],
  ])('that answers %s is no server', async (_name, status, body) => {
    const odd = await answering(status, body)
    expect(await thrown(() => odd.verify(token))).toBeInstanceOf(ServerError)
    expect(await thrown(() => odd.challenge(request))).toBeInstanceOf(ServerError)
  })

  test('that answers the refusal of another request is refused', async () => {
    const odd = await answering(422, '{"code":"ERR_MUNICIPAL_PIN_REJECTED"}')
    expect(await thrown(() => odd.verify(token))).toMatchObject({ code: 'ERR_ANSWER_MISMATCH' })
    expect(await thrown(() => odd.challenge(request))).toMatchObject({ code: 'ERR_ANSWER_MISMATCH' })
  })

  test.each<[string, object]>([
    ['holder', { holder: 7 }],
    ['holder', { holder: '' }],
    ['holder', { holder: 'a\u001b[2J' }],
    ['holder', { holder: 'h'.repeat(129) }],
    ['terminal', { terminal: ['kiosk-1'] }],
    ['purpose', { purpose: null }],
    ['at', { at: 1_780_000_000_000 }],
    ['at', { at: '2026-06-01' }],
    ['at', { at: '2026-02-30T00:00:00Z' }],
    ['validUntil', { validUntil: 'later' }],
    ['validUntil', { validUntil: '+010000-01-01T00:00:00.000Z' }],
    ['challengeDigest', { challengeDigest: 'AA' }],
    ['holderDigest', { holderDigest: [good.holderDigest] }],
  ])('that accepts with another form of %s is no server: %j', async (name, change) => {
    const odd = await answering(200, { ...good, ...change })
    const error = await thrown(() => odd.verify(token))
    expect(error).toBeInstanceOf(ServerError)
    expect(error.message).toContain(name)
  })

  test('that is missing, or not securely reachable, is reported', async () => {
    const gone = await answering(200, '{}')
    await new Promise<void>((done) => server!.close(() => done()))
    server = undefined
    expect(await thrown(() => gone.verify(token))).toMatchObject({ code: 'ERR_SERVER' })
    for (const address of ['http://issue.example', 'ftp://a.example', 'https://user:pass@a.example']) {
      expect(() => new TokenServer(address)).toThrow(TypeError)
    }
    expect(() => new TokenServer(origin, { maxClockSkewMs: -1 })).toThrow(RangeError)
  })
})

describe('an answer of another transaction', () => {
  test.each<[string, object]>([
    ['another holder', { holder: 'i'.repeat(43) }],
    ['another terminal', { terminal: 'kiosk-2' }],
    ['another purpose', { purpose: 'income' }],
    ['another challenge', { challengeDigest: accepted(other).challengeDigest }],
    ['another certificate', { holderDigest: accepted(other).holderDigest }],
    ['the whole answer to another token', accepted(other)],
    ['no challenge', { challengeDigest: undefined }],
    ['no certificate', { holderDigest: undefined }],
    ['an end in 1999', { validUntil: '1999-12-31T23:59:59.000Z' }],
    ['an end after that of the certificate', { validUntil: '2099-01-01T00:00:00.000Z' }],
    ['a time in 1999', { at: '1999-12-31T23:59:59.000Z', validUntil: '1999-12-31T23:59:59.000Z' }],
    ['a time an hour ago', { at: '2026-05-31T23:00:00.000Z' }],
    ['a time in an hour', { at: '2026-06-01T01:00:00.000Z' }],
    ['a time before the certificate', { at: new Date(read(user.auth).notBeforeMs - 1).toISOString() }],
  ])('that names %s is refused', async (_name, change) => {
    const mixing = await answering(200, { ...good, ...change })
    const error = await thrown<RefusalError>(() => mixing.verify(token))
    expect(error).toMatchObject({ name: 'RefusalError', code: 'ERR_ANSWER_MISMATCH', turn: 'operator', retry: false })
  })

  test('is refused without a clock too, by certificate and challenge', async () => {
    const options = { clock: undefined }
    expect((await (await answering(200, good, options)).verify(token)).holder).toBe(holder)
    for (const change of [
      { validUntil: '1999-12-31T23:59:59.000Z' },
      { at: '1999-12-31T23:59:59.000Z' },
      { at: '2099-01-01T00:00:00.000Z' },
    ]) {
      const mixing = await answering(200, { ...good, ...change }, options)
      expect(await codeOf(() => mixing.verify(token))).toBe('ERR_ANSWER_MISMATCH')
    }
  })

  test('is one accepted before the challenge can have been given, or after its end', async () => {
    const outcome = async (at: string): Promise<string> => {
      const answers: unknown[] = [challenge, { ...good, at }]
      const remote = new TokenServer(origin, {
        fetch: async () => Response.json(answers.shift(), { status: answers.length === 1 ? 201 : 200 }),
      })
      await remote.challenge(request)
      return remote.verify(token).then(
        () => 'accepted',
        (error: RefusalError) => error.code,
      )
    }
    expect(await outcome('2026-06-01T00:01:59.999Z')).toBe('accepted')
    expect(await outcome('2026-06-01T00:02:00.000Z')).toBe('ERR_ANSWER_MISMATCH')
    expect(await outcome('2026-05-31T23:47:00.000Z')).toBe('accepted')
    expect(await outcome('2026-05-31T23:46:59.999Z')).toBe('ERR_ANSWER_MISMATCH')
  })

  test('is a refusal that names another challenge, or that this request cannot have', async () => {
    const refusing = (code: string, more: object = {}) => answering(422, { code, ...more })
    const own = await refusing('ERR_CERTIFICATE_REVOKED', { challengeDigest: good.challengeDigest })
    expect(await codeOf(() => own.verify(token))).toBe('ERR_CERTIFICATE_REVOKED')
    for (const challengeDigest of [accepted(other).challengeDigest, null, 7]) {
      const foreign = await refusing('ERR_CERTIFICATE_REVOKED', { challengeDigest })
      expect(await codeOf(() => foreign.verify(token))).toBe('ERR_ANSWER_MISMATCH')
    }
    for (const code of ['ERR_CERTIFICATE_REVOKED', 'ERR_NONCE_UNKNOWN', 'ERR_TOKEN_SIGNATURE']) {
      const mixing = await refusing(code)
      expect(await codeOf(() => mixing.challenge(request))).toBe('ERR_ANSWER_MISMATCH')
    }
    const toChallenge = await refusing('ERR_STORE_FULL', { challengeDigest: good.challengeDigest })
    expect(await codeOf(() => toChallenge.challenge(request))).toBe('ERR_ANSWER_MISMATCH')
  })

  test.each<[string, object, string]>([
    ['another server', { origin: 'https://other.example' }, 'ERR_TOKEN_ORIGIN'],
    ['another terminal', { terminal: 'kiosk-2' }, 'ERR_TOKEN_TERMINAL'],
    ['another purpose', { purpose: 'income' }, 'ERR_TOKEN_PURPOSE'],
    ['1999', { expiresAt: '1999-12-31T23:59:59.000Z' }, 'ERR_ANSWER_MISMATCH'],
    ['a day', { expiresAt: '2026-06-02T00:00:00.000Z' }, 'ERR_ANSWER_MISMATCH'],
  ])('is a challenge of %s', async (_name, change, code) => {
    const mixing = await answering(201, { ...challenge, ...change })
    expect(await codeOf(() => mixing.challenge(request))).toBe(code)
  })

  test('is a challenge that was given before', async () => {
    const repeating = await answering(201, challenge)
    await repeating.challenge(request)
    expect(await codeOf(() => repeating.challenge(request))).toBe('ERR_ANSWER_MISMATCH')
  })

  test('is found in any pair of acceptances of one service that are exchanged', async () => {
    const service = serve()
    const people = [user.auth, (await issued(-1, 100)).auth]
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.nat(1), fc.boolean(), async (one, two, samePurpose) => {
        const purpose = samePurpose ? request.purpose : 'income'
        const mine = await answer(await service.challenge(request), {}, people[one])
        const theirs = await answer(await service.challenge({ ...request, purpose }), {}, people[two])
        const json = async (from: Token) =>
          JSON.parse(JSON.stringify(await service.verify(from, { terminal: request.terminal })))
        const [own, foreign] = [await json(mine), await json(theirs)]
        const remote = (body: object) =>
          new TokenServer(origin, { fetch: async () => Response.json(body), clock: () => now })
        expect((await remote(own).verify(mine)).holder).toBe(own.holder)
        expect(await codeOf(() => remote(foreign).verify(mine))).toBe('ERR_ANSWER_MISMATCH')
        const onlyTheirName = { ...own, holder: foreign.holder }
        if (own.holder === foreign.holder) expect((await remote(onlyTheirName).verify(mine)).holder).toBe(own.holder)
        else expect(await codeOf(() => remote(onlyTheirName).verify(mine))).toBe('ERR_ANSWER_MISMATCH')
      }),
      { numRuns: 20 },
    )
  })
})

/** A server that answers one status and body after another, and what it was asked. */
function scripted(
  answers: readonly (readonly [number, unknown])[],
  options: TokenServerOptions = {},
  address = origin,
) {
  const asked: { readonly url: string; readonly init: RequestInit }[] = []
  const left = [...answers]
  const send = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    asked.push({ url: String(url), init })
    const [status, body] = left.length > 1 ? left.shift()! : left[0]!
    return typeof body === 'string' ? new Response(body, { status }) : Response.json(body, { status })
  }
  return { asked, remote: new TokenServer(address, { fetch: send as typeof fetch, ...options }) }
}

describe('a request', () => {
  test.each([
    ['https://issue.example/', 'https://issue.example/v1/'],
    ['https://issue.example/a/b', 'https://issue.example/a/b/v1/'],
    ['https://issue.example/a/b/', 'https://issue.example/a/b/v1/'],
  ])('goes below the address %s, as JSON, and follows no redirect', async (address, below) => {
    const { asked, remote } = scripted(
      [
        [201, challenge],
        [200, good],
      ],
      {},
      address,
    )
    expect(remote.origin).toBe(origin)
    await remote.challenge(request)
    await remote.verify(token)
    expect(asked.map(({ url }) => url)).toEqual([`${below}challenges`, `${below}verifications`])
    for (const { init } of asked) {
      const headers = { 'content-type': 'application/json', accept: 'application/json, application/problem+json' }
      expect(init).toMatchObject({ method: 'POST', redirect: 'error', headers })
    }
    expect(asked.map(({ init }) => JSON.parse(init.body as string))).toEqual([request, { token }])
  })

  test('ends after its time, or when it is given up, with what it ended for', async () => {
    const never = (_url: unknown, { signal }: RequestInit) =>
      new Promise<never>((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)))
    const options = { fetch: never as typeof fetch }
    const late = await thrown(() => new TokenServer(origin, { ...options, timeoutMs: 50 }).verify(token))
    expect(late).toMatchObject({ code: 'ERR_SERVER', message: expect.stringContaining('within 0.05 s') })
    expect(late.cause).toMatchObject({ name: 'TimeoutError' })
    const giveUp = new AbortController()
    const call = thrown(() => new TokenServer(origin, { ...options, signal: giveUp.signal }).verify(token))
    const reason = new Error('closed')
    giveUp.abort(reason)
    expect(await call).toMatchObject({
      code: 'ERR_SERVER',
      message: expect.not.stringContaining('within'),
      cause: reason,
    })
  })

  test.each<[string]>([['https://user@a.example'], ['https://:pass@a.example'], ['http://127.0.0.1.a.example']])(
    'never goes to %s',
    (address) => expect(() => new TokenServer(address)).toThrow(TypeError),
  )

  test('allows clocks to differ by 0 to 86 400 000 ms', () => {
    for (const maxClockSkewMs of [0, 86_400_000])
      expect(() => new TokenServer(origin, { maxClockSkewMs })).not.toThrow()
    for (const maxClockSkewMs of [-1, 1.5, 86_400_001, Number.NaN]) {
      expect(() => new TokenServer(origin, { maxClockSkewMs })).toThrow(RangeError)
    }
  })
})

describe('an answer', () => {
  test('of 65 536 bytes is read, one of 65 537 is refused', async () => {
    const sized = (bytes: number): string => JSON.stringify(good).padEnd(bytes)
    expect((await scripted([[200, sized(65_536)]]).remote.verify(token)).holder).toBe(holder)
    const error = await thrown(() => scripted([[200, sized(65_537)]]).remote.verify(token))
    expect(error).toMatchObject({ name: 'ServerError', status: 200, cause: { name: 'RangeError' } })
    expect(error.message).toContain('too long')
  })

  test('that breaks off has its status, one that never came has none', async () => {
    const broken = new ReadableStream<Uint8Array>({ start: (to) => to.error(new Error('reset')) })
    const half = new TokenServer(origin, { fetch: async () => new Response(broken, { status: 404 }) })
    expect(await thrown(() => half.verify(token))).toMatchObject({
      name: 'ServerError',
      status: 404,
      message: expect.stringContaining('incomplete'),
      cause: { message: 'reset' },
    })
    const gone = new TokenServer(origin, { fetch: () => Promise.reject(new Error('refused')) })
    expect(await thrown(() => gone.verify(token))).toMatchObject({
      name: 'ServerError',
      status: undefined,
      message: expect.stringContaining('unreachable'),
      cause: { message: 'refused' },
    })
  })

  test('that is not JSON keeps its status and why it is not', async () => {
    for (const body of ['<html>', '']) {
      const error = await thrown(() => scripted([[502, body]]).remote.verify(token))
      expect(error).toMatchObject({ name: 'ServerError', status: 502, cause: { name: 'SyntaxError' } })
    }
  })

  test('names a check of one to four words, 40 characters at most, and a depth from 0 to 99', async () => {
    const refused = async (more: object) => {
      const { remote } = scripted([[422, { code: 'ERR_CERTIFICATE_REFUSED', ...more }]])
      const { check, depth } = await thrown<RefusalError>(() => remote.verify(token))
      return [check, depth]
    }
    expect(await refused({ check: 'validity', depth: 0 })).toEqual(['validity', 0])
    expect(await refused({ check: 'a-b-c-d', depth: 99 })).toEqual(['a-b-c-d', 99])
    expect(await refused({ check: 'a-b-c-d-e', depth: '0' })).toEqual([undefined, undefined])
    expect(await refused({ check: 'a'.repeat(40) })).toEqual(['a'.repeat(40), undefined])
    expect(await refused({ check: 'a'.repeat(41) })).toEqual(['a'.repeat(40), undefined])
  })

  test('of an unexpected error of the server is no refusal', async () => {
    const { remote } = scripted([[500, { code: 'ERR_INTERNAL' }]])
    for (const call of [() => remote.verify(token), () => remote.challenge(request)]) {
      expect(await thrown(call)).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER', status: 500 })
    }
  })

  test('without a body is refused', async () => {
    const empty = new TokenServer(origin, { fetch: async () => new Response(null, { status: 204 }) })
    const error = await thrown(() => empty.verify(token))
    expect(error).toMatchObject({ name: 'ServerError', status: 204, cause: { name: 'SyntaxError' } })
  })

  test.each([null, 'text', 7, {}, { code: null }, { error: 'ERR_TOKEN' }, { error: { code: 'ERR_TOKEN' } }])(
    'of 400 with %j is no refusal',
    async (body) => {
      const error = await thrown(() => scripted([[400, JSON.stringify(body)]]).remote.verify(token))
      expect(error).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER' })
    },
  )

  test('of less than 400 is no refusal, whatever it holds', async () => {
    const outcome = async (status: number): Promise<string> =>
      codeOf(() => scripted([[status, { code: 'ERR_TOKEN' }]]).remote.verify(token))
    expect([await outcome(399), await outcome(400), await outcome(599)]).toEqual([
      'ERR_SERVER',
      'ERR_TOKEN',
      'ERR_TOKEN',
    ])
  })

  test.each<[string, boolean]>([
    ['ERR_TOKEN', true],
    ['ERR_TOKEN_TERMINAL', true],
    ['ERR_TOKEN_PURPOSE', true],
    ['ERR_STORE_UNAVAILABLE', true],
    ['ERR_STORE_FULL', true],
    ['ERR_TOKEN_ORIGIN', false],
    ['ERR_TOKEN_ALGORITHM', false],
    ['ERR_TOKEN_SIGNATURE', false],
    ['ERR_NONCE_UNKNOWN', false],
    ['ERR_NONCE_EXPIRED', false],
    ['ERR_CERTIFICATE_REFUSED', false],
    ['ERR_CERTIFICATE_NOT_YET_VALID', false],
    ['ERR_CERTIFICATE_EXPIRED', false],
    ['ERR_CERTIFICATE_REVOKED', false],
    ['ERR_REVOCATION_UNKNOWN', false],
  ])('%s refuses a token, and a challenge: %j', async (code, challenges) => {
    const { remote } = scripted([[422, { code }]])
    expect(await codeOf(() => remote.verify(token))).toBe(code)
    expect(await codeOf(() => remote.challenge(request))).toBe(challenges ? code : 'ERR_ANSWER_MISMATCH')
  })

  test.each<[string, unknown]>([
    ['no object', '7'],
    ['a missing field', { ...challenge, nonce: undefined }],
    ['a short nonce', { ...challenge, nonce: 'AA' }],
  ])('to the request for a challenge with %s is none', async (_name, body) => {
    const error = await thrown(() => scripted([[201, body]]).remote.challenge(request))
    expect(error).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER', cause: { code: 'ERR_TOKEN' } })
  })
})

describe('the times of a transaction', () => {
  const at = (ms: number): string => new Date(now.getTime() + ms).toISOString()

  test.each<[number, string]>([
    [-1000, 'ERR_ANSWER_MISMATCH'],
    [-999, 'ok'],
    [601_000, 'ok'],
    [601_001, 'ERR_ANSWER_MISMATCH'],
  ])('a challenge that ends in %d ms, clocks differing by a second: %s', async (end, expected) => {
    const options = { clock: () => now, maxClockSkewMs: 1000 }
    const { remote } = scripted([[201, { ...challenge, expiresAt: at(end) }]], options)
    const outcome = await remote.challenge(request).then(
      () => 'ok',
      (error) => error.code,
    )
    expect(outcome).toBe(expected)
  })

  test('a challenge may end at any time where the terminal has no clock', async () => {
    for (const expiresAt of ['1999-12-31T23:59:59.000Z', '2999-12-31T23:59:59.000Z']) {
      expect(await scripted([[201, { ...challenge, expiresAt }]]).remote.challenge(request)).toMatchObject({
        expiresAt,
      })
    }
  })

  test.each<[number, string]>([
    [-1001, 'ERR_ANSWER_MISMATCH'],
    [-1000, 'ok'],
    [0, 'ok'],
    [5999, 'ok'],
    [6000, 'ERR_ANSWER_MISMATCH'],
  ])(
    'an acceptance %d ms after the token was sent, answered after 5 s, clocks differing by one: %s',
    async (ms, expected) => {
      let tick = now.getTime()
      const clock = (): Date => {
        tick += 5000
        return new Date(tick - 5000)
      }
      const { remote } = scripted([[200, { ...good, at: at(ms) }]], { clock, maxClockSkewMs: 1000 })
      const outcome = await remote.verify(token).then(
        () => 'ok',
        (error) => error.code,
      )
      expect(outcome).toBe(expected)
    },
  )

  test('of challenge and clock the later beginning and the earlier end hold', async () => {
    const outcome = async (ms: number, clockMs: number, end: number): Promise<string> => {
      const answers = [
        [201, { ...challenge, expiresAt: at(end) }],
        [200, { ...good, at: at(ms) }],
      ] as const
      const { remote } = scripted(answers, { clock: () => new Date(now.getTime() + clockMs), maxClockSkewMs: 1000 })
      await remote.challenge(request)
      return remote.verify(token).then(
        () => 'ok',
        (error) => error.code,
      )
    }
    expect(await outcome(-1000, 0, 500_000)).toBe('ok')
    expect(await outcome(-1001, 0, 500_000)).toBe('ERR_ANSWER_MISMATCH')
    expect(await outcome(499, 0, 500)).toBe('ok')
    expect(await outcome(500, 0, 500)).toBe('ERR_ANSWER_MISMATCH')
    expect(await outcome(999, 0, 500_000)).toBe('ok')
    expect(await outcome(1000, 0, 500_000)).toBe('ERR_ANSWER_MISMATCH')
  })
})

test('challenges are remembered until their token is handed in, 1000 of them, the oldest given up first', async () => {
  let next = 0
  const remote = new TokenServer(origin, {
    fetch: (async (url: URL) =>
      url.pathname.endsWith('challenges')
        ? Response.json({ ...challenge, nonce: nonceOf(next) }, { status: 201 })
        : Response.json({ code: 'ERR_TOKEN' }, { status: 422 })) as typeof fetch,
  })
  const nonceOf = (number: number): string => {
    const bytes = Buffer.alloc(32)
    bytes.writeUInt32BE(number)
    return bytes.toString('base64url')
  }
  const give = (number: number): Promise<string> => {
    next = number
    return remote.challenge(request).then(
      () => 'given',
      (error) => error.code,
    )
  }
  for (let i = 0; i < 1000; i++) expect(await give(i)).toBe('given')
  await thrown(() => remote.verify({ ...token, nonce: nonceOf(500) }))
  expect(await give(1000)).toBe('given')
  expect(await give(0)).toBe('ERR_ANSWER_MISMATCH')
  expect(await give(1001)).toBe('given')
  expect(await give(1)).toBe('ERR_ANSWER_MISMATCH')
  expect(await give(0)).toBe('given')
})

describe('an acceptance', () => {
  const any = { from: -Infinity, until: Infinity }
  const { notBeforeMs, notAfterMs } = read(user.auth)
  const iso = (ms: number): string => new Date(ms).toISOString()
  const outcome = (change: object, window = any, by: Token = token): string => {
    try {
      readAcceptance({ ...accepted(by), ...change }, by, window)
      return 'ok'
    } catch (error) {
      return (error as RefusalError).code
    }
  }
  const mismatched = 'ERR_ANSWER_MISMATCH'

  test('is of a time in the window, its end not counted', () => {
    const time = now.getTime()
    expect(outcome({}, { from: time, until: time + 1 })).toBe('ok')
    expect(outcome({}, { from: time + 1, until: Infinity })).toBe(mismatched)
    expect(outcome({}, { from: -Infinity, until: time })).toBe(mismatched)
  })

  test('is of a time when the certificate is valid, its last second counted', () => {
    const validUntil = iso(notAfterMs)
    expect(outcome({ at: iso(notBeforeMs) })).toBe('ok')
    expect(outcome({ at: iso(notBeforeMs - 1) })).toBe(mismatched)
    expect(outcome({ at: iso(notAfterMs + 999), validUntil })).toBe('ok')
    expect(outcome({ at: iso(notAfterMs + 1000), validUntil: iso(notAfterMs + 999) })).toBe(mismatched)
  })

  test('ends after its time, its last second counted, and not after the certificate', () => {
    expect(outcome({ validUntil: iso(notAfterMs + 999) })).toBe('ok')
    expect(outcome({ validUntil: iso(notAfterMs + 1000) })).toBe(mismatched)
    expect(outcome({ validUntil: iso(now.getTime() - 999) })).toBe('ok')
    expect(outcome({ validUntil: iso(now.getTime() - 1000) })).toBe(mismatched)
  })

  test.each<[object, string]>([
    [{ ok: false }, 'ERR_SERVER'],
    [{ ok: 'true' }, 'ERR_SERVER'],
    [{ ok: undefined }, 'ERR_SERVER'],
    [{ holder: '' }, 'ERR_SERVER'],
    [{ holder: 'a b' }, 'ERR_SERVER'],
    [{ holder: 'a\u007f' }, 'ERR_SERVER'],
    [{ holder: 'é' }, 'ERR_SERVER'],
    [{ terminal: '' }, 'ERR_SERVER'],
    [{ terminal: 'x'.repeat(64) }, mismatched],
    [{ terminal: 'x'.repeat(65) }, 'ERR_SERVER'],
    [{ purpose: '' }, 'ERR_SERVER'],
    [{ purpose: 'x'.repeat(64) }, mismatched],
    [{ purpose: 'x'.repeat(65) }, 'ERR_SERVER'],
    [{ challengeDigest: 'A'.repeat(43) }, mismatched],
    [{ challengeDigest: 'A'.repeat(42) }, 'ERR_SERVER'],
    [{ challengeDigest: 'A'.repeat(44) }, 'ERR_SERVER'],
    [{ challengeDigest: `${'A'.repeat(42)}=` }, 'ERR_SERVER'],
    [{ holderDigest: 'A'.repeat(43) }, mismatched],
    [{ holderDigest: 'A'.repeat(42) }, 'ERR_SERVER'],
    [{ holderDigest: 'A'.repeat(44) }, 'ERR_SERVER'],
  ])('with %j is not taken: %s', (change, expected) => expect(outcome(change)).toBe(expected))

  test('of 1 and of 128 characters of a holder is taken', () => {
    for (const who of ['!', '~'.repeat(128)]) expect(outcome(accepted(token, who))).toBe('ok')
  })

  test.each([null, undefined, 'ok', 7, [], () => good, Object.create(good)])('is never %j', (answer) => {
    expect(() => readAcceptance(answer, token, any)).toThrow(ServerError)
  })

  test('with a field that is inherited is not taken', () => {
    const { purpose: _, ...rest } = good
    const answer = Object.assign(Object.create({ purpose: good.purpose }), rest)
    expect(() => readAcceptance(answer, token, any)).toThrow(ServerError)
  })

  test.each(['AQID', 'no base64', ''])('is refused for a token whose certificate is %j', (certificate) => {
    const odd = { ...token, certificate }
    expect(outcome({ ...good }, any, odd)).toBe(mismatched)
  })
})
