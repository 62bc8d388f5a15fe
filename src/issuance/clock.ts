/** Time for a desk or a terminal, so that both can run in virtual time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms` milliseconds, or when the signal is aborted; never rejects. Does not keep a process alive. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** The clock of the system, for what several machines compare. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      timer.unref?.()
      signal?.addEventListener('abort', end, { once: true })
    })
  },
}

/** A clock that is never set back or forward, for how long a visit has taken. */
export const monotonicClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  sleep: systemClock.sleep,
}
