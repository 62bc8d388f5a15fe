import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { sizeText } from './limits.ts'
import { Unavailable } from './unavailable.ts'

/** A consistent snapshot of a file. */
export interface StableFile {
  /** Changes whenever the file does. */
  readonly stamp: string
  readonly bytes: Uint8Array
}

const stepBytes = 4_194_304
// A pipe in place of the file must not block the process.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Reads a file unless its stamp is unchanged, in which case it is not opened.
 *
 * @param onProgress - called for each part read.
 * @returns `undefined` when unchanged.
 * @throws Unavailable when it is not a regular file, too large, or changes while being read; system errors.
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
