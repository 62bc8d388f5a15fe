import { createReadStream } from 'node:fs'
import { concat, decodeText } from '../bytes.ts'
import { mistakenContent } from '../pki/x509/pem.ts'
import { CliError, withFile } from './cli-error.ts'

const sequenceTag = 0x30

/**
 * A whole file. The size a file system tells is no limit, so bytes are counted.
 *
 * @throws CliError `ERR_FILE` for a longer one; the system's error for one that cannot be read.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of createReadStream(path, { highWaterMark: 1_048_576 })) {
    length += (part as Buffer).length
    if (length > maxBytes) throw new CliError('ERR_FILE', 'too-large', String(maxBytes))
    parts.push(part as Buffer)
  }
  return concat(...parts)
}

/**
 * A text file, UTF-8, by default of a mebibyte at most; a byte order mark is left out.
 *
 * @throws CliError `ERR_FILE`, with line and column where it stops being UTF-8.
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
 * @throws CliError `ERR_FILE` naming what is there instead.
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
