import { setImmediate } from 'node:timers/promises'
import { concat } from '../../../bytes.ts'
import { RevocationList } from '../../revocation/index.ts'
import { derBlocks } from '../../x509/pem.ts'
import { Unavailable } from './unavailable.ts'

const begin = '-----BEGIN X509 CRL-----'
const end = '-----END X509 CRL-----'
/** Characters decoded between two chances for others to run. */
const sliceLength = 1_048_576
/** Bytes in which the kind of a file shows. */
const beginning = 65_536

/**
 * The lists of a file or download: one in DER, or PEM blocks `X509 CRL` (RFC 7468 6) with any text around them.
 *
 * @param most - more blocks are refused.
 * @throws Unavailable, CertificateError when any part is no revocation list.
 */
export async function readLists(content: Uint8Array, most: number): Promise<readonly RevocationList[]> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  // A DER list starts as a SEQUENCE, which is the digit 0 in text; no label or comment of a PEM file starts with one.
  if (bytes[0] === 0x30 || !bytes.includes(begin)) {
    // A file of another kind is refused by what it is.
    derBlocks(bytes.subarray(0, beginning), 'X509 CRL')
    return [await RevocationList.load(bytes)]
  }
  const lists: RevocationList[] = []
  for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at)) {
    const to = bytes.indexOf(end, at)
    if (to < 0) throw new Unavailable('not a revocation list: a PEM block without its end')
    if (lists.length === most) throw new Unavailable(most === 1 ? 'more than one list' : `more than ${most} lists`)
    lists.push(await RevocationList.load(await decode(bytes.subarray(at + begin.length, to))))
    at = to + end.length
  }
  return lists
}

/** Base64 with line ends, in slices. */
async function decode(text: Buffer): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let left = ''
  for (let at = 0; at < text.length; at += sliceLength) {
    const digits = left + text.toString('latin1', at, at + sliceLength).replaceAll(/[\r\n\t ]+/g, '')
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) throw new Unavailable('not a revocation list: PEM that is not base64')
    const whole = digits.length - (digits.length % 4)
    left = digits.slice(whole)
    parts.push(Buffer.from(digits.slice(0, whole), 'base64'))
    await setImmediate()
  }
  if (left !== '') throw new Unavailable('not a revocation list: PEM that is cut off')
  return concat(...parts)
}
