import type { HealthSource } from '../health.ts'
import type { TokenService } from '../token-service.ts'
import type { Rate } from './rate-limiter.ts'

/** What is known of who sends a request beside the request itself. */
export interface Caller {
  /** Remote address, as the socket tells it. */
  readonly address?: string | undefined
  /** Subject CN of a client certificate that was verified and has not ended. */
  readonly certificateName?: string | undefined
  /** That certificate, DER. */
  readonly certificate?: Uint8Array | undefined
  /** Name of the terminal that a trusted proxy has verified: `ProxyOptions.terminalHeader`. */
  readonly terminalName?: string | undefined
}

/** What is told of a request. Nothing of its content, its address or its sender. */
export interface RequestEvent {
  readonly method: string
  /** Pattern of the route; `none` when there is none. */
  readonly route: string
  readonly status: number
  /** Code of the refusal. */
  readonly code: string | undefined
  /** Milliseconds until the answer was ready. */
  readonly ms: number
  /** Only with `ERR_INTERNAL`: what nobody foresaw. Its message may hold anything. */
  readonly error?: unknown
}

/** A caller that was refused for who it is, or is not. */
export interface DeniedEvent {
  /** `unknown`: it proves to be no terminal. `not-allowed`: it is one that may not use this server. */
  readonly reason: 'unknown' | 'not-allowed'
  /** With `not-allowed`: its name. */
  readonly terminal?: string | undefined
  readonly address?: string | undefined
}

/** Bounds of what one request and one caller may take. */
export interface HttpLimits {
  /** Longest body, bytes, 1 024 to 1 048 576. Default 32 768. */
  readonly bodyBytes?: number | undefined
  /** Longest time until the answer, milliseconds, 10 to 600 000. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** For each terminal; `false`: none. Default 50 a second, 100 at once. */
  readonly perTerminal?: Rate | false | undefined
  /**
   * For each remote address, when it is known; `false`: none, for where all come from one proxy. Default as above. All
   * addresses of an IPv6 /64 are one, a /56 may take 4 times as much, a /48 16 times. Beside it, callers that prove to be no
   * terminal are answered `ERR_FORBIDDEN` 20 times at once and once a second from one address, then `ERR_RATE_LIMITED`.
   */
  readonly perAddress?: Rate | false | undefined
  /** Most challenges and verifications under way at once, 1 to 65 536; twice as many may wait. Default 256. */
  readonly concurrency?: number | undefined
  /** Longest wait until one begins, milliseconds, 10 to 60 000; above half of it new ones are refused. Default 1 000. */
  readonly queueMs?: number | undefined
}

/** Options of {@link createHttpHandler}. */
export interface HttpHandlerOptions {
  readonly service: TokenService
  /**
   * Who the caller is, as something other than the body proves: a client certificate, a bearer token. `undefined` refuses.
   * Without this function a caller is believed to be the terminal it says it is: for networks that let only terminals in.
   */
  readonly terminalOf?:
    | ((request: Request, caller: Caller) => string | undefined | Promise<string | undefined>)
    | undefined
  /**
   * Whether a terminal may use this server, asked for each request: a list of names that are allowed, or shut out. For those
   * that `terminalOf` returns and for those that say who they are. Default: every one.
   */
  readonly allows?: ((terminal: string) => boolean) | undefined
  /** Called when a caller is refused for who it is. What it throws is ignored. */
  readonly denied?: ((event: DeniedEvent) => void) | undefined
  /** Whether terminals may ask for the serial number of the certificate, whose collection the law restricts. Default false. */
  readonly allowSerialNumber?: boolean | undefined
  /**
   * Names that requests of terminals may be addressed to; addresses and `localhost` always may. Without it any name: for where
   * `terminalOf` asks for proof. Where a network is the only proof, a page in a browser of that network could otherwise
   * have a name of its own point at this server (DNS rebinding).
   */
  readonly hosts?: readonly string[] | undefined
  /** Where the routes begin, `/issue`, when they are not at the root. Default: the root. */
  readonly basePath?: string | undefined
  /**
   * Whether `fetch` serves `/healthz`, `/readyz` and `/metrics` as well. `false` where `HttpHandler.admin` does so on a
   * listener of its own. Default true.
   */
  readonly probes?: boolean | undefined
  /** Parts whose state decides about readiness: one that has `failed` is a no. For `GET /readyz` and the metrics. */
  readonly health?: readonly HealthSource[] | undefined
  /**
   * Whether new requests should come here, for `GET /readyz`; one that throws is a no. Asked each time, so it should answer
   * from what it knows. Default: always.
   */
  readonly isReady?: (() => boolean | Promise<boolean>) | undefined
  /** Whether there is `GET /metrics`, which needs the package `prom-client`. Default true. */
  readonly metrics?: boolean | undefined
  readonly limits?: HttpLimits | undefined
  /** Told each request after its answer is ready. What it throws is not heard. */
  readonly log?: ((event: RequestEvent) => void) | undefined
}

/** The limits with their defaults. */
export type Limits = { readonly [Name in keyof HttpLimits]-?: Exclude<HttpLimits[Name], undefined> }

/** @throws TypeError, RangeError for options that make no sense. */
export function limitsOf(options: HttpHandlerOptions): Limits {
  const { service, terminalOf, hosts, basePath = '', health = [], limits = {} } = options
  if (typeof service?.verify !== 'function') throw new TypeError('service must be a TokenService')
  if (terminalOf !== undefined && typeof terminalOf !== 'function') throw new TypeError('terminalOf must be a function')
  const rate = { perSecond: 50, burst: 100 }
  for (const [name, value] of Object.entries({ allows: options.allows, denied: options.denied })) {
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  }
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((one) => /^[^\s/:@[\]]+$/.test(one)))) {
    throw new TypeError('hosts must be names without scheme and port')
  }
  if (!isBasePath(basePath)) {
    throw new TypeError('basePath must be empty, or a path like /issue without a slash at its end')
  }
  if (!Array.isArray(health) || !health.every((one) => typeof one?.conditions === 'function')) {
    throw new TypeError('health must be a list of sources')
  }
  const { bodyBytes = 32_768, timeoutMs = 10_000, perTerminal = rate, perAddress = rate } = limits
  const { concurrency = 256, queueMs = 1_000 } = limits
  requireWithin('bodyBytes', bodyBytes, 1_024, 1_048_576)
  requireWithin('timeoutMs', timeoutMs, 10, 600_000)
  requireWithin('concurrency', concurrency, 1, 65_536)
  requireWithin('queueMs', queueMs, 10, 60_000)
  for (const one of [perTerminal, perAddress]) {
    if (one !== false && !(one.perSecond > 0 && one.burst >= 1)) {
      throw new RangeError('a rate must have perSecond above 0 and a burst of at least 1')
    }
  }
  return { bodyBytes, timeoutMs, perTerminal, perAddress, concurrency, queueMs }
}

/** Whether routes may begin there: empty, or plain segments without a slash at the end. */
export function isBasePath(path: unknown): boolean {
  return typeof path === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*$/.test(path)
}

/** @throws RangeError. */
export function requireWithin(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be ${least} to ${most}`)
  }
}
