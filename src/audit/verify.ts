import { type FileHandle, open } from 'node:fs/promises'
import { AuditError } from '../errors.ts'
import { isHash, noLine } from './line.ts'
import { brokenLine, scan } from './scan.ts'

/** What {@link verifyAuditLog} found. */
export interface AuditSummary {
  /** Whole lines, the header among them. */
  readonly entries: number
  /** Hash of the last whole line, 64 hexadecimal digits. Keep it and `entries` elsewhere, as the next `expected`. */
  readonly head: string
  /** Whether bytes follow the last whole line: the log is being written, or its writer was killed. */
  readonly incompleteTail: boolean
}

/**
 * Follows the chain of an audit log from its first line, in memory of a fixed size. The log may be in use.
 *
 * Finds a line that was altered, removed, inserted or put in another order. The chain has no key: lines cut off at the end,
 * and a log written anew from some line on, are found only against an `expected` end noted where its writer cannot change
 * it.
 *
 * @param expected an end noted before; the log may have grown since. `count`: at least so many lines. `hash`, 64
 * hexadecimal digits: that of line `count`, or of any line when there is no `count`.
 * @throws AuditError `ERR_AUDIT` with the line (from 1) of the first break; without one when the file cannot be read.
 * @throws TypeError, RangeError for an `expected` that cannot be an end.
 */
export async function verifyAuditLog(
  file: string,
  expected: { readonly count?: number | undefined; readonly hash?: string | undefined } = {},
): Promise<AuditSummary> {
  const { count } = expected
  const hash = expected.hash?.toLowerCase()
  if (count !== undefined && (!Number.isSafeInteger(count) || count < 1)) throw new RangeError('count is from 1')
  if (hash !== undefined && !isHash(hash)) throw new TypeError('hash must be 64 hexadecimal digits')

  let found = hash === undefined
  const { head, tail } = await withReading(file, (handle) =>
    scan(handle, (line) => {
      if (hash === undefined) return
      if (count === undefined) found ||= line.hash === hash
      else if (line.count === count) {
        if (line.hash !== hash) throw brokenLine(count, 'it is not the line expected: the log was written anew')
        found = true
      }
    }),
  )
  if (head === noLine) throw brokenLine(1, 'there is no log in the file')
  if (head.count < (count ?? 1) || !found)
    throw brokenLine(head.count + 1, 'the log was cut off before the end expected')
  return { entries: head.count, head: head.hash, incompleteTail: tail > 0 }
}

async function withReading<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle | undefined
  try {
    handle = await open(file, 'r')
    return await use(handle)
  } catch (cause) {
    if (cause instanceof AuditError) throw cause
    throw new AuditError('the audit log cannot be read', { cause })
  } finally {
    await handle?.close()
  }
}
