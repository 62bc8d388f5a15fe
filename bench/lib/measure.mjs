import { setImmediate as turn } from 'node:timers/promises'

/** Median of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Runs two bodies in turn, A B, B A, A B …, so that a drift of the machine hits both. Returns the median time of one call
 * of each, in microseconds, and the median of their ratio round by round. `warmUp` calls of each come first, uncounted, so that both are compiled.
 */
export async function interleaved(a, b, { rounds, calls, warmUp = calls }) {
  const times = { a: [], b: [] }
  const time = async (body) => {
    const started = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) await body()
    return Number(process.hrtime.bigint() - started) / 1000 / calls
  }
  for (let i = 0; i < warmUp; i++) {
    await a()
    await b()
  }
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) times.a.push(await time(a))
    times.b.push(await time(b))
    if (round % 2 === 1) times.a.push(await time(a))
  }
  return { a: median(times.a), b: median(times.b), ratio: median(times.a.map((one, i) => one / times.b[i])) }
}

/** Longest time between two turns of the event loop while `job` runs, milliseconds. */
export async function longestTurn(job) {
  let longest = 0
  let done = false
  const watch = async () => {
    for (let last = performance.now(); !done; ) {
      await turn()
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
    }
  }
  const watching = watch()
  await job()
  done = true
  await watching
  return longest
}

/**
 * One row of the result. `bar` is text for people, `holds` what it came to; a row without a bar only informs. A limit is the
 * most the value may be, or `{ atLeast }`.
 */
export function row(id, value, unit, limit) {
  const shown = { id, value: round(value), unit }
  if (limit === undefined) return { ...shown, bar: '', holds: true }
  if (typeof limit === 'object') return { ...shown, bar: `>= ${limit.atLeast}`, holds: value >= limit.atLeast }
  return { ...shown, bar: `<= ${limit}`, holds: value <= limit }
}

const round = (value) => Math.round(value * 1000) / 1000
