import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { sizeText } from './limits.ts'
import { Unavailable } from './unavailable.ts'

/** A file as it was at one moment. */
export interface StableFile {
  /** Changes whenever the file does. */
  readonly stamp: string
  readonly bytes: Uint8Array
}

const stepBytes = 4_194_304
// A pipe put in place of the file must not hold up the process.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Reads a file unless it is still the one of that stamp, for which it is not even opened.
 *
 * @param onProgress - called for each part that was read.
 * @returns `undefined` when it is.
 * @throws Unavailable when it is no file, too large, or changes meanwhile; system errors.
 */
export async function readStable(
  path: string,
  maxBytes: number,
  known: string | undefined,
  onProgress: () => void,
): Promise<StableFile | undefined> {
  const found = await stat(path, { bigint: true })
  if (!found.isFile()) throw new Unavailable('not a file')
  if (stampOf(found) === known) return undefined
  const handle = await open(path, flags)
  try {
    const { size, stamp } = await look(handle)
    if (size > maxBytes) throw new Unavailable(`larger than ${sizeText(maxBytes)}`)
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, Math.min(stepBytes, size - at), at)
      if (bytesRead === 0) break
      at += bytesRead
      onProgress()
    }
    if (at < size || (await look(handle)).stamp !== stamp) throw new Unavailable('it changed while it was read')
    return { stamp, bytes }
  } finally {
    await handle.close()
  }
}

async function look(handle: FileHandle): Promise<{ readonly size: number; readonly stamp: string }> {
  const found = await handle.stat({ bigint: true })
  if (!found.isFile()) throw new Unavailable('not a file')
  return { size: Number(found.size), stamp: stampOf(found) }
}

const stampOf = ({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string => `${size}:${mtimeNs}:${ctimeNs}:${ino}`
