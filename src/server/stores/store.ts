import type { HealthSource } from '../health.ts'

/**
 * A store whose entries can be taken exactly once. A failing store throws RefusalError `ERR_STORE_UNAVAILABLE`. A store
 * that knows its own state reports it as `conditions`.
 */
export interface NonceStore extends Partial<HealthSource> {
  /** Stores a nonce. @throws RefusalError `ERR_STORE_FULL` rather than dropping one that was issued. */
  put(nonce: Uint8Array, record: string, lifetimeMs: number): void | Promise<void>
  /** Removes a nonce and returns its record, once; atomic across all processes that share the store. */
  take(nonce: Uint8Array): string | undefined | Promise<string | undefined>
  /**
   * Stores a text for a time and returns all stored ones, this one included, at least 10 when there are so many:
   * services detect by it that another one on the same store has a different configuration. A lifetime of 0 withdraws
   * the text, which is not returned then. Optional; without it they do not.
   */
  announce?(text: string, lifetimeMs: number): readonly string[] | Promise<readonly string[]>
  close?(): Promise<void>
}

/** One text of a {@link CounterStore.compareAndSet}. */
export interface TextChange {
  readonly key: string
  /** The required present value; undefined: absent. */
  readonly expected: string | undefined
  /** The new value; undefined: removed. Equal to `expected`: unchanged, expiry included. */
  readonly next: string | undefined
  /** Milliseconds until `next` expires. Default: never. */
  readonly lifetimeMs?: number | undefined
  /**
   * When `next` is due, integer milliseconds since 1970: {@link CaseStore.due} returns the key from then on, until the
   * text is changed, removed or expired. Default: never due. Not used, and the present time is kept, when `next` equals
   * `expected`.
   */
  readonly dueAt?: number | undefined
  /**
   * Whether `next` is absent after the store may have lost changes that it had answered, as after a restart or failover of
   * Redis: so that what was removed cannot come back. Of no effect in a store that loses none. Default false.
   */
  readonly volatile?: boolean | undefined
}

/** Stores counters and short texts by name, without eviction. Each call is atomic. */
export interface CounterStore extends Partial<HealthSource> {
  /** Adds one. @returns the new count. */
  increment(key: string): Promise<number>
  /** The count, 0 when absent. */
  count(key: string): Promise<number>
  reset(key: string): Promise<void>
  read(key: string): Promise<string | undefined>
  write(key: string, value: string): Promise<void>
  remove(key: string): Promise<void>
  /**
   * Changes all given texts if each has its expected value, else none; atomic across all processes that share the
   * store.
   *
   * @returns whether they were changed. After an error they may have been changed.
   */
  compareAndSet(changes: readonly TextChange[]): Promise<boolean>
}

/**
 * Who shares a store: only its process, all processes of one machine, or several machines. Services on more processes
 * than share the store would accept one nonce more than once.
 */
export type StoreScope = 'process' | 'machine' | 'shared'

/** A {@link CounterStore} whose texts can be due at a time, for services that continue the work of a stopped process. */
export interface CaseStore extends CounterStore {
  readonly scope: StoreScope
  /**
   * Names of texts that are due, and remain so until changed or removed: `dueAt` of their last
   * {@link CounterStore.compareAndSet} is at or before the given time. A text written by `write` is never due. The times
   * are those of the caller: the store compares them with no clock.
   *
   * @param before - integer milliseconds since 1970.
   * @param limit - number of names, from 1.
   * @returns at most `limit` names, those due first at the front; of equal times in no particular order.
   */
  due(before: number, limit: number): Promise<readonly string[]>
}
