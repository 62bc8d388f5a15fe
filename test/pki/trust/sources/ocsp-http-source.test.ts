import { afterEach, describe, expect, test, vi } from 'vitest'
import { type OcspHttpSourceOptions, ocspHttpSource } from '../../../../src/pki/trust/index.ts'
import { Certificate } from '../../../../src/pki/x509/index.ts'
import { issue, newKeys } from '../../../support/issue.ts'
import { nonceOf, ocspResponder } from '../../../support/ocsp.ts'
import { type Answer, bytes, hostile, serve } from './server.ts'
import { ask, at, ca, keys, leaf, leafOf, sha256 } from './world.ts'

const type = 'application/ocsp-response'
const { certId, revoked, single, reply, one } = ocspResponder(keys, at)
/** Answers with the nonce of the request: its last 32 bytes. */
const responder =
  (answer = single()): Answer =>
  (response, body) =>
    response
      .writeHead(200, { 'content-type': `${type}; x=1` })
      .end(reply({ singles: [answer], extensions: [nonceOf(body.subarray(-32))] }))

afterEach(() => {
  vi.useRealTimers()
})

describe('a responder', () => {
  test('that says good is asked by POST with a nonce', async () => {
    const server = await serve(responder())
    const answer = await ask(ocspHttpSource({ url: `${server.origin}/ocsp` }))
    expect(answer).toMatchObject({ status: 'good', problems: [], evidence: [{ kind: 'ocsp', issuer: 'CN=CA' }] })
    await ask(ocspHttpSource({ url: server.origin }))
    const [first, second] = server.requests
    expect(first!.path).toBe('/ocsp')
    expect(first!.body.includes(certId())).toBe(true)
    expect(first!.body).toHaveLength(second!.body.length)
    expect(first!.body.equals(second!.body)).toBe(false)
  })

  test('is sent what RFC 6960 A.1 says', async () => {
    const call = vi.fn<typeof fetch>(async () => new Response('', { status: 500 }))
    await ask(ocspHttpSource({ url: 'http://ocsp.example', fetch: call }))
    expect(call).toHaveBeenCalledWith(
      'http://ocsp.example/',
      expect.objectContaining({
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/ocsp-request', accept: type },
      }),
    )
  })

  test('can say revoked', async () => {
    const server = await serve(responder(single({ status: revoked(1) })))
    expect(await ask(ocspHttpSource({ url: server.origin }))).toMatchObject({
      status: 'revoked',
      reason: 'keyCompromise',
      revokedAt: new Date(at.getTime() - 86_400_000),
    })
  })

  test('is asked by SHA-256 where wanted', async () => {
    const server = await serve(responder(single({ id: certId(7, 'CA', keys, 'sha256') })))
    expect((await ask(ocspHttpSource({ url: server.origin, hash: 'SHA-256' }))).status).toBe('good')
    expect(server.requests[0]!.body.includes(certId(7, 'CA', keys, 'sha256'))).toBe(true)
  })

  test('with prepared answers is believed where that is wanted', async () => {
    const prepared = one({})
    const server = await serve(bytes(prepared, type))
    const status = async (more: Partial<OcspHttpSourceOptions>) =>
      ask(ocspHttpSource({ url: server.origin, ...more })).then(({ problems, evidence }) => problems[0] ?? evidence[0])
    expect(await status({})).toBe(`responder ${server.origin}: OCSP: nonce-missing`)
    expect(await status({ requireNonce: false })).toMatchObject({ sha256: sha256(prepared) })
    expect(await status({ nonce: false })).toMatchObject({ sha256: sha256(prepared) })
    expect(server.requests[2]!.body.length).toBeLessThan(server.requests[1]!.body.length)
    expect(await status({ nonce: false, maxAgeMs: 60_000 })).toContain('stale')
    expect(await status({ nonce: false, maxAgeMs: 60_000, skewMs: 600_000 })).toMatchObject({ kind: 'ocsp' })
  })

  test.each<[string, Buffer, string]>([
    ['an answer to another request', reply({ extensions: [nonceOf(Buffer.alloc(32, 1))] }), 'nonce-wrong'],
    ['an answer about another certificate', one({ id: certId(8) }), 'other-certificate'],
    ['a forged answer', reply({ signature: Buffer.alloc(70) }), 'signature-invalid'],
    ['an outdated answer', one({ nextUpdate: new Date(at.getTime() - 3_600_000) }), 'times-inconsistent'],
    ['a refusal', Buffer.from([0x30, 3, 10, 1, 6]), 'unauthorized'],
    ['half an answer', reply().subarray(0, 100), 'not an OCSP response'],
    ['a page', Buffer.from('<html>'), 'not an OCSP response'],
    ['nothing', Buffer.alloc(0), 'not an OCSP response'],
  ])('that gives %s is not believed', async (_, content, problem) => {
    const server = await serve(bytes(content, type))
    const answer = await ask(ocspHttpSource({ url: server.origin }))
    expect(answer).toMatchObject({ status: 'unknown', evidence: [] })
    expect(answer.problems.join()).toContain(problem)
  })

  test.each<[string, string, Answer]>([
    ...hostile(type),
    ['an answer of another type', `an answer that is not ${type}`, bytes(reply(), 'text/html')],
  ])('that gives %s is left alone for a while', async (_, problem, hostility) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const server = await serve(hostility)
    const source = ocspHttpSource({ url: `${server.origin}/?a=secret`, timeoutMs: 1000, retryMs: 5000 })
    const answer = await ask(source)
    expect(answer).toMatchObject({ status: 'unknown', evidence: [] })
    expect(answer.problems.join()).toContain(`responder ${server.origin}: ${problem}`)
    vi.advanceTimersByTime(1000)
    const again = await ask(source)
    expect(again.problems.join()).toContain(`${problem}`)
    expect(again.problems.join()).toContain('asked again in 4 s')
    // What got no answer at all is asked once more, at once.
    expect(server.requests).toHaveLength(problem === 'no answer: ' ? 2 : 1)
    vi.advanceTimersByTime(4000)
    server.answer = responder()
    expect((await ask(source)).status).toBe('good')
  })
})

