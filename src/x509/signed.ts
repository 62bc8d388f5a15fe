import { constants, createVerify, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Algorithm, isNullOrAbsent } from './algorithm.ts'
import { context, DerReader, readInteger, readSmallInteger, tags } from './der.ts'
import type { PublicKey } from './public-key.ts'

/** What a signature on a certificate or list may be made with. */
export interface SignaturePolicy {
  /** Smallest RSA modulus, bits. Default 2048 (平成15年総務省令120号 art. 2). */
  readonly minRsaBits?: number | undefined
  /** Accept DSA, which no Japanese card uses. Default false. */
  readonly allowDsa?: boolean | undefined
}

/** Key and hash of a signature algorithm. SHA-1 stands with DSA only, which no default accepts. */
interface Scheme {
  readonly key: 'rsa' | 'ec' | 'dsa'
  readonly hash: string
}

/** What node:crypto verifies with. */
interface Acceptable {
  readonly hash: string
  readonly key: KeyObject | VerifyKeyObjectInput
}

/** RFC 4055 5, RFC 5758 3. */
const schemes: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['1.2.840.113549.1.1.11', { key: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { key: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { key: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { key: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { key: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { key: 'ec', hash: 'sha512' }],
  ['1.2.840.10040.4.3', { key: 'dsa', hash: 'sha1' }],
  ['2.16.840.1.101.3.4.3.2', { key: 'dsa', hash: 'sha256' }],
])

const rsassaPss = '1.2.840.113549.1.1.10'
const mgf1 = '1.2.840.113549.1.1.8'
const hashes: ReadonlyMap<string, string> = new Map([
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])
const curves: ReadonlySet<string> = new Set(['P-256', 'P-384', 'P-521'])

/**
 * Whether `signature` over `signed` verifies with the key, by an algorithm the policy allows. Never throws: an unknown or
 * weak algorithm, a key of another kind, or malformed input is `false`.
 */
export function verifySigned(
  signed: Uint8Array,
  algorithm: Algorithm,
  signature: Uint8Array,
  key: PublicKey,
  policy: SignaturePolicy = {},
): boolean {
  try {
    const found = acceptable(algorithm, signature, key, policy)
    return found !== undefined && verify(found.hash, signed, found.key, signature)
  } catch {
    return false
  }
}

/** Bytes hashed between two chances for others to run. */
const sliceBytes = 1_048_576

/** {@link verifySigned} for megabytes: other work of the process goes on meanwhile. */
export async function verifySignedInSlices(
  signed: Uint8Array,
  algorithm: Algorithm,
  signature: Uint8Array,
  key: PublicKey,
  policy: SignaturePolicy = {},
): Promise<boolean> {
  try {
    const found = acceptable(algorithm, signature, key, policy)
    if (found === undefined) return false
    const verifier = createVerify(found.hash)
    for (let at = 0; at < signed.length; at += sliceBytes) {
      verifier.update(signed.subarray(at, at + sliceBytes))
      await setImmediate()
    }
    return verifier.verify(found.key, signature)
  } catch {
    return false
  }
}

/** Hash and key to verify with, when the policy takes them. @throws DecodeError, RangeError for malformed input. */
function acceptable(
  algorithm: Algorithm,
  signature: Uint8Array,
  key: PublicKey,
  policy: SignaturePolicy,
): Acceptable | undefined {
  if (!strongEnough(key, policy)) return undefined
  if (algorithm.id === rsassaPss) return pssOf(algorithm, key)
  const scheme = schemes.get(algorithm.id)
  if (scheme === undefined || scheme.key !== key.kind.kind) return undefined
  const parametersFit = scheme.key === 'rsa' ? isNullOrAbsent(algorithm.parameters) : algorithm.parameters === undefined
  if (!parametersFit && scheme.key !== 'dsa') return undefined
  if (scheme.key !== 'rsa') requireStrictPair(signature)
  return { hash: scheme.hash, key: key.object }
}

/** Whether the policy takes signatures of a key of that kind and size. */
export function strongEnough(key: PublicKey, policy: SignaturePolicy = {}): boolean {
  const { kind } = key
  if (kind.kind === 'rsa') return kind.bits >= (policy.minRsaBits ?? 2048) && kind.bits <= 16_384
  if (kind.kind === 'ec') return curves.has(kind.curve)
  return kind.kind === 'dsa' && policy.allowDsa === true
}

/** SEQUENCE of two positive, minimal INTEGERs and nothing else. */
function requireStrictPair(signature: Uint8Array): void {
  const reader = new DerReader(signature)
  const pair = reader.enter(tags.sequence)
  for (let i = 0; i < 2; i++) if (readInteger(pair)[0]! >= 0x80) throw new RangeError('a negative number')
  pair.finish()
  reader.finish()
}

/** RSASSA-PSS with one hash for message and mask, and its default trailer. RFC 4055 3.1. */
function pssOf(algorithm: Algorithm, key: PublicKey): Acceptable | undefined {
  if (key.kind.kind !== 'rsa' || algorithm.parameters === undefined) return undefined
  const reader = new DerReader(algorithm.parameters)
  const parameters = reader.enter(tags.sequence)
  reader.finish()
  const hash = hashOf(wrapped(parameters, 0, readAlgorithm))
  const mask = wrapped(parameters, 1, readAlgorithm)
  if (mask.id !== mgf1 || mask.parameters === undefined) return undefined
  const maskHash = hashOf(readAlgorithm(new DerReader(mask.parameters)))
  const saltLength = parameters.nextTag === context(2) ? wrapped(parameters, 2, readSmallInteger) : 20
  if (parameters.nextTag === context(3) && wrapped(parameters, 3, readSmallInteger) !== 1) return undefined
  parameters.finish()
  if (hash === undefined || hash !== maskHash) return undefined
  return { hash, key: { key: key.object, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength } }
}

/** What an explicit tag holds, and nothing besides. */
function wrapped<T>(reader: DerReader, number: number, read: (inner: DerReader) => T): T {
  const inner = reader.enter(context(number))
  const value = read(inner)
  inner.finish()
  return value
}

const readAlgorithm = (reader: DerReader): Algorithm => new Algorithm(reader)

function hashOf({ id, parameters }: Algorithm): string | undefined {
  return isNullOrAbsent(parameters) ? hashes.get(id) : undefined
}
