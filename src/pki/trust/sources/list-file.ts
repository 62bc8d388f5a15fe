import { RevocationList } from '../../revocation/index.ts'
import { derBlocks, derBlocksInTurns } from '../../x509/pem.ts'
import { Unavailable } from './unavailable.ts'

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
