import { describe, expect, test } from 'vitest'
import { type AuditEvent, type HttpHandlerOptions, MunicipalPins, memoryStore } from '../../../src/server/index.ts'
import { as, bearer } from './desk-fixture.ts'
import { handlerWith, outcome, post } from './fixture.ts'

const user = { userId: 'user-1', kind: 'residence-record' }

/** A handler with municipal PINs, for terminals and clerks that are authenticated. */
async function setUp(options: Partial<HttpHandlerOptions> = {}, pinOptions: object = {}) {
  const events: AuditEvent[] = []
  const municipalPins = new MunicipalPins({
    store: memoryStore(),
    serverKey: new Uint8Array(32).fill(3),
    scrypt: { N: 2, r: 1, p: 1 },
    audit: { write: (event) => void events.push(event) },
    ...pinOptions,
  })
  const role = (name: string) => (request: Request) => {
    const found = bearer(request, {}) as string | undefined
    return found?.startsWith(name) ? found : undefined
  }
  const handler = await handlerWith({ municipalPins, terminalOf: role('kiosk'), clerkOf: role('clerk'), ...options })
  const ask = (action: string, body: unknown, by = 'clerk-1') =>
    handler.fetch(post(`/v1/municipal-pins/${action}`, body, as(by)))
  const enter = (pin: string, by = 'kiosk-1') => ask('verify', { ...user, pin }, by)
  return { handler, events, municipalPins, ask, enter }
}

