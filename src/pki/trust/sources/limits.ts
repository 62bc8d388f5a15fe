import { CertificateError } from '../../../errors.ts'
import { longestTimer, withinTime } from '../../../waiting.ts'

/** Clock skew allowed for lists a source fetches by itself, milliseconds; as for OCSP. */
export const clockSkewMs: number = 5 * 60 * 1000

/** A span of time as an option, milliseconds. @throws TypeError, RangeError. */
export function span(name: string, value: number | undefined, standard: number): number {
  const ms = value ?? standard
  if (typeof ms !== 'number') throw new TypeError(`${name} must be a number of milliseconds`)
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`${name} must be finite and not negative`)
  return ms
}

/** A time-out as an option, milliseconds. @throws TypeError, RangeError. */
export function timeout(name: string, value: number | undefined, standard: number): number {
  const ms = span(name, value, standard)
  if (ms < 1 || ms > longestTimer) throw new RangeError(`${name} must be 1 to ${longestTimer} ms`)
  return ms
}

/** A number of entries as an option. @throws TypeError, RangeError. */
export function quantity(name: string, value: number | undefined, standard: number): number {
  const number = value ?? standard
  if (typeof number !== 'number') throw new TypeError(`${name} must be a number`)
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${name} must be a whole number from 1`)
  return number
}

/** A number of bytes as an option, at most 1 GiB. @throws TypeError, RangeError. */
export function byteLimit(name: string, value: number | undefined, standard: number): number {
  const bytes = quantity(name, value, standard)
  if (bytes > 1_073_741_824) throw new RangeError(`${name} must be at most 1 GiB`)
  return bytes
}

/** `64 MiB`, `10 KiB`, `1000 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes % 1_048_576 === 0) return `${bytes / 1_048_576} MiB`
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`
}

/** `10 s`, `250 ms`. */
export function spanText(ms: number): string {
  return ms >= 1000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms)} ms`
}

/** Resolves when the work settles, or after `ms`. */
export async function endOf(work: Promise<unknown>, ms: number): Promise<void> {
  await withinTime(work, ms, () => new Error('late')).catch(() => {})
}

/** A source is unavailable. The message goes into `problems`: no URL query, no credentials, no personal data. */
export class Unavailable extends Error {}

/**
 * The reason of an external failure: unreachable, unreadable, malformed.
 *
 * @throws the error itself for a programming error.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Unavailable || error instanceof CertificateError) return error.message
  const code = codeOf(error)
  if (code === undefined) throw error
  return code
}

/** Code of a system or network error, such as `ENOENT` or `ECONNRESET`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined
}
