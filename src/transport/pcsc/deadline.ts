import { TransportError } from '../../errors.ts'
import type { WaitOptions } from '../connection.ts'

/** Longest delay a timer takes; more means no limit. */
export const longestTimer = 0x7fffffff

/**
 * Waits for `work`, but no longer than the limits say. The timer and the abort listener are gone when it settles; the
 * work itself goes on.
 *
 * @param waitingFor - completes "no … within 10 ms" and "stopped waiting for …".
 * @throws TransportError `ERR_TIMEOUT`, `ERR_ABORTED`, or what `work` rejects with.
 */
export async function within<T>(
  work: Promise<T>,
  { timeoutMs, signal }: WaitOptions,
  waitingFor: string,
  reader?: string,
): Promise<T> {
  checkTimeout(timeoutMs)
  if (signal?.aborted) {
    work.catch(() => {})
    throw aborted(signal, waitingFor, reader)
  }
  const { promise, reject } = withResolvers<never>()
  const timer =
    timeoutMs === undefined || timeoutMs > longestTimer
      ? undefined
      : setTimeout(() => {
          reject(new TransportError('ERR_TIMEOUT', `no ${waitingFor} within ${timeoutMs} ms`, { reader }))
        }, timeoutMs)
  const onAbort = () => reject(aborted(signal!, waitingFor, reader))
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** Rejects limits that are not a number of milliseconds. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) throw new RangeError('timeoutMs must be 0 or more')
}

function aborted(signal: AbortSignal, waitingFor: string, reader: string | undefined): TransportError {
  return new TransportError('ERR_ABORTED', `stopped waiting for ${waitingFor}`, { cause: signal.reason, reader })
}

/** `Promise.withResolvers`, which Node 20 lacks. */
export function withResolvers<T>(): {
  promise: Promise<T>
  resolve: (value: T) => void
  reject: (reason: unknown) => void
} {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  promise.catch(() => {})
  return { promise, resolve, reject }
}
