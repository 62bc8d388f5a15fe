import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { der, integer, type Keys, oid, sequence } from '../issue.ts'

const ecCurves: Readonly<Record<string, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
  'P-192': 'prime192v1',
  secp256k1: 'secp256k1',
}

const made = new Map<string, Keys>()

/** The key of a plan by name and kind (`P-256`, `rsa-2048`, `ed25519`); made once in a test file. */
export function keysOf(name: string, kind: string): Keys {
  const id = `${name} ${kind}`
  const keys = made.get(id) ?? generate(kind)
  made.set(id, keys)
  return keys
}

function generate(kind: string): Keys {
  if (kind === 'ed25519') return generateKeyPairSync('ed25519')
  const namedCurve = ecCurves[kind]
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve })
  const bits = /^rsa-(\d+)$/.exec(kind)?.[1]
  if (bits === undefined) throw new TypeError(`no kind of key: ${kind}`)
  return generateKeyPairSync('rsa', { modulusLength: Number(bits) })
}

/** Content of the subjectPublicKey BIT STRING, without unused bits. */
export function keyBits({ publicKey }: Keys): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const header = (at: number): number => (spki[at + 1]! < 0x80 ? 2 : 2 + (spki[at + 1]! & 0x7f))
  const algorithm = header(0)
  const bits = algorithm + header(algorithm) + spki[algorithm + 1]!
  return spki.subarray(bits + header(bits) + 1)
}

/** SHA-1 of the key: its identifier by RFC 5280 4.2.1.2 (1). */
export const keyId = (keys: Keys): Buffer => createHash('sha1').update(keyBits(keys)).digest()

/** How something is signed; left out, SHA-256 with PKCS#1 v1.5 or ECDSA. */
export interface SignaturePlan {
  readonly hash?: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
  /** RSASSA-PSS: what its parameters say; `made` is what was really done, where it differs. */
  readonly pss?: {
    readonly salt: number
    readonly mask?: string
    readonly trailer?: number
    readonly made?: { readonly salt: number }
  }
  /** AlgorithmIdentifier parameters other than those that belong there. */
  readonly parameters?: 'absent' | 'null'
  /** What is done to the signature value afterwards. */
  readonly spoil?: 'bit' | 'trailing' | 'long-length' | 'padded-integer' | 'negative' | 'empty'
}

const hashIds: Readonly<Record<string, string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}
const rsaIds: Readonly<Record<string, string>> = {
  sha1: '1.2.840.113549.1.1.5',
  sha224: '1.2.840.113549.1.1.14',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
}
const ecIds: Readonly<Record<string, string>> = {
  sha1: '1.2.840.10045.4.1',
  sha224: '1.2.840.10045.4.3.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
}
const asn1Null = der(0x05)

/** The AlgorithmIdentifier and the way to the signature value. */
export function signing(
  keys: Keys,
  plan: SignaturePlan = {},
): { readonly algorithm: Buffer; readonly make: (tbs: Buffer) => Buffer } {
  const { hash = 'sha256', pss } = plan
  const kind = keys.privateKey.asymmetricKeyType
  if (kind === 'ed25519') {
    return { algorithm: sequence(oid('1.3.101.112')), make: (tbs) => sign(null, tbs, keys.privateKey) }
  }
  if (pss !== undefined) {
    const key = {
      key: keys.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: pss.made?.salt ?? pss.salt,
    }
    return { algorithm: pssAlgorithm(hash, pss), make: (tbs) => spoiled(sign(hash, tbs, key), plan) }
  }
  const rsa = kind === 'rsa'
  const parameters = plan.parameters ?? (rsa ? 'null' : 'absent')
  const algorithm = sequence(oid((rsa ? rsaIds : ecIds)[hash]!), ...(parameters === 'null' ? [asn1Null] : []))
  return { algorithm, make: (tbs) => spoiled(sign(hash, tbs, keys.privateKey), plan) }
}

function pssAlgorithm(hash: string, { salt, mask = hash, trailer }: NonNullable<SignaturePlan['pss']>): Buffer {
  const hashAlgorithm = (name: string) => sequence(oid(hashIds[name]!), asn1Null)
  const parameters = sequence(
    der(0xa0, hashAlgorithm(hash)),
    der(0xa1, sequence(oid('1.2.840.113549.1.1.8'), hashAlgorithm(mask))),
    der(0xa2, integer(salt)),
    ...(trailer === undefined ? [] : [der(0xa3, integer(trailer))]),
  )
  return sequence(oid('1.2.840.113549.1.1.10'), parameters)
}

function spoiled(signature: Buffer, { spoil }: SignaturePlan): Buffer {
  const [integers, first] = [signature.subarray(2), signature.subarray(2, 4 + signature[3]!)]
  switch (spoil) {
    case 'bit':
      return Buffer.from(signature.map((byte, i) => (i === signature.length - 1 ? byte ^ 1 : byte)))
    case 'empty':
      return Buffer.alloc(0)
    case 'trailing':
      return Buffer.concat([signature, Buffer.from([0])])
    case 'long-length':
      return Buffer.concat([Buffer.from([0x30, 0x81, integers.length]), integers])
    case 'padded-integer':
      return sequence(der(0x02, Buffer.from([0]), first.subarray(2)), integers.subarray(first.length))
    case 'negative':
      // The first integer less 2^256: the same number to who reads only its last 32 bytes.
      return sequence(der(0x02, Buffer.from([0xff]), to32(first.subarray(2))), integers.subarray(first.length))
    default:
      return signature
  }
}

const to32 = (value: Buffer): Buffer => Buffer.concat([Buffer.alloc(32), value]).subarray(-32)
