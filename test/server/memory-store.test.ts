import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/server/index.ts'
import { thrown } from '../support/vectors.ts'

const nonceOf = (number: number): Uint8Array => {
  const nonce = Buffer.alloc(32)
  nonce.writeUInt32BE(number)
  return new Uint8Array(nonce)
}

describe('nonces in memory', () => {
  test('are taken once, by their bytes, whatever array holds them', () => {
    const store = memoryStore()
    store.put(nonceOf(1), 'one', 1000)
    store.put(nonceOf(2), 'two', 1000)
    const view = Buffer.concat([Buffer.alloc(5), nonceOf(1)]).subarray(5)
    expect([store.take(view), store.take(nonceOf(1)), store.take(nonceOf(3))]).toEqual(['one', undefined, undefined])
    expect(store.take(nonceOf(2))).toBe('two')
  })

  test('are gone at the end of their lifetime, not before', () => {
    let now = 0
    const store = memoryStore({ clock: () => now })
    for (const number of [1, 2]) store.put(nonceOf(number), 'record', 1000)
    now = 999
    expect(store.take(nonceOf(1))).toBe('record')
    now = 1000
    expect(store.take(nonceOf(2))).toBeUndefined()
  })

  test('taken from the front, the middle and the end leave the order of the others', async () => {
    let now = 0
    const store = memoryStore({ maxNonces: 3, clock: () => now })
    const put = (number: number): void => void store.put(nonceOf(number), `${number}`, 1000 * number)
    for (const number of [1, 2, 3]) put(number)
    expect([3, 1].map((number) => store.take(nonceOf(number)))).toEqual(['3', '1'])
    put(4)
    put(5)
    now = 2000
    put(6)
    expect(await thrown(() => put(7))).toMatchObject({ code: 'ERR_STORE_FULL' })
    expect([2, 4, 5, 6].map((number) => store.take(nonceOf(number)))).toEqual([undefined, '4', '5', '6'])
  })

  test('a bound of one holds one', async () => {
    const store = memoryStore({ maxNonces: 1 })
    store.put(nonceOf(1), '1', 1000)
    expect(await thrown(() => store.put(nonceOf(2), '2', 1000))).toMatchObject({ code: 'ERR_STORE_FULL' })
    expect(store.take(nonceOf(1))).toBe('1')
    store.put(nonceOf(2), '2', 1000)
    expect(store.take(nonceOf(2))).toBe('2')
  })

  test('are refused beyond the bound, and none is forgotten for another', async () => {
    let now = 0
    const store = memoryStore({ maxNonces: 3, clock: () => now })
    for (const number of [1, 2, 3]) store.put(nonceOf(number), `${number}`, 1000 * number)
    const full = { code: 'ERR_STORE_FULL', turn: 'operator', retry: true }
    expect(await thrown(() => store.put(nonceOf(4), '4', 1000))).toMatchObject(full)
    expect(store.take(nonceOf(2))).toBe('2')
    store.put(nonceOf(4), '4', 1000)
    expect(await thrown(() => store.put(nonceOf(5), '5', 1000))).toMatchObject(full)
    now = 1000
    store.put(nonceOf(5), '5', 1000)
    expect([3, 4, 5].map((number) => store.take(nonceOf(number)))).toEqual(['3', undefined, '5'])
  })

  test('cannot be given out twice while open', async () => {
    const store = memoryStore()
    store.put(nonceOf(1), 'one', 1000)
    expect(await thrown(() => store.put(nonceOf(1), 'other', 1000))).toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(store.take(nonceOf(1))).toBe('one')
  })

  test('leave no more behind after many than after few, taken in any order or left to expire', () => {
    const most = 64
    let now = 0
    const store = memoryStore({ maxNonces: most, clock: () => now })
    // Were anything kept of one taken or expired, the bound would be met: put throws.
    for (let round = 0; round < 2000; round++) {
      const first = round * most
      for (let i = 0; i < most; i++) store.put(nonceOf(first + i), 'record', 1000)
      const order = [...Array(most).keys()].sort((a, b) => ((a * 37 + round) % most) - ((b * 37 + round) % most))
      const taken = order.filter((i) => i % 4 !== 0).map((i) => store.take(nonceOf(first + i)))
      expect(taken.every((record) => record === 'record')).toBe(true)
      now += 1000
    }
  })

  test('leave nothing behind though the oldest and the newest stay open', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const store = memoryStore()
    const use = (from: number): number => {
      for (let i = from; i < from + 100_000; i++) {
        store.put(nonceOf(i + 1), `record ${i}`, 60_000)
        store.take(nonceOf(i))
      }
      collect()
      return process.memoryUsage().heapUsed
    }
    store.put(nonceOf(0xffff_ffff), 'oldest', 60_000)
    const before = use(0)
    expect(use(100_000) - before).toBeLessThan(4_000_000)
    expect(store.take(nonceOf(0xffff_ffff))).toBe('oldest')
  })

  test.each([0, 1.5, Number.NaN, -1])('a bound of %d is misuse', (maxNonces) => {
    expect(() => memoryStore({ maxNonces })).toThrow(RangeError)
  })
})

