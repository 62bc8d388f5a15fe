import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RateLimiter } from '../../../src/server/http/rate-limiter.ts'
import { request } from '../fixture.ts'
import { askChallenge, handlerWith, outcome, post } from './fixture.ts'

describe('a bucket', () => {
  test('lets so many in at once, and then one at a time', () => {
    let now = 0
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => now)
    expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0])
    expect(limiter.take('a')).toBe(500)
    expect(limiter.take('b')).toBe(0)
    now = 400
    expect(limiter.take('a')).toBeCloseTo(100)
    now = 500
    expect(limiter.take('a')).toBe(0)
    now = 1e9
    expect([1, 2, 3, 4].map(() => limiter.take('a') === 0)).toEqual([true, true, true, false])
  })

  test('never lets in more than burst and rate give, whatever the times', () => {
    const rate = fc.record({ perSecond: fc.integer({ min: 1, max: 50 }), burst: fc.integer({ min: 1, max: 20 }) })
    fc.assert(
      fc.property(rate, fc.array(fc.nat(400), { maxLength: 300 }), ({ perSecond, burst }, pauses) => {
        let now = 0
        const limiter = new RateLimiter({ perSecond, burst }, () => now)
        let taken = 0
        for (const pause of pauses) {
          now += pause
          const wait = limiter.take('a')
          expect(wait).toBeGreaterThanOrEqual(0)
          if (wait === 0) taken += 1
          expect(taken).toBeLessThanOrEqual(burst + (now * perSecond) / 1000 + 1e-6)
        }
      }),
    )
  })

  test('is kept while ten thousand others come, and memory is bounded however many do', () => {
    const limiter = new RateLimiter({ perSecond: 0.001, burst: 1 }, () => 0)
    expect(limiter.take('a')).toBe(0)
    for (let i = 0; i < 9_999; i++) limiter.take(`x${i}`)
    expect(limiter.take('a')).toBeGreaterThan(0)
    // Seen last before these.
    for (let i = 0; i < 9_999; i++) limiter.take(`y${i}`)
    expect(limiter.take('a')).toBeGreaterThan(0)
    for (let i = 0; i < 20_001; i++) limiter.take(`z${i}`)
    expect(limiter.take('a')).toBe(0)
  })
})

const slow = { perSecond: 0.001, burst: 2 }

describe('limits', () => {
  const proven = (who: string, body: unknown = request): Request => {
    const sent = askChallenge(body)
    sent.headers.set('authorization', who)
    return sent
  }

  test('of a terminal are used up by itself only, where it is proved', async () => {
    const handler = await handlerWith({
      limits: { perTerminal: slow },
      terminalOf: ({ headers }) => headers.get('authorization') ?? undefined,
    })
    // Another one that names it, one that proves nothing, one with a wrong body.
    for (let i = 0; i < 5; i++) {
      await handler.fetch(proven('kiosk-2'))
      expect(await outcome(await handler.fetch(askChallenge()))).toBe('403 ERR_FORBIDDEN')
    }
    expect(await outcome(await handler.fetch(proven('kiosk-2')))).toBe('429 ERR_RATE_LIMITED')
    expect(await outcome(await handler.fetch(proven('kiosk-1')))).toBe('201')
    expect(await outcome(await handler.fetch(proven('kiosk-1', {})))).toBe('400 ERR_REQUEST')
    const refused = await handler.fetch(proven('kiosk-1'))
    expect(Number(refused.headers.get('retry-after'))).toBe(1000)
    expect(await outcome(refused)).toBe('429 ERR_RATE_LIMITED')
  })

  test('of a terminal count what it says of itself, where nothing is proved', async () => {
    const handler = await handlerWith({ limits: { perTerminal: slow } })
    const results: string[] = []
    for (const terminal of ['a', 'a', 'a', 'b', 'not a name']) {
      results.push(await outcome(await handler.fetch(askChallenge({ ...request, terminal }))))
    }
    expect(results).toEqual(['201', '201', '429 ERR_RATE_LIMITED', '201', '403 ERR_TOKEN_TERMINAL'])
    expect(await outcome(await handler.fetch(post('/v1/verifications', { token: { terminal: 'a' } })))).toBe(
      '429 ERR_RATE_LIMITED',
    )
  })

  test('of an address hold before the caller is asked for and the body is read', async () => {
    let asked = 0
    const handler = await handlerWith({
      limits: { perAddress: slow },
      terminalOf: () => {
        asked += 1
        return undefined
      },
    })
    const unread = (): Request => {
      const sent = askChallenge()
      sent.arrayBuffer = () => Promise.reject(new Error('was read'))
      return sent
    }
    for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4']) {
      await handler.fetch(unread(), { address })
    }
    expect(asked).toBe(2)
    expect(await outcome(await handler.fetch(unread(), { address: '2001:db8::5' }))).toBe('429 ERR_RATE_LIMITED')
    expect(await outcome(await handler.fetch(askChallenge(), { address: '2001:db8:0:1::' }))).toBe('403 ERR_FORBIDDEN')
    // Nothing known, nothing counted.
    expect(await outcome(await handler.fetch(askChallenge()))).toBe('403 ERR_FORBIDDEN')
    expect(await outcome(await handler.fetch(askChallenge(), { address: {} as string }))).toBe('403 ERR_FORBIDDEN')
  })

  test('do not apply to the probes of operators', async () => {
    const handler = await handlerWith({ limits: { perAddress: slow } })
    for (let i = 0; i < 10; i++) {
      for (const path of ['/healthz', '/readyz']) {
        const response = await handler.fetch(new Request(`http://server.test${path}`), { address: '192.0.2.1' })
        expect(response.status).toBe(200)
      }
    }
  })

  test('can be turned off', async () => {
    const handler = await handlerWith({ limits: { perAddress: false, perTerminal: false } })
    const statuses = new Set<number>()
    for (let i = 0; i < 150; i++) {
      statuses.add((await handler.fetch(askChallenge(), { address: '192.0.2.1' })).status)
    }
    expect([...statuses]).toEqual([201])
  })
})
