import { afterEach, expect, test, vi } from 'vitest'
import { monotonicClock, systemClock } from '../../src/issuance/index.ts'

afterEach(() => void vi.useRealTimers())

test('a clock that is set changes the time of the system, not how long a visit has taken', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const before = { system: systemClock.now(), monotonic: monotonicClock.now() }
  vi.setSystemTime(before.system - 3_600_000)
  expect(systemClock.now()).toBe(before.system - 3_600_000)
  expect(monotonicClock.now()).toBeGreaterThanOrEqual(before.monotonic)
})

test('a pause ends when its signal is aborted, or was before', async () => {
  const abort = new AbortController()
  const pause = systemClock.sleep(3_600_000, abort.signal)
  abort.abort()
  await pause
  await systemClock.sleep(3_600_000, abort.signal)
})
