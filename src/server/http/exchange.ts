import { RefusalError } from '../../errors.ts'
import { challengeDigest } from '../../token/index.ts'
import type { Metrics } from './metrics.ts'
import type { Caller, HttpHandlerOptions, RequestEvent } from './options.ts'
import { problemOf, RequestProblem } from './problem.ts'

/** Start time, `performance.now()`. */
interface Begun {
  readonly begun: number
}

/**
 * A time limit for many operations. One timer for all, as a timer per request would cost part of the time it guards; a
 * limit may therefore fire up to a twentieth late.
 */
export class TimeLimit {
  readonly #limitMs: number
  /** In order of their start. */
  readonly #running = new Map<Begun, () => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  begin(one: Begun, end: () => void): void {
    this.#running.set(one, end)
    this.#timer ??= setInterval(() => this.#look(), Math.min(250, Math.max(5, this.#limitMs / 20)))
  }

  end(one: Begun): void {
    this.#running.delete(one)
  }

  #look(): void {
    const latest = performance.now() - this.#limitMs
    for (const [one, end] of this.#running) {
      if (one.begun > latest) break
      this.#running.delete(one)
      end()
    }
    if (this.#running.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

/** One request while it is being served. */
export interface Exchange {
  readonly request: Request
  readonly caller: Caller
  /** The variable part of its path, in the form of the id of a case; `undefined` for a path without one. */
  readonly id: string | undefined
  /** Start, `performance.now()`. */
  readonly begun: number
  /** Whether its body is being received: a timeout is then the sender's, otherwise the server's. */
  receiving: boolean
  /** Whether its time limit has passed. */
  late: boolean
  /** Ends the reading of its body. */
  stopReading: (() => void) | undefined
  /** Nonce of the submitted token, or of the check of a certificate; unchecked. */
  nonce: unknown
  /** Digest of a nonce that the request asks about. */
  challengeDigest: string | undefined
  /** Further members of the body of a refusal. */
  more: object | undefined
  /** Releases its place in {@link Admission}. */
  leave: (() => void) | undefined
}

/** A response. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** The handler of a route. */
export type Job = (exchange: Exchange) => Promise<Answer>

/** Headers of every JSON response: no caching, no content sniffing. */
const jsonHeaders = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

/** A JSON response. */
export function json(status: number, value: unknown, more?: Readonly<Record<string, string>>): Answer {
  const headers = more === undefined ? jsonHeaders : { ...jsonHeaders, ...more }
  return { status, headers, body: JSON.stringify(value) }
}

/**
 * An error as `application/problem+json`. For a token it carries the digest of its challenge, for the check of a
 * certificate that of its nonce, for a case its id, so that a terminal detects a response to another one.
 *
 * @param exchange - the request, where it could be read.
 */
export function refusal(error: unknown, exchange?: Exchange): Answer & { readonly code: string } {
  const { headers, body } = problemOf(error)
  const { id, nonce, more, challengeDigest = digestOf(nonce) } = exchange ?? {}
  const about = { ...(challengeDigest !== undefined && { challengeDigest }), ...(id !== undefined && { case: id }) }
  const problem = { ...body, ...about, ...more, ...(error instanceof RequestProblem ? error.more : undefined) }
  return { ...json(body.status, problem, { ...headers, 'content-type': 'application/problem+json' }), code: body.code }
}

/** The digest of a nonce as sent, when it has the form of one. */
export function digestOf(nonce: unknown): string | undefined {
  // 43 characters of base64url are 32 bytes; any other text is not a nonce.
  if (typeof nonce !== 'string' || !/^[\w-]{43}$/.test(nonce)) return undefined
  return challengeDigest(Buffer.from(nonce, 'base64url'))
}

/** Limits the time of a job. @throws RequestProblem `ERR_REQUEST_TIMEOUT`, `ERR_ANSWER_TIMEOUT`. */
export function inTime(job: Job, limit: TimeLimit): Job {
  return (exchange) =>
    new Promise((resolve, reject) => {
      limit.begin(exchange, () => {
        exchange.late = true
        reject(lateness(exchange))
        exchange.stopReading?.()
        exchange.leave?.()
      })
      job(exchange).then(
        (given) => {
          limit.end(exchange)
          resolve(given)
        },
        (error) => {
          limit.end(exchange)
          reject(error)
        },
      )
    })
}

/** Stops work on a request whose timeout response was already sent. */
export function requireTime(exchange: Exchange): void {
  if (exchange.late) throw lateness(exchange)
}

function lateness({ receiving }: Exchange): RequestProblem {
  if (!receiving) return new RequestProblem('ERR_ANSWER_TIMEOUT', 'no response in time; the challenge may be used up')
  return new RequestProblem('ERR_REQUEST_TIMEOUT', 'the body was not received in time', { connection: 'close' })
}

/** Runs a job for one request. */
export type Run = (route: string, job: Job, request: Request, caller: Caller, id?: string) => Promise<Response>

/** Runs jobs; never rejects: every error becomes a response, counted and logged. */
export function runWith(metrics: Metrics | undefined, log: HttpHandlerOptions['log']): Run {
  return async (route, job, request, caller, id) => {
    const begun = performance.now()
    metrics?.begin()
    const exchange: Exchange = {
      request,
      caller,
      id,
      begun,
      receiving: false,
      late: false,
      stopReading: undefined,
      leave: undefined,
      nonce: undefined,
      challengeDigest: undefined,
      more: undefined,
    }
    let given: Answer
    let failure: { readonly code: string; readonly error?: unknown } | undefined
    try {
      given = await job(exchange)
    } catch (error) {
      const refused = refusal(error, exchange)
      given = refused
      const { code } = refused
      // The service keeps an unexpected error as the cause.
      failure =
        code === 'ERR_INTERNAL' ? { code, error: error instanceof RefusalError ? error.cause : error } : { code }
    }
    const { status, headers, body } = given
    const event = { method: request.method, route, status, code: undefined, ms: performance.now() - begun, ...failure }
    metrics?.end(event)
    if (log !== undefined) notify(log, event)
    return new Response(body, { status, headers })
  }
}

function notify(log: NonNullable<HttpHandlerOptions['log']>, event: RequestEvent): void {
  try {
    const result: unknown = log(event)
    if (result instanceof Promise) result.catch(() => {})
  } catch {}
}
