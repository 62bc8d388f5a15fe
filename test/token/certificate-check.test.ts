import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RefusalError, refusalCodes, ServerError } from '../../src/errors.ts'
import {
  type CertificateToCheck,
  certificateDigest,
  challengeDigest,
  type RemoteCertificateCheck,
  TokenServer,
  type TokenServerOptions,
} from '../../src/token/index.ts'
import { authorities, issued, now, read, request, serve, user } from '../server/fixture.ts'
import { handlerWith } from '../server/http/fixture.ts'
import { thrown } from '../support/vectors.ts'

const origin = 'https://issue.example'
const certificate = user.auth.certificate
const question: CertificateToCheck = { ...request, certificate }
const other = (await issued(-1, 100)).auth.certificate
const { notBeforeMs, notAfterMs } = read(user.auth)
const iso = (ms: number): string => new Date(ms).toISOString()
const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

interface Sent {
  readonly terminal: string
  readonly purpose: string
  readonly nonce: string
  readonly certificate: string
}
/** What a right server answers to a request. */
const right = ({ terminal, purpose, nonce, certificate: der }: Sent) => {
  const bytes = Buffer.from(nonce, 'base64url')
  return {
    ok: true,
    terminal,
    purpose,
    at: now.toISOString(),
    validUntil: iso(notAfterMs),
    challengeDigest: sha256(bytes).toString('base64url'),
    certificateDigest: sha256(bytes, sha256(Buffer.from(der, 'base64'))).toString('base64url'),
  }
}

/** A server whose answer depends on the body it was sent, and what it was asked. */
function answering(reply: (sent: Sent) => readonly [status: number, body: unknown], options: TokenServerOptions = {}) {
  const asked: { readonly url: string; readonly body: Sent }[] = []
  const send = async (url: unknown, init: RequestInit = {}): Promise<Response> => {
    const body = JSON.parse(init.body as string) as Sent
    asked.push({ url: String(url), body })
    const [status, answer] = reply(body)
    return typeof answer === 'string' ? new Response(answer, { status }) : Response.json(answer, { status })
  }
  return { asked, remote: new TokenServer(origin, { fetch: send as typeof fetch, clock: () => now, ...options }) }
}

/** `ok`, or the code of the error. */
async function outcome(remote: TokenServer, asked = question): Promise<string> {
  try {
    await remote.checkCertificate(asked)
    return 'ok'
  } catch (error) {
    if (error instanceof RefusalError || error instanceof ServerError) return error.code
    throw error
  }
}
const changed = (change: object, options: TokenServerOptions = {}): Promise<string> =>
  outcome(answering((sent) => [200, { ...right(sent), ...change }], options).remote)

describe('the check of a certificate', () => {
  test('sends a nonce of its own each time, and returns the times', async () => {
    const { asked, remote } = answering((sent) => [200, { ...right(sent), more: 1 }])
    const expected: RemoteCertificateCheck = { at: now.toISOString(), validUntil: iso(notAfterMs) }
    expect(await remote.checkCertificate(question)).toEqual(expected)
    await remote.checkCertificate({ ...question, caCertificate: authorities.authCa.certificate })
    const [first, second] = asked.map(({ body }) => body)
    expect(asked.map(({ url }) => url)).toEqual([`${origin}/v1/certificates`, `${origin}/v1/certificates`])
    expect(first).toEqual({ ...request, nonce: first!.nonce, certificate: Buffer.from(certificate).toString('base64') })
    const caCertificate = Buffer.from(authorities.authCa.certificate).toString('base64')
    expect(second).toEqual({ ...first, nonce: second!.nonce, caCertificate })
    for (const { nonce } of [first!, second!]) expect(Buffer.from(nonce, 'base64url')).toHaveLength(32)
    expect(second!.nonce).not.toBe(first!.nonce)
  })

  test('is answered by this package’s server, accepted and refused', async () => {
    const handler = await handlerWith({ service: serve({ purposes: [request.purpose] }) })
    const send = (url: URL, init: RequestInit) => {
      const length = String(Buffer.byteLength(init.body as string))
      const headers = { ...(init.headers as Record<string, string>), 'content-length': length }
      return handler.fetch(new Request(url, { ...init, headers }))
    }
    const remote = new TokenServer(origin, { fetch: send as typeof fetch, clock: () => now })
    expect(await outcome(remote)).toBe('ok')
    expect(await outcome(remote, { ...question, purpose: 'income' })).toBe('ERR_TOKEN_PURPOSE')
    expect(await outcome(remote, { ...question, terminal: 'a b' })).toBe('ERR_TOKEN_TERMINAL')
    expect(await outcome(remote, { ...question, certificate: Uint8Array.of(1) })).toBe('ERR_CERTIFICATE_REFUSED')
    const expired = (await issued(-100, -1)).auth.certificate
    expect(await thrown(() => remote.checkCertificate({ ...question, certificate: expired }))).toMatchObject({
      code: 'ERR_CERTIFICATE_EXPIRED',
      check: 'validity',
      depth: 0,
      turn: 'clerk',
    })
  })

  test('by a server that does not offer it is not made', async () => {
    const without = await handlerWith({ certificateChecks: false })
    const send = (url: URL, init: RequestInit) => without.fetch(new Request(url, init))
    const here = new TokenServer(origin, { fetch: send as typeof fetch })
    for (const remote of [here, answering(() => [404, '<html>']).remote]) {
      expect(await remote.checkCertificate(question)).toBe(undefined)
    }
  })

  test('without a response is a ServerError without a status', async () => {
    const gone = new TokenServer(origin, { fetch: () => Promise.reject(new Error('refused')) })
    const error = await thrown(() => gone.checkCertificate(question))
    expect(error).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER', status: undefined })
  })

  test('is about the certificate at the time of the call, whatever becomes of its bytes', async () => {
    const bytes = new Uint8Array(certificate)
    const { remote } = answering((sent) => {
      bytes.fill(0)
      return [200, right(sent)]
    })
    expect(await outcome(remote, { ...question, certificate: bytes })).toBe('ok')
  })

  test('of what is not bytes is misuse', async () => {
    const { asked, remote } = answering((sent) => [200, right(sent)])
    for (const wrong of [undefined, null]) {
      expect(await thrown(() => remote.checkCertificate({ ...question, certificate: wrong as never }))).toBeInstanceOf(
        TypeError,
      )
    }
    expect(asked).toEqual([])
  })
})

