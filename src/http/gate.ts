import { isIdentifier } from '../token/index.ts'
import { senderOf } from './address.ts'
import { type Exchange, requireTime } from './exchange.ts'
import type { Caller, HttpHandlerOptions, Limits } from './options.ts'
import { RequestProblem } from './problem.ts'
import { type Rate, RateLimiter } from './rate-limiter.ts'

/** Who may send a request, and how often. */
export class Gate {
  readonly #terminalOf: HttpHandlerOptions['terminalOf']
  readonly #addresses: RateLimiter | undefined
  readonly #terminals: RateLimiter | undefined

  constructor({ terminalOf }: HttpHandlerOptions, { perAddress, perTerminal }: Limits) {
    this.#terminalOf = terminalOf
    this.#addresses = limiterOf(perAddress)
    this.#terminals = limiterOf(perTerminal)
  }

  /** Counts a request of an address, where it is known. @throws RequestProblem `ERR_RATE_LIMITED`. */
  countAddress({ address }: Caller): void {
    if (typeof address === 'string') count(this.#addresses, senderOf(address))
  }

  /**
   * Lets a request in before anything of its body is read. A terminal is counted when it is proved, so that nobody uses up
   * what another one has.
   *
   * @returns the terminal the caller proves to be; `undefined` where no proof is asked for.
   * @throws RequestProblem `ERR_FORBIDDEN`, `ERR_RATE_LIMITED`; whatever `terminalOf` throws.
   */
  async enter(exchange: Exchange): Promise<string | undefined> {
    const { request, caller } = exchange
    this.countAddress(caller)
    if (this.#terminalOf === undefined) return undefined
    const terminal = await this.#terminalOf(request, caller)
    if (!isIdentifier(terminal)) throw new RequestProblem('ERR_FORBIDDEN', 'the caller is no terminal known here')
    count(this.#terminals, terminal)
    requireTime(exchange)
    return terminal
  }

  /** Counts a request of the terminal the caller says it is. @throws RequestProblem `ERR_RATE_LIMITED`. */
  countClaimed(terminal: string): void {
    if (isIdentifier(terminal)) count(this.#terminals, terminal)
  }
}

function limiterOf(rate: Rate | false): RateLimiter | undefined {
  return rate === false ? undefined : new RateLimiter(rate)
}

function count(limiter: RateLimiter | undefined, caller: string): void {
  const wait = limiter?.take(caller) ?? 0
  if (wait === 0) return
  throw new RequestProblem('ERR_RATE_LIMITED', 'too many requests', { 'retry-after': String(Math.ceil(wait / 1000)) })
}
