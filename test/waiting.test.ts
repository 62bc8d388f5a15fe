import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { EventQueue } from '../src/event-queue.ts'
import { RecentMap } from '../src/recent-map.ts'
import { Backoff, longestTimer, withinTime } from '../src/waiting.ts'

const late = () => new Error('late')
const never = new Promise<never>(() => {})

describe('a wait with limits', () => {
  test('gives what the work gives, or fails with', async () => {
    expect(await withinTime(Promise.resolve(1), 10, late)).toBe(1)
    expect(await withinTime(sleep(20, 2), undefined, late)).toBe(2)
    expect(await withinTime(sleep(20, 3), longestTimer + 1, late)).toBe(3)
    await expect(withinTime(Promise.reject(new Error('own')), 10, late)).rejects.toThrow('own')
  })

  test('ends when the time is over or the signal is aborted, also before it began', async () => {
    await expect(withinTime(never, 5, late)).rejects.toThrow('late')
    const control = new AbortController()
    const abort = { signal: control.signal, error: () => new Error('aborted') }
    const waiting = withinTime(never, 10_000, late, abort)
    control.abort()
    await expect(waiting).rejects.toThrow('aborted')
    await expect(withinTime(Promise.reject(new Error('own')), 5, late, abort)).rejects.toThrow('aborted')
  })

  test('leaves no failure unhandled that comes after it', async () => {
    const failing = sleep(10).then(() => Promise.reject(new Error('after')))
    await expect(withinTime(failing, 1, late)).rejects.toThrow('late')
    await sleep(20)
  })
})

test('pauses double up to the longest, and begin again after a success', () => {
  const pauses = new Backoff(100, 500)
  expect([1, 2, 3, 4, 5].map(() => pauses.next())).toEqual([100, 200, 400, 500, 500])
  pauses.reset()
  expect(pauses.next()).toBe(100)
})

test('a map of recent entries drops the one used least recently', () => {
  const map = new RecentMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3])
  map.set('a', 4)
  map.set('d', 5)
  expect(['a', 'c', 'd'].map((key) => map.get(key))).toEqual([4, undefined, 5])
})

describe('a queue of events', () => {
  test('delivers what was pushed before its end, then ends every wait', async () => {
    let ends = 0
    const queue = new EventQueue<number>(() => ends++)
    const first = queue.next()
    const second = queue.next()
    queue.push(1)
    queue.push(2)
    queue.push(3)
    queue.end()
    queue.end()
    queue.push(4)
    const rest: number[] = []
    for await (const item of queue) rest.push(item)
    expect([await first, await second, rest, ends]).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      [3],
      1,
    ])
  })

  test('ends when its reader leaves, and forgets what was not read', async () => {
    let ends = 0
    const queue = new EventQueue<number>(() => ends++)
    for (const item of [1, 2]) queue.push(item)
    for await (const item of queue) {
      expect(item).toBe(1)
      break
    }
    expect([await queue.next(), ends]).toEqual([{ done: true, value: undefined }, 1])
  })
})
