import { isIP } from 'node:net'
import { isIdentifier } from '../../token/index.ts'
import { type Exchange, requireTime } from './exchange.ts'
import type { Caller, HttpHandlerOptions, Limits } from './options.ts'
import { RequestProblem } from './problem.ts'
import { networksOf } from './proxies.ts'
import { RateLimiter } from './rate-limiter.ts'

/** Rate multipliers for /64, /56 and /48: a site has many networks, few of them busy. */
const shares = [1, 4, 16]

/** Authenticates callers and limits their request rate. */
export class Gate {
  readonly #terminalOf: HttpHandlerOptions['terminalOf']
  readonly #addresses: readonly RateLimiter[]
  readonly #terminals: RateLimiter | undefined
  readonly #hosts: ReadonlySet<string> | undefined
  readonly #allows: (terminal: string) => boolean
  readonly #denied: HttpHandlerOptions['denied']
  readonly #denials: RateLimiter | undefined

  constructor(options: HttpHandlerOptions, { perAddress, perTerminal }: Limits) {
    const { terminalOf, hosts, allows = () => true, denied } = options
    this.#terminalOf = terminalOf
    this.#allows = allows
    this.#denied = denied
    this.#denials = perAddress === false ? undefined : new RateLimiter({ perSecond: 1, burst: 20 })
    this.#addresses =
      perAddress === false
        ? []
        : shares.map((share) => {
            return new RateLimiter({ perSecond: perAddress.perSecond * share, burst: perAddress.burst * share })
          })
    this.#terminals = perTerminal === false ? undefined : new RateLimiter(perTerminal)
    this.#hosts = hosts && new Set(hosts.map((host) => host.toLowerCase()))
  }

  /**
   * Counts a request for the networks of its address, where known. The narrowest is counted first, so that one refused
   * there does not use up the rate of its neighbours.
   *
   * @throws RequestProblem `ERR_RATE_LIMITED`.
   */
  countAddress({ address }: Caller): void {
    if (typeof address !== 'string' || this.#addresses.length === 0) return
    for (const [i, network] of networksOf(address).entries()) count(this.#addresses[i], network)
  }

  /**
   * Admits a request before its body is read. A terminal is counted after its authentication, so that a caller cannot
   * use up the rate of another terminal.
   *
   * @returns the authenticated terminal; `undefined` without `terminalOf`.
   * @throws RequestProblem `ERR_HOST`, `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`. Rethrows errors of `terminalOf`.
   */
  async enter(exchange: Exchange): Promise<string | undefined> {
    const { request, caller } = exchange
    this.countAddress(caller)
    this.#requireHost(request)
    if (this.#terminalOf === undefined) return undefined
    const terminal = await this.#terminalOf(request, caller)
    if (!isIdentifier(terminal)) this.#deny(caller)
    if (!this.#allows(terminal)) this.#deny(caller, terminal)
    count(this.#terminals, terminal)
    requireTime(exchange)
    return terminal
  }

  /**
   * Admits a request of a person or system that is no terminal, before its body is read. It is counted after its
   * authentication, apart from the terminals.
   *
   * @param role - `clerk`, `issuer`.
   * @param nameOf - as `terminalOf`.
   * @returns the authenticated name.
   * @throws RequestProblem `ERR_HOST`, `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`. Rethrows errors of `nameOf`.
   */
  async enterAs(role: string, nameOf: NonNullable<HttpHandlerOptions['clerkOf']>, exchange: Exchange): Promise<string> {
    const { request, caller } = exchange
    this.countAddress(caller)
    this.#requireHost(request)
    const name = await nameOf(request, caller)
    if (!isIdentifier(name)) this.#deny(caller)
    count(this.#terminals, `${role} ${name}`)
    requireTime(exchange)
    return name
  }

  /**
   * Counts a request of a terminal named in the request only. @throws RequestProblem `ERR_FORBIDDEN`,
   * `ERR_RATE_LIMITED`.
   */
  countClaimed(terminal: string, caller: Caller): void {
    if (!isIdentifier(terminal)) return
    if (!this.#allows(terminal)) this.#deny(caller, terminal)
    count(this.#terminals, terminal)
  }

  /** Known terminals are not limited by failed attempts of others from the same address. */
  #deny({ address }: Caller, terminal?: string): never {
    try {
      this.#denied?.({ reason: terminal === undefined ? 'unknown' : 'not-allowed', terminal, address })
    } catch {}
    if (typeof address === 'string') count(this.#denials, networksOf(address)[0] ?? address)
    throw new RequestProblem('ERR_FORBIDDEN', 'unknown caller, or not allowed to use this server')
  }

  /** Refuses a foreign Host: a web page could have its own name resolve to this server (DNS rebinding). */
  #requireHost({ url }: Request): void {
    if (this.#hosts === undefined) return
    const { hostname } = new URL(url)
    // Only a name can be rebound.
    const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0 || hostname === 'localhost'
    if (isAddress || this.#hosts.has(hostname)) return
    throw new RequestProblem('ERR_HOST', 'host not served')
  }
}

function count(limiter: RateLimiter | undefined, caller: string): void {
  const wait = limiter?.take(caller) ?? 0
  if (wait === 0) return
  throw new RequestProblem('ERR_RATE_LIMITED', 'too many requests', { 'retry-after': String(Math.ceil(wait / 1000)) })
}
