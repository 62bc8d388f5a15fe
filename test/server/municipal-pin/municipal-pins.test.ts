import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuditError, RefusalError } from '../../../src/errors.ts'
import { type MunicipalPinKind, municipalPinKinds } from '../../../src/issuance/index.ts'
import type { AuditEvent } from '../../../src/server/audit/line.ts'
import { MunicipalPins } from '../../../src/server/municipal-pin/municipal-pins.ts'
import type { MunicipalPinsOptions } from '../../../src/server/municipal-pin/options.ts'
import { memoryStore } from '../../../src/server/stores/memory-store.ts'
import type { TextChange } from '../../../src/server/stores/store.ts'

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

  test('is changed with the present PIN', async () => {
    const { pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(await outcome(pins.change('user', kind, bytes('0000'), bytes('5678'), at))).toBe('REJECTED')
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('56789'), at))).toBe('FORMAT')
    expect((await pins.status('user', kind)).triesLeft).toBe(2)
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('5678'), at))).toBe('ok')
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('REJECTED')
    expect(await outcome(pins.verify('user', kind, bytes('5678'), at))).toBe('ok')
  })

  test('is set again by a clerk, which unlocks it, and removed', async () => {
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

describe('the format of a PIN', () => {
  test.each(['123/', '123:', '/123', ':123'])('%j beside the digits is not it', async (pin) => {
    expect(await outcome(setUp().pins.register('user', kind, bytes(pin), clerk))).toBe('FORMAT')
  })

  test.each([
    ['99999', 'FORMAT'],
    ['000000', 'ok'],
    ['99999999', 'ok'],
    ['999999999', 'FORMAT'],
  ])('of 6 to 8 digits: %s %s', async (pin, expected) => {
    const { pins } = setUp({ pinFormat: { minDigits: 6, maxDigits: 8 } })
    expect(await outcome(pins.register('user', kind, bytes(pin), clerk))).toBe(expected)
  })

  test('is that of both PINs of a change', async () => {
    const { pins, store } = setUp()
    expect(await outcome(pins.change('user', kind, bytes('123'), bytes('1234'), at))).toBe('FORMAT')
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('123'), at))).toBe('FORMAT')
    expect(store.calls).toEqual([])
  })
})

