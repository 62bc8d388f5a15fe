// More tokens than the server can verify, half as many again, on 900 connections: what is answered comes soon, what is accepted
// is received, and afterwards all is as before.
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import { startHttpProcess } from './lib/http-process-client.mjs'
import { row } from './lib/measure.mjs'

const seconds = 10
const connections = 900
/** Each verification is made to take longer, so that it is the server that is saturated and not who sends. */
const busyMs = 2

/** Sends the bodies in turn. @returns answers by status, the longest wait for one, ms, and what got none. */
async function load(port, bodies, options) {
  const statuses = {}
  const times = []
  const run = autocannon({
    url: `http://127.0.0.1:${port}/v1/verifications`,
    requests: bodies.map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })),
    ...options,
  })
  run.on('response', (_client, status, _bytes, milliseconds) => {
    statuses[status] = (statuses[status] ?? 0) + 1
    times.push(milliseconds)
  })
  const { duration, errors } = await run
  return { statuses, times: times.sort((a, b) => a - b), duration, errors }
}

/** Tokens accepted so far, as the server counts them. */
async function accepted(port) {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return Number(/requests_total\{route="\/v1\/verifications",status="200",code=""\} (\d+)/.exec(text)?.[1] ?? 0)
}

/** How long after the load one request is answered as usual again, ms. */
async function recovery(port, body) {
  const begun = performance.now()
  for (;;) {
    const asked = performance.now()
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/verifications`, { method: 'POST', headers, body })
    const now = performance.now()
    if (status === 200 && now - asked < 100) return now - begun
    await sleep(10)
  }
}

export async function rows() {
  const server = await startHttpProcess({ holders: 20, tokens: 40, busyMs })
  try {
    const { port, bodies } = server
    await load(port, bodies, { connections: 32, duration: 2 })
    const calm = await load(port, bodies, { connections: 32, duration: 4 })
    const rate = calm.statuses[200] / calm.duration
    const before = await accepted(port)
    const overallRate = Math.ceil(rate * 1.5)
    const { statuses, times, duration, errors } = await load(port, bodies, {
      connections,
      overallRate,
      duration: seconds,
    })
    const back = await recovery(port, bodies[0])
    const { 200: received = 0, 503: refused = 0, ...others } = statuses
    const wrong = Object.values(others).reduce((sum, count) => sum + count, 0) + errors
    // Those on their way when the load ended, one a connection at most, and the first after it were not lost.
    const counted = (await accepted(port)) - before - 1
    return [
      row('overload.answered-after-2s', times.filter((time) => time > 2_000).length, 'requests', 0),
      row('overload.neither-accepted-nor-503', wrong, 'requests', 0),
      row('overload.accepted-received', Math.min(1, received / Math.max(1, counted - connections)), 'ratio', {
        atLeast: 0.99,
      }),
      row('overload.recovery', back, 'ms', 1_000),
      row('overload.accepted-over-calm-rate', received / duration / rate, 'ratio'),
      row('overload.offered-over-calm-rate', (received + refused) / duration / rate, 'ratio'),
      row('overload.refused', refused, 'requests'),
      row('overload.p99', times[Math.floor(times.length * 0.99)], 'ms'),
    ]
  } finally {
    server.stop()
  }
}
