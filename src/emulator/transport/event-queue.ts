/** An async iterable that others push into. */

export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #ready: T[] = []
  readonly #ended: () => void
  #waiting: ((result: IteratorResult<T>) => void)[] = []
  #done = false

  /** @param ended - called once when nobody listens any more. */
  constructor(ended: () => void) {
    this.#ended = ended
  }

  push(item: T): void {
    if (this.#done) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#ready.push(item)
    else waiting({ done: false, value: item })
  }

  /** What was pushed before is still delivered. */
  end(): void {
    if (this.#done) return
    this.#done = true
    for (const waiting of this.#waiting) waiting({ done: true, value: undefined })
    this.#waiting = []
    this.#ended()
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#ready.length > 0) return Promise.resolve({ done: false, value: this.#ready.shift()! })
    if (this.#done) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ready.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
