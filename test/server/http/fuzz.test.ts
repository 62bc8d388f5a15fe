import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemStatuses } from '../../../src/server/http/problem.ts'
import { checkBody, freshToken, handIn, handlerWith } from './fixture.ts'

/** A change to the text of a body. */
type Mutation = (text: string) => string

const cut = fc.tuple(fc.nat(), fc.nat(40)).map(
  ([at, length]): Mutation =>
    (text) => {
      const from = at % text.length
      return text.slice(0, from) + text.slice(from + length)
    },
)
const put = fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 20 })).map(
  ([at, more]): Mutation =>
    (text) => {
      const from = at % text.length
      return text.slice(0, from) + more + text.slice(from)
    },
)
const double = fc.tuple(fc.nat(), fc.nat(3000)).map(
  ([at, length]): Mutation =>
    (text) => {
      const from = at % text.length
      return text.slice(0, from + length) + text.slice(from)
    },
)
const field = fc.tuple(fc.nat(), fc.jsonValue()).map(
  ([at, value]): Mutation =>
    (text) => {
      const body = JSON.parse(text) as Record<string, unknown>
      const within = (body['token'] ?? body) as Record<string, unknown>
      const names = Object.keys(within)
      const changed = { ...within, [names[at % names.length]!]: value }
      return JSON.stringify('token' in body ? { token: changed } : changed)
    },
)
const whole = fc.oneof(fc.json(), fc.string({ unit: 'binary', maxLength: 5000 })).map(
  (text): Mutation =>
    () =>
      text,
)
const mutation = fc.oneof(cut, put, double, field, whole)

describe('1 000 bodies that are wrong', () => {
  test.each(['/v1/verifications', '/v1/challenges', '/v1/certificates'])(
    'are each refused with a code: %s',
    async (path) => {
      const handler = await handlerWith({ limits: { perAddress: false, perTerminal: false } })
      const token = await freshToken(handler)
      // Its challenge is used up, and the certificate to check is none: no body is a good one.
      await handler.fetch(handIn(token))
      const good = JSON.stringify(path === '/v1/certificates' ? checkBody(Buffer.alloc(900, 0x30)) : { token })
      await fc.assert(
        fc.asyncProperty(mutation, fc.boolean(), async (mutate, inPieces) => {
          const body = Buffer.from(mutate(good))
          const length: Record<string, string> = inPieces ? {} : { 'content-length': String(body.length) }
          const headers = { 'content-type': 'application/json', ...length }
          const response = await handler.fetch(
            new Request(`http://server.test${path}`, { method: 'POST', headers, body }),
          )
          const { code } = (await response.json()) as { code: string }
          expect(response.status).toBeGreaterThanOrEqual(400)
          expect(response.status).toBeLessThan(500)
          expect([code, problemStatuses[code]]).toEqual([code, response.status])
        }),
        { numRuns: 1000 },
      )
    },
  )

  test('of random bytes too', async () => {
    const handler = await handlerWith({ limits: { perAddress: false, perTerminal: false } })
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const headers = { 'content-type': 'application/json', 'content-length': String(bytes.length) }
        const sent = { method: 'POST', headers, body: new Uint8Array(bytes) }
        const response = await handler.fetch(new Request('http://server.test/v1/verifications', sent))
        expect(response.status).toBe(400)
      }),
      { numRuns: 300 },
    )
  })
})
