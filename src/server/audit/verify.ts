import { type FileHandle, open } from 'node:fs/promises'
import { AuditError } from '../../errors.ts'
import {
  type AuditEnd,
  type AuditHead,
  type AuditHeader,
  followLine,
  headerOf,
  isHash,
  maxLineLength,
  noLine,
} from './line.ts'

/** Content of a log file. */
export interface Scan {
  readonly head: AuditHead
  /** Content of the first line. `undefined`: there is no complete line. */
  readonly header: AuditHeader | undefined
  /** Bytes of all complete lines. */
  readonly length: number
  /** Bytes after the last line feed: an incomplete line. */
  readonly tail: number
}

const lineFeed = 0x0a
const chunkLength = 262_144

/** The error for a line that breaks the chain. */
function brokenLine(line: number, reason: string): AuditError {
  return new AuditError(`line ${line} of the audit log: ${reason}`, { line })
}

/**
 * Verifies the hash chain of a file from its first byte, with a fixed amount of memory.
 *
 * @param onLine called with the head after each line.
 * @throws AuditError `ERR_AUDIT` at the first line that breaks the chain.
 */
export async function scan(file: FileHandle, onLine?: (head: AuditHead) => void): Promise<Scan> {
  let head = noLine
  let header: AuditHeader | undefined
  let length = 0
  // The unread part of a line, then room for a chunk. Only the length of a longer tail is kept.
  const buffer = Buffer.alloc(maxLineLength + chunkLength)
  let held = 0
  let dropped = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, held, chunkLength, length + held + dropped)
    if (bytesRead === 0) return { head, header, length, tail: held + dropped }
    const filled = buffer.subarray(0, held + bytesRead)
    let start = 0
    for (let end = filled.indexOf(lineFeed, held); end >= 0; end = filled.indexOf(lineFeed, start)) {
      if (dropped > 0 || end + 1 - start > maxLineLength)
        throw brokenLine(head.count + 1, `it is longer than ${maxLineLength} bytes`)
      const next = followLine(head, filled.subarray(start, end))
      if (!next.ok) throw brokenLine(head.count + 1, next.reason)
      if (head === noLine) header = headerOf(filled.subarray(start, end))
      head = next.head
      onLine?.(head)
      length += end + 1 - start
      start = end + 1
    }
    held = filled.length - start
    filled.copyWithin(0, start)
    if (held > maxLineLength) {
      dropped += held - maxLineLength
      held = maxLineLength
    }
  }
}

/** Result of {@link verifyAuditLog}. */
export interface AuditSummary {
  /** Complete lines, the header included. */
  readonly entries: number
  /** Hash of the last complete line, 64 hexadecimal digits. Keep it and `entries` elsewhere, as the next `expected`. */
  readonly head: string
  /** Whether bytes follow the last complete line: the log is being written, or its writer was killed. */
  readonly incompleteTail: boolean
}

/**
 * Verifies the hash chain of an audit log from its first line, with a fixed amount of memory. The log may be in use.
 *
 * Detects a line that was altered, removed, inserted or reordered. The chain has no key: truncation, and a log
 * rewritten from some line on, are detected only against an `expected` end kept where the writer of the log cannot
 * change it.
 *
 * @param expected an end kept before; the log may have grown since. `count`: at least so many lines. `hash`, 64
 * hexadecimal digits: that of line `count`, or of any line when there is no `count`.
 * @throws AuditError `ERR_AUDIT` with the line (from 1) of the first break; without one when the file cannot be read.
 * @throws TypeError, RangeError for an invalid `expected`: `count` from 1, `hash` 64 hexadecimal digits.
 */
export async function verifyAuditLog(
  file: string,
  expected: { readonly count?: number | undefined; readonly hash?: string | undefined } = {},
): Promise<AuditSummary> {
  const { count } = expected
  const hash = expected.hash?.toLowerCase()
  checkExpected(count, hash)

  let found = hash === undefined
  const { head, tail } = await withReading(file, (handle) =>
    scan(handle, (line) => {
      if (hash === undefined) return
      if (count === undefined) found ||= line.hash === hash
      else if (line.count === count) {
        if (line.hash !== hash) throw brokenLine(count, 'its hash is not the expected one: the log was rewritten')
        found = true
      }
    }),
  )
  if (head === noLine) throw brokenLine(1, 'the file has no complete line')
  if (head.count < (count ?? 1) || !found)
    throw brokenLine(head.count + 1, 'the log was truncated before the expected end')
  return { entries: head.count, head: head.hash, incompleteTail: tail > 0 }
}

/** Result of {@link verifyAuditLogs} for one file. */
export interface AuditFileSummary extends AuditSummary {
  readonly file: string
  /** Identifier of the file, from its first line. */
  readonly log: string
}

/** Result of {@link verifyAuditLogs}. */
export interface AuditSetSummary {
  /** In the order they were written. */
  readonly files: readonly AuditFileSummary[]
  /** Complete lines of all files, their headers included. */
  readonly entries: number
  /** Hash of the last complete line of the last file. */
  readonly head: string
  readonly incompleteTail: boolean
  /** The end of the file before the first one, when that is not in the set. */
  readonly continues: AuditEnd | undefined
}