describe('the state of a PIN', () => {
  const none = { firstWrong: undefined, lastWrong: undefined, lastRight: undefined }
  /** The state that is reported of a record. */
  const stateOf = async (change: object, options: Partial<MunicipalPinsOptions> = {}) => {
    const { pins, store } = setUp(options)
    await pins.register('user', kind, bytes('1234'), clerk)
    const [name, text] = [...store.kept][0]!
    await store.write(name, JSON.stringify({ ...JSON.parse(text), ...change }))
    store.calls.length = 0
    const status = await pins.status('user', kind)
    expect(store.calls).toEqual([])
    return status
  }

  test('of none is that of one without tries', async () => {
    const counted = { registered: false, locked: false, lockedBy: undefined, triesLeft: 3, wrongTries: 0 }
    expect(await setUp().pins.status('user', kind)).toEqual({ ...counted, ...none, outdated: false })
  })

  test('tries under way count as spent, and lock it while none is left', async () => {
    const open = { registered: true, wrongTries: 0, ...none, outdated: false }
    expect(await stateOf({ pending: ['a', 'b'] })).toEqual({
      ...open,
      locked: false,
      lockedBy: undefined,
      triesLeft: 1,
    })
    const locked = { ...open, locked: true, lockedBy: 'tries', triesLeft: 0 }
    expect(await stateOf({ pending: ['a', 'b', 'c'] })).toEqual(locked)
    expect(await stateOf({ pending: ['a', 'b', 'c', 'd'] })).toEqual(locked)
  })

  test('has as many tries left as the nearer of both limits', async () => {
    const limits = { maxTries: 5, maxWrongTries: 8 }
    expect((await stateOf({ wrong: 1, wrongTries: 2 }, limits)).triesLeft).toBe(4)
    expect((await stateOf({ wrong: 1, wrongTries: 6 }, limits)).triesLeft).toBe(2)
    expect((await stateOf({ wrong: 1, wrongTries: 6, pending: ['a'] }, limits)).triesLeft).toBe(1)
  })

  test('names who locked it: a clerk, else all wrong tries, else the last ones', async () => {
    const limits = { maxWrongTries: 8 }
    const lockedBy = async (change: object) => {
      const { locked, lockedBy, triesLeft } = await stateOf(change, limits)
      return [locked, lockedBy, triesLeft]
    }
    expect(await lockedBy({ locked: true, wrong: 3, wrongTries: 8 })).toEqual([true, 'clerk', 0])
    expect(await lockedBy({ wrong: 3, wrongTries: 8 })).toEqual([true, 'wrong-tries', 0])
    expect(await lockedBy({ wrong: 3, wrongTries: 7 })).toEqual([true, 'tries', 0])
    expect(await lockedBy({ wrong: 2, wrongTries: 7 })).toEqual([false, undefined, 1])
  })

  test('has the times of tries', async () => {
    const status = await stateOf({ firstWrong: 1_000, lastWrong: 2_000, lastRight: 3_000 })
    expect([status.firstWrong, status.lastWrong, status.lastRight]).toEqual([1, 2, 3].map((s) => new Date(1000 * s)))
    const { pins } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    for (const pin of ['0000', '0001', '1234']) {
      await outcome(pins.verify('user', kind, bytes(pin), at))
      await new Promise((done) => setTimeout(done, 3))
    }
    const { firstWrong, lastWrong, lastRight } = await pins.status('user', kind)
    expect([Number(firstWrong) < Number(lastWrong), Number(lastWrong) < Number(lastRight)]).toEqual([true, true])
  })

  test('a right PIN is not hashed again under a key and at a cost that are in use', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const before = hashes(store)
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(hashes(store)).toEqual(before)
  })

  test('a PIN never ends by itself, as tries without one do', async () => {
    let now = 0
    const inner = memoryStore({ clock: () => now })
    const { pins } = setUp({ store: inner, unregisteredMs: 1_000 })
    await pins.register('user', kind, bytes('1234'), clerk)
    await outcome(pins.verify('user', kind, bytes('0000'), at))
    await outcome(pins.verify('other', kind, bytes('0000'), at))
    now = 1e12
    expect((await pins.status('user', kind)).triesLeft).toBe(2)
    expect((await pins.status('other', kind)).triesLeft).toBe(3)
  })
})

