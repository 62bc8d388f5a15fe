type Listener = () => void

/**
 * What the code under simulation uses of an AbortController, without the cost of the one of Node.js, which is most of a
 * schedule: listeners run at `abort`, in the order in which they were added.
 */
class LightSignal {
  aborted = false
  #reason: unknown
  #listeners: Listener[] = []

  get reason(): unknown {
    if (this.aborted) this.#reason ??= new DOMException('aborted', 'AbortError')
    return this.#reason
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  /** Listeners are for one abort: there is no second one. */
  addEventListener(_type: 'abort', listener: Listener): void {
    if (!this.#listeners.includes(listener)) this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: Listener): void {
    const at = this.#listeners.indexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }

  static abort(signal: LightSignal, reason: unknown): void {
    if (signal.aborted) return
    signal.aborted = true
    signal.#reason = reason
    const listeners = signal.#listeners
    signal.#listeners = []
    for (const listener of listeners) listener()
  }
}

/** See {@link LightSignal}. */
export class LightAbortController {
  readonly signal = new LightSignal()

  abort(reason?: unknown): void {
    LightSignal.abort(this.signal, reason)
  }
}
