/** An async iterable fed by `push`. A pending wait for its next item keeps the process alive, as with PC/SC. */

/** Longest interval of a timer, milliseconds. */
const longest = 2_147_483_647

export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #ready: T[] = []
  readonly #ended: () => void
  #waiting: ((result: IteratorResult<T>) => void)[] = []
  #done = false
  /** Runs while a wait is pending. */
  #alive: NodeJS.Timeout | undefined

  /** @param ended - called once when the consumer has stopped listening. */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  push(item: T): void {
    if (this.#done) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#ready.push(item)
    else waiting({ done: false, value: item })
    this.#letGo()
  }

  /** Items pushed before are still delivered. */
  end(): void {
    if (this.#done) return
    this.#done = true
    for (const waiting of this.#waiting) waiting({ done: true, value: undefined })
    this.#waiting = []
    this.#letGo()
    this.#ended()
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#ready.length > 0) return Promise.resolve({ done: false, value: this.#ready.shift()! })
    if (this.#done) return Promise.resolve({ done: true, value: undefined })
    this.#alive ??= setInterval(() => {}, longest)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ready.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  #letGo(): void {
    if (this.#waiting.length > 0) return
    clearInterval(this.#alive)
    this.#alive = undefined
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
