/** An async iterator fed by calls: what was pushed is delivered in order, and leaving the loop ends it. A leaf. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = []
  readonly #waiting: ((result: IteratorResult<T, undefined>) => void)[] = []
  readonly #onEnd: () => void
  #ended = false

  /** @param onEnd - called once, by {@link end} or when the reader leaves. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(item: T): void {
    if (this.#ended) return
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#items.push(item)
    else waiting({ done: false, value: item })
  }

  /** No more items; those already pushed are still delivered. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined })
    this.#onEnd()
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#items.length > 0) return { done: false, value: this.#items.shift()! }
    if (this.#ended) return { done: true, value: undefined }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
