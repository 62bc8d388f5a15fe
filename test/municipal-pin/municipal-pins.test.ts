import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditEvent } from '../../src/audit/index.ts'
import { AuditError, RefusalError } from '../../src/errors.ts'
import {
  type MunicipalPinKind,
  MunicipalPins,
  type MunicipalPinsOptions,
  municipalPinKinds,
} from '../../src/municipal-pin/index.ts'
import { memoryStore } from '../../src/server/stores/memory-store.ts'
import type { TextChange } from '../../src/server/stores/store.ts'

const serverKey = new Uint8Array(32).fill(7)
const scrypt = { N: 2, r: 1, p: 1 }
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const clerk = { clerk: 'clerk-1' }
const at = { terminal: 'kiosk-1' }
const kind = 'residence-record'

/** A store that keeps a list of what was asked of it. */
function watchedStore() {
  const store = memoryStore()
  const kept = new Map<string, string>()
  const calls: string[] = []
  const keep = (key: string, value: string | undefined): void => {
    if (value === undefined) kept.delete(key)
    else kept.set(key, value)
  }
  return {
    ...store,
    kept,
    calls,
    write: (key: string, value: string) => {
      calls.push('write')
      keep(key, value)
      return store.write(key, value)
    },
    compareAndSet: async (changes: readonly TextChange[]) => {
      calls.push('compareAndSet')
      const changed = await store.compareAndSet(changes)
      if (changed) for (const { key, next } of changes) keep(key, next)
      return changed
    },
  }
}

/** The hashes in a store. */
const hashes = (store: { readonly kept: ReadonlyMap<string, string> }): unknown[] =>
  [...store.kept.values()].map((text) => JSON.parse(text).hash)

function setUp(options: Partial<MunicipalPinsOptions> = {}) {
  const store = watchedStore()
  const events: AuditEvent[] = []
  const audit = { write: (event: AuditEvent) => void events.push(event) }
  return { store, events, pins: new MunicipalPins({ store, serverKey, audit, scrypt, ...options }) }
}

const times = { firstWrong: expect.any(Date), lastWrong: expect.any(Date), lastRight: expect.any(Date) }

/** Code of what a call was refused with, `ok` when it was not. */
const outcome = (call: Promise<void>): Promise<string> =>
  call.then(
    () => 'ok',
    (error) => {
      expect(error).toBeInstanceOf(RefusalError)
      return error.code.replace('ERR_MUNICIPAL_PIN_', '')
    },
  )

describe('one PIN', () => {
  test('is accepted, rejected, locked, and unlocked by a clerk', async () => {
    const { pins } = setUp()
    const tryPin = (pin: string): Promise<string> => outcome(pins.verify('user', kind, bytes(pin), at))
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(await tryPin('1234')).toBe('ok')
    expect([await tryPin('1111'), await tryPin('1111')]).toEqual(['REJECTED', 'REJECTED'])
    const counted = { registered: true, wrongTries: 2, outdated: false, ...times }
    expect(await pins.status('user', kind)).toEqual({ ...counted, locked: false, triesLeft: 1 })
    expect(await tryPin('1234')).toBe('ok')
    expect((await pins.status('user', kind)).triesLeft).toBe(3)
    for (const expected of ['REJECTED', 'REJECTED', 'LOCKED', 'LOCKED']) expect(await tryPin('0000')).toBe(expected)
    expect(await tryPin('1234')).toBe('LOCKED')
    const locked = { ...counted, locked: true, lockedBy: 'tries', triesLeft: 0, wrongTries: 5 }
    expect(await pins.status('user', kind)).toEqual(locked)
    await pins.unlock('user', kind, clerk)
    expect(await tryPin('1234')).toBe('ok')
  })

  test('is of one user and one certificate', async () => {
    const { pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    await pins.register('user', 'income', bytes('5678'), clerk)
    expect(await outcome(pins.verify('user', 'income', bytes('1234'), at))).toBe('REJECTED')
    expect(await outcome(pins.verify('other', kind, bytes('1234'), at))).toBe('REJECTED')
    expect(await outcome(pins.verify('user', 'income', bytes('5678'), at))).toBe('ok')
    expect((await pins.status('user', kind)).triesLeft).toBe(3)
  })

  test('a hash copied to another user is of no use', async () => {
    const { pins, store } = setUp()
    await pins.register('attacker', kind, bytes('1234'), clerk)
    await pins.register('victim', kind, bytes('9999'), clerk)
    const [own, victims] = [...store.kept.keys()]
    await store.write(victims!, store.kept.get(own!)!)
    expect(await outcome(pins.verify('victim', kind, bytes('1234'), at))).toBe('REJECTED')
  })

  test('is changed by whoever knows it', async () => {
    const { pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(await outcome(pins.change('user', kind, bytes('0000'), bytes('5678'), at))).toBe('REJECTED')
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('56789'), at))).toBe('FORMAT')
    expect((await pins.status('user', kind)).triesLeft).toBe(2)
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('5678'), at))).toBe('ok')
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('REJECTED')
    expect(await outcome(pins.verify('user', kind, bytes('5678'), at))).toBe('ok')
  })

  test('is set anew by a clerk, which unlocks it, and removed', async () => {
    const { pins } = setUp({ maxTries: 1 })
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('user', kind, bytes('0000'), at))).toBe('LOCKED')
    await pins.register('user', kind, bytes('5678'), clerk)
    expect(await outcome(pins.verify('user', kind, bytes('5678'), at))).toBe('ok')
    await pins.remove('user', kind, clerk)
    expect(await pins.status('user', kind)).toMatchObject({ registered: false })
    for (const call of [pins.remove('user', kind, clerk), pins.unlock('user', kind, clerk)]) {
      expect(await outcome(call)).toBe('NOT_REGISTERED')
    }
  })

  test.each(['', '123', '12345', '12a4', '１２３４', '12 4'])('%j spends no try', async (pin) => {
    const { pins, store } = setUp()
    expect(await outcome(pins.register('user', kind, bytes(pin), clerk))).toBe('FORMAT')
    expect(await outcome(pins.verify('user', kind, bytes(pin), at))).toBe('FORMAT')
    expect(await outcome(pins.change('user', kind, bytes(pin), bytes('1234'), at))).toBe('FORMAT')
    expect(store.calls).toEqual([])
  })

  test('has as many digits as the municipality says', async () => {
    const { pins } = setUp({ pinFormat: { minDigits: 6, maxDigits: 8 } })
    await pins.register('user', kind, bytes('1234567'), clerk)
    expect(await outcome(pins.verify('user', kind, bytes('1234567'), at))).toBe('ok')
    expect(await outcome(pins.verify('user', kind, bytes('12345'), at))).toBe('FORMAT')
  })
})