test.each<[string, Answer]>([
  ['reset', (response) => response.socket?.resetAndDestroy()],
  ['closed', (response) => response.socket?.destroy()],
])('a connection %s once costs one more query and no time without an answer', async (_, failure) => {
  const server = await serve((...request) => {
    server.answer = responder()
    failure(...request)
  })
  expect(await ask(ocspHttpSource({ url: server.origin }))).toMatchObject({ status: 'good', problems: [] })
  expect(server.requests.map(({ body }) => body)).toEqual([expect.anything(), server.requests[0]!.body])
})

test('the second query has what is left of the time of the first', async () => {
  const server = await serve((response) => {
    server.answer = () => {}
    setTimeout(() => response.socket?.resetAndDestroy(), 300)
  })
  const answer = await ask(ocspHttpSource({ url: server.origin, timeoutMs: 600 }))
  expect(answer.problems).toEqual([`responder ${server.origin}: no answer within 600 ms`])
})

describe('responders a certificate names', () => {
  test('are asked where allowed, in turn until one knows', async () => {
    const server = await serve((response, body, request) =>
      request.url === '/b' ? responder()(response, body, request) : response.writeHead(404).end(),
    )
    const about = leafOf('http://other.example/', `${server.origin}/a`, `${server.origin}/b`)
    const answer = await ask(ocspHttpSource({ allow: [server.origin] }), about)
    expect(answer).toMatchObject({ status: 'good', problems: [`responder ${server.origin}: HTTP 404`] })
    expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b'])
  })

  test('are not asked unless allowed', async () => {
    const call = vi.fn<typeof fetch>()
    const source = ocspHttpSource({ allow: ['http://ocsp.example'], fetch: call })
    expect((await ask(source, leafOf('http://127.0.0.1/'))).problems.join()).toContain('no origin')
    expect((await ask(source, leaf())).problems.join()).toContain('names no address')
    expect(call).not.toHaveBeenCalled()
  })

  test('are not where the certificates of issuers are', async () => {
    const call = vi.fn<typeof fetch>()
    const source = ocspHttpSource({ allow: ['http://issuers.example'], fetch: call })
    expect((await ask(source, leafOf())).problems.join()).toContain('names no address')
    expect(call).not.toHaveBeenCalled()
  })

  test('are not asked about a certificate of another issuer', async () => {
    const call = vi.fn<typeof fetch>()
    const about = Certificate.fromDer(issue({ subject: 'H', issuer: 'CB', keys: newKeys(), signer: newKeys() }))
    const answer = await ocspHttpSource({ url: 'http://ocsp.example', fetch: call })(about, ca, at)
    expect(answer).toMatchObject({ status: 'unknown' })
    expect(call).not.toHaveBeenCalled()
  })
})

test.each<[string, Partial<OcspHttpSourceOptions>, typeof TypeError | typeof RangeError]>([
  ['no address at all', { url: undefined }, TypeError],
  ['a nonce of bytes', { nonce: new Uint8Array(32) as never }, TypeError],
  ['an unknown hash', { hash: 'MD5' as never }, TypeError],
  ['a nonce required but not sent', { nonce: false, requireNonce: true }, TypeError],
  ['a negative skew', { skewMs: -1 }, RangeError],
  ['an age of no number', { maxAgeMs: Number.NaN }, RangeError],
  ['no time', { timeoutMs: 0 }, RangeError],
  ['no bytes', { maxBytes: 0 }, RangeError],
])('%s is refused at creation', (_, wrong, kind) => {
  expect(() => ocspHttpSource({ url: 'http://ocsp.example', ...wrong })).toThrow(kind)
})