describe('a clerk', () => {
  test('locks, unlocks and removes by what is kept at that moment, written down as that', async () => {
    const { pins, events } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    events.length = 0
    await pins.lock('user', kind, clerk)
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, locked: true, lockedBy: 'clerk' })
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('LOCKED')
    await pins.unlock('user', kind, clerk)
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, locked: false, triesLeft: 3 })
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    await pins.remove('user', kind, clerk)
    for (const act of ['lock', 'unlock', 'remove'] as const) {
      expect(await outcome(pins[act]('user', kind, clerk))).toBe('NOT_REGISTERED')
    }
    expect(events.map(({ action, result }) => `${action} ${result}`)).toEqual([
      ...['lock begun', 'lock done', 'verify ERR_MUNICIPAL_PIN_LOCKED', 'unlock begun', 'unlock done', 'verify done'],
      ...['remove begun', 'remove done'],
      ...['lock', 'unlock', 'remove'].map((act) => `${act} ERR_MUNICIPAL_PIN_NOT_REGISTERED`),
    ])
  })

  test('does nothing to a PIN removed since it was looked at', async () => {
    const { pins: first, store } = setUp()
    await first.register('user', kind, bytes('1234'), clerk)
    const write = async ({ action, result }: AuditEvent): Promise<void> => {
      if (action === 'lock' && result === 'begun') await first.remove('user', kind, clerk)
    }
    const { pins } = setUp({ store, audit: { write } })
    expect(await outcome(pins.lock('user', kind, clerk))).toBe('NOT_REGISTERED')
    expect([...store.kept]).toEqual([])
  })

  test('who acts while a PIN is compared has it compared again, announced once', async () => {
    const { pins: first, store } = setUp()
    await first.register('user', kind, bytes('1234'), clerk)
    const events: string[] = []
    const write = async ({ action, result }: AuditEvent): Promise<void> => {
      events.push(`${action} ${result}`)
      if (result === 'begun') await first.unlock('user', kind, clerk)
    }
    const { pins } = setUp({ store, audit: { write } })
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('5678'), at))).toBe('ok')
    expect(events).toEqual(['change begun', 'change done'])
    expect(await outcome(first.verify('user', kind, bytes('5678'), at))).toBe('ok')
    expect((await first.status('user', kind)).triesLeft).toBe(3)
  })

  test('who locks while a right PIN is compared leaves it locked, and the PIN as it was', async () => {
    const { pins: first, store } = setUp()
    await first.register('user', kind, bytes('1234'), clerk)
    const write = async ({ result }: AuditEvent): Promise<void> => {
      if (result === 'begun') await first.lock('user', kind, clerk)
    }
    const { pins } = setUp({ store, audit: { write } })
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('5678'), at))).toBe('LOCKED')
    await first.unlock('user', kind, clerk)
    expect(await outcome(first.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })
})

describe('tries that overlap', () => {
  /** A server whose writes of what follows from a comparison wait until they are let go. */
  function held(store: ReturnType<typeof watchedStore>, maxTries: number) {
    let calls = 0
    let reach = (): void => undefined
    let letGo = (): void => undefined
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    const free = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
      if (++calls === 2) {
        reach()
        await free
      }
      return store.compareAndSet(changes)
    }
    return { ...setUp({ store: { ...store, compareAndSet }, maxTries }), reached, letGo }
  }
  /** Two tries, the second of which takes the last one; the one named first is written first. */
  async function both(first: string, second: string, order: 'first' | 'second') {
    const { pins, store } = setUp({ maxTries: 2 })
    await pins.register('user', kind, bytes('1234'), clerk)
    const [one, two] = [held(store, 2), held(store, 2)]
    const firstTry = outcome(one.pins.verify('user', kind, bytes(first), at))
    await one.reached
    const secondTry = outcome(two.pins.verify('user', kind, bytes(second), at))
    await two.reached
    if (order === 'first') {
      one.letGo()
      await firstTry
      two.letGo()
    } else {
      two.letGo()
      await secondTry
      one.letGo()
    }
    const outcomes = [await firstTry, await secondTry]
    const { triesLeft, wrongTries, lockedBy } = await pins.status('user', kind)
    const [record] = [...store.kept.values()].map((text) => JSON.parse(text))
    expect([record.pending, typeof record.hash]).toEqual([[], 'string'])
    return [...outcomes, triesLeft, wrongTries, lockedBy]
  }

  test('a wrong one that took the last try locks, and a right one written after it is refused', async () => {
    expect(await both('1234', '0000', 'second')).toEqual(['LOCKED', 'LOCKED', 0, 1, 'tries'])
  })

  test('a wrong one that took the last try is rejected only when a right one was written before it', async () => {
    expect(await both('1234', '0000', 'first')).toEqual(['ok', 'REJECTED', 1, 1, undefined])
  })

  test('two wrong ones: the first is rejected, the last locks, in either order', async () => {
    expect(await both('0001', '0000', 'first')).toEqual(['REJECTED', 'LOCKED', 0, 2, 'tries'])
    expect(await both('0001', '0000', 'second')).toEqual(['REJECTED', 'LOCKED', 0, 2, 'tries'])
  })

  test('a right one that took the last try gives all back', async () => {
    expect(await both('0000', '1234', 'second')).toEqual(['REJECTED', 'ok', 1, 1, undefined])
  })

  test('a wrong one leaves those under way, a right one gives them back and leaves the stamp', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const [name, text] = [...store.kept][0]!
    const { stamp } = JSON.parse(text)
    await store.write(name, JSON.stringify({ ...JSON.parse(text), pending: ['another'] }))
    const kept = () => JSON.parse(store.kept.get(name)!)
    expect(await outcome(pins.verify('user', kind, bytes('0000'), at))).toBe('REJECTED')
    expect(kept()).toMatchObject({ stamp, pending: ['another'], wrong: 1 })
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(kept()).toMatchObject({ stamp, pending: [], wrong: 0 })
    await pins.change('user', kind, bytes('1234'), bytes('1234'), at)
    expect(kept().stamp).not.toBe(stamp)
  })

  test('a PIN removed by a clerk while it is compared is compared again, as one that does not exist', async () => {
    const { pins: first, store } = setUp()
    await first.register('user', kind, bytes('1234'), clerk)
    const write = async ({ result }: AuditEvent): Promise<void> => {
      if (result === 'begun') await first.remove('user', kind, clerk)
    }
    const { pins } = setUp({ store, audit: { write } })
    expect(await outcome(pins.change('user', kind, bytes('1234'), bytes('5678'), at))).toBe('REJECTED')
    expect((await first.status('user', kind)).registered).toBe(false)
  })
})

