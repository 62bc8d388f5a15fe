/** Something with a time at which it began, `performance.now()`. */
interface Begun {
  readonly begun: number
}

/**
 * Ends what takes too long. One timer for all requests, as each of its own would cost some of the time it guards; so the end
 * comes up to a twentieth of the limit late.
 */
export class TimeLimit {
  readonly #limitMs: number
  /** In order of their beginning. */
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
