import { withResolvers } from './deadline.ts'

/** An async iterator fed from callbacks: nothing pushed is lost, and leaving the loop ends it at once. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = []
  readonly #onEnd: () => void
  #ended = false
  #wake: (() => void) | undefined

  /** @param onEnd - runs once, when the reader leaves or {@link end} is called. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  push(item: T): void {
    if (this.#ended) return
    this.#items.push(item)
    this.#wake?.()
  }

  /** No more items; those already pushed are still delivered. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.#items.length === 0) {
      if (this.#ended) return { done: true, value: undefined }
      const { promise, resolve } = withResolvers<void>()
      this.#wake = () => resolve(undefined)
      await promise
    }
    return { done: false, value: this.#items.shift()! }
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
