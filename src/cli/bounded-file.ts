import { createReadStream } from 'node:fs'
import { concat } from '../bytes.ts'
import { CliError, withFile } from './cli-error.ts'

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

/** A text file, UTF-8, by default of a mebibyte at most; a byte order mark is left out. @throws CliError `ERR_FILE`. */
export async function readText(path: string, maxBytes = 1_048_576): Promise<string> {
  return new TextDecoder().decode(await withFile('cannot-read', () => readBounded(path, maxBytes)))
}
