import type { HealthSource } from '../health.ts'

/**
 * Keeps what must be taken once. A store that fails throws RefusalError `ERR_STORE_UNAVAILABLE`. One that knows its own state
 * reports it as `conditions`.
 */
export interface NonceStore extends Partial<HealthSource> {
  /** @throws RefusalError `ERR_STORE_FULL` rather than forgetting one that was given out. */
  put(nonce: Uint8Array, record: string, lifetimeMs: number): void | Promise<void>
  /** Its record, once and never again; atomic among all who share the store. */
  take(nonce: Uint8Array): string | undefined | Promise<string | undefined>
  /**
   * Keeps a text for a while, and returns all that are kept, this one too: services on one store notice by it that they do
   * not fit together. At least 10 are returned when there are so many. Without it they do not notice.
   */
  announce?(text: string, lifetimeMs: number): readonly string[] | Promise<readonly string[]>
  close?(): Promise<void>
}

/** One text of a {@link CounterStore.compareAndSet}. */
export interface TextChange {
  readonly key: string
  /** What must be kept now; undefined: nothing. */
  readonly expected: string | undefined
  /** What is kept afterwards; undefined: nothing. One that is `expected` already is left as it is, and keeps its end. */
  readonly next: string | undefined
  /** Milliseconds after which `next` is removed by itself. Default: never. */
  readonly lifetimeMs?: number | undefined
}

/** Keeps counters and short texts by name, for as long as they are not removed. Each call is atomic. */
export interface CounterStore extends Partial<HealthSource> {
  /** Adds one. @returns the new count. */
  increment(key: string): Promise<number>
  /** The count, 0 when there is none. */
  count(key: string): Promise<number>
  reset(key: string): Promise<void>
  read(key: string): Promise<string | undefined>
  write(key: string, value: string): Promise<void>
  remove(key: string): Promise<void>
  /**
   * Changes all texts given if each is what was expected, else none; atomic among all who share the store.
   *
   * @returns whether they were changed. After an error they may have been.
   */
  compareAndSet(changes: readonly TextChange[]): Promise<boolean>
}
