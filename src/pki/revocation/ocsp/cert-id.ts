import { createHash } from 'node:crypto'
import { concat, equalBytes, toHex } from '../../../bytes.ts'
import { Algorithm, type DerReader, isNullOrAbsent, readInteger, tags } from '../../../der/index.ts'
import type { Certificate } from '../../x509/certificate.ts'

// DER encoding for OCSP requests. X.690 8 and 10.

/** One element: tag, minimal length, the parts as its content. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  return concat(Uint8Array.of(tag, ...lengthBytes(content.length)), content)
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return [0x80 | bytes.length, ...bytes]
}

/** OBJECT IDENTIFIER of dotted text. X.690 8.19. */
export function oid(text: string): Uint8Array {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128))
    return digits
  })
  return element(0x06, Uint8Array.from(bytes))
}

/** Hash algorithms of a CertID. They identify an issuer and have no security function. */
export type CertIdHash = 'SHA-1' | 'SHA-256'

const algorithms: Readonly<
  Record<CertIdHash, { readonly id: string; readonly node: string; readonly length: number }>
> = {
  'SHA-1': { id: '1.3.14.3.2.26', node: 'sha1', length: 20 },
  'SHA-256': { id: '2.16.840.1.101.3.4.2.1', node: 'sha256', length: 32 },
}

/** CertID: one certificate, by hashes of its issuer's name and key, and its serial number. RFC 6960 4.1.1. */
export class CertId {
  /** `undefined` for an unsupported hash in a response: such an identifier matches no certificate. */
  readonly hash: CertIdHash | undefined
  readonly issuerNameHash: Uint8Array
  readonly issuerKeyHash: Uint8Array
  /** Content of the INTEGER; private, because it must not end up in a log. */
  readonly #serial: Uint8Array

  private constructor(hash: CertIdHash | undefined, nameHash: Uint8Array, keyHash: Uint8Array, serial: Uint8Array) {
    this.hash = hash
    this.issuerNameHash = nameHash
    this.issuerKeyHash = keyHash
    this.#serial = serial
  }

  /**
   * Identifier of a certificate. The name hashed is the issuer field of the certificate itself, byte for byte; the key
   * hashed is the content of the issuer's subjectPublicKey without tag, length and unused bits.
   */
  static of(certificate: Certificate, issuer: Certificate, hash: CertIdHash): CertId {
    const algorithm = algorithms[hash]
    const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash(algorithm.node).update(bytes).digest())
    return new CertId(
      hash,
      digest(certificate.issuerName.der),
      digest(issuer.key.bits),
      new Uint8Array(certificate.serial),
    )
  }

  /** Reads one. @throws DecodeError `ERR_DER`. @internal */
  static read(reader: DerReader): CertId {
    const sequence = reader.enter(tags.sequence)
    const { id, parameters } = new Algorithm(sequence)
    const nameHash = sequence.value(sequence.read(tags.octetString))
    const keyHash = sequence.value(sequence.read(tags.octetString))
    const serial = readInteger(sequence)
    sequence.finish()
    const names = Object.keys(algorithms) as CertIdHash[]
    const hash = names.find((name) => algorithms[name].id === id && isNullOrAbsent(parameters))
    return new CertId(hash, nameHash, keyHash, serial)
  }

  /** Content bytes of the serial number INTEGER, a fresh copy. Do not log it. */
  get serialNumber(): Uint8Array {
    return new Uint8Array(this.#serial)
  }

  /** Lookup key: equal keys identify the same certificate. Do not log it. @internal */
  get key(): string {
    return [this.issuerNameHash, this.issuerKeyHash, this.#serial].map(toHex).join(' ')
  }

  /** DER of the CertID. The hash algorithm has NULL parameters. @throws TypeError for an unknown hash. */
  get der(): Uint8Array {
    if (this.hash === undefined) throw new TypeError('unknown hash algorithm')
    return element(
      tags.sequence,
      element(tags.sequence, oid(algorithms[this.hash].id), element(tags.null)),
      element(tags.octetString, this.issuerNameHash),
      element(tags.octetString, this.issuerKeyHash),
      element(tags.integer, this.#serial),
    )
  }

  /** Whether this identifies that certificate of that issuer: compares all three parts with recomputed hashes. */
  fits(certificate: Certificate, issuer: Certificate): boolean {
    if (this.hash === undefined || this.issuerKeyHash.length !== algorithms[this.hash].length) return false
    const other = CertId.of(certificate, issuer, this.hash)
    return (
      equalBytes(this.issuerNameHash, other.issuerNameHash) &&
      equalBytes(this.issuerKeyHash, other.issuerKeyHash) &&
      equalBytes(this.#serial, other.#serial)
    )
  }
}
