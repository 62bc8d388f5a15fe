import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../src/errors.ts'
import { MunicipalPinClerk, type MunicipalPinKind, MunicipalPinServer } from '../../src/issuance/index.ts'
import { type HttpHandlerOptions, listen, MunicipalPins, memoryStore } from '../../src/server/index.ts'
import { handlerWith } from '../server/http/fixture.ts'
import { outcome } from '../server/issuance/fixture.ts'

const kind = 'residence-record'
const pinOf = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'utf8'))
const tokens = { 'kiosk-1': 'a-token-of-a-terminal', 'clerk-1': 'a-token-of-the-clerk' } as const
const byToken = (name: keyof typeof tokens) => (request: Request) =>
  request.headers.get('authorization') === `Bearer ${tokens[name]}` ? name : undefined

/** Municipal PINs behind a real HTTP server, with a client of each kind; `paths` of the requests that were sent. */
async function served(options: Partial<HttpHandlerOptions> = {}, pinOptions: object = {}) {
  const municipalPins = new MunicipalPins({
    store: memoryStore(),
    serverKey: new Uint8Array(32).fill(3),
    scrypt: { N: 2, r: 1, p: 1 },
    ...pinOptions,
  })
  const authentication = { terminalOf: byToken('kiosk-1'), clerkOf: byToken('clerk-1') }
  const listening = await listen(await handlerWith({ municipalPins, ...authentication, ...options }), { port: 0 })
  const bodies: unknown[] = []
  const send: typeof fetch = (input, init) => {
    bodies.push(JSON.parse(String(init?.body)))
    return fetch(input, init)
  }
  const { url } = listening
  const terminal = new MunicipalPinServer(url, { terminal: 'kiosk-1', token: tokens['kiosk-1'], fetch: send })
  const clerk = new MunicipalPinClerk(url, { token: tokens['clerk-1'], fetch: send })
  return { url, bodies, municipalPins, terminal, clerk, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() }
}

/** Clients of a server that answers so. */
function answered(answer: unknown, status = 200) {
  let requests = 0
  const send = async () => {
    requests += 1
    return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status })
  }
  const address = 'https://issue.example'
  return {
    terminal: new MunicipalPinServer(address, { terminal: 'kiosk-1', fetch: send }),
    clerk: new MunicipalPinClerk(address, { token: tokens['clerk-1'], fetch: send }),
    requests: () => requests,
  }
}

const refused = async (work: Promise<unknown>): Promise<readonly [code: string, triesLeft: number | undefined]> => {
  const error = await work.catch((thrown: unknown) => thrown)
  return error instanceof RefusalError ? [error.code, error.triesLeft] : [String(error), undefined]
}

describe('municipal PINs of a server', () => {
  test('are registered by a clerk, verified with the tries left, unlocked, changed, locked and removed', async () => {
    await using town = await served()
    const { terminal, clerk } = town
    await clerk.register('user-1', kind, pinOf('1234'))
    await terminal.verify('user-1', kind, pinOf('1234'))
    const wrong = () => refused(terminal.verify('user-1', kind, pinOf('0000')))
    expect([await wrong(), await wrong(), await wrong(), await wrong()]).toEqual([
      ['ERR_MUNICIPAL_PIN_REJECTED', 2],
      ['ERR_MUNICIPAL_PIN_REJECTED', 1],
      ['ERR_MUNICIPAL_PIN_LOCKED', 0],
      ['ERR_MUNICIPAL_PIN_LOCKED', 0],
    ])
    const status = await clerk.status('user-1', kind)
    expect(status).toEqual(await town.municipalPins.status('user-1', kind))
    expect(status).toMatchObject({ registered: true, locked: true, lockedBy: 'tries', lastRight: expect.any(Date) })
    await clerk.unlock('user-1', kind)
    await terminal.change('user-1', kind, pinOf('1234'), pinOf('5678'))
    expect(await outcome(terminal.verify('user-1', kind, pinOf('1234')))).toBe('ERR_MUNICIPAL_PIN_REJECTED')
    await terminal.verify('user-1', kind, pinOf('5678'))
    await clerk.lock('user-1', kind)
    expect(await outcome(terminal.verify('user-1', kind, pinOf('5678')))).toBe('ERR_MUNICIPAL_PIN_LOCKED')
    await clerk.remove('user-1', kind)
    expect(await outcome(clerk.remove('user-1', kind))).toBe('ERR_MUNICIPAL_PIN_NOT_REGISTERED')
    expect(await clerk.status('user-1', kind)).toMatchObject({ registered: false, triesLeft: 3, wrongTries: 0 })
  })

  test('are not revealed, and revealed where the server does', async () => {
    await using town = await served()
    expect(await refused(town.terminal.verify('user-9', kind, pinOf('1234')))).toEqual([
      'ERR_MUNICIPAL_PIN_REJECTED',
      2,
    ])
    await using open = await served({}, { revealUnregistered: true })
    expect(await outcome(open.terminal.verify('user-9', kind, pinOf('1234')))).toBe('ERR_MUNICIPAL_PIN_NOT_REGISTERED')
  })

  test('are refused to another terminal, to an unknown caller, and where there are none', async () => {
    await using town = await served()
    const as = (terminal: string, token: string) => new MunicipalPinServer(town.url, { terminal, token })
    const verify = (server: MunicipalPinServer) => server.verify('user-1', kind, pinOf('1234'))
    expect(await outcome(verify(as('kiosk-2', tokens['kiosk-1'])))).toBe('ERR_TOKEN_TERMINAL')
    await expect(verify(as('kiosk-1', 'another-token-of-it'))).rejects.toMatchObject({
      code: 'ERR_SERVER',
      status: 403,
    })
    const clerk = new MunicipalPinClerk(town.url, { token: 'another-token-of-it' })
    await expect(clerk.status('user-1', kind)).rejects.toMatchObject({ code: 'ERR_SERVER', status: 403 })
    await using none = await served({ municipalPins: undefined })
    await expect(verify(none.terminal)).rejects.toMatchObject({ code: 'ERR_SERVER', status: 404 })
  })
})