describe('a municipal PIN over HTTP', () => {
  test('is registered by a clerk, verified by a terminal with the tries left, and unlocked by a clerk', async () => {
    const { ask, enter, events } = await setUp()
    expect(await outcome(await ask('register', { ...user, pin: '1234' }))).toBe('200')
    expect(await (await enter('1234')).json()).toEqual({ ok: true })
    const answers: unknown[] = []
    for (let i = 0; i < 4; i++) answers.push(await (await enter('0000')).json())
    expect(answers).toMatchObject([
      { code: 'ERR_MUNICIPAL_PIN_REJECTED', status: 422, triesLeft: 2 },
      { code: 'ERR_MUNICIPAL_PIN_REJECTED', triesLeft: 1 },
      { code: 'ERR_MUNICIPAL_PIN_LOCKED', status: 409, triesLeft: 0 },
      { code: 'ERR_MUNICIPAL_PIN_LOCKED', triesLeft: 0 },
    ])
    const status = await (await ask('status', user)).json()
    expect(status).toMatchObject({ ok: true, registered: true, locked: true, lockedBy: 'tries', wrongTries: 3 })
    expect(status).toMatchObject({ lastWrong: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect(await outcome(await ask('unlock', user))).toBe('200')
    expect(await outcome(await enter('1234'))).toBe('200')
    expect(new Set(events.map(({ by }) => by))).toEqual(new Set(['clerk-1', 'kiosk-1']))
    expect(JSON.stringify(events)).not.toMatch(/user-1|1234|0000/)
  })

  test('is changed at a terminal, locked and removed by a clerk', async () => {
    const { ask, enter } = await setUp()
    await ask('register', { ...user, pin: '1234' })
    expect(await outcome(await ask('change', { ...user, pin: '1234', newPin: '5678' }, 'kiosk-1'))).toBe('200')
    expect(await outcome(await enter('5678'))).toBe('200')
    expect(await outcome(await ask('lock', user))).toBe('200')
    expect(await outcome(await enter('5678'))).toBe('409 ERR_MUNICIPAL_PIN_LOCKED')
    expect(await outcome(await ask('remove', user))).toBe('200')
    expect(await outcome(await ask('remove', user))).toBe('404 ERR_MUNICIPAL_PIN_NOT_REGISTERED')
  })

  test('of a user who has none is answered like a wrong one', async () => {
    const { enter, ask } = await setUp()
    await ask('register', { ...user, userId: 'user-2', pin: '1234' })
    const one = await (await enter('0000')).json()
    const two = await (await ask('verify', { ...user, userId: 'user-2', pin: '0000' }, 'kiosk-1')).json()
    expect(one).toEqual(two)
    expect(one).toMatchObject({ triesLeft: 2 })
  })

  test.each<[string, unknown, string, string]>([
    ['verify', { ...user }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, pin: 1234 }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, pin: '1'.repeat(65) }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, pin: '12345' }, 'kiosk-1', '422 ERR_MUNICIPAL_PIN_FORMAT'],
    ['verify', { ...user, pin: '１２３４' }, 'kiosk-1', '422 ERR_MUNICIPAL_PIN_FORMAT'],
    ['verify', { ...user, userId: '', pin: '1234' }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, userId: 'x'.repeat(129), pin: '1234' }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', `{"userId":"\\ud800","kind":"income","pin":"1234"}`, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, kind: 'toString', pin: '1234' }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, pin: '1234', clerk: 'clerk-1' }, 'kiosk-1', '400 ERR_REQUEST'],
    ['verify', { ...user, pin: '1234', terminal: 'kiosk-2' }, 'kiosk-1', '403 ERR_TOKEN_TERMINAL'],
    ['verify', { ...user, pin: '1234' }, 'clerk-1', '403 ERR_FORBIDDEN'],
    ['change', { ...user, pin: '1234' }, 'kiosk-1', '400 ERR_REQUEST'],
    ['register', { ...user, pin: '1234' }, 'kiosk-1', '403 ERR_FORBIDDEN'],
    ['register', { ...user, pin: '1234', clerk: 'clerk-2' }, 'clerk-1', '400 ERR_REQUEST'],
    ['unlock', user, 'kiosk-1', '403 ERR_FORBIDDEN'],
    ['status', user, 'kiosk-1', '403 ERR_FORBIDDEN'],
    ['status', { ...user, pin: '1234' }, 'clerk-1', '400 ERR_REQUEST'],
    ['unlock', user, 'clerk-1', '404 ERR_MUNICIPAL_PIN_NOT_REGISTERED'],
  ])('%s with %j by %s is answered %s', async (action, body, by, answer) => {
    const { ask } = await setUp()
    const response = await ask(action, body, by)
    const text = await response.clone().text()
    expect(await outcome(response)).toBe(answer)
    expect(text).not.toMatch(/user-1|1234/)
  })

  test('is not more than a few tries, however many come at once from two terminals', async () => {
    const { ask, enter } = await setUp()
    await ask('register', { ...user, pin: '1234' })
    const tries = Array.from({ length: 20 }, (_, i) => enter('0000', `kiosk-${(i % 2) + 1}`))
    const answers = await Promise.all(tries.map(async (one) => outcome(await one)))
    expect(answers.filter((one) => one.endsWith('REJECTED')).length).toBeLessThanOrEqual(2)
    expect(await outcome(await enter('1234'))).toBe('409 ERR_MUNICIPAL_PIN_LOCKED')
  })

  test('at a terminal that is not authenticated names the terminal', async () => {
    const { ask, municipalPins } = await setUp({ terminalOf: undefined })
    await municipalPins.register('user-1', 'residence-record', new Uint8Array(Buffer.from('1234')), { clerk: 'c' })
    expect(await outcome(await ask('verify', { ...user, pin: '1234' }, ''))).toBe('400 ERR_REQUEST')
    expect(await outcome(await ask('verify', { ...user, pin: '1234', terminal: 'kiosk-1' }, ''))).toBe('200')
  })

  test('has routes for clerks only where they can be authenticated, and none without municipal PINs', async () => {
    const { ask } = await setUp({ clerkOf: undefined })
    expect(await outcome(await ask('register', user))).toBe('404 ERR_NOT_FOUND')
    const handler = await handlerWith()
    expect(await outcome(await handler.fetch(post('/v1/municipal-pins/verify', {})))).toBe('404 ERR_NOT_FOUND')
  })
})