describe('keys that were changed', () => {
  const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
  const three = { serverKey: keyOf(3), formerKeys: [keyOf(2), keyOf(1)] }

  test('a PIN of any former key is found, tried and changed, and kept under the present one then', async () => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const { pins } = setUp({ store, ...three })
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, outdated: true, triesLeft: 3 })
    expect(await outcome(pins.verify('user', kind, bytes('0000'), at))).toBe('REJECTED')
    expect(store.kept.size).toBe(1)
    expect(await before.status('user', kind)).toMatchObject({ triesLeft: 2 })
    const [, kept] = [...store.kept][0]!
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(store.kept.size).toBe(1)
    const [, renewed] = [...store.kept][0]!
    expect(JSON.parse(renewed).key).not.toBe(JSON.parse(kept).key)
    expect(await pins.status('user', kind)).toMatchObject({ outdated: false, triesLeft: 3, wrongTries: 1 })
    expect((await before.status('user', kind)).registered).toBe(false)
    expect(await outcome(setUp({ store, serverKey: keyOf(3) }).pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test.each(['register', 'change', 'remove'] as const)('%s leaves nothing under a former one', async (act) => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const { pins } = setUp({ store, ...three })
    if (act === 'register') await pins.register('user', kind, bytes('5678'), clerk)
    else if (act === 'change') await pins.change('user', kind, bytes('1234'), bytes('5678'), at)
    else await pins.remove('user', kind, clerk)
    expect(store.kept.size).toBe(act === 'remove' ? 0 : 1)
    expect((await pins.status('user', kind)).registered).toBe(act !== 'remove')
  })

  test('tries without a PIN go on in the place where they were begun', async () => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    for (let i = 0; i < 2; i++) await outcome(before.verify('user', kind, bytes('0000'), at))
    const { pins } = setUp({ store, ...three })
    expect(await outcome(pins.verify('user', kind, bytes('0000'), at))).toBe('LOCKED')
    expect(store.kept.size).toBe(1)
    expect((await before.status('user', kind)).locked).toBe(true)
  })

  test('a PIN under one key comes before tries without one under another, which stay', async () => {
    const { pins: newer, store } = setUp({ serverKey: keyOf(3) })
    await outcome(newer.verify('user', kind, bytes('0000'), at))
    await setUp({ store, serverKey: keyOf(1) }).pins.register('user', kind, bytes('1234'), clerk)
    const { pins } = setUp({ store, ...three })
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, triesLeft: 3, outdated: true })
    expect(await outcome(pins.verify('user', kind, bytes('0000'), at))).toBe('REJECTED')
    expect((await pins.status('user', kind)).triesLeft).toBe(2)
    expect(store.kept.size).toBe(2)
    expect((await newer.status('user', kind)).triesLeft).toBe(2)
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(store.kept.size).toBe(1)
  })

  test('a PIN that is removed leaves nothing under any key, tries without one neither', async () => {
    const { pins: newer, store } = setUp({ serverKey: keyOf(3) })
    await outcome(newer.verify('user', kind, bytes('0000'), at))
    await setUp({ store, serverKey: keyOf(1) }).pins.register('user', kind, bytes('1234'), clerk)
    await setUp({ store, ...three }).pins.remove('user', kind, clerk)
    expect(store.kept.size).toBe(0)
  })

  test('a PIN that another server keeps under the present key while it is looked for is found', async () => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const { pins: other } = setUp({ store, ...three })
    let reads = 0
    const read = async (key: string): Promise<string | undefined> => {
      if (++reads === 2) await other.verify('user', kind, bytes('1234'), at)
      return store.read(key)
    }
    const { pins } = setUp({ store: { ...store, read }, ...three })
    expect(await pins.status('user', kind)).toMatchObject({ registered: true, outdated: false })
    expect(reads).toBe(6)
  })

  test('a PIN of a former key stays as it was when its change cannot be written down', async () => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    const write = async ({ result }: AuditEvent): Promise<void> => {
      if (result === 'begun') throw new AuditError('full')
    }
    const { pins } = setUp({ store, ...three, audit: { write } })
    const change = pins.change('user', kind, bytes('1234'), bytes('5678'), at)
    await expect(change).rejects.toMatchObject({ code: 'ERR_AUDIT' })
    expect(await before.status('user', kind)).toMatchObject({ registered: true, triesLeft: 3 })
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test('what is read of two moments is read again, and refused as busy if it never holds still', async () => {
    const { pins: before, store } = setUp({ serverKey: keyOf(1) })
    await before.register('user', kind, bytes('1234'), clerk)
    let refusals = 99
    let asked = 0
    const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
      asked++
      return refusals-- > 0 ? false : store.compareAndSet(changes)
    }
    const { pins } = setUp({ store: { ...store, compareAndSet }, ...three })
    expect((await pins.status('user', kind)).registered).toBe(true)
    expect(asked).toBe(100)
    refusals = Number.POSITIVE_INFINITY
    await expect(pins.status('user', kind)).rejects.toMatchObject({ code: 'ERR_MUNICIPAL_PIN_BUSY' })
    expect(asked).toBe(200)
  })
})

