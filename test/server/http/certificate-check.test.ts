import { describe, expect, test } from 'vitest'
import { certificateDigest, challengeDigest } from '../../../src/token/index.ts'
import { authorities, issued, now, read, request, serve, user } from '../fixture.ts'
import { askCheck, checkBody, gate, handlerWith, outcome, post } from './fixture.ts'

const nonce = Buffer.alloc(32, 5)
const der = user.auth.certificate
const never = new Promise<never>(() => {})

describe('the check of a certificate', () => {
  test('answers terminal, purpose, times and two digests, and nothing else', async () => {
    const response = await (await handlerWith()).fetch(askCheck())
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      ok: true,
      ...request,
      at: now.toISOString(),
      validUntil: read(user.auth).notAfter.toISOString(),
      challengeDigest: challengeDigest(nonce),
      certificateDigest: certificateDigest(nonce, der),
    })
  })

  test('is refused with the digest of its nonce and the check that failed', async () => {
    const handler = await handlerWith()
    const expired = (await issued(-100, -1)).auth.certificate
    const problem = async (body: Request): Promise<unknown> => (await handler.fetch(body)).json()
    expect(await problem(askCheck(expired))).toMatchObject({
      code: 'ERR_CERTIFICATE_EXPIRED',
      check: 'validity',
      depth: 0,
      challengeDigest: challengeDigest(nonce),
    })
    expect(await problem(askCheck(der, { purpose: 7 }))).toMatchObject({
      code: 'ERR_REQUEST',
      challengeDigest: challengeDigest(nonce),
    })
    expect(await problem(askCheck(der, { nonce: 'AA' }))).not.toHaveProperty('challengeDigest')
  })

  test('takes the CA certificate of the card', async () => {
    const handler = await handlerWith()
    const ca = (certificate: Uint8Array) =>
      askCheck(der, { caCertificate: Buffer.from(certificate).toString('base64') })
    expect(await outcome(await handler.fetch(ca(authorities.authCa.certificate)))).toBe('200')
    expect(await outcome(await handler.fetch(ca(Uint8Array.of(1))))).toBe('422 ERR_CERTIFICATE_REFUSED')
  })

  test.each<[string, object]>([
    ...(['terminal', 'purpose', 'nonce', 'certificate'] as const).flatMap((name): [string, object][] => [
      [`no ${name}`, { [name]: undefined }],
      [`a ${name} of null`, { [name]: null }],
      [`a ${name} that is a list`, { [name]: ['AQID'] }],
    ]),
    ['a CA certificate of null', { caCertificate: null }],
    ['an empty CA certificate', { caCertificate: '' }],
    ['a CA certificate of 8 193 bytes', { caCertificate: Buffer.alloc(8193).toString('base64') }],
    ['a field more', { token: {} }],
    ['a nonce of 31 bytes', { nonce: Buffer.alloc(31).toString('base64url') }],
    ['a nonce of 33 bytes', { nonce: Buffer.alloc(33).toString('base64url') }],
    ['a nonce in base64', { nonce: Buffer.alloc(32, 0xff).toString('base64') }],
    ['a nonce that is not canonical', { nonce: `${'A'.repeat(42)}B` }],
    ['an empty certificate', { certificate: '' }],
    ['a certificate of 8 193 bytes', { certificate: Buffer.alloc(8193).toString('base64') }],
    ['a certificate in base64url', { certificate: Buffer.alloc(3, 0xff).toString('base64url') }],
    ['a certificate without padding', { certificate: 'AQ' }],
    ['a certificate with a line break', { certificate: 'AQID\n' }],
  ])('with %s is not well-formed, and not checked', async (_name, change) => {
    const events: unknown[] = []
    const handler = await handlerWith({ service: serve({ audit: { write: (event) => void events.push(event) } }) })
    expect(await outcome(await handler.fetch(askCheck(der, change)))).toBe('400 ERR_REQUEST')
    expect(events).toEqual([])
  })

  test('of 8 192 bytes is one the service decides about', async () => {
    const handler = await handlerWith()
    const long = Buffer.alloc(8192).toString('base64')
    for (const change of [{ certificate: long }, { caCertificate: long }]) {
      expect(await outcome(await handler.fetch(askCheck(der, change)))).toBe('422 ERR_CERTIFICATE_REFUSED')
    }
  })

  test('with a duplicate field is refused', async () => {
    const text = JSON.stringify(checkBody()).replace('{', '{"certificate":"AQID",')
    const response = await (await handlerWith()).fetch(post('/v1/certificates', text))
    expect(await outcome(response)).toBe('400 ERR_REQUEST')
  })

  test('is for the authenticated terminal only, which must be allowed', async () => {
    const as = async (terminal: string, allows = true): Promise<string> =>
      outcome(await (await handlerWith({ terminalOf: () => terminal, allows: () => allows })).fetch(askCheck()))
    expect(await as('kiosk-1')).toBe('200')
    expect(await as('kiosk-2')).toBe('403 ERR_TOKEN_TERMINAL')
    expect(await as('kiosk-1', false)).toBe('403 ERR_FORBIDDEN')
    const named = await handlerWith({ allows: (terminal) => terminal !== 'kiosk-1' })
    expect(await outcome(await named.fetch(askCheck()))).toBe('403 ERR_FORBIDDEN')
  })

  test.each([{ terminalOf: () => 'kiosk-1' }, {}])('counts for the rate of its terminal: %j', async (options) => {
    const handler = await handlerWith({ ...options, limits: { perTerminal: { perSecond: 0.1, burst: 2 } } })
    const outcomes = [await outcome(await handler.fetch(askCheck())), await outcome(await handler.fetch(askCheck()))]
    expect(outcomes).toEqual(['200', '200'])
    expect(await outcome(await handler.fetch(askCheck()))).toBe('429 ERR_RATE_LIMITED')
  })

  test('waits for its place, and is not begun when its sender has waited too long', async () => {
    const { open, opened } = gate()
    let asked = 0
    const sources = [
      async () => {
        asked += 1
        await opened
        return never
      },
    ]
    const service = serve({ revocation: { mode: 'required', sources } })
    const handler = await handlerWith({ service, limits: { concurrency: 1, timeoutMs: 2_000, queueMs: 30_000 } })
    const outcomes = await Promise.all([1, 2].map(async () => outcome(await handler.fetch(askCheck()))))
    open()
    expect(outcomes).toEqual(['503 ERR_ANSWER_TIMEOUT', '503 ERR_ANSWER_TIMEOUT'])
    expect(asked).toBe(1)
  })

  test('is a path like any other where the operator does not offer it', async () => {
    const handler = await handlerWith({ certificateChecks: false })
    expect(await outcome(await handler.fetch(askCheck()))).toBe('404 ERR_NOT_FOUND')
    const options = new Request('http://server.test/v1/certificates', { method: 'OPTIONS' })
    expect(await outcome(await handler.fetch(options))).toBe('404 ERR_NOT_FOUND')
  })
})