test('counters and texts in memory keep to their names', async () => {
  const store = memoryStore()
  expect(await Promise.all([store.increment('a'), store.increment('a'), store.increment('__proto__')])).toEqual([
    1, 2, 1,
  ])
  await store.reset('a')
  expect([await store.count('a'), await store.count('__proto__'), await store.count('b')]).toEqual([0, 1, 0])
  await store.write('a', 'text')
  expect([await store.read('a'), await store.read('b')]).toEqual(['text', undefined])
  await store.remove('a')
  expect(await store.read('a')).toBeUndefined()
})

describe('texts in memory', () => {
  const one = { key: 'one', expected: undefined, next: 'a' }
  const two = { key: 'two', expected: undefined, next: 'b' }

  test('are changed together, if each is what was expected', async () => {
    const store = memoryStore()
    expect(await store.compareAndSet([one, two])).toBe(true)
    expect([await store.read('one'), await store.read('two')]).toEqual(['a', 'b'])
    const next = { key: 'one', expected: 'a', next: undefined }
    expect(await store.compareAndSet([next, { key: 'two', expected: 'x', next: 'c' }])).toBe(false)
    expect(
      await store.compareAndSet([
        { ...next, expected: 'x' },
        { key: 'two', expected: 'b', next: 'c' },
      ]),
    ).toBe(false)
    expect([await store.read('one'), await store.read('two')]).toEqual(['a', 'b'])
    expect(await store.compareAndSet([next, { key: 'two', expected: 'b', next: 'c' }])).toBe(true)
    expect([await store.read('one'), await store.read('two')]).toEqual([undefined, 'c'])
  })

  test('are gone at their end, not before; one left as it is keeps its end', async () => {
    let now = 0
    const store = memoryStore({ clock: () => now })
    await store.compareAndSet([{ ...one, lifetimeMs: 1000 }])
    await store.compareAndSet([two])
    now = 500
    expect(await store.compareAndSet([{ key: 'one', expected: 'a', next: 'a', lifetimeMs: 1000 }])).toBe(true)
    now = 999
    expect(await store.read('one')).toBe('a')
    now = 1000
    expect(await store.read('one')).toBeUndefined()
    expect(await store.compareAndSet([one])).toBe(true)
    now = 1e15
    expect([await store.read('one'), await store.read('two')]).toEqual(['a', 'b'])
  })

  test('that have ended are forgotten and those that have not are kept, in few sweeps', async () => {
    let now = 0
    let asked = 0
    const clock = (): number => {
      asked++
      return now
    }
    const store = memoryStore({ clock })
    for (let i = 0; i < 1_500; i++) {
      const lifetimeMs = i % 2 === 0 ? 1000 : 1001
      await store.compareAndSet([{ key: `${i}`, expected: undefined, next: 'x', lifetimeMs }])
    }
    now = 1000
    for (let i = 1_500; i < 3_000; i++) await store.write(`${i}`, 'x')
    // The clock is asked once for each text that is kept, and once for each sweep: of 1000 and of 2000.
    expect(asked).toBe(3_000 + 2)
    // A clock put back would show what had not been removed.
    now = 0
    const kept = await Promise.all(Array.from({ length: 3_000 }, (_, i) => store.read(`${i}`)))
    const missing = kept.map((text, i) => (text === undefined ? i : -1)).filter((i) => i >= 0)
    expect(missing).toEqual(Array.from({ length: 750 }, (_, i) => 2 * i))
  })

  test('that were removed leave nothing to sweep', async () => {
    let asked = 0
    const store = memoryStore({ clock: () => asked++ })
    for (let i = 0; i < 2_000; i++) {
      await store.write(`${i}`, 'x')
      await store.remove(`${i}`)
    }
    expect(asked).toBe(2_000)
  })
})

