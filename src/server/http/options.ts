import type { HealthSource } from '../health.ts'
import type { IssuanceDesk } from '../issuance/desk.ts'
import type { MunicipalPins } from '../municipal-pin/municipal-pins.ts'
import type { TokenService } from '../token-service.ts'
import type { Rate } from './rate-limiter.ts'

/** Connection data of the sender of a request. */
export interface Caller {
  /** Remote address of the socket. */
  readonly address?: string | undefined
  /** Subject CN of a verified client certificate that has not expired. */
  readonly certificateName?: string | undefined
  /** That certificate, DER. */
  readonly certificate?: Uint8Array | undefined
  /** Name of the terminal that a trusted proxy has verified: `ProxyOptions.terminalHeader`. */
  readonly terminalName?: string | undefined
}

/** Log event of a request. Contains nothing of its content, its address or its sender. */
export interface RequestEvent {
  readonly method: string
  /** Pattern of the route; `none` for an unknown path. */
  readonly route: string
  readonly status: number
  /** Code of the refusal. */
  readonly code: string | undefined
  /** Milliseconds until the answer was ready. */
  readonly ms: number
  /** Only with `ERR_INTERNAL`: the unexpected error. Its message may contain anything. */
  readonly error?: unknown
}

/** A caller refused because of its identity. */
export interface DeniedEvent {
  /** `unknown`: not authenticated as a terminal. `not-allowed`: an authenticated terminal that `allows` refuses. */
  readonly reason: 'unknown' | 'not-allowed'
  /** With `not-allowed`: its name. */
  readonly terminal?: string | undefined
  readonly address?: string | undefined
}

/** Limits per request and per caller. */
export interface HttpLimits {
  /** Longest body, bytes, 1 024 to 1 048 576. Default 32 768. */
  readonly bodyBytes?: number | undefined
  /** Longest time until the response, milliseconds, 10 to 600 000. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** Per terminal; `false`: no limit. Default 50 per second, burst 100. */
  readonly perTerminal?: Rate | false | undefined
  /**
   * Per remote address, when known; `false`: no limit, for where all requests come from one proxy. Default as above. An
   * IPv6 /64 counts as one address, a /56 gets 4 times the rate, a /48 16 times. In addition, unauthenticated callers
   * get `ERR_FORBIDDEN` once per second from one address (burst 20), then `ERR_RATE_LIMITED`.
   */
  readonly perAddress?: Rate | false | undefined
  /** Challenges, verifications and checks of certificates at once, at most, 1 to 65 536; twice as many may wait. Default 256. */
  readonly concurrency?: number | undefined
  /**
   * Longest wait until one starts, milliseconds, 10 to 60 000; above half of it new ones are refused. Default 1 000.
   */
  readonly queueMs?: number | undefined
}

/**
 * Authenticates a caller by something other than the body: a client certificate, a bearer token.
 *
 * @returns its name, 1 to 64 of `A-Z a-z 0-9 . _ -`; `undefined` refuses.
 */
export type Authentication = (request: Request, caller: Caller) => string | undefined | Promise<string | undefined>

