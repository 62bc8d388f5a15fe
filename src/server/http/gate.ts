import { isIP } from 'node:net'
import { isIdentifier } from '../../token/index.ts'
import { networksOf } from './address.ts'
import { type Exchange, requireTime } from './exchange.ts'
import type { Caller, HttpHandlerOptions, Limits } from './options.ts'
import { RequestProblem } from './problem.ts'
import { RateLimiter } from './rate-limiter.ts'

/** How many networks of one size send as much as one /64 may, for /64, /56 and /48: a site has many, and few are busy. */
const shares = [1, 4, 16]

/** Who may send a request, and how often. */
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
   * Counts a request of an address, where it is known, for the networks it is in. The narrowest comes first, so that one that
   * is refused there takes nothing from its neighbours.
   *
   * @throws RequestProblem `ERR_RATE_LIMITED`.
   */
  countAddress({ address }: Caller): void {
    if (typeof address !== 'string' || this.#addresses.length === 0) return
    for (const [i, network] of networksOf(address).entries()) count(this.#addresses[i], network)
  }

  /**
   * Lets a request in before anything of its body is read. A terminal is counted when it is proved, so that nobody uses up
   * what another one has.
   *
   * @returns the terminal the caller proves to be; `undefined` where no proof is asked for.
   * @throws RequestProblem `ERR_HOST`, `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`; whatever `terminalOf` throws.
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

  /** Counts a request of the terminal the caller says it is. @throws RequestProblem `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`. */
  countClaimed(terminal: string, caller: Caller): void {
    if (!isIdentifier(terminal)) return
    if (!this.#allows(terminal)) this.#deny(caller, terminal)
    count(this.#terminals, terminal)
  }

  /** Terminals that are known are not slowed down by what others try from the same address. */
  #deny({ address }: Caller, terminal?: string): never {
    try {
      this.#denied?.({ reason: terminal === undefined ? 'unknown' : 'not-allowed', terminal, address })
    } catch {}
    if (typeof address === 'string') count(this.#denials, networksOf(address)[0] ?? address)
    throw new RequestProblem('ERR_FORBIDDEN', 'unknown terminal, or one that may not use this server')
  }

  /** Refuses what is addressed to another server: a page of another site may have its name point at this one. */
  #requireHost({ url }: Request): void {
    if (this.#hosts === undefined) return
    const { hostname } = new URL(url)
    // Only a name can be made to point elsewhere.
    const isAddress = hostname.startsWith('[') || isIP(hostname) !== 0 || hostname === 'localhost'
    if (isAddress || this.#hosts.has(hostname)) return
    throw new RequestProblem('ERR_HOST', 'addressed to a host that is not served here')
  }
}

function count(limiter: RateLimiter | undefined, caller: string): void {
  const wait = limiter?.take(caller) ?? 0
  if (wait === 0) return
  throw new RequestProblem('ERR_RATE_LIMITED', 'too many requests', { 'retry-after': String(Math.ceil(wait / 1000)) })
}
