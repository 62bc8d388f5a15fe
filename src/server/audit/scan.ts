import type { FileHandle } from 'node:fs/promises'
import { AuditError } from '../../errors.ts'
import { type AuditHead, type AuditHeader, followLine, headerOf, maxLineLength, noLine } from './line.ts'

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
export function brokenLine(line: number, reason: string): AuditError {
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