describe('an answer to another question', () => {
  test.each<[string, object]>([
    ['another terminal', { terminal: 'kiosk-2' }],
    ['another purpose', { purpose: 'income' }],
    ['another nonce', { challengeDigest: challengeDigest(new Uint8Array(32)) }],
    ['another certificate', { certificateDigest: certificateDigest(new Uint8Array(32), certificate) }],
    ['no nonce', { challengeDigest: undefined }],
    ['no certificate', { certificateDigest: undefined }],
    ['an end in 1999', { validUntil: '1999-12-31T23:59:59.000Z' }],
    ['an end after that of the certificate', { validUntil: iso(notAfterMs + 1000) }],
    ['an end before its time', { validUntil: iso(now.getTime() - 1000) }],
    ['a time before the certificate', { at: iso(notBeforeMs - 1) }],
    ['a time after the certificate', { at: iso(notAfterMs + 1000), validUntil: iso(notAfterMs + 999) }],
    ['a time an hour ago', { at: iso(now.getTime() - 3_600_000) }],
    ['a time in an hour', { at: iso(now.getTime() + 3_600_000) }],
  ])('that names %s is refused', async (_name, change) => expect(await changed(change)).toBe('ERR_ANSWER_MISMATCH'))

  test('is one about another certificate with this nonce, or about this one with another', async () => {
    const swapped = (swap: (sent: Sent) => Sent) => answering((sent) => [200, right(swap(sent))]).remote
    const der = Buffer.from(other).toString('base64')
    expect(await outcome(swapped((sent) => sent))).toBe('ok')
    expect(await outcome(swapped((sent) => ({ ...sent, certificate: der })))).toBe('ERR_ANSWER_MISMATCH')
    const nonce = Buffer.alloc(32, 1).toString('base64url')
    expect(await outcome(swapped((sent) => ({ ...sent, nonce })))).toBe('ERR_ANSWER_MISMATCH')
  })

  test('is an acceptance of a token', async () => {
    const { remote } = answering((sent) => {
      const { certificateDigest: holderDigest, ...rest } = right(sent)
      return [200, { ...rest, holder: 'h', holderDigest }]
    })
    expect(await outcome(remote)).toBe('ERR_ANSWER_MISMATCH')
  })

  test('is one that accepts what is no certificate', async () => {
    const { remote } = answering((sent) => [200, right(sent)])
    expect(await outcome(remote, { ...question, certificate: Uint8Array.of(1, 2, 3) })).toBe('ERR_ANSWER_MISMATCH')
  })

  test('is a refusal that does not name its nonce', async () => {
    const refusing = (named: (own: string) => unknown) =>
      answering((sent) => [
        422,
        { code: 'ERR_CERTIFICATE_REVOKED', challengeDigest: named(right(sent).challengeDigest) },
      ]).remote
    expect(await outcome(refusing((own) => own))).toBe('ERR_CERTIFICATE_REVOKED')
    for (const wrong of [undefined, null, 7, challengeDigest(new Uint8Array(32))]) {
      expect(await outcome(refusing(() => wrong))).toBe('ERR_ANSWER_MISMATCH')
    }
  })

  test('is found in any pair of answers that are exchanged', async () => {
    const people = [certificate, other]
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.nat(1), fc.boolean(), fc.boolean(), async (one, two, sameTerminal, refuses) => {
        const sent: Sent[] = []
        const fetch = (async (_url: URL, init: RequestInit) => {
          sent.push(JSON.parse(init.body as string) as Sent)
          await new Promise((resolve) => setImmediate(resolve))
          // Each gets the answer to the other.
          const foreign = sent.find((each) => each.nonce !== (JSON.parse(init.body as string) as Sent).nonce)!
          const answer = { ...right(foreign), ...(refuses && { ok: undefined, code: 'ERR_CERTIFICATE_EXPIRED' }) }
          return Response.json(answer, { status: refuses ? 422 : 200 })
        }) as typeof globalThis.fetch
        const remote = new TokenServer(origin, { fetch })
        const theirs = sameTerminal ? request : { ...request, terminal: 'kiosk-2' }
        const outcomes = await Promise.all([
          outcome(remote, { ...request, certificate: people[one]! }),
          outcome(remote, { ...theirs, certificate: people[two]! }),
        ])
        expect(outcomes).toEqual(['ERR_ANSWER_MISMATCH', 'ERR_ANSWER_MISMATCH'])
      }),
      { numRuns: 40 },
    )
  })
})

