// Tokens verified over HTTP on loopback, by one process and by as many as there are processors: how many a second, how long
// one takes at 80 % of that, and the memory over a million. The load comes from this process, which needs a processor too.
import { availableParallelism } from 'node:os'
import autocannon from 'autocannon'
import { startHttpProcess } from './lib/http-process-client.mjs'
import { median, row } from './lib/measure.mjs'

const connections = 32
const full = {
  holders: 200,
  tokens: 400,
  warmUpSeconds: 2,
  seconds: 4,
  rounds: 3,
  steadySeconds: 10,
  verifications: 1_000_000,
}

/** Sends the bodies in turn. @returns requests a second, and every time until an answer, milliseconds. */
async function load(port, bodies, options) {
  const times = []
  const refused = new Map()
  const run = autocannon({
    url: `http://127.0.0.1:${port}/v1/verifications`,
    connections,
    requests: bodies.map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })),
    ...options,
  })
  run.on('response', (_client, status, _bytes, milliseconds) => {
    if (status !== 200) refused.set(status, (refused.get(status) ?? 0) + 1)
    if (options.keepTimes) times.push(milliseconds)
  })
  const { requests, duration, errors, timeouts } = await run
  if (refused.size + errors + timeouts > 0) {
    const counts = [...refused].map(([status, count]) => `${count} of status ${status}, `).join('')
    throw new Error(`${counts}${errors} errors, ${timeouts} timeouts`)
  }
  return { rate: requests.total / duration, times }
}

const quantile = (times, part) => times.sort((a, b) => a - b)[Math.floor(times.length * part)]

/** Measures a server of so many processes. */
async function measure(processes, { holders, tokens, warmUpSeconds, seconds, rounds, steadySeconds, verifications }) {
  const { port, bodies, memory, stop } = await startHttpProcess({ holders, tokens, processes })
  try {
    await load(port, bodies, { duration: warmUpSeconds })
    const rates = []
    for (let round = 0; round < rounds; round++) rates.push((await load(port, bodies, { duration: seconds })).rate)
    const rate = median(rates)
    const steady = { duration: steadySeconds, overallRate: Math.floor(rate * 0.8), keepTimes: true }
    const { times } = await load(port, bodies, steady)
    // Resident memory after a tenth, which fills caches and heap, and at the end.
    const resident = []
    for (let tenth = 0; tenth < 10; tenth++) {
      await load(port, bodies, { amount: verifications / 10 })
      resident.push(await memory())
    }
    return { rate, p50: quantile(times, 0.5), p99: quantile(times, 0.99), first: resident[0], end: resident[9] }
  } finally {
    stop()
  }
}

/** @param amounts - fewer of everything, to try the measure itself. */
export async function rows({ amounts = full } = {}) {
  const one = await measure(1, amounts)
  const cores = availableParallelism()
  const rowsOf = (name, { rate, p50, p99, first, end }, limits) => [
    row(`${name}.verify.rate`, rate, 'verifications/s'),
    row(`${name}.verify.p50-at-80%`, p50, 'ms'),
    row(`${name}.verify.p99-at-80%`, p99, 'ms'),
    row(`${name}.verify.p99-over-p50-at-80%`, p99 / p50, 'ratio', limits?.spread),
    row(`${name}.memory.end-over-first-tenth`, end / first, 'ratio', 1.05),
    row(`${name}.memory.end`, end / 2 ** 20, 'MiB'),
  ]
  return [
    ...rowsOf('http', one, { spread: 5 }),
    row('http.memory.verifications', amounts.verifications, ''),
    ...(cores > 1 ? rowsOf('http.cores', await measure(cores, amounts)) : []),
    row('http.cores.processes', cores, ''),
  ]
}