describe('a PIN', () => {
  test('is wiped before the promise is returned, whatever follows', async () => {
    await using town = await served()
    const calls: ((...pins: [Uint8Array, Uint8Array]) => Promise<unknown>)[] = [
      (pin) => town.terminal.verify('user-1', kind, pin),
      (pin, other) => town.terminal.change('user-1', kind, pin, other),
      (pin) => town.clerk.register('user-1', kind, pin),
      (pin) => town.terminal.verify('', kind, pin),
      (pin) => answered('{').terminal.verify('user-1', kind, pin),
    ]
    for (const call of calls) {
      const pins: [Uint8Array, Uint8Array] = [pinOf('1234'), pinOf('5678')]
      const done = outcome(call(...pins))
      const taken = pins.slice(0, call.length)
      expect(taken.every((pin) => pin.every((byte) => byte === 0))).toBe(true)
      await done
    }
  })

  test.each(['', '123', '12345678901234567', '12a4', '１２３４'])('%j is sent to no server', async (digits) => {
    const { terminal, clerk, requests } = answered({ ok: true })
    expect(await outcome(terminal.verify('user-1', kind, pinOf(digits)))).toBe('ERR_MUNICIPAL_PIN_FORMAT')
    expect(await outcome(terminal.change('user-1', kind, pinOf('1234'), pinOf(digits)))).toBe(
      'ERR_MUNICIPAL_PIN_FORMAT',
    )
    expect(await outcome(clerk.register('user-1', kind, pinOf(digits)))).toBe('ERR_MUNICIPAL_PIN_FORMAT')
    expect(requests()).toBe(0)
  })

  test('of other digits than the server permits spends no try', async () => {
    await using town = await served()
    await town.clerk.register('user-1', kind, pinOf('1234'))
    expect(await refused(town.terminal.verify('user-1', kind, pinOf('12345')))).toEqual([
      'ERR_MUNICIPAL_PIN_FORMAT',
      undefined,
    ])
    expect(await town.clerk.status('user-1', kind)).toMatchObject({ triesLeft: 3 })
  })

  test('is sent once, whatever becomes of it, and a lost answer is no acceptance', async () => {
    for (const [fails, status] of [
      [() => Promise.reject(new TypeError('lost')), undefined],
      [async () => new Response('{"code":"ERR_OVERLOADED"}', { status: 503 }), 503],
      [async () => new Response('{"code":"ERR_AUDIT"}', { status: 503 }), 503],
      [async () => new Response('', { status: 502 }), 502],
    ] as const) {
      let requests = 0
      const send = () => {
        requests += 1
        return fails()
      }
      const terminal = new MunicipalPinServer('https://issue.example', { terminal: 'kiosk-1', fetch: send })
      const error = await terminal.verify('user-1', kind, pinOf('1234')).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'ERR_SERVER', status })
      expect(String((error as Error).stack)).not.toMatch(/1234|user-1/)
      expect(requests).toBe(1)
    }
  })

  test('is not waited for longer than the signal and the time permit', async () => {
    const never: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal!.reason)))
    const terminal = (timeoutMs?: number) =>
      new MunicipalPinServer('https://issue.example', { terminal: 'kiosk-1', fetch: never, timeoutMs })
    expect(await outcome(terminal(20).verify('user-1', kind, pinOf('1234')))).toBe('ERR_SERVER')
    const ends = new AbortController()
    const waiting = outcome(terminal().verify('user-1', kind, pinOf('1234'), { signal: ends.signal }))
    ends.abort()
    expect(await waiting).toBe('ERR_SERVER')
  })

  test('is sent with its subject and terminal only', async () => {
    await using town = await served()
    await town.clerk.register('user-1', kind, pinOf('1234'))
    await town.terminal.verify('user-1', kind, pinOf('1234'))
    expect(town.bodies).toEqual([
      { userId: 'user-1', kind, pin: '1234' },
      { userId: 'user-1', kind, pin: '1234', terminal: 'kiosk-1' },
    ])
  })
})

