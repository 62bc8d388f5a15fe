/** Keeps what must be taken once. A store that fails throws RefusalError `ERR_STORE_UNAVAILABLE`. */
export interface NonceStore {
  /** @throws RefusalError `ERR_STORE_FULL` rather than forgetting one that was given out. */
  put(nonce: Uint8Array, record: string, lifetimeMs: number): void | Promise<void>
  /** Its record, once and never again; atomic among all who share the store. */
  take(nonce: Uint8Array): string | undefined | Promise<string | undefined>
  close?(): Promise<void>
}

/** Keeps counters and short texts by name, for as long as they are not removed. Each call is atomic. */
export interface CounterStore {
  /** Adds one. @returns the new count. */
  increment(key: string): Promise<number>
  /** The count, 0 when there is none. */
  count(key: string): Promise<number>
  reset(key: string): Promise<void>
  read(key: string): Promise<string | undefined>
  write(key: string, value: string): Promise<void>
  remove(key: string): Promise<void>
}
