import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { type RefusalError, ServerError } from '../../src/errors.ts'
import {
  challengeDigest,
  holderDigest,
  type Token,
  type TokenChallenge,
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
    Record<'id' | 'nonce' | 'certificate' | 'holder' | 'challengeDigest' | 'holderDigest', string>
  >('token/answer.json')) {
    test(one.id, () => {
      const nonce = Buffer.from(one.nonce, 'base64url')
      expect(challengeDigest(nonce)).toBe(one.challengeDigest)
      expect(holderDigest(nonce, Buffer.from(one.certificate, 'base64'), one.holder)).toBe(one.holderDigest)
    })
  }
})

describe('a server as a terminal sees it', () => {
  test('gives challenges and answers', async () => {
    expect(await (await answering(201, challenge)).challenge(request)).toEqual(challenge)
    const { holder: who, purpose, terminal, at, validUntil } = good
    expect(await (await answering(200, { ...good, more: 1 })).verify(token)).toEqual({
      ...{ holder: who, purpose, terminal, at, validUntil },
    })
  })

  test('refuses with its own code', async () => {
    const refusing = await answering(409, '{"error":{"code":"ERR_NONCE_UNKNOWN","message":"<script>"}}')
    const error = await thrown<RefusalError>(() => refusing.verify(token))
    expect(error).toMatchObject({ code: 'ERR_NONCE_UNKNOWN', turn: 'customer', retry: true })
    expect(error.message).not.toContain('script')
  })

  test.each<[string, number, unknown]>([
    ['no JSON', 200, '<html>'],
    ['neither yes nor no', 200, '{}'],
    ['a list', 200, [good]],
    ['no without a code', 500, '{"error":{"code":"ERR_MADE_UP"}}'],
    ['a code of another interface', 422, '{"error":{"code":"ERR_MUNICIPAL_PIN_REJECTED"}}'],
    ['a code of terminals', 422, '{"error":{"code":"ERR_ANSWER_MISMATCH"}}'],
    ['a redirect', 302, ''],
    ['a refusal as a success', 200, '{"error":{"code":"ERR_NONCE_UNKNOWN"}}'],
    ['a status of nothing', 202, good],
    ['far too much', 200, `"${'a'.repeat(100_000)}"`],
    ['a field far too large', 200, { ...good, more: 'a'.repeat(100_000) }],
  ])('that answers %s is no server', async (_name, status, body) => {
    const odd = await answering(status, body)
    expect(await thrown(() => odd.verify(token))).toBeInstanceOf(ServerError)
    expect(await thrown(() => odd.challenge(request))).toBeInstanceOf(ServerError)
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

  test('that is not there, or not reached safely, is told', async () => {
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
    const refusing = (code: string, more: object = {}) => answering(422, { error: { code, ...more } })
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
