import { createHash } from 'node:crypto'
import { equalBytes } from '../../bytes.ts'
import { Algorithm, context, DerReader, readInteger, tags } from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'
import type { Certificate } from '../../pki/index.ts'
import { digestOf } from './make.ts'
import { hashOfAlgorithm } from './structure.ts'

/** Why a certificate is not the one a signer has signed the hash of. */
export type EssProblem = 'weak-hash' | 'mismatch' | 'unreadable'

/**
 * Whether a certificate is the first one of every signing-certificate attribute. One that has SHA-1 only, as the first version does,
 * proves nothing.
 *
 * @returns the problem, if any.
 * @see RFC 5035 3, 4, 5
 */
export function certificateBound(
  certificate: Certificate,
  bindings: readonly { readonly version: 1 | 2; readonly der: Uint8Array }[],
): EssProblem | undefined {
  let strong = false
  for (const { version, der } of bindings) {
    const problem = boundBy(certificate, version, der)
    if (problem !== undefined) return problem
    if (version === 2) strong = true
  }
  return strong ? undefined : 'weak-hash'
}

function boundBy(certificate: Certificate, version: 1 | 2, der: Uint8Array): EssProblem | undefined {
  try {
    const reader = new DerReader(der)
    const attribute = reader.enter(tags.sequence)
    reader.finish()
    const ids = attribute.enter(tags.sequence)
    if (attribute.more) attribute.read(tags.sequence)
    attribute.finish()
    const id = ids.enter(tags.sequence)
    // The others are of certificates of the path, which is verified by itself.
    while (ids.more) ids.read(tags.sequence)
    const digest = version === 1 ? sha1(certificate.der) : hashFor(id)?.(certificate.der)
    if (digest === undefined) return 'weak-hash'
    if (!equalBytes(id.value(id.read(tags.octetString)), digest)) return 'mismatch'
    if (id.more && !isIssuerSerial(id.enter(tags.sequence), certificate)) return 'mismatch'
    id.finish()
    return undefined
  } catch (error) {
    if (error instanceof DecodeError) return 'unreadable'
    throw error
  }
}

const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha1').update(bytes).digest())

/** The hash of an ESSCertIDv2, SHA-256 by default; `undefined` for one that is not accepted. */
function hashFor(id: DerReader): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const hash = id.nextTag === tags.sequence ? hashOfAlgorithm(new Algorithm(id)) : 'SHA-256'
  return hash === undefined ? undefined : (bytes) => digestOf(hash, bytes)
}

/** IssuerSerial: the directory name of the issuer alone, and the serial number. RFC 5035 3. */
function isIssuerSerial(reader: DerReader, certificate: Certificate): boolean {
  const names = reader.enter(tags.sequence)
  const directory = names.enter(context(4))
  const name = directory.raw(directory.read(tags.sequence))
  directory.finish()
  names.finish()
  const serial = readInteger(reader)
  reader.finish()
  return equalBytes(name, certificate.issuerName.der) && equalBytes(serial, certificate.serial)
}
