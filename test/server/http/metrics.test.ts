import { describe, expect, test } from 'vitest'
import type { Condition } from '../../../src/server/index.ts'
import { serve } from '../fixture.ts'
import { askChallenge, askCheck, freshToken, gate, handIn, handlerWith } from './fixture.ts'

const get = (path: string): Request => new Request(`http://server.test${path}`)

/** Samples by name and labels. */
function samples(text: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('metrics', () => {
  test('count requests by route, status and code', async () => {
    const handler = await handlerWith({ metrics: true })
    const token = await freshToken(handler)
    for (let i = 0; i < 3; i++) await handler.fetch(handIn(token))
    await handler.fetch(askCheck())
    await handler.fetch(get('/secret/path?holder=1'))
    await handler.fetch(get('/other'))
    for (let look = 0; look < 2; look++) {
      const response = await handler.fetch(get('/metrics'))
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
      const text = await response.text()
      const name = 'jpki_card_http_requests_total'
      expect(samples(text)).toMatchObject({
        [`${name}{route="/v1/challenges",status="201",code=""}`]: 1,
        [`${name}{route="/v1/verifications",status="200",code=""}`]: 1,
        [`${name}{route="/v1/verifications",status="409",code="ERR_NONCE_UNKNOWN"}`]: 2,
        [`${name}{route="/v1/certificates",status="200",code=""}`]: 1,
        [`${name}{route="none",status="404",code="ERR_NOT_FOUND"}`]: 2,
        'jpki_card_http_request_duration_seconds_count{route="/v1/verifications"}': 3,
        jpki_card_http_requests_in_flight: 1,
        jpki_card_nonce_store_errors_total: 0,
      })
      expect(text).not.toMatch(/secret|other/)
    }
  })

  test('show the state of each part, and drop a cause that is over', async () => {
    let conditions: readonly Condition[] = [
      { part: 'store', state: 'failed', reason: 'store-unavailable' },
      { part: 'audit', state: 'warning', reason: 'disk-low' },
      { part: 'tls', state: 'ok' },
    ]
    const handler = await handlerWith({ metrics: true, health: [{ conditions: () => conditions }] })
    const shown = async (): Promise<readonly string[]> => {
      const text = await (await handler.admin.fetch(get('/metrics'))).text()
      return text.split('\n').filter((line) => line.startsWith('jpki_card_condition{'))
    }
    expect(await shown()).toEqual([
      'jpki_card_condition{part="store",reason="store-unavailable"} 2',
      'jpki_card_condition{part="audit",reason="disk-low"} 1',
      'jpki_card_condition{part="tls",reason=""} 0',
    ])
    conditions = [{ part: 'store', state: 'ok' }]
    expect(await shown()).toEqual(['jpki_card_condition{part="store",reason=""} 0'])
  })

  test('report requests in progress, and a failing store', async () => {
    const { open, opened } = gate()
    const service = serve({
      store: {
        put: async () => {
          await opened
          throw new Error('down')
        },
        take: () => undefined,
      },
    })
    const handler = await handlerWith({ metrics: true, service })
    const running = [handler.fetch(askChallenge()), handler.fetch(askChallenge())]
    const look = async (): Promise<Readonly<Record<string, number>>> =>
      samples(await (await handler.fetch(get('/metrics'))).text())
    expect((await look())['jpki_card_http_requests_in_flight']).toBe(3)
    open()
    await Promise.all(running)
    expect(await look()).toMatchObject({
      jpki_card_http_requests_in_flight: 1,
      jpki_card_nonce_store_errors_total: 2,
      'jpki_card_http_requests_total{route="/v1/challenges",status="503",code="ERR_STORE_UNAVAILABLE"}': 2,
    })
    expect((await look())['jpki_card_event_loop_lag_seconds']).toBeGreaterThanOrEqual(0)
  })
})
