import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskReader } from '../../src/reader-test/index.ts'
import { DurationHistogram } from '../../src/reader-test/soak/recorder.ts'
import { CommandTimes, timingOf } from '../../src/reader-test/timing.ts'

describe('timingOf', () => {
  test.each([
    [[5], { count: 1, medianMs: 5, p95Ms: 5, maxMs: 5 }],
    [[4, 1, 3, 2], { count: 4, medianMs: 2, p95Ms: 4, maxMs: 4 }],
    [Array.from({ length: 100 }, (_, i) => 100 - i), { count: 100, medianMs: 50, p95Ms: 95, maxMs: 100 }],
  ])('%j', (durations, timing) => {
    expect(timingOf(durations)).toEqual(timing)
  })

  test('refuses nothing at all', () => {
    expect(() => timingOf([])).toThrow(RangeError)
  })
})

test('commands are listed in the order of their first use', () => {
  const times = new CommandTimes()
  for (const [command, milliseconds] of [
    ['B', 2],
    ['A', 1],
    ['B', 4],
  ] as const)
    times.add({ command, milliseconds })
  expect(times.timings()).toMatchObject([
    { command: 'B', count: 2, medianMs: 2, maxMs: 4 },
    { command: 'A', count: 1 },
  ])
})

describe('DurationHistogram', () => {
  test('the median is within 2 % of the true one', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 900_000, noNaN: true }), { minLength: 1 }), (durations) => {
        const histogram = new DurationHistogram()
        for (const one of durations) histogram.add(one)
        const { medianMs } = timingOf(durations)
        expect(histogram.count).toBe(durations.length)
        expect(histogram.median()! / medianMs).toBeGreaterThan(0.98)
        expect(histogram.median()! / medianMs).toBeLessThan(1.02)
      }),
    )
  })

  test('takes nothing, zero and hours', () => {
    const histogram = new DurationHistogram()
    expect(histogram.median()).toBeUndefined()
    histogram.add(0)
    expect(histogram.median()).toBeLessThan(0.01)
    const long = new DurationHistogram()
    long.add(36_000_000)
    expect(long.median()).toBeGreaterThan(900_000)
  })
})

test.each([
  ['SONY FeliCa RC-S300/P (0236798) 00 00', 'SONY FeliCa RC-S300/P (…) 00 00'],
  ['Identiv uTrust 2700 R [CCID Interface] (53691424200001) 00 00', 'Identiv uTrust 2700 R [CCID Interface] (…) 00 00'],
  ['Virtual PCD 00 00', 'Virtual PCD 00 00'],
])('the serial number of a reader is masked: %s', (name, masked) => {
  expect(maskReader(name)).toBe(masked)
})
