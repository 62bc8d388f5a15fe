import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { RevocationList } from '../../revocation/index.ts'
import { derBlocks, derBlocksInTurns } from '../../x509/pem.ts'
import { sizeText, Unavailable } from './limits.ts'

/** A consistent snapshot of a file. */
interface StableFile {
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

/** Bytes examined to detect the kind of a file. */
const beginning = 65_536

/**
 * The lists of a file or download: one in DER, or PEM blocks `X509 CRL` (RFC 7468 6) with any text around them.
 *
 * @param most - number of blocks, at most.
 * @throws Unavailable, CertificateError when any part is not a revocation list.
 */
export async function readLists(content: Uint8Array, most: number): Promise<readonly RevocationList[]> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  // A DER list starts as a SEQUENCE, which is the digit 0 in text; no label or comment of a PEM file starts with one.
  if (bytes[0] === 0x30 || !bytes.includes('-----BEGIN X509 CRL-----')) {
    // A file of another kind is refused with its kind.
    derBlocks(bytes.subarray(0, beginning), 'X509 CRL')
    return [await RevocationList.load(bytes)]
  }
  const lists: RevocationList[] = []
  const refusal = (reason: string) => new Unavailable(`not a revocation list: ${reason}`)
  for await (const der of derBlocksInTurns(bytes, 'X509 CRL', refusal)) {
    if (lists.length === most) throw new Unavailable(most === 1 ? 'more than one list' : `more than ${most} lists`)
    lists.push(await RevocationList.load(der))
  }
  return lists
}
