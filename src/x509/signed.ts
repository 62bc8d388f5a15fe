import { constants, verify } from 'node:crypto'
import { type Algorithm, isNullOrAbsent } from './algorithm.ts'
import { context, DerReader, readInteger, readOid, readSmallInteger, tags } from './der.ts'
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
    if (!strongEnough(key, policy)) return false
    if (algorithm.id === rsassaPss) return verifyPss(signed, algorithm, signature, key)
    const scheme = schemes.get(algorithm.id)
    if (scheme === undefined || scheme.key !== key.kind.kind) return false
    const parametersFit =
      scheme.key === 'rsa' ? isNullOrAbsent(algorithm.parameters) : algorithm.parameters === undefined
    if (!parametersFit && scheme.key !== 'dsa') return false
    if (scheme.key !== 'rsa') requireStrictPair(signature)
    return verify(scheme.hash, signed, key.object, signature)
  } catch {
    return false
  }
}

function strongEnough(key: PublicKey, policy: SignaturePolicy): boolean {
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
function verifyPss(signed: Uint8Array, algorithm: Algorithm, signature: Uint8Array, key: PublicKey): boolean {
  if (key.kind.kind !== 'rsa' || algorithm.parameters === undefined) return false
  const reader = new DerReader(algorithm.parameters)
  const parameters = reader.enter(tags.sequence)
  reader.finish()
  const hash = readHash(parameters.enter(context(0)).enter(tags.sequence))
  const mask = parameters.enter(context(1)).enter(tags.sequence)
  if (readOid(mask) !== mgf1) return false
  const maskHash = readHash(mask.enter(tags.sequence))
  const saltLength = parameters.nextTag === context(2) ? readSmallInteger(parameters.enter(context(2))) : 20
  if (parameters.nextTag === context(3) && readSmallInteger(parameters.enter(context(3))) !== 1) return false
  parameters.finish()
  if (hash === undefined || maskHash === undefined || hash !== maskHash) return false
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return verify(hash, signed, { key: key.object, padding, saltLength }, signature)
}

function readHash(reader: DerReader): string | undefined {
  return hashes.get(readOid(reader))
}