describe('one that does not exist', () => {
  test('is rejected and locks like one that does', async () => {
    const { pins } = setUp()
    const outcomes = []
    for (let i = 0; i < 4; i++) outcomes.push(await outcome(pins.verify('nobody', kind, bytes('1234'), at)))
    expect(outcomes).toEqual(['REJECTED', 'REJECTED', 'LOCKED', 'LOCKED'])
    await pins.register('nobody', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('nobody', kind, bytes('1234'), at))).toBe('ok')
  })

  test('is told where the operator wants so', async () => {
    const { pins } = setUp({ revealUnregistered: true })
    for (let i = 0; i < 5; i++) {
      expect(await outcome(pins.verify('nobody', kind, bytes('1234'), at))).toBe('NOT_REGISTERED')
    }
  })

  test('takes as long as a wrong one', async () => {
    const { pins } = setUp({ scrypt: { N: 8192, r: 8, p: 1 }, maxTries: 15 })
    await pins.register('user', kind, bytes('1234'), clerk)
    const quickest = async (user: string): Promise<number> => {
      const times = []
      for (let i = 0; i < 8; i++) {
        const start = performance.now()
        await outcome(pins.verify(user, kind, bytes('0000'), at))
        times.push(performance.now() - start)
      }
      return Math.min(...times)
    }
    const [wrong, unknown] = [await quickest('user'), await quickest('nobody')]
    expect(unknown / wrong).toBeGreaterThan(0.6)
    expect(unknown / wrong).toBeLessThan(1.7)
  })
})

