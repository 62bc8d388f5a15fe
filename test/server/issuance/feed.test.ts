import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChangeFeed } from '../../../src/server/index.ts'
import { TestClock } from './fixture.ts'

describe('a feed of changes', () => {
  test('is complete when every number has arrived, in any order and several times', () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 70 }), (arrived, last) => {
        const feed = new ChangeFeed({ name: 'residents', clock: new TestClock() })
        for (const one of [...arrived, ...arrived.slice(0, 3)]) feed.received(one)
        feed.heartbeat({ sequence: last, at: 1_000 })
        const head = Math.max(last, ...arrived)
        const present = new Set(arrived)
        const all = Array.from({ length: head }, (_, i) => i + 1)
        const firstMissing = all.find((one) => !present.has(one)) ?? head + 1
        const wentBack = last < firstMissing - 1
        const missing = all.filter((one) => !present.has(one)).length
        expect(feed.state.sequence).toBe(firstMissing - 1)
        expect(feed.state.missing).toBe(wentBack ? Math.max(1, missing) : missing)
        expect(feed.state.asOf).toBe(last <= firstMissing - 1 ? 1_000 : 0)
      }),
    )
  })

  test('keeps its time while a change is missing, and goes on when it has arrived', () => {
    const clock = new TestClock()
    const feed = new ChangeFeed({ name: 'seals', sequence: 41, clock })
    feed.heartbeat({ sequence: 41, at: 1 })
    feed.received(43)
    feed.heartbeat({ sequence: 43, at: 2 })
    expect(feed.state).toEqual({ asOf: 1, sequence: 41, missing: 1 })
    feed.received(42)
    expect(feed.state).toEqual({ asOf: 2, sequence: 43, missing: 0 })
  })

  test('reports itself', async () => {
    const clock = new TestClock()
    const feed = new ChangeFeed({ name: 'seals', maxAgeMs: 10_000, clock })
    expect(feed.conditions()).toEqual([{ part: 'register-seals', state: 'ok' }])
    feed.heartbeat({ sequence: 1, at: clock.now() })
    expect(feed.conditions()).toMatchObject([{ state: 'failed', reason: 'gap' }])
    feed.received(1)
    expect(feed.conditions()).toMatchObject([{ state: 'ok' }])
    await clock.advance(10_001)
    expect(feed.conditions()).toMatchObject([{ state: 'failed', reason: 'stale' }])
    feed.heartbeat({ sequence: 0, at: clock.now() })
    expect(feed.conditions()).toMatchObject([{ state: 'failed', reason: 'went-back' }])
    expect(feed.state.missing).toBe(1)
  })

  test('refuses numbers that are none, and too many above a gap', () => {
    const feed = new ChangeFeed({ name: 'seals' })
    for (const wrong of [-1, 1.5, Number.NaN, 2 ** 60]) expect(() => feed.received(wrong)).toThrow(RangeError)
    expect(() => feed.heartbeat({ sequence: 1, at: Number.NaN })).toThrow('at')
    expect(() => feed.received(10_001)).toThrow('load the register again')
    expect(feed.state.missing).toBe(10_001)
    expect(() => new ChangeFeed({ name: '..' })).toThrow('name')
    expect(() => new ChangeFeed({ name: 'a', maxAgeMs: 1 })).toThrow('maxAgeMs')
  })
})
