import type { Hono } from 'hono'
import { inTime, type Job, json, runWith } from './exchange.ts'
import { Gate } from './gate.ts'
import { challengeJob, verificationJob } from './issuance.ts'
import { load } from './load.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Caller, type HttpHandlerOptions, limitsOf } from './options.ts'
import { RequestProblem } from './problem.ts'
import { TimeLimit } from './time-limit.ts'

/** An issuance server as a function of requests, for any server that speaks web-standard requests and responses. */
export interface HttpHandler {
  /**
   * Answers one request; never rejects.
   *
   * @param caller - what the server knows of the sender. Without an address no limit for addresses holds.
   */
  fetch(request: Request, caller?: Caller): Promise<Response>
}

type Application = Hono<{ Bindings: { caller: Caller } }>

/**
 * The routes of an issuance server, as `docs/openapi.json` tells them: `POST /v1/challenges`, `POST /v1/verifications`,
 * `GET /healthz`, `GET /readyz`, `GET /metrics`.
 *
 * @throws TypeError, RangeError for options that make no sense.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when `hono`, or `prom-client` for the metrics, is not installed.
 */
export async function createHttpHandler(options: HttpHandlerOptions): Promise<HttpHandler> {
  const limits = limitsOf(options)
  const { bodyBytes, timeoutMs } = limits
  const { Hono } = await load('hono', () => import('hono'))
  const metrics = options.metrics === false ? undefined : await createMetrics()
  const gate = new Gate(options, limits)
  const app: Application = new Hono()
  const run = runWith(metrics, options.log)
  const limit = new TimeLimit(timeoutMs)
  const routes: readonly (readonly [method: 'GET' | 'POST', path: string, job: Job])[] = [
    ['POST', '/v1/challenges', inTime(challengeJob(options, gate, bodyBytes), limit)],
    ['POST', '/v1/verifications', inTime(verificationJob(options, gate, bodyBytes), limit)],
    ['GET', '/healthz', async () => json(200, { status: 'alive' })],
    ['GET', '/readyz', inTime(readyJob(options), limit)],
    ...(metrics === undefined ? [] : [['GET', '/metrics', metricsJob(metrics, gate)] as const]),
  ]
  const allowed = new Map<string, string>()
  for (const [method, path, job] of routes) {
    app.on(method, path, ({ req, env }) => run(path, job, req.raw, env.caller))
    allowed.set(path, method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS')
  }
  app.notFound(({ req, env }) => {
    const allow = allowed.get(req.path)
    return run(allow === undefined ? 'none' : req.path, otherJob(allow), req.raw, env.caller)
  })
  return { fetch: async (request, caller = {}) => app.fetch(request, { caller }) }
}

function readyJob({ isReady = () => true }: HttpHandlerOptions): Job {
  return async () => {
    let ready = false
    try {
      ready = await isReady()
    } catch {}
    if (!ready) throw new RequestProblem('ERR_NOT_READY', 'not ready for requests')
    return json(200, { status: 'ready' })
  }
}

function metricsJob(metrics: Metrics, gate: Gate): Job {
  return async ({ caller }) => {
    gate.countAddress(caller)
    const { type, text } = await metrics.render()
    return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-store' }, body: text }
  }
}

/** For a path or method that is not served. @param allow - methods of the path, when it is one. */
function otherJob(allow: string | undefined): Job {
  return async ({ request }) => {
    if (allow === undefined) throw new RequestProblem('ERR_NOT_FOUND', 'nothing is served there')
    if (request.method === 'OPTIONS')
      return { status: 204, headers: { allow, 'cache-control': 'no-store' }, body: null }
    throw new RequestProblem('ERR_METHOD', 'not a method of this path', { allow })
  }
}
