import { CertificateError } from '../../../errors.ts'

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
