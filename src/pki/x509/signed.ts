import { constants, createVerify, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Algorithm, context, DerReader, isNullOrAbsent, readInteger, readSmallInteger, tags } from '../../der/index.ts'
import type { PublicKey } from './public-key.ts'
import type { SignatureBudget } from './signature-budget.ts'

/** Algorithms and key sizes accepted for signatures on certificates, CRLs and OCSP responses. */
export interface SignaturePolicy {
  /** Smallest RSA modulus, bits. Default 2048 (平成15年総務省令120号 art. 2). */
  readonly minRsaBits?: number | undefined
  /** Largest RSA modulus, bits: larger ones are slower to verify. Default 4096; 16 384 at most. */
  readonly maxRsaBits?: number | undefined
  /**
   * Largest public exponent of an RSA key, bits. Default 32: nearly all keys have 65 537, and an exponent as long as
   * the modulus makes a verification a hundred times slower. FIPS 186-5 A.1.1 allows 256.
   */
  readonly maxExponentBits?: number | undefined
  /** Accept DSA, which no Japanese card uses. Default false. */
  readonly allowDsa?: boolean | undefined
}

/** A policy and a budget: passed by `verifyCertificate` to its sources. */
export interface SignatureLimits extends SignaturePolicy {
  readonly budget?: SignatureBudget | undefined
}

/** Default budget of one verification, in units of {@link SignatureBudget}. */
export const defaultSignatures = 160

const defaults = { minRsaBits: 2048, maxRsaBits: 4096, maxExponentBits: 32, allowDsa: false }

/** The intersection of two policies; values set in neither stay unset. */
export function strictest(own: SignaturePolicy | undefined, other: SignaturePolicy | undefined): SignaturePolicy {
  if (own === undefined || other === undefined) return own ?? other ?? {}
  const [a, b] = [withDefaults(own), withDefaults(other)]
  return {
    minRsaBits: Math.max(a.minRsaBits, b.minRsaBits),
    maxRsaBits: Math.min(a.maxRsaBits, b.maxRsaBits),
    maxExponentBits: Math.min(a.maxExponentBits, b.maxExponentBits),
    allowDsa: a.allowDsa && b.allowDsa,
  }
}

const withDefaults = ({ minRsaBits, maxRsaBits, maxExponentBits, allowDsa }: SignaturePolicy) => ({
  minRsaBits: minRsaBits ?? defaults.minRsaBits,
  maxRsaBits: Math.min(maxRsaBits ?? defaults.maxRsaBits, 16_384),
  maxExponentBits: maxExponentBits ?? defaults.maxExponentBits,
  allowDsa: allowDsa ?? defaults.allowDsa,
})

/** Key and hash of a signature algorithm. SHA-1 occurs with DSA only, which is not accepted by default. */
interface Scheme {
  readonly key: 'rsa' | 'ec' | 'dsa'
  readonly hash: string
}

/** Verification input of node:crypto. */
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
 * Whether `signature` over `signed` verifies with the key, by an algorithm the policy allows. Never throws: an unknown
 * or weak algorithm, a key of another type or too slow to verify with, malformed input, or a spent budget returns
 * `false`.
 */
export function verifySigned(
  signed: Uint8Array,
  algorithm: Algorithm,
  signature: Uint8Array,
  key: PublicKey,
  policy: SignatureLimits = {},
): boolean {
  try {
    if (!strongEnough(key, policy) || policy.budget?.spend(key) === false) return false
    const found = acceptable(algorithm, signature, key)
    return found !== undefined && verify(found.hash, signed, found.key, signature)
  } catch {
    return false
  }
}

/** Bytes hashed between two turns of the event loop. */
const sliceBytes = 1_048_576

/** {@link verifySigned} for megabytes, yielding to the event loop. */
export async function verifySignedInSlices(
  signed: Uint8Array,
  algorithm: Algorithm,
  signature: Uint8Array,
  key: PublicKey,
  policy: SignaturePolicy = {},
): Promise<boolean> {
  try {
    const found = strongEnough(key, policy) ? acceptable(algorithm, signature, key) : undefined
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

/** Hash and key to verify with, if they match. @throws DecodeError, RangeError for malformed input. */
function acceptable(algorithm: Algorithm, signature: Uint8Array, key: PublicKey): Acceptable | undefined {
  if (algorithm.id === rsassaPss) return pssOf(algorithm, key)
  const scheme = schemes.get(algorithm.id)
  if (scheme === undefined || scheme.key !== key.kind.kind) return undefined
  const parametersFit = scheme.key === 'rsa' ? isNullOrAbsent(algorithm.parameters) : algorithm.parameters === undefined
  if (!parametersFit && scheme.key !== 'dsa') return undefined
  if (scheme.key !== 'rsa') requireStrictPair(signature)
  return { hash: scheme.hash, key: key.object }
}

/** Whether the policy accepts signatures of a key of that kind and size. @internal */
export function strongEnough({ kind, numbers }: PublicKey, policy: SignaturePolicy = {}): boolean {
  const { minRsaBits, maxRsaBits, maxExponentBits, allowDsa } = withDefaults(policy)
  if (kind.kind === 'rsa') {
    const fits = numbers?.kind === 'rsa' && numbers.sound && numbers.exponentBits <= maxExponentBits
    return fits && kind.bits >= minRsaBits && kind.bits <= maxRsaBits
  }
  if (kind.kind === 'ec') return curves.has(kind.curve)
  // A key that inherits its parameters has none of its own yet.
  return (
    kind.kind === 'dsa' && allowDsa && (numbers === undefined || (numbers.kind === 'dsa' && isBounded(numbers.bits)))
  )
}

/** Sizes of FIPS 186-4 4.2: a larger p, q or g is only slower. */
function isBounded([p, q, g]: readonly [p: number, q: number, g: number]): boolean {
  return p >= 1024 && p <= 3072 && q >= 160 && q <= 256 && g <= p
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

/** The only element in an explicit tag. */
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