describe('secrets', () => {
  test('PINs are wiped at once, whatever comes of the call', async () => {
    const { pins } = setUp()
    const given = [bytes('1234'), bytes('1234'), bytes('1234'), bytes('5678'), bytes('12')]
    const calls = [
      pins.register('user', kind, given[0]!, clerk),
      pins.verify('', kind, given[1]!, at),
      pins.change('user', kind, given[2]!, given[3]!, at),
      pins.verify('user', kind, given[4]!, at),
    ]
    for (const pin of given) expect(pin.every((byte) => byte === 0)).toBe(true)
    await Promise.allSettled(calls)
  })

  test('neither user nor PIN is in the store or the audit log, and every step is in the log', async () => {
    const { pins, store, events } = setUp({ maxTries: 2 })
    const user = '住民 5501-2938'
    await pins.register(user, kind, bytes('7391'), clerk)
    await outcome(pins.verify(user, kind, bytes('7392'), at))
    await pins.change(user, kind, bytes('7391'), bytes('7393'), at)
    await outcome(pins.verify(user, kind, bytes('1'), at))
    await pins.unlock(user, kind, clerk)
    await pins.remove(user, kind, clerk)
    await outcome(pins.unlock(user, kind, clerk))
    expect(events.map(({ action, result, by }) => `${action} ${result} ${by}`)).toEqual([
      'register begun clerk-1',
      'register done clerk-1',
      'verify ERR_MUNICIPAL_PIN_REJECTED kiosk-1',
      'change begun kiosk-1',
      'change done kiosk-1',
      'verify ERR_MUNICIPAL_PIN_FORMAT kiosk-1',
      'unlock begun clerk-1',
      'unlock done clerk-1',
      'remove begun clerk-1',
      'remove done clerk-1',
      'unlock ERR_MUNICIPAL_PIN_NOT_REGISTERED clerk-1',
    ])
    expect(new Set(events.map((event) => event['user'])).size).toBe(1)
    const written = JSON.stringify([events, [...store.kept]])
    for (const secret of ['5501', '住民', '7391', '7392', '7393']) expect(written).not.toContain(secret)
  })

  test('a PIN is kept as its hash, its cost and the id of its key', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const [record] = [...store.kept.values()].map((text) => JSON.parse(text))
    expect(record.hash).toMatch(/^scrypt:2:1:1:[\w-]{22}:[\w-]{43}$/)
    expect(record.key).toMatch(/^[\w-]{11}$/)
  })

  test('the hash of a PIN is another each time, and another with another key', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const [first] = hashes(store)
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(hashes(store)).not.toEqual([first])
    const other = new MunicipalPins({ store, serverKey: new Uint8Array(32).fill(8), scrypt })
    expect((await other.status('user', kind)).registered).toBe(false)
  })

  test('a PIN kept at another cost is still known', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const dearer = new MunicipalPins({ store, serverKey, scrypt: { N: 16, r: 2, p: 2 } })
    expect(await outcome(dearer.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })
})

describe('what fails', () => {
  test.each([
    'x',
    '{"v":2,"stamp":"s","wrong":-1,"pending":[],"wrongTries":0}',
    '{"v":3,"stamp":"s","wrong":0,"pending":[],"wrongTries":0}',
    '{"v":2,"stamp":"s","hash":"x","key":"another key","wrong":0,"pending":[],"wrongTries":0}',
    '[]',
    'scrypt:3:1:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    'scrypt:4194304:8:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('a store that returns %s', async (kept) => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    await store.write([...store.kept.keys()][0]!, kept)
    await expect(pins.verify('user', kind, bytes('1234'), at)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  })

  test('a store that is down: the try is not looked at, and the refusal is written down', async () => {
    const down = async (): Promise<never> => {
      throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
    }
    const { pins, events } = setUp({ store: { ...memoryStore(), compareAndSet: down } })
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ERR_STORE_UNAVAILABLE')
    expect(events).toMatchObject([{ action: 'verify', result: 'ERR_STORE_UNAVAILABLE' }])
  })

  test('an audit log that cannot be written: nothing is accepted, and nothing changed by a clerk', async () => {
    const { store, pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    await outcome(pins.verify('user', kind, bytes('0000'), at))
    const fail = async (): Promise<void> => {
      throw new AuditError('full')
    }
    const mute = new MunicipalPins({ store, serverKey, scrypt, audit: { write: fail } })
    const before = hashes(store)
    for (const call of [
      () => mute.verify('user', kind, bytes('1234'), at),
      () => mute.verify('user', kind, bytes('0000'), at),
      () => mute.unlock('user', kind, clerk),
      () => mute.remove('user', kind, clerk),
      () => mute.register('user', kind, bytes('5678'), clerk),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'ERR_AUDIT' })
    }
    expect(hashes(store)).toEqual(before)
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, triesLeft: 2 })
  })
})

test('many tries at once are no more than one after another', async () => {
  const { pins, events } = setUp({ scrypt: { N: 64, r: 1, p: 1 } })
  await pins.register('user', kind, bytes('1234'), clerk)
  const tries = Array.from({ length: 50 }, (_, i) => outcome(pins.verify('user', kind, bytes(`${5000 + i}`), at)))
  const outcomes = await Promise.all(tries)
  expect(outcomes.filter((o) => o === 'REJECTED')).toHaveLength(2)
  expect(outcomes.filter((o) => o === 'LOCKED')).toHaveLength(48)
  expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('LOCKED')
  expect(events).toHaveLength(2 + 51)
})

