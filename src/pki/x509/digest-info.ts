import { concat, fromHex } from '../../bytes.ts'

/** Hash functions these cards are used with. SHA-1 is left out on purpose. */
export type DigestAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** Length of each hash, bytes. */
export const digestLength: Readonly<Record<DigestAlgorithm, number>> = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 }

/** DER before the hash value. RFC 8017 9.2, note 1. */
const prefixes: Record<DigestAlgorithm, Uint8Array> = {
  'SHA-256': fromHex('3031300D060960864801650304020105000420'),
  'SHA-384': fromHex('3041300D060960864801650304020205000430'),
  'SHA-512': fromHex('3051300D060960864801650304020305000440'),
}

/**
 * DigestInfo of a hash value: what RSASSA-PKCS1-v1_5 pads and the card signs with P1 = 00.
 *
 * @returns 51, 67 or 83 bytes.
 * @throws RangeError when the digest has another length than the hash gives.
 * @see RFC 8017 9.2
 */
export function digestInfo(hash: DigestAlgorithm, digest: Uint8Array): Uint8Array {
  const length = digestLength[hash]
  if (length === undefined) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  if (digest.length !== length) throw new RangeError(`a ${hash} digest has ${length} bytes`)
  return concat(prefixes[hash], digest)
}