/** Options of {@link createHttpHandler}. */
export interface HttpHandlerOptions {
  readonly service: TokenService
  /**
   * Issues documents: `POST /v1/cases`, `POST /v1/tokens` and the routes of a case, otherwise 404. Its state is part of
   * the readiness and the metrics. Started and closed by the caller.
   */
  readonly desk?: IssuanceDesk | undefined
  /** PINs that the municipality keeps: `POST /v1/municipal-pins/…`, otherwise 404. */
  readonly municipalPins?: MunicipalPins | undefined
  /**
   * Authenticates the caller as a terminal. Without `terminalOf`, the terminal name in the request is not authenticated:
   * only for networks that terminals alone can reach.
   */
  readonly terminalOf?: Authentication | undefined
  /**
   * Authenticates the caller as the issuing system, which may see the serial number of the holder's certificate: needed
   * for `GET /v1/issuing/cases/{id}`, otherwise 404.
   */
  readonly issuerOf?: Authentication | undefined
  /**
   * Authenticates the caller as a clerk, whose name is written to the audit log: needed for `/v1/desk` and for the routes
   * of municipal PINs that only clerks may use, otherwise 404.
   */
  readonly clerkOf?: Authentication | undefined
  /**
   * Whether a terminal may use this server, called for each request: an allow list or a block list. Applies to
   * authenticated names and, without `terminalOf`, to names in requests. Default: every terminal.
   */
  readonly allows?: ((terminal: string) => boolean) | undefined
  /** Called when a caller is refused because of its identity. Its errors are ignored. */
  readonly denied?: ((event: DeniedEvent) => void) | undefined
  /**
   * Whether terminals may request the serial number of the certificate, whose collection is restricted by law. Default
   * false.
   */
  readonly allowSerialNumber?: boolean | undefined
  /**
   * Whether terminals may have a certificate checked before a PIN is entered: `POST /v1/certificates`, otherwise 404.
   * Default true.
   */
  readonly certificateChecks?: boolean | undefined
  /**
   * Host names that requests of terminals may be addressed to; IP addresses and `localhost` are always allowed.
   * Default: any name, which is safe with `terminalOf`. Where the network is the only protection, a web page in a
   * browser of that network could otherwise have its own name resolve to this server (DNS rebinding).
   */
  readonly hosts?: readonly string[] | undefined
  /** Path prefix of the routes, for example `/issue`. Default: none. */
  readonly basePath?: string | undefined
  /**
   * Whether `fetch` serves `/healthz`, `/readyz` and `/metrics` as well. `false` where `HttpHandler.admin` does so on a
   * listener of its own. Default true.
   */
  readonly probes?: boolean | undefined
  /** Parts for `GET /readyz` and the metrics. Not ready while one has `failed`. */
  readonly health?: readonly HealthSource[] | undefined
  /**
   * Additional readiness check for `GET /readyz`; not ready when it returns false or throws. Called on each probe, so
   * it should answer from memory. Default: always ready.
   */
  readonly isReady?: (() => boolean | Promise<boolean>) | undefined
  /** Whether `GET /metrics` is served; it needs the package `prom-client`. Default true. */
  readonly metrics?: boolean | undefined
  readonly limits?: HttpLimits | undefined
  /** Called for each request after its response is ready. Its errors are ignored. */
  readonly log?: ((event: RequestEvent) => void) | undefined
}

/** The limits with their defaults. */
export type Limits = { readonly [Name in keyof HttpLimits]-?: Exclude<HttpLimits[Name], undefined> }

/** @throws TypeError, RangeError naming the option that is not as described. */
export function limitsOf(options: HttpHandlerOptions): Limits {
  const { service, desk, municipalPins, hosts, basePath = '', health = [], limits = {} } = options
  if (typeof service?.verify !== 'function') throw new TypeError('service must be a TokenService')
  if (desk !== undefined && typeof desk?.open !== 'function') throw new TypeError('desk must be an IssuanceDesk')
  if (municipalPins !== undefined && typeof municipalPins?.verify !== 'function') {
    throw new TypeError('municipalPins must be MunicipalPins')
  }
  const rate = { perSecond: 50, burst: 100 }
  const { terminalOf, issuerOf, clerkOf, allows, denied } = options
  for (const [name, value] of Object.entries({ terminalOf, issuerOf, clerkOf, allows, denied })) {
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  }
  if (hosts !== undefined && !(Array.isArray(hosts) && hosts.every((one) => /^[^\s/:@[\]]+$/.test(one)))) {
    throw new TypeError('hosts must be names without scheme and port')
  }
  if (!isBasePath(basePath)) {
    throw new TypeError('basePath must be empty, or a path like /issue without a trailing slash')
  }
  if (!Array.isArray(health) || !health.every((one) => typeof one?.conditions === 'function')) {
    throw new TypeError('health must be an array of HealthSource')
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

/** Whether a path prefix is valid: empty, or plain segments without a trailing slash. */
export function isBasePath(path: unknown): boolean {
  return typeof path === 'string' && /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+)*$/.test(path)
}

/** @throws RangeError naming the option and its range. */
export function requireWithin(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be ${least} to ${most}`)
  }
}
