import type { Hono } from 'hono'
import { load } from '../../optional-package.ts'
import type { Condition } from '../health.ts'
import { Admission } from './admission.ts'
import {
  type DeskServing,
  deskJob,
  issuingCaseJob,
  openJob,
  outcomeJob,
  releaseJob,
  stateJob,
  stopJob,
  tokenJob,
} from './cases.ts'
import { inTime, type Job, json, type Run, runWith, TimeLimit } from './exchange.ts'
import { Gate } from './gate.ts'
import { certificateJob, challengeJob, verificationJob } from './issuance.ts'
import { createMetrics } from './metrics.ts'
import {
  actOnPinJob,
  changePinJob,
  type PinServing,
  pinStatusJob,
  registerPinJob,
  verifyPinJob,
} from './municipal-pins.ts'
import { type Caller, type HttpHandlerOptions, limitsOf, requireWithin } from './options.ts'
import { RequestProblem } from './problem.ts'

/** Routes as a function of requests, for any server with web-standard `Request` and `Response`. */
export interface HttpRoutes {
  /**
   * Answers one request; never rejects.
   *
   * @param caller - connection data of the sender. Without an address there is no rate limit per address.
   */
  fetch(request: Request, caller?: Caller): Promise<Response>
}

/** An issuance server as a function of requests. */
export interface HttpHandler extends HttpRoutes {
  /**
   * `GET /healthz`, `GET /readyz` with the state of each part, and `GET /metrics`, for a listener that only operators
   * can reach: no rate limits, and not affected by the load of the other listener.
   */
  readonly admin: HttpRoutes
  /** From now on `GET /readyz` answers 503, so that load balancers stop sending requests; requests are still served. */
  drain(): void
}

type Application = Hono<{ Bindings: { caller: Caller } }>
type Route = readonly [method: 'GET' | 'POST', path: string, job: Job]

/**
 * The routes of an issuance server, as `docs/openapi.json` describes them: `POST /v1/challenges`, `POST
 * /v1/verifications`, `POST /v1/certificates`, `GET /healthz`, `GET /readyz`, `GET /metrics`; those of cases with `desk`,
 * those of municipal PINs with `municipalPins`.
 *
 * @throws TypeError, RangeError for an option of the wrong type or out of range.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when `hono`, or `prom-client` for the metrics, is not installed.
 */
export async function createHttpHandler(options: HttpHandlerOptions): Promise<HttpHandler> {
  const limits = limitsOf(options)
  const { bodyBytes, timeoutMs, concurrency, queueMs } = limits
  const { basePath = '', probes = true, certificateChecks = true, desk, municipalPins: pins } = options
  const health = [...new Set([...(options.health ?? []), ...(desk === undefined ? [] : [desk])])]
  const { Hono } = await load('hono', () => import('hono'))
  const conditions = (): readonly Condition[] => health.flatMap((source) => source.conditions())
  const metrics = options.metrics === false ? undefined : await createMetrics(conditions, desk)
  const gate = new Gate(options, limits)
  const admission = new Admission(concurrency, queueMs)
  const run = runWith(metrics, options.log)
  const limit = new TimeLimit(timeoutMs)
  let draining = false
  const isReady = async (): Promise<boolean> => {
    if (draining || conditions().some(({ state }) => state === 'failed')) return false
    try {
      return (await options.isReady?.()) ?? true
    } catch {
      return false
    }
  }
  /** @param listed - whether the response lists the state of each part. */
  const probesFor = (listed: boolean, count: (caller: Caller) => void): readonly Route[] => {
    const named = () => conditions().map(({ part, state, reason }) => ({ part, state, reason }))
    const ready = async () => ({ isReady: await isReady(), more: listed ? { conditions: named() } : undefined })
    return probeRoutes({ ready, metrics: metrics && (() => metrics.render()) }, limit, count)
  }
  const serving = { gate, admission, maxBytes: bodyBytes }
  const routes: readonly Route[] = [
    ['POST', '/v1/challenges', inTime(challengeJob(options, gate, admission, bodyBytes), limit)],
    ['POST', '/v1/verifications', inTime(verificationJob(options, gate, admission, bodyBytes), limit)],
    ...(certificateChecks
      ? [['POST', '/v1/certificates', inTime(certificateJob(options, gate, admission, bodyBytes), limit)] as const]
      : []),
    ...[
      ...(desk === undefined ? [] : deskRoutes({ service: options.service, desk, ...serving }, options)),
      ...(pins === undefined ? [] : pinRoutes({ pins, ...serving }, options)),
    ].map(([method, path, job]): Route => [method, path, inTime(job, limit)]),
    ...(probes ? probesFor(false, (caller) => gate.countAddress(caller)) : []),
  ]
  return {
    ...serveRoutes(new Hono(), basePath, routes, run),
    admin: serveRoutes(new Hono(), '', probesFor(true, ignored), run),
    drain() {
      draining = true
    },
  }
}

function deskRoutes(serving: DeskServing, { issuerOf, clerkOf }: HttpHandlerOptions): readonly Route[] {
  return [
    ['POST', '/v1/cases', openJob(serving)],
    ['POST', '/v1/tokens', tokenJob(serving)],
    ['GET', '/v1/cases/{id}', stateJob(serving)],
    ['POST', '/v1/cases/{id}/release', releaseJob(serving)],
    ['POST', '/v1/cases/{id}/outcome', outcomeJob(serving)],
    ...(issuerOf === undefined ? [] : [['GET', '/v1/issuing/cases/{id}', issuingCaseJob(serving, issuerOf)] as const]),
    ...(clerkOf === undefined
      ? []
      : [
          ['GET', '/v1/desk', deskJob(serving, clerkOf)] as const,
          ['POST', '/v1/desk/stop', stopJob(serving, clerkOf, 'stop')] as const,
          ['POST', '/v1/desk/resume', stopJob(serving, clerkOf, 'resume')] as const,
        ]),
  ]
}