test('property: in any order of calls, it is a counter of wrong tries', async () => {
  const step = fc.constantFrom('right', 'wrong', 'change', 'unlock', 'register')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 5 }), async (steps, maxTries) => {
      const { pins } = setUp({ maxTries })
      await pins.register('user', kind, bytes('1234'), clerk)
      let wrong = 0
      for (const name of steps) {
        if (name === 'unlock') await pins.unlock('user', kind, clerk)
        else if (name === 'register') await pins.register('user', kind, bytes('1234'), clerk)
        if (name === 'unlock' || name === 'register') {
          wrong = 0
          continue
        }
        const locked = wrong >= maxTries
        const call =
          name === 'change'
            ? pins.change('user', kind, bytes('1234'), bytes('1234'), at)
            : pins.verify('user', kind, bytes(name === 'right' ? '1234' : '0000'), at)
        const result = await outcome(call)
        if (name === 'wrong') wrong++
        else if (!locked) wrong = 0
        expect(result).toBe(locked || wrong >= maxTries ? 'LOCKED' : name === 'wrong' ? 'REJECTED' : 'ok')
        expect((await pins.status('user', kind)).triesLeft).toBe(Math.max(0, maxTries - wrong))
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('property: however calls interleave, no more wrong PINs are compared than tries were given', async () => {
  const step = fc.constantFrom('right', 'wrong', 'wrong', 'wrong', 'unlock')
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 14 }),
      fc.integer({ min: 1, max: 4 }),
      fc.scheduler(),
      async (steps, maxTries, scheduler) => {
        const inner = memoryStore()
        const later = <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
          scheduler.scheduleFunction(Object.defineProperty((...args: A) => call(...args), 'name', { value: name }))
        const store = {
          ...inner,
          compareAndSet: later('compareAndSet', inner.compareAndSet),
          read: later('read', inner.read),
        }
        await setUp({ store: inner, maxTries }).pins.register('user', kind, bytes('1234'), clerk)
        const { pins } = setUp({ store, maxTries })
        const calls = steps.map(async (name) => {
          if (name === 'unlock') {
            await pins.unlock('user', kind, clerk)
            return 'given back'
          }
          return pins.verify('user', kind, bytes(name === 'right' ? '1234' : '0000'), at).then(
            () => (name === 'right' ? 'given back' : 'WRONG PIN ACCEPTED'),
            (error) => error.message as string,
          )
        })
        const outcomes = await scheduler.waitFor(Promise.all(calls))
        const count = (...texts: readonly string[]): number => outcomes.filter((text) => texts.includes(text)).length
        expect(count('WRONG PIN ACCEPTED')).toBe(0)
        const compared = count('the PIN is wrong', 'the last try was spent')
        expect(compared).toBeLessThanOrEqual(maxTries * (1 + count('given back')))
        if (count('given back') === 0) expect(compared).toBe(Math.min(maxTries, steps.length))
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

describe('misuse', () => {
  test.each<[Partial<MunicipalPinsOptions>, ErrorConstructor]>([
    [{ serverKey: new Uint8Array(31) }, RangeError],
    [{ serverKey: 'x'.repeat(32) as unknown as Uint8Array }, TypeError],
    [{ maxTries: 0 }, RangeError],
    [{ maxTries: 16 }, RangeError],
    [{ pinFormat: { minDigits: 3, maxDigits: 4 } }, RangeError],
    [{ pinFormat: { minDigits: 6, maxDigits: 4 } }, RangeError],
    [{ scrypt: { N: 1000, r: 8, p: 1 } }, RangeError],
    [{ scrypt: { N: 1024, r: 0, p: 1 } }, RangeError],
    [{ formerKeys: [new Uint8Array(31)] }, RangeError],
    [{ formerKeys: [new Uint8Array(32).fill(7)] }, RangeError],
    [{ formerKeys: new Uint8Array(32) as never }, TypeError],
    [{ maxWrongTries: 0 }, RangeError],
    [{ hashing: { atOnce: 0, waiting: 1 } }, RangeError],
    [{ hashing: { atOnce: 1, waiting: -1 } }, RangeError],
    [{ unregisteredMs: 999 }, RangeError],
    [{ store: { ...memoryStore(), compareAndSet: undefined as never } }, TypeError],
  ])('option %#', (options, type) => {
    expect(() => setUp(options)).toThrow(type)
  })

  test.each<[string, string, string]>([
    ['', kind, 'c'],
    ['x'.repeat(129), kind, 'c'],
    ['\ud800', kind, 'c'],
    ['user', 'toString', 'c'],
    ['user', kind, ''],
    ['user', kind, 'two words'],
  ])('%j %s %j', async (user, which, by) => {
    const { pins, events, store } = setUp()
    const call = pins.register(user, which as MunicipalPinKind, bytes('1234'), { clerk: by })
    await expect(call).rejects.toThrow(TypeError)
    expect([events, store.calls]).toEqual([[], []])
  })

  test('a PIN of text is refused', async () => {
    const { pins } = setUp()
    await expect(pins.verify('user', kind, '1234' as unknown as Uint8Array, at)).rejects.toThrow(TypeError)
  })
})

test('the kinds have their names', () => {
  expect(Object.keys(municipalPinKinds)).toHaveLength(6)
  expect(municipalPinKinds['family-register-supplement']).toBe('戸籍の附票の写し')
})
