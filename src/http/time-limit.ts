import type { Exchange } from './exchange.ts'

/**
 * Ends what takes too long. One timer for all requests, as each of its own would cost some of the time it guards; so the end
 * comes up to a twentieth of the limit late.
 */
export class TimeLimit {
  readonly #limitMs: number
  /** In order of their beginning. */
  readonly #running = new Map<Exchange, (late: Exchange) => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  begin(exchange: Exchange, end: (late: Exchange) => void): void {
    this.#running.set(exchange, end)
    this.#timer ??= setInterval(() => this.#look(), Math.min(250, Math.max(5, this.#limitMs / 20)))
  }

  end(exchange: Exchange): void {
    this.#running.delete(exchange)
  }

  #look(): void {
    const latest = performance.now() - this.#limitMs
    for (const [exchange, end] of this.#running) {
      if (exchange.begun > latest) break
      this.#running.delete(exchange)
      end(exchange)
    }
    if (this.#running.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