test('announcements in memory are returned until their end, each once', () => {
  let now = 0
  const store = memoryStore({ clock: () => now })
  expect(store.announce!('a', 1000)).toEqual(['a'])
  now = 1
  expect(store.announce!('b', 1000)).toEqual(['a', 'b'])
  expect(store.announce!('b', 1000)).toEqual(['a', 'b'])
  now = 1000
  expect(store.announce!('c', 1000)).toEqual(['b', 'c'])
  now = 1001
  expect(store.announce!('c', 1000)).toEqual(['c'])
})

test('an announcement in memory is withdrawn by a lifetime of 0', () => {
  const store = memoryStore({ clock: () => 0 })
  store.announce!('a', 1000)
  expect(store.announce!('b', 1000)).toEqual(['a', 'b'])
  expect(store.announce!('a', 0)).toEqual(['b'])
  expect(store.announce!('absent', 0)).toEqual(['b'])
})

describe('texts in memory that are due', () => {
  const added = (key: string, dueAt?: number) => ({ key, expected: undefined, next: 'a', dueAt })

  test('are returned from their time on, those due first at the front, at most as many as requested', async () => {
    const store = memoryStore()
    expect(store.scope).toBe('process')
    expect(await store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    await store.compareAndSet([added('late', 300), added('early', 100), added('never'), added('middle', 200)])
    expect(await store.due(99, 10)).toEqual([])
    expect(await store.due(100, 10)).toEqual(['early'])
    expect(await store.due(300, 10)).toEqual(['early', 'middle', 'late'])
    expect(await store.due(300, 2)).toEqual(['early', 'middle'])
    expect(await store.due(300, 10)).toEqual(['early', 'middle', 'late'])
  })

  test('keep their time when unchanged, and have that of their last change otherwise', async () => {
    const store = memoryStore()
    await store.compareAndSet(['same', 'later', 'done', 'gone', 'removed', 'written'].map((key) => added(key, 100)))
    expect(await store.compareAndSet([{ key: 'same', expected: 'a', next: 'a', dueAt: 900 }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'later', expected: 'a', next: 'b', dueAt: 200 }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'done', expected: 'a', next: 'b' }])).toBe(true)
    expect(await store.compareAndSet([{ key: 'gone', expected: 'a', next: undefined, dueAt: 50 }])).toBe(true)
    await store.remove('removed')
    await store.write('written', 'b')
    expect(await store.due(100, 10)).toEqual(['same'])
    expect(await store.due(1_000, 10)).toEqual(['same', 'later'])
    expect(await store.compareAndSet([added('gone'), added('removed')])).toBe(true)
    expect(await store.due(1_000, 10)).toEqual(['same', 'later'])
  })

  test('are left as they were by a change that does not happen', async () => {
    const store = memoryStore()
    await store.compareAndSet([added('one', 100)])
    const changes = [
      { key: 'one', expected: 'a', next: 'b', dueAt: 50 },
      { key: 'two', expected: 'x', next: 'y', dueAt: 50 },
    ]
    expect(await store.compareAndSet(changes)).toBe(false)
    expect(await store.due(99, 10)).toEqual([])
    expect(await store.due(100, 10)).toEqual(['one'])
  })

  test('are not due any more once expired', async () => {
    let now = 0
    const store = memoryStore({ clock: () => now })
    await store.compareAndSet([{ ...added('short', 100), lifetimeMs: 1000 }, added('long', 200)])
    now = 999
    expect(await store.due(200, 10)).toEqual(['short', 'long'])
    now = 1000
    expect(await store.due(200, 10)).toEqual(['long'])
    for (let i = 0; i < 1_000; i++) await store.write(`${i}`, 'x')
    // A clock put back would show what had not been removed.
    now = 0
    expect(await store.due(200, 10)).toEqual(['long'])
  })
})
