import { describe, expect, test } from 'vitest'
import { createHttpHandler, createProbeRoutes } from '../../../src/server/http/handler.ts'
import type { HttpHandlerOptions, RequestEvent } from '../../../src/server/http/options.ts'
import type { AuditEvent, Condition } from '../../../src/server/index.ts'
import { thrown } from '../../support/vectors.ts'
import { request, serve } from '../fixture.ts'
import { askChallenge, freshToken, gate, handIn, handlerWith, outcome, post, streamed } from './fixture.ts'

const get = (path: string, method = 'GET'): Request => new Request(`http://server.test${path}`, { method })

describe('a handler', () => {
  test('gives out a challenge and accepts the token that answers it, once', async () => {
    const handler = await handlerWith()
    const token = await freshToken(handler)
    const response = await handler.fetch(handIn(token))
    expect(response.status).toBe(200)
    const acceptance = (await response.json()) as Record<string, unknown>
    expect(acceptance).toMatchObject({
      ok: true,
      ...request,
      at: '2026-06-01T00:00:00.000Z',
      checks: [
        { check: 'jpki-profile', depth: 0, result: 'passed' },
        { check: 'path', depth: 0, result: 'passed' },
        { check: 'revocation', depth: 0, result: 'passed' },
      ],
      revocation: [{ status: 'good', evidence: [{ kind: 'crl', nextUpdate: '2026-06-02T00:00:00.000Z' }] }],
    })
    expect(acceptance).not.toHaveProperty('serialNumber')
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('409 ERR_NONCE_UNKNOWN')
  })

  test('returns a serial number when allowed and requested', async () => {
    const service = serve()
    const handler = await handlerWith({ service, allowSerialNumber: true })
    const serialFor = async (more: object): Promise<unknown> =>
      ((await (await handler.fetch(handIn(await freshToken(handler), more))).json()) as Record<string, unknown>)[
        'serialNumber'
      ]
    const { serialNumber } = await service.verify(await freshToken(handler), { ...request, includeSerialNumber: true })
    expect(serialNumber).toMatch(/^[0-9A-F]+$/)
    expect(await serialFor({ includeSerialNumber: true })).toBe(serialNumber)
    expect(await serialFor({ includeSerialNumber: false })).toBeUndefined()
    expect(await serialFor({})).toBeUndefined()
  })

  test('a refusal before verification of the token leaves its challenge unused', async () => {
    const handler = await handlerWith()
    const token = await freshToken(handler)
    expect(await outcome(await handler.fetch(handIn(token, { includeSerialNumber: true })))).toBe('403 ERR_FORBIDDEN')
    expect(await outcome(await handler.fetch(handIn(token, { more: 1 })))).toBe('400 ERR_REQUEST')
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('200')
  })

  test('a token received too late is not verified', async () => {
    const handler = await handlerWith({ limits: { timeoutMs: 50 } })
    const token = await freshToken(handler)
    const { open, opened } = gate()
    const text = Buffer.from(JSON.stringify({ token }))
    const slow = new ReadableStream<Uint8Array>({
      async pull(to) {
        await opened
        to.enqueue(text)
        to.close()
      },
    })
    expect(await outcome(await handler.fetch(streamed('/v1/verifications', slow)))).toBe('408 ERR_REQUEST_TIMEOUT')
    open()
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('200')
  })

  test('nor is one whose sender was found out too late', async () => {
    const { open, opened } = gate()
    const written: AuditEvent[] = []
    const service = serve({ audit: { write: (event) => void written.push(event) } })
    let slow = false
    const terminalOf = async (): Promise<string> => {
      if (slow) await opened
      return request.terminal
    }
    const handler = await handlerWith({ service, terminalOf, limits: { timeoutMs: 50 } })
    const token = await freshToken(handler)
    slow = true
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('503 ERR_ANSWER_TIMEOUT')
    slow = false
    open()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(written.map(({ type }) => type)).toEqual(['challenge'])
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('200')
  })

  test('when verifying takes too long the token is used up and refused', async () => {
    const { open, opened } = gate()
    const service = serve()
    const verify = service.verify.bind(service)
    service.verify = async (...all) => {
      await opened
      return verify(...all)
    }
    const handler = await handlerWith({ service, limits: { timeoutMs: 50 } })
    const token = await freshToken(handler)
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('503 ERR_ANSWER_TIMEOUT')
    open()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await outcome(await handler.fetch(handIn(token)))).toBe('409 ERR_NONCE_UNKNOWN')
  })

  test('HEAD is GET without a body', async () => {
    const handler = await handlerWith({ metrics: true })
    for (const path of ['/healthz', '/readyz', '/metrics', '/v1/challenges', '/nothing']) {
      const [head, whole] = [await handler.fetch(get(path, 'HEAD')), await handler.fetch(get(path))]
      expect([path, head.status, head.headers.get('content-type')]).toEqual([
        path,
        whole.status,
        whole.headers.get('content-type'),
      ])
      expect(await head.text()).toBe('')
    }
  })

  test.each([
    ['/v1/challenges', 'POST, OPTIONS'],
    ['/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s lists its methods', async (path, allow) => {
    const handler = await handlerWith()
    for (const method of ['OPTIONS', 'PUT', 'PATCH', 'QUERY', 'BREW']) {
      const response = await handler.fetch(get(path, method))
      expect([response.status, response.headers.get('allow')]).toEqual([method === 'OPTIONS' ? 204 : 405, allow])
    }
  })

  test('the terminal that is proved counts, not the one in the body', async () => {
    const terminals: Readonly<Record<string, string>> = { one: 'kiosk-1', two: 'kiosk-2' }
    const handler = await handlerWith({
      terminalOf: ({ headers }) => terminals[headers.get('authorization') ?? ''],
    })
    const as = (who: string, one: Request): Request => {
      one.headers.set('authorization', who)
      return one
    }
    expect(await outcome(await handler.fetch(askChallenge()))).toBe('403 ERR_FORBIDDEN')
    expect(await outcome(await handler.fetch(as('two', askChallenge())))).toBe('403 ERR_TOKEN_TERMINAL')
    expect((await handler.fetch(as('one', askChallenge()))).status).toBe(201)
  })

  test('what the server knows of its caller is handed on', async () => {
    const callers: unknown[] = []
    const handler = await handlerWith({
      terminalOf: (_, caller) => {
        callers.push(caller)
        return caller.certificateName
      },
    })
    const caller = { address: '192.0.2.7', certificateName: request.terminal }
    expect((await handler.fetch(askChallenge(), caller)).status).toBe(201)
    expect(await outcome(await handler.fetch(askChallenge()))).toBe('403 ERR_FORBIDDEN')
    expect(callers).toEqual([caller, {}])
  })

  test('each request is logged, whatever the listener does', async () => {
    const logged: RequestEvent[] = []
    const throwing = (event: RequestEvent): void => {
      logged.push(event)
      throw new Error('a log that is full')
    }
    const rejecting = async (event: RequestEvent): Promise<void> => throwing(event)
    for (const log of [throwing, rejecting]) {
      const broken = new Error('a certificate of 山田 花子')
      const handler = await handlerWith({ log, terminalOf: () => Promise.reject(broken) })
      expect((await handler.fetch(get('/healthz'))).status).toBe(200)
      expect(await outcome(await handler.fetch(get('/v1/challenges?a=1')))).toBe('405 ERR_METHOD')
      const answer = await handler.fetch(askChallenge())
      expect(await answer.text()).not.toContain('山田')
      expect(logged.splice(0)).toEqual([
        { method: 'GET', route: '/healthz', status: 200, code: undefined, ms: expect.any(Number) },
        { method: 'GET', route: '/v1/challenges', status: 405, code: 'ERR_METHOD', ms: expect.any(Number) },
        {
          method: 'POST',
          route: '/v1/challenges',
          status: 500,
          code: 'ERR_INTERNAL',
          ms: expect.any(Number),
          error: broken,
        },
      ])
    }
  })

  test('a path is taken as it is written', async () => {
    const handler = await handlerWith()
    for (const path of [
      '/V1/challenges',
      '/v1//challenges',
      '/v1%2Fchallenges',
      '/v1/challenges/..',
      '/%',
      '/..;/healthz',
    ]) {
      expect([path, await outcome(await handler.fetch(post(path, request)))]).toEqual([path, '404 ERR_NOT_FOUND'])
    }
  })

  test('something encoded in a path is not decoded', async () => {
    const handler = await handlerWith()
    for (const path of ['/%68ealthz', '/%72eadyz', '/v1/%63hallenges', '/healthz%3fx']) {
      expect([path, await outcome(await handler.fetch(get(path)))]).toEqual([path, '404 ERR_NOT_FOUND'])
    }
    expect((await handler.fetch(get('/healthz?a=%2f'))).status).toBe(200)
  })

  test('routes begin at basePath, and nowhere else', async () => {
    const handler = await handlerWith({ basePath: '/issue' })
    expect((await handler.fetch(post('/issue/v1/challenges', request))).status).toBe(201)
    expect((await handler.fetch(get('/issue/healthz'))).status).toBe(200)
    expect(await outcome(await handler.fetch(askChallenge()))).toBe('404 ERR_NOT_FOUND')
    expect(await outcome(await handler.fetch(get('/issue/v1/challenges')))).toBe('405 ERR_METHOD')
    expect((await handler.admin.fetch(get('/healthz'))).status).toBe(200)
  })

  test('requests for another name are refused where hosts are given, and addresses are no names', async () => {
    const handler = await handlerWith({ hosts: ['Issue.example'] })
    const ask = async (host: string): Promise<string> => {
      const { headers } = askChallenge()
      const sent = new Request(`http://${host}/v1/challenges`, {
        method: 'POST',
        headers,
        body: JSON.stringify(request),
      })
      return outcome(await handler.fetch(sent))
    }
    for (const host of ['issue.example', 'ISSUE.example:8080', '127.0.0.1:8080', '[::1]', 'localhost:1']) {
      expect([host, await ask(host)]).toEqual([host, '201'])
    }
    for (const host of ['evil.example', 'issue.example.evil.example', 'xissue.example', '127.0.0.1.evil.example']) {
      expect([host, await ask(host)]).toEqual([host, '421 ERR_HOST'])
    }
  })

  test('readiness follows the parts, the option and draining; it lists the parts to operators only', async () => {
    let conditions: readonly Condition[] = [{ part: 'store', state: 'ok' }]
    const handler = await handlerWith({ health: [{ conditions: () => conditions }] })
    const ready = async (): Promise<unknown> => {
      const [shown, listed] = [await handler.fetch(get('/readyz')), await handler.admin.fetch(get('/readyz'))]
      expect(await shown.json()).not.toHaveProperty('conditions')
      const { conditions: parts } = (await listed.json()) as { conditions: unknown }
      return [shown.status, listed.status, parts]
    }
    expect(await ready()).toEqual([200, 200, [{ part: 'store', state: 'ok' }]])
    conditions = [{ part: 'audit', state: 'warning', reason: 'disk-low', detail: '/var/log', since: new Date() }]
    expect(await ready()).toEqual([200, 200, [{ part: 'audit', state: 'warning', reason: 'disk-low' }]])
    conditions = [{ part: 'audit', state: 'failed', reason: 'write-failed' }]
    expect(await ready()).toEqual([503, 503, conditions])
    conditions = []
    handler.drain()
    expect(await ready()).toEqual([503, 503, []])
    expect((await handler.fetch(askChallenge())).status).toBe(201)
  })

  test('probes that are apart are only there', async () => {
    const handler = await handlerWith({ metrics: true, probes: false })
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect(await outcome(await handler.fetch(get(path)))).toBe('404 ERR_NOT_FOUND')
      expect((await handler.admin.fetch(get(path))).status).toBe(200)
    }
    expect(await outcome(await handler.admin.fetch(askChallenge()))).toBe('404 ERR_NOT_FOUND')
  })

  test('probes over something else answer like those of a handler', async () => {
    let isReady = true
    const probes = await createProbeRoutes({
      ready: async () => ({ isReady, more: { processes: 2 } }),
      metrics: async () => ({ type: 'text/plain', text: 'a 1\n' }),
    })
    const ready = async () => {
      const response = await probes.fetch(get('/readyz'))
      return [response.status, response.headers.get('cache-control'), await response.json()]
    }
    expect(await ready()).toEqual([200, 'no-store', { status: 'ready', processes: 2 }])
    isReady = false
    expect(await ready()).toMatchObject([503, 'no-store', { processes: 2 }])
    expect(await (await probes.fetch(get('/metrics'))).text()).toBe('a 1\n')
    expect((await probes.fetch(get('/healthz', 'HEAD'))).status).toBe(200)
    expect(await outcome(await probes.fetch(get('/nothing')))).toBe('404 ERR_NOT_FOUND')
    expect(await outcome(await probes.fetch(get('/readyz', 'DELETE')))).toBe('405 ERR_METHOD')

    const failing = await createProbeRoutes({ ready: () => Promise.reject(new Error('gone')) })
    expect((await failing.fetch(get('/readyz'))).status).toBe(503)
    expect(await outcome(await failing.fetch(get('/metrics')))).toBe('404 ERR_NOT_FOUND')
    await expect(createProbeRoutes({ ready: async () => ({ isReady }) }, 9)).rejects.toThrow(RangeError)
  })

  test('two handlers share nothing', async () => {
    const [one, other] = [await handlerWith({ metrics: true }), await handlerWith({ metrics: true })]
    await one.fetch(get('/healthz'))
    const metrics = await (await other.fetch(get('/metrics'))).text()
    expect(metrics).not.toContain('/healthz')
    expect(await outcome(await other.fetch(handIn(await freshToken(one))))).toBe('409 ERR_NONCE_UNKNOWN')
  })

  test.each<[string, object]>([
    ['no service', { service: undefined }],
    ['a terminalOf that is none', { terminalOf: 'kiosk-1' }],
    ['a body of a gigabyte', { limits: { bodyBytes: 1e9 } }],
    ['a base path with a slash at its end', { basePath: '/issue/' }],
    ['a base path of dots', { basePath: '/..' }],
    ['a host with a port', { hosts: ['issue.example:443'] }],
    ['a source of health that is none', { health: [{}] }],
    ['no place for a request', { limits: { concurrency: 0 } }],
    ['no time to wait', { limits: { queueMs: 0 } }],
    ['a time that is none', { limits: { timeoutMs: Number.NaN } }],
    ['a rate of nothing', { limits: { perTerminal: { perSecond: 0, burst: 1 } } }],
    ['a burst of nothing', { limits: { perAddress: { perSecond: 1, burst: 0 } } }],
  ])('options with %s are misuse', async (_name, options) => {
    const all = { service: serve(), ...options } as HttpHandlerOptions
    expect((await thrown(() => createHttpHandler(all))).name).toMatch(/^(TypeError|RangeError)$/)
  })

  test('one certificate is one holder, whichever terminal submits the token', async () => {
    const handler = await handlerWith()
    const holder = async (): Promise<unknown> =>
      ((await (await handler.fetch(handIn(await freshToken(handler)))).json()) as { holder: string }).holder
    expect(await holder()).toBe(await holder())
  })
})
