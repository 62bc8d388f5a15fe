import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { concat, decodeText } from '../bytes.ts'
import { ProfileError } from '../errors.ts'
import { maxProfileLength } from '../municipal/index.ts'
import { mistakenContent } from '../pki/index.ts'
import { CliError, withFile } from './cli-error.ts'

const sequenceTag = 0x30

/**
 * Reads a file or stream completely. Bytes are counted, as the size reported by a file system is not a limit.
 *
 * @throws CliError `ERR_FILE` for a longer one; the system's error for one that cannot be read.
 */
export async function readBounded(source: string | AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const stream = typeof source === 'string' ? createReadStream(source, { highWaterMark: 1_048_576 }) : source
  for await (const part of stream) {
    length += (part as Uint8Array).length
    if (length > maxBytes) throw new CliError('ERR_FILE', 'too-large', String(maxBytes))
    parts.push(part as Uint8Array)
  }
  return concat(...parts)
}

/**
 * Reads a text file, UTF-8, by default of 1 MiB at most; a byte order mark is removed.
 *
 * @throws CliError `ERR_FILE`, with line and column of the first invalid UTF-8 sequence.
 */
export async function readText(path: string, maxBytes = 1_048_576): Promise<string> {
  return strictText(await withFile('cannot-read', () => readBounded(path, maxBytes)))
}

/** Bytes of a text file or of standard input as text. @throws CliError `ERR_FILE` unless they are UTF-8. */
export function strictText(bytes: Uint8Array): string {
  const decoded = decodeText(bytes)
  if ('text' in decoded) return decoded.text
  if ('encoding' in decoded) throw new CliError('ERR_FILE', 'wrong-encoding', decoded.encoding)
  throw new CliError('ERR_FILE', 'not-utf8', `${decoded.line}:${decoded.column}`)
}

/**
 * PEM text for TLS: certificates or a key.
 *
 * @throws CliError `ERR_FILE` naming the actual content.
 */
export async function readPem(path: string): Promise<string> {
  const bytes = await withFile('cannot-read', () => readBounded(path, 1_048_576))
  const mistaken = mistakenContent(bytes)
  if (mistaken !== undefined) throw new CliError('ERR_FILE', 'not-pem', mistaken)
  if (bytes[0] === sequenceTag) throw new CliError('ERR_FILE', 'not-pem', 'DER')
  const text = strictText(bytes)
  if (!text.includes('-----BEGIN ')) throw new CliError('ERR_FILE', 'not-pem', 'another text')
  return text
}

/** Writes a report to a file, if one was named. @throws CliError `ERR_FILE`. */
export async function writeReport(file: string | undefined, make: () => string): Promise<void> {
  if (file !== undefined) await withFile('cannot-write', () => writeFile(file, make()))
}

/**
 * Text of a profile. Its length limit is enforced by the parser, which reports the position.
 *
 * @throws ProfileError `ERR_PROFILE` with line and column of the first invalid UTF-8 sequence; CliError `ERR_FILE`.
 */
export async function readProfileText(file: string): Promise<string> {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  const bytes = await withFile('cannot-read', () => readBounded(file, 3 * maxProfileLength + 4))
  const decoded = decodeText(bytes)
  if ('text' in decoded) return decoded.text
  const reason = `not UTF-8${'encoding' in decoded ? `, but ${decoded.encoding}` : ''}: save the file as UTF-8`
  const { line, column } = 'encoding' in decoded ? { line: 1, column: 1 } : decoded
  throw new ProfileError([{ line, column, path: '', reason }])
}
