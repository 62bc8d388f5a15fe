import { TransportError } from '../../errors.ts'
import { withinTime } from '../../waiting.ts'
import type { WaitOptions } from '../connection.ts'

/**
 * Waits for `work` within the given limits; the work itself is not cancelled.
 *
 * @param waitingFor - completes "no … within 10 ms" and "stopped waiting for …".
 * @throws TransportError `ERR_TIMEOUT`, `ERR_ABORTED`, or the rejection of `work`.
 */
export async function within<T>(
  work: Promise<T>,
  { timeoutMs, signal }: WaitOptions,
  waitingFor: string,
  reader?: string,
): Promise<T> {
  checkTimeout(timeoutMs)
  const late = () => new TransportError('ERR_TIMEOUT', `no ${waitingFor} within ${timeoutMs} ms`, { reader })
  const aborted = () =>
    new TransportError('ERR_ABORTED', `stopped waiting for ${waitingFor}`, { cause: signal?.reason, reader })
  return withinTime(work, timeoutMs, late, signal && { signal, error: aborted })
}

/** Rejects limits that are not a number of milliseconds. */
export function checkTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) throw new RangeError('timeoutMs must be 0 or more')
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
