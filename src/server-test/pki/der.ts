/** DER of certificates made by this package, decoded and encoded. Not for untrusted bytes. */

import { type KeyObject, sign } from 'node:crypto'
import { concat, equalBytes, fromHex } from '../../bytes.ts'

/** One element: tag, length and content. Content of at most 65 535 bytes. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return concat(Uint8Array.of(tag, ...size), content)
}

/** The elements within one. Views of its memory. */
export function elementsOf(der: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  let at = headerLength(der)
  while (at < der.length) {
    const rest = der.subarray(at)
    const one = rest.subarray(0, headerLength(rest) + contentLength(rest))
    found.push(one)
    at += one.length
  }
  return found
}

/** Content of an element. A view of its memory. */
export function contentOf(der: Uint8Array): Uint8Array {
  return der.subarray(headerLength(der))
}

function headerLength(der: Uint8Array): number {
  const first = der[1]!
  return first < 0x80 ? 2 : 2 + (first & 0x7f)
}

function contentLength(der: Uint8Array): number {
  const first = der[1]!
  if (first < 0x80) return first
  return der.subarray(2, headerLength(der)).reduce((sum, byte) => sum * 256 + byte, 0)
}

// A certificate with one part changed, and signed again.

/** What to change. */
export interface Change {
  /** The subject gets the issuer's name. */
  readonly subject?: 'as-issuer'
  /** The issuer gets the name of the subject of this certificate. */
  readonly issuedBy?: Uint8Array
  /** Takes out the extension of this object identifier (content of the element, hexadecimal). */
  readonly without?: string
  /** Adds an extension: object identifier as above, and the DER in its OCTET STRING. */
  readonly extension?: { readonly id: string; readonly critical: boolean; readonly value: Uint8Array }
  /** Hash of the new signature. Default SHA-256. */
  readonly hash?: 'sha1' | 'sha256'
}

/** Object identifiers of extensions and purposes, content bytes. */
export const oids = {
  keyUsage: '551D0F',
  extendedKeyUsage: '551D25',
  authorityKeyIdentifier: '551D23',
  serverAuth: '2B06010505070301',
  /** Of the arc for examples and documentation, RFC 5612; no extension. */
  unknown: '2B0601040181FD5901',
} as const

/** sha256WithRSAEncryption and sha1WithRSAEncryption, RFC 4055 and RFC 3279. */
const algorithms = { sha256: '2A864886F70D01010B', sha1: '2A864886F70D010105' } as const

/** The certificate, changed and signed with an RSA key. DER. */
export function reissue(certificate: Uint8Array, issuerKey: KeyObject, change: Change): Uint8Array {
  const { hash = 'sha256', subject, issuedBy, without, extension } = change
  const [version, serial, , oldIssuer, validity, oldSubject, publicKey, last] = tbsOf(certificate)
  const issuer = issuedBy === undefined ? oldIssuer : tbsOf(issuedBy)[5]
  const kept = elementsOf(elementsOf(last!)[0]!).filter((one) => without === undefined || !hasId(one, without))
  const added =
    extension === undefined
      ? []
      : [
          encode(
            0x30,
            encode(0x06, fromHex(extension.id)),
            ...(extension.critical ? [Uint8Array.of(0x01, 0x01, 0xff)] : []),
            encode(0x04, extension.value),
          ),
        ]
  const algorithm = encode(0x30, encode(0x06, fromHex(algorithms[hash])), Uint8Array.of(0x05, 0x00))
  const name = subject === 'as-issuer' ? issuer! : oldSubject!
  const extensions = encode(0xa3, encode(0x30, ...kept, ...added))
  const tbs = encode(0x30, version!, serial!, algorithm, issuer!, validity!, name, publicKey!, extensions)
  return encode(0x30, tbs, algorithm, encode(0x03, Uint8Array.of(0), new Uint8Array(sign(hash, tbs, issuerKey))))
}

function tbsOf(certificate: Uint8Array): readonly Uint8Array[] {
  return elementsOf(elementsOf(certificate)[0]!)
}

function hasId(extension: Uint8Array, id: string): boolean {
  return equalBytes(contentOf(elementsOf(extension)[0]!), fromHex(id))
}
