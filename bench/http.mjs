// Tokens judged over HTTP on loopback, beside a bare server of the same framework that sends back the same bodies. Each
// server has a process of its own, the load comes from this one.
import autocannon from 'autocannon'
import { startHttpProcess } from './lib/http-process-client.mjs'
import { median, row } from './lib/measure.mjs'

const connections = 32
const seconds = 4
const verifications = 1_000_000

/** Sends the bodies in turn. @returns requests a second, and every time until an answer, milliseconds. */
async function load(port, bodies, options) {
  const times = []
  let wrong = 0
  const run = autocannon({
    url: `http://127.0.0.1:${port}/v1/verifications`,
    connections,
    requests: bodies.map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })),
    ...options,
  })
  run.on('response', (_client, status, _bytes, milliseconds) => {
    if (status !== 200) wrong++
    if (options.keepTimes) times.push(milliseconds)
  })
  const { requests, duration, errors, timeouts } = await run
  if (wrong + errors + timeouts > 0) throw new Error(`${wrong} refused, ${errors} errors, ${timeouts} timeouts`)
  return { rate: requests.total / duration, times }
}

const quantile = (times, part) => times.sort((a, b) => a - b)[Math.floor(times.length * part)]

export async function rows() {
  const ours = await startHttpProcess('serve', { holders: 200, tokens: 400 })
  const bare = await startHttpProcess('echo')
  try {
    const { bodies } = ours
    const both = { bare: [], ours: [] }
    for (const { port } of [bare, ours]) await load(port, bodies, { duration: 2 })
    for (const name of ['bare', 'ours', 'ours', 'bare', 'bare', 'ours']) {
      const { port } = name === 'bare' ? bare : ours
      both[name].push((await load(port, bodies, { duration: seconds })).rate)
    }
    const rate = median(both.ours)
    const ratio = rate / median(both.bare)
    const { times } = await load(ours.port, bodies, {
      duration: 10,
      overallRate: Math.floor(rate * 0.8),
      keepTimes: true,
    })
    const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)]

    // Resident memory after a tenth, which fills caches and heap, and at the end.
    const memory = []
    for (let tenth = 0; tenth < 10; tenth++) {
      await load(ours.port, bodies, { amount: verifications / 10 })
      memory.push(await ours.memory())
    }
    const growth = memory[9] / memory[0]
    return [
      row('http.verify.rate-over-echo', ratio, 'ratio', { atLeast: 0.3 }),
      row('http.verify.rate', rate, 'requests/s'),
      row('http.echo.rate', median(both.bare), 'requests/s'),
      row('http.verify.p99-over-p50-at-80%', p99 / p50, 'ratio', 5),
      row('http.verify.p50-at-80%', p50, 'ms'),
      row('http.verify.p99-at-80%', p99, 'ms'),
      row('http.memory.end-over-first-tenth', growth, 'ratio', 1.05),
      row('http.memory.end', memory[9] / 2 ** 20, 'MiB'),
      row('http.memory.verifications', verifications, ''),
    ]
  } finally {
    ours.stop()
    bare.stop()
  }
}