function pinRoutes(serving: PinServing, { clerkOf }: HttpHandlerOptions): readonly Route[] {
  return [
    ['POST', '/v1/municipal-pins/verify', verifyPinJob(serving)],
    ['POST', '/v1/municipal-pins/change', changePinJob(serving)],
    ...(clerkOf === undefined
      ? []
      : [
          ['POST', '/v1/municipal-pins/register', registerPinJob(serving, clerkOf)] as const,
          ['POST', '/v1/municipal-pins/lock', actOnPinJob(serving, clerkOf, 'lock')] as const,
          ['POST', '/v1/municipal-pins/unlock', actOnPinJob(serving, clerkOf, 'unlock')] as const,
          ['POST', '/v1/municipal-pins/remove', actOnPinJob(serving, clerkOf, 'remove')] as const,
          ['POST', '/v1/municipal-pins/status', pinStatusJob(serving, clerkOf)] as const,
        ]),
  ]
}

/** The functions behind the probe routes. */
export interface Probes {
  /** Readiness, and additional fields for `GET /readyz`. Not ready when it throws. */
  ready(): Promise<{ readonly isReady: boolean; readonly more?: object | undefined }>
  /** Content type and text for `GET /metrics`, in the format of Prometheus. Absent: no such route. */
  readonly metrics?: (() => Promise<{ readonly type: string; readonly text: string }>) | undefined
}

/**
 * `GET /healthz`, `GET /readyz` and `GET /metrics` without one handler, for example for the processes of a cluster.
 * They answer as {@link HttpHandler.admin} does.
 *
 * @param timeoutMs - longest time until `GET /readyz` is answered, milliseconds, 10 to 600 000. Default 10 000.
 * @throws RangeError for a `timeoutMs` out of range. @throws DependencyError `ERR_DEPENDENCY_MISSING` when `hono` is
 *   not installed.
 */
export async function createProbeRoutes(probes: Probes, timeoutMs = 10_000): Promise<HttpRoutes> {
  requireWithin('timeoutMs', timeoutMs, 10, 600_000)
  const { Hono } = await load('hono', () => import('hono'))
  const routes = probeRoutes(probes, new TimeLimit(timeoutMs), ignored)
  return serveRoutes(new Hono(), '', routes, runWith(undefined, undefined))
}

const ignored = (): void => {}

/** @param count - called for each request of the metrics. */
function probeRoutes({ ready, metrics }: Probes, limit: TimeLimit, count: (caller: Caller) => void): readonly Route[] {
  return [
    ['GET', '/healthz', async () => json(200, { status: 'alive' })],
    ['GET', '/readyz', inTime(readyJob(ready), limit)],
    ...(metrics === undefined ? [] : [['GET', '/metrics', metricsJob(metrics, count)] as const]),
  ]
}

/** Form of the variable part of a path: the id of a case. */
const idForm = '[A-Za-z0-9_-]{32}'

function serveRoutes(app: Application, basePath: string, routes: readonly Route[], run: Run): HttpRoutes {
  const known = routes.map(([method, path, job]) => {
    const whole = basePath + path
    app.on(method, whole.replace('{id}', `:id{${idForm}}`), (context) => {
      const { req, env } = context
      return run(path, job, req.raw, env.caller, path.includes('{id}') ? req.param('id') : undefined)
    })
    const form = new RegExp(`^${whole.replaceAll('.', '\\.').replace('{id}', idForm)}$`)
    return { form, path, allow: method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS' }
  })
  const other = (url: string | undefined, request: Request, who: Caller) => {
    const found = url === undefined ? undefined : known.find(({ form }) => form.test(url))
    return run(found?.path ?? 'none', otherJob(found?.allow), request, who)
  }
  app.notFound(({ req, env }) => other(req.path, req.raw, env.caller))
  return {
    fetch: async (request, caller = {}) =>
      isEncoded(request.url) ? other(undefined, request, caller) : app.fetch(request, { caller }),
  }
}

/** Whether a path contains percent-encoding: the router would decode it, a proxy may not. */
function isEncoded(url: string): boolean {
  const first = url.indexOf('%')
  if (first === -1) return false
  const query = url.indexOf('?')
  return query === -1 || first < query
}

function readyJob(ready: Probes['ready']): Job {
  return async () => {
    const { isReady, more } = await ready().catch(() => ({ isReady: false, more: undefined }))
    if (isReady) return json(200, { status: 'ready', ...more })
    throw new RequestProblem('ERR_NOT_READY', 'not ready', {}, more)
  }
}

function metricsJob(metrics: NonNullable<Probes['metrics']>, count: (caller: Caller) => void): Job {
  return async ({ caller }) => {
    count(caller)
    const { type, text } = await metrics()
    return { status: 200, headers: { 'content-type': type, 'cache-control': 'no-store' }, body: text }
  }
}

/** For a path or method not served. @param allow - methods of the path, when it is known. */
function otherJob(allow: string | undefined): Job {
  return async ({ request }) => {
    if (allow === undefined) throw new RequestProblem('ERR_NOT_FOUND', 'unknown path')
    if (request.method === 'OPTIONS')
      return { status: 204, headers: { allow, 'cache-control': 'no-store' }, body: null }
    throw new RequestProblem('ERR_METHOD', 'method not allowed for this path', { allow })
  }
}