describe('an answer', () => {
  test.each<[unknown, number, string]>([
    [{ ok: true }, 200, 'done'],
    [{ ok: 'true' }, 200, 'ERR_SERVER'],
    [{ ok: false }, 200, 'ERR_SERVER'],
    [{}, 200, 'ERR_SERVER'],
    [[], 200, 'ERR_SERVER'],
    [null, 200, 'ERR_SERVER'],
    ['', 200, 'ERR_SERVER'],
    [{ ok: true }, 201, 'ERR_SERVER'],
    [{ code: 'ERR_MUNICIPAL_PIN_REJECTED' }, 200, 'ERR_SERVER'],
    [{ code: 'ERR_MUNICIPAL_PIN_REJECTED' }, 422, 'ERR_MUNICIPAL_PIN_REJECTED'],
    [{ code: 'ERR_CASE_UNKNOWN' }, 404, 'ERR_ANSWER_MISMATCH'],
    [{ code: 'ERR_MUNICIPAL_PIN_REJECTED', case: 'A'.repeat(32) }, 422, 'ERR_ANSWER_MISMATCH'],
  ])('to a PIN of %j with status %i: %s', async (answer, status, code) => {
    const { terminal } = answered(answer, status)
    expect(await outcome(terminal.verify('user-1', kind, pinOf('1234')))).toBe(code)
    expect(await outcome(terminal.change('user-1', kind, pinOf('1234'), pinOf('5678')))).toBe(code)
  })

  test.each<[unknown, number | undefined]>([
    [0, 0],
    [15, 15],
    [16, undefined],
    [-1, undefined],
    [1.5, undefined],
    ['2', undefined],
    [undefined, undefined],
  ])('with %j tries left: %j', async (triesLeft, read) => {
    const { terminal } = answered({ code: 'ERR_MUNICIPAL_PIN_REJECTED', triesLeft }, 422)
    const verified = terminal.verify('user-1', kind, pinOf('1234'))
    expect(await refused(verified)).toEqual(['ERR_MUNICIPAL_PIN_REJECTED', read])
  })

  const status = { ok: true, registered: true, locked: false, triesLeft: 3, wrongTries: 0, outdated: false }
  test.each<[string, object, string]>([
    ['as it is', {}, 'done'],
    ['with times', { firstWrong: '2026-06-01T00:00:00.000Z', lastRight: '2026-06-01T00:00:00.000Z' }, 'done'],
    ['locked', { locked: true, lockedBy: 'clerk', triesLeft: 0 }, 'done'],
    ['not done', { ok: false }, 'ERR_SERVER'],
    ['without a flag', { registered: undefined }, 'ERR_SERVER'],
    ['locked for no cause', { locked: true, triesLeft: 0 }, 'ERR_SERVER'],
    ['locked with tries', { locked: true, lockedBy: 'tries' }, 'ERR_SERVER'],
    ['locked by another', { locked: true, lockedBy: 'mayor', triesLeft: 0 }, 'ERR_SERVER'],
    ['with tries that are no number', { triesLeft: '3' }, 'ERR_SERVER'],
    ['with a negative count', { wrongTries: -1 }, 'ERR_SERVER'],
    ['with another time', { lastWrong: 'yesterday' }, 'ERR_SERVER'],
  ])('to a clerk, %s: %s', async (_, change, code) => {
    expect(await outcome(answered({ ...status, ...change }).clerk.status('user-1', kind))).toBe(code)
  })
})

describe('arguments', () => {
  test('that are not as described are not sent', async () => {
    const { terminal, clerk, requests } = answered({ ok: true })
    for (const id of ['', 'x'.repeat(129), '\ud800', 1 as unknown as string]) {
      await expect(terminal.verify(id, kind, pinOf('1234'))).rejects.toThrow(TypeError)
      await expect(clerk.lock(id, kind)).rejects.toThrow(TypeError)
    }
    await expect(clerk.status('user-1', 'toString' as MunicipalPinKind)).rejects.toThrow(TypeError)
    await expect(terminal.verify('user-1', kind, '1234' as unknown as Uint8Array)).rejects.toThrow(TypeError)
    expect(requests()).toBe(0)
  })

  test('name a terminal, and an address that is secure', () => {
    expect(() => new MunicipalPinServer('http://issue.example', { terminal: 'kiosk-1' })).toThrow(TypeError)
    expect(() => new MunicipalPinServer('https://issue.example', { terminal: 'kiosk 1' })).toThrow(TypeError)
    expect(() => new MunicipalPinClerk('http://issue.example', { token: tokens['clerk-1'] })).toThrow(TypeError)
  })
})