/**
 * Verifies the files of a rotated log: the hash chain of each, and that each names the end of the one before. The files
 * may be given in any order; the first may continue a file that is kept elsewhere.
 *
 * @param expected an end kept before, `count` being the line within the file that has it: see {@link verifyAuditLog}.
 * Without `hash`, `count` refers to the last file.
 * @throws AuditError `ERR_AUDIT` with `file`, and `line` where one is concerned: the first break within a file, a file
 *   that was truncated or written after the next one was started, a file that is missing, duplicate, or continued
 *   twice.
 * @throws TypeError, RangeError for an invalid `expected`, or an empty list of files.
 */
export async function verifyAuditLogs(
  files: readonly string[],
  expected: { readonly count?: number | undefined; readonly hash?: string | undefined } = {},
): Promise<AuditSetSummary> {
  if (files.length === 0) throw new TypeError('files must name at least one audit log')
  try {
    return await verifySet(files, expected)
  } catch (error) {
    if (files.length === 1 || !(error instanceof AuditError) || error.file === undefined) throw error
    const { file, line, message, cause } = error
    throw new AuditError(`${file}: ${message}`, { file, line, cause })
  }
}

async function verifySet(
  files: readonly string[],
  expected: { readonly count?: number | undefined; readonly hash?: string | undefined },
): Promise<AuditSetSummary> {
  const { count } = expected
  const hash = expected.hash?.toLowerCase()
  checkExpected(count, hash)
  let found = hash === undefined
  const read: FileScan[] = []
  for (const file of files) {
    const scanned = await scanFile(file, (line) => {
      found ||= line.hash === hash && (count === undefined || line.count === count)
    })
    if (read.some(({ header }) => header.log === scanned.header.log)) {
      throw new AuditError('duplicate file: in the set twice, or a copy of another one', { file })
    }
    read.push(scanned)
  }
  const ordered = await inOrder(read)
  const { file, head, tail } = ordered.at(-1)!
  if (!found || (hash === undefined && count !== undefined && head.count < count)) {
    const detail = { file, line: head.count + 1 }
    throw new AuditError('the log was truncated before the expected end, or rewritten from some line on', detail)
  }
  return {
    files: ordered.map((one) => ({
      file: one.file,
      log: one.header.log,
      entries: one.head.count,
      head: one.head.hash,
      incompleteTail: one.tail > 0,
    })),
    entries: ordered.reduce((sum, one) => sum + one.head.count, 0),
    head: head.hash,
    incompleteTail: tail > 0,
    continues: ordered[0]!.header.continues,
  }
}

function checkExpected(count: number | undefined, hash: string | undefined): void {
  if (count !== undefined && (!Number.isSafeInteger(count) || count < 1))
    throw new RangeError('count must be an integer from 1')
  if (hash !== undefined && !isHash(hash)) throw new TypeError('hash must be 64 hexadecimal digits')
}

interface FileScan {
  readonly file: string
  readonly head: AuditHead
  readonly header: AuditHeader
  readonly tail: number
}

async function scanFile(file: string, onLine: (line: AuditHead) => void): Promise<FileScan> {
  try {
    const { head, header, tail } = await withReading(file, (handle) => scan(handle, onLine))
    if (header === undefined) throw brokenLine(1, 'the file has no complete line')
    return { file, head, header, tail }
  } catch (error) {
    const { message, line, cause } = error as AuditError
    throw new AuditError(message, { file, line, cause })
  }
}

/** @throws AuditError where one file does not continue another. */
async function inOrder(files: readonly FileScan[]): Promise<readonly FileScan[]> {
  const next = new Map<FileScan, FileScan>()
  const first: FileScan[] = []
  for (const one of files) {
    const { continues } = one.header
    const former =
      continues && files.find(({ header, head }) => header.log === continues.log || head.hash === continues.hash)
    if (former === undefined) {
      first.push(one)
      continue
    }
    if (former.head.count < continues!.count) {
      const detail = { file: former.file, line: former.head.count + 1 }
      throw new AuditError(`the file was truncated: the next one was started after line ${continues!.count}`, detail)
    }
    if (former.head.hash !== continues!.hash) {
      const detail = {
        file: former.file,
        line: former.head.count > continues!.count ? continues!.count + 1 : continues!.count,
      }
      throw new AuditError('lines were written or replaced after the next file was started', detail)
    }
    const other = next.get(former)
    if (other !== undefined) {
      throw new AuditError('two files continue the same end: two writers, or one of them was rewritten', {
        file: one.file,
      })
    }
    next.set(former, one)
  }
  if (first.length > 1) {
    const alone = first.find(({ header }) => header.continues !== undefined) ?? first[1]!
    throw new AuditError('the file before this one is missing, or it belongs to another log', {
      file: alone.file,
      line: 1,
    })
  }
  const ordered: FileScan[] = []
  for (let one = first[0]; one !== undefined; one = next.get(one)) ordered.push(one)
  if (ordered.length < files.length) throw new AuditError('the files name each other in a circle')
  return ordered
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