describe('what an earlier release kept', () => {
  test('is a hash alone, with its tries in a counter, which is removed once it is in the record', async () => {
    const { pins, store } = setUp()
    await pins.register('user', kind, bytes('1234'), clerk)
    const [name, text] = [...store.kept][0]!
    const resets: string[] = []
    const reset = async (key: string): Promise<void> => {
      resets.push(key)
      await store.reset(key)
    }
    const { pins: now } = setUp({ store: { ...store, reset } })
    await outcome(now.verify('user', kind, bytes('0000'), at))
    await now.register('user', kind, bytes('1234'), clerk)
    expect(resets).toEqual([])
    await store.write(name, JSON.parse(text).hash)
    for (let i = 0; i < 2; i++) await store.increment(name)
    expect(await now.status('user', kind)).toMatchObject({ registered: true, triesLeft: 1, wrongTries: 0 })
    expect(await outcome(now.verify('user', kind, bytes('1234'), at))).toBe('ok')
    expect(resets).toEqual([name])
    expect(await store.count(name)).toBe(0)
    expect(await now.status('user', kind)).toMatchObject({ registered: true, triesLeft: 3 })
  })
})

describe('one that does not exist', () => {
  test('is rejected and locks like one that does', async () => {
    const { pins } = setUp()
    const outcomes = []
    for (let i = 0; i < 4; i++) outcomes.push(await outcome(pins.verify('unregistered', kind, bytes('1234'), at)))
    expect(outcomes).toEqual(['REJECTED', 'REJECTED', 'LOCKED', 'LOCKED'])
    await pins.register('unregistered', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('unregistered', kind, bytes('1234'), at))).toBe('ok')
  })

  test('is reported if so configured', async () => {
    const { pins } = setUp({ revealUnregistered: true })
    for (let i = 0; i < 5; i++) {
      expect(await outcome(pins.verify('unregistered', kind, bytes('1234'), at))).toBe('NOT_REGISTERED')
    }
    await pins.register('unregistered', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('unregistered', kind, bytes('0000'), at))).toBe('REJECTED')
    expect(await outcome(pins.verify('unregistered', kind, bytes('1234'), at))).toBe('ok')
  })

  test('costs as much computing as a wrong one', async () => {
    const { pins } = setUp({ scrypt: { N: 8192, r: 8, p: 1 }, maxTries: 15 })
    await pins.register('user', kind, bytes('1234'), clerk)
    const spent = { user: 0, unregistered: 0 }
    // In turn, and in time of the processor: a busy machine slows both.
    for (let i = 0; i < 8; i++) {
      for (const user of ['user', 'unregistered'] as const) {
        const before = process.cpuUsage()
        await outcome(pins.verify(user, kind, bytes('0000'), at))
        const used = process.cpuUsage(before)
        spent[user] += used.user + used.system
      }
    }
    expect(spent.unregistered / spent.user).toBeGreaterThan(0.6)
    expect(spent.unregistered / spent.user).toBeLessThan(1.7)
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

  test('the cost of a hash is 32 MiB and three passes unless another is given', async () => {
    const { pins, store } = setUp({ scrypt: undefined })
    await pins.register('user', kind, bytes('1234'), clerk)
    expect(hashes(store)[0]).toMatch(/^scrypt:32768:8:3:/)
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

describe('a right PIN of which nothing else comes', () => {
  test.each([0, 1])('gives its tries back, and reports why, though the store fails then: %j', async (failures) => {
    const { pins: first, store } = setUp()
    await first.register('user', kind, bytes('1234'), clerk)
    await outcome(first.verify('user', kind, bytes('0000'), at))
    let down = 0
    const audit = {
      write: async ({ result }: AuditEvent) => {
        if (result !== 'begun') return
        down = failures
        throw new AuditError('full')
      },
    }
    const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
      if (down-- > 0) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
      return store.compareAndSet(changes)
    }
    const { pins } = setUp({ store: { ...store, compareAndSet }, audit })
    const change = pins.change('user', kind, bytes('1234'), bytes('5678'), at)
    await expect(change).rejects.toMatchObject({ code: 'ERR_AUDIT' })
    expect(await first.status('user', kind)).toMatchObject({ triesLeft: failures === 0 ? 3 : 1, wrongTries: 1 })
    expect(await outcome(first.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })
})

describe('while too many PINs are hashed', () => {
  test('a try is refused as busy and not spent, other tries and acts of a clerk standing', async () => {
    const { pins: first, store } = setUp({ hashing: { atOnce: 1, waiting: 0 } })
    await first.register('user', kind, bytes('1234'), clerk)
    const [name] = [...store.kept.keys()]
    await store.write(name!, JSON.stringify({ ...JSON.parse(store.kept.get(name!)!), pending: ['another'] }))
    const hashing = first.register('third', kind, bytes('1234'), clerk)
    expect(await outcome(first.verify('user', kind, bytes('1234'), at))).toBe('BUSY')
    await hashing
    expect(JSON.parse(store.kept.get(name!)!).pending).toEqual(['another'])
    expect(await outcome(first.verify('user', kind, bytes('1234'), at))).toBe('ok')
  })

  test('a PIN a clerk has acted on since stays as the clerk left it', async () => {
    const { pins: first, store } = setUp({ hashing: { atOnce: 1, waiting: 0 } })
    await first.register('user', kind, bytes('1234'), clerk)
    let calls = 0
    const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
      const changed = await store.compareAndSet(changes)
      if (++calls === 1) await first.lock('user', kind, clerk)
      return changed
    }
    const { pins } = setUp({ store: { ...store, compareAndSet }, hashing: { atOnce: 1, waiting: 0 } })
    const hashing = first.register('other', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('BUSY')
    await hashing
    expect(calls).toBe(1)
    expect(await first.status('user', kind)).toMatchObject({ registered: true, lockedBy: 'clerk' })
  })

  test('it is refused as busy too when the store fails after that', async () => {
    const { pins: first, store } = setUp({ hashing: { atOnce: 1, waiting: 0 } })
    await first.register('user', kind, bytes('1234'), clerk)
    let calls = 0
    const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
      if (++calls > 1) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
      return store.compareAndSet(changes)
    }
    const { pins } = setUp({ store: { ...store, compareAndSet }, hashing: { atOnce: 1, waiting: 0 } })
    const hashing = first.register('other', kind, bytes('1234'), clerk)
    expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('BUSY')
    expect(calls).toBe(2)
    await hashing
  })
})

test('others that change a PIN all the time: refused as busy after 100 rounds', async () => {
  let asked = 0
  const compareAndSet = async (): Promise<boolean> => {
    asked++
    return false
  }
  const { pins, events } = setUp({ store: { ...memoryStore(), compareAndSet } })
  expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('BUSY')
  expect(asked).toBe(100)
  expect(events).toMatchObject([{ type: 'municipal-pin', action: 'verify', kind, result: 'ERR_MUNICIPAL_PIN_BUSY' }])
})

test('a clerk who acts during every comparison: refused as busy after 100 rounds, and no try is spent', async () => {
  const { pins: first, store } = setUp()
  await first.register('user', kind, bytes('1234'), clerk)
  let written = 0
  const compareAndSet = async (changes: readonly TextChange[]): Promise<boolean> => {
    const changed = await store.compareAndSet(changes)
    written++
    await first.unlock('user', kind, clerk)
    return changed
  }
  const { pins } = setUp({ store: { ...store, compareAndSet } })
  expect(await outcome(pins.verify('user', kind, bytes('1234'), at))).toBe('BUSY')
  expect(written).toBe(100)
  expect((await first.status('user', kind)).triesLeft).toBe(3)
})

test('a store is refused for eviction only, whatever else it reports', () => {
  const reporting =
    (...reasons: readonly string[]) =>
    () =>
      setUp({
        store: {
          ...memoryStore(),
          conditions: () => reasons.map((reason) => ({ part: 'store', state: 'warning', reason }) as const),
        },
      })
  expect(reporting('not-persistent')).not.toThrow()
  for (const reasons of [['evicting'], ['not-persistent', 'evicting'], ['evicting', 'not-persistent']]) {
    expect(reporting(...reasons)).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
  }
})

test('an error not of this package is rethrown, and not logged as a result', async () => {
  const own = new Error('own')
  const fail = async (): Promise<never> => {
    throw own
  }
  const { pins, events } = setUp({ store: { ...memoryStore(), read: fail } })
  await expect(pins.verify('user', kind, bytes('1234'), at)).rejects.toBe(own)
  expect(events).toEqual([])
})

test('an audit log that fails once is not asked to write that it did', async () => {
  const results: unknown[] = []
  const write = async ({ result }: AuditEvent): Promise<void> => {
    results.push(result)
    throw new AuditError('full')
  }
  const { pins } = setUp({ audit: { write } })
  await expect(pins.register('user', kind, bytes('1234'), clerk)).rejects.toMatchObject({ code: 'ERR_AUDIT' })
  expect(results).toEqual(['begun'])
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
    [{ formerKeys: new Uint8Array() as never }, TypeError],
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

  test.each<[Partial<MunicipalPinsOptions>]>([
    [{ maxTries: 1, maxWrongTries: 1 }],
    [{ maxTries: 15, maxWrongTries: 10_000 }],
    [
      {
        serverKey: new Uint8Array(33),
        formerKeys: Array.from({ length: 8 }, (_, i) => new Uint8Array(32).fill(i + 1)),
      },
    ],
    [{ pinFormat: { minDigits: 4, maxDigits: 16 } }],
    [{ pinFormat: { minDigits: 16, maxDigits: 16 } }],
    [{ hashing: { atOnce: 1, waiting: 0 }, unregisteredMs: 1_000 }],
    [{ hashing: { atOnce: 64, waiting: 10_000 } }],
  ])('option %# at its bound is none', (options) => {
    expect(() => setUp(options)).not.toThrow()
  })

  test.each<[Partial<MunicipalPinsOptions>, ErrorConstructor]>([
    [{ maxWrongTries: 10_001 }, RangeError],
    [{ formerKeys: Array.from({ length: 9 }, (_, i) => new Uint8Array(32).fill(i + 10)) }, RangeError],
    [{ formerKeys: ['x'.repeat(32)] as never }, TypeError],
    [{ formerKeys: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(1)] }, RangeError],
    [{ pinFormat: { minDigits: 4, maxDigits: 17 } }, RangeError],
    [{ pinFormat: { minDigits: 17, maxDigits: 17 } }, RangeError],
    [{ hashing: { atOnce: 65, waiting: 1 } }, RangeError],
    [{ hashing: { atOnce: 1, waiting: 10_001 } }, RangeError],
    [{ store: undefined as never }, TypeError],
  ])('option %# beyond its bound', (options, type) => {
    expect(() => setUp(options)).toThrow(type)
  })

  test('an option is named by what it throws', () => {
    expect(() => setUp({ store: undefined as never })).toThrow(/^store must/)
    expect(() => setUp({ serverKey: new Uint8Array(31) })).toThrow(/^serverKey must/)
    expect(() => setUp({ formerKeys: [new Uint8Array(31)] })).toThrow(/formerKeys must/)
  })

  test('names of 128 and 64 characters are names; a surrogate pair is a character', async () => {
    const { pins } = setUp()
    await pins.register('u'.repeat(128), kind, bytes('1234'), { clerk: 'A-Z_a.9'.padEnd(64, 'x') })
    for (const name of ['𠮷野家', 'u']) await pins.register(name, kind, bytes('1234'), { clerk: 'c' })
    expect(await pins.status('𠮷野家', kind)).toMatchObject({ registered: true })
  })

  test.each<[unknown, string, unknown]>([
    [7, kind, 'c'],
    [undefined, kind, 'c'],
    ['user', 'x', 'c'],
    ['user', kind, 'x'.repeat(65)],
    ['user', kind, ' c'],
    ['user', kind, 'c '],
    ['user', kind, 7],
  ])('%j %s %j, in any call', async (user, which, by) => {
    const { pins, events, store } = setUp()
    const name = [user, which] as [string, MunicipalPinKind]
    const [asClerk, asTerminal] = [{ clerk: by as string }, { terminal: by as string }]
    for (const call of [
      pins.register(...name, bytes('1234'), asClerk),
      pins.verify(...name, bytes('1234'), asTerminal),
      pins.change(...name, bytes('1234'), bytes('1234'), asTerminal),
      pins.lock(...name, asClerk),
      ...(by === 'c' ? [pins.status(...name)] : []),
    ]) {
      await expect(call).rejects.toThrow(TypeError)
    }
    expect([events, store.calls]).toEqual([[], []])
  })

  test('a PIN of text beside one of bytes is refused', async () => {
    const { pins, store } = setUp()
    const text = '1234' as unknown as Uint8Array
    await expect(pins.change('user', kind, bytes('1234'), text, at)).rejects.toThrow(/a PIN must be a Uint8Array/)
    await expect(pins.change('user', kind, text, bytes('1234'), at)).rejects.toThrow(/a PIN must be a Uint8Array/)
    expect(store.calls).toEqual([])
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