describe('the time of an answer', () => {
  test.each<[number, string]>([
    [-1001, 'ERR_ANSWER_MISMATCH'],
    [-1000, 'ok'],
    [5999, 'ok'],
    [6000, 'ERR_ANSWER_MISMATCH'],
  ])('%d ms after the request, answered after 5 s, clocks differing by one: %s', async (ms, expected) => {
    let tick = now.getTime() - 5000
    const clock = (): Date => {
      tick += 5000
      return new Date(tick)
    }
    expect(await changed({ at: iso(now.getTime() + ms) }, { clock, maxClockSkewMs: 1000 })).toBe(expected)
  })

  test('is any within the certificate where the terminal has no clock', async () => {
    const options = { clock: undefined }
    expect(await changed({ at: iso(notBeforeMs) }, options)).toBe('ok')
    expect(await changed({ at: iso(notAfterMs + 999), validUntil: iso(notAfterMs) }, options)).toBe('ok')
    expect(await changed({ at: iso(notBeforeMs - 1) }, options)).toBe('ERR_ANSWER_MISMATCH')
    expect(await changed({ at: iso(notAfterMs + 1000) }, options)).toBe('ERR_ANSWER_MISMATCH')
  })
})

describe('a response that is none', () => {
  test.each<[string, number, unknown]>([
    ['no JSON', 200, '<html>'],
    ['no JSON', 500, ''],
    ['neither yes nor no', 200, {}],
    ['no', 200, { ok: false }],
    ['a list', 200, []],
    ['an unknown code', 500, { code: 'ERR_MADE_UP' }],
    ['a code of the interface', 400, { code: 'ERR_REQUEST' }],
    ['a code of terminals', 422, { code: 'ERR_ANSWER_MISMATCH' }],
    ['an unexpected error', 500, { code: 'ERR_INTERNAL' }],
    ['a refusal as a success', 200, { code: 'ERR_CERTIFICATE_EXPIRED' }],
    ['another success', 201, { ok: true }],
  ])('%s, %d, is a ServerError', async (_name, status, body) => {
    const error = await thrown(() => answering(() => [status, body]).remote.checkCertificate(question))
    expect(error).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER' })
    if (status >= 400) expect(error).toMatchObject({ status })
  })

  test.each<[string, unknown]>([
    ['terminal', ['kiosk-1']],
    ['terminal', 'x'.repeat(65)],
    ['purpose', null],
    ['purpose', ''],
    ['at', '2026-06-01'],
    ['at', 1_780_000_000_000],
    ['validUntil', '2026-02-30T00:00:00Z'],
    ['validUntil', undefined],
    ['challengeDigest', 'AA'],
    ['certificateDigest', `${'A'.repeat(42)}=`],
    ['certificateDigest', ['A'.repeat(43)]],
    ['certificateDigest', 'A'.repeat(44)],
  ])('is one with another form of %s: %j', async (name, value) => {
    const { remote } = answering((sent) => [200, { ...right(sent), [name]: value }])
    const error = await thrown(() => remote.checkCertificate(question))
    expect(error).toMatchObject({ name: 'ServerError', code: 'ERR_SERVER' })
    expect(error.message).toContain(name)
  })
})

const refusals: readonly string[] = [
  'ERR_TOKEN_TERMINAL',
  'ERR_TOKEN_PURPOSE',
  'ERR_USER_VERIFICATION',
  'ERR_CERTIFICATE_REFUSED',
  'ERR_CERTIFICATE_NOT_YET_VALID',
  'ERR_CERTIFICATE_EXPIRED',
  'ERR_CERTIFICATE_REVOKED',
  'ERR_REVOCATION_UNKNOWN',
]
test.each(refusalCodes)('%s refuses a certificate where it can', async (code) => {
  const { remote } = answering((sent) => [422, { code, challengeDigest: right(sent).challengeDigest }])
  const found = await outcome(remote)
  if (refusals.includes(code)) expect(found).toBe(code)
  else expect(['ERR_ANSWER_MISMATCH', 'ERR_SERVER']).toContain(found)
})

test('any JSON is a coded error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.constantFrom(200, 403, 422, 503), async (body, status) => {
      expect(['ERR_ANSWER_MISMATCH', 'ERR_SERVER']).toContain(await outcome(answering(() => [status, body]).remote))
    }),
  )
})
