import { monitorEventLoopDelay } from 'node:perf_hooks'
import { load } from '../../optional-package.ts'
import type { Condition } from '../health.ts'
import type { IssuanceDesk } from '../issuance/desk.ts'
import type { RequestEvent } from './options.ts'

/** Counts requests, for `GET /metrics`. */
export interface Metrics {
  begin(): void
  end(event: RequestEvent): void
  /** Content type, and text in the format of Prometheus. */
  render(): Promise<{ readonly type: string; readonly text: string }>
}

type Labels = Pick<RequestEvent, 'route' | 'status' | 'code'> & { readonly code: string }

const levels = { ok: 0, warning: 1, failed: 2 } as const

const storeCodes = new Set<string>(['ERR_STORE_UNAVAILABLE', 'ERR_STORE_FULL'])

/**
 * Metrics with a registry of their own. Labels are route patterns, statuses and codes, a bounded set no caller can
 * extend.
 *
 * @param conditions - the state of each part.
 * @param desk - whose cases are counted.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING`.
 */
export async function createMetrics(conditions: () => readonly Condition[], desk?: IssuanceDesk): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry } = await load('prom-client', () => import('prom-client'))
  const registers = [new Registry()]
  const counts = new Map<string, { readonly labels: Labels; count: number }>()
  new Counter({
    name: 'jpki_card_http_requests_total',
    help: 'Requests answered, by route, status and code.',
    labelNames: ['route', 'status', 'code'],
    registers,
    collect() {
      for (const one of counts.values()) {
        this.inc(one.labels, one.count)
        one.count = 0
      }
    },
  })
  const duration = new Histogram({
    name: 'jpki_card_http_request_duration_seconds',
    help: 'Time until the answer was ready, by route.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  let inFlight = 0
  new Gauge({
    name: 'jpki_card_http_requests_in_flight',
    help: 'Requests being answered.',
    registers,
    collect() {
      this.set(inFlight)
    },
  })
  const storeErrors = new Counter({
    name: 'jpki_card_nonce_store_errors_total',
    help: 'Requests refused because the challenge store did not respond or was full.',
    registers,
  })
  new Gauge({
    name: 'jpki_card_condition',
    help: 'State of a part of the server, by part and cause: 0 ok, 1 warning, 2 failed.',
    labelNames: ['part', 'reason'],
    registers,
    collect() {
      // Removes causes that have ended.
      this.reset()
      for (const { part, state, reason = '' } of conditions()) this.set({ part, reason }, levels[state])
    },
  })
  if (desk !== undefined) {
    new Counter({
      name: 'jpki_card_cases_total',
      help: 'Cases of this process that reached a state, by state.',
      labelNames: ['state'],
      registers,
      collect() {
        this.reset()
        for (const [state, count] of Object.entries(desk.counts.states)) this.inc({ state }, count)
      },
    })
    new Counter({
      name: 'jpki_card_late_results_total',
      help: 'Documents composed after their case had ended, and not used.',
      registers,
      collect() {
        this.reset()
        this.inc(desk.counts.late)
      },
    })
    new Gauge({
      name: 'jpki_card_issuing_stopped',
      help: 'Whether issuing is stopped until a clerk resumes it: 0 or 1.',
      registers,
      collect() {
        this.set(desk.conditions().some(({ state }) => state === 'failed') ? 1 : 0)
      },
    })
  }
  const resolution = 10
  const delay = monitorEventLoopDelay({ resolution })
  delay.enable()
  new Gauge({
    name: 'jpki_card_event_loop_lag_seconds',
    help: 'Delay of the event loop since the last scrape, 99th percentile.',
    registers,
    collect() {
      // The histogram holds the time between two ticks of a timer, so the resolution is subtracted.
      this.set(Math.max(0, delay.percentile(99) / 1e6 - resolution) / 1000)
      delay.reset()
    },
  })
  return {
    begin() {
      inFlight += 1
    },
    end({ route, status, code = '', ms }) {
      inFlight -= 1
      const key = `${route} ${status} ${code}`
      const known = counts.get(key)
      if (known === undefined) counts.set(key, { labels: { route, status, code }, count: 1 })
      else known.count += 1
      duration.observe({ route }, ms / 1000)
      if (storeCodes.has(code)) storeErrors.inc()
    },
    render: async () => ({ type: registers[0]!.contentType, text: await registers[0]!.metrics() }),
  }
}
