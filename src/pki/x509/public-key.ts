import { createPublicKey, type KeyObject, type PublicKeyInput } from 'node:crypto'
import { toHex } from '../../bytes.ts'
import {
  Algorithm,
  DerReader,
  type Element,
  isNullOrAbsent,
  passInteger,
  readBitString,
  readOid,
  tags,
} from '../../der/index.ts'
import { DecodeError } from '../../errors.ts'

/** Kind and size of a public key. No algorithm is assumed: present cards have RSA-2048, the next ones EC P-384. */
export type PublicKeyKind =
  | { readonly kind: 'rsa'; readonly bits: number }
  | { readonly kind: 'ec'; readonly curve: string }
  | { readonly kind: 'dsa'; readonly bits: number | undefined }
  | { readonly kind: 'other'; readonly name: string }

const rsaEncryption = '1.2.840.113549.1.1.1'
const ecPublicKey = '1.2.840.10045.2.1'
const dsaKey = '1.2.840.10040.4.1'

const curves: ReadonlyMap<string, string> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
])

/** Sizes of a key that determine the time of a verification. */
export type KeyNumbers =
  /**
   * Whether modulus and exponent are odd and positive, as those of every RSA key are; bits of the exponent. RFC 8017
   * 3.1.
   */
  | { readonly kind: 'rsa'; readonly sound: boolean; readonly exponentBits: number }
  /** Bits of p, q and g. FIPS 186-4 4.2. */
  | { readonly kind: 'dsa'; readonly bits: readonly [p: number, q: number, g: number] }

/** SubjectPublicKeyInfo. RFC 5280 4.1.2.7. */
export class PublicKey {
  readonly algorithm: Algorithm
  /** Content of the BIT STRING: a view. */
  readonly bits: Uint8Array
  readonly kind: PublicKeyKind
  /** Its sizes, for key types that can be slow to verify with. @internal */
  readonly numbers: KeyNumbers | undefined
  readonly #reader: DerReader
  readonly #element: Element
  #object: KeyObject | undefined
  #used = false
  #id: string | undefined

  private constructor(reader: DerReader, element: Element, algorithm: Algorithm, bits: DerReader) {
    this.#reader = reader
    this.#element = element
    this.algorithm = algorithm
    this.bits = bits.bytes.subarray(bits.offset, bits.end)
    const [kind, numbers] = kindOf(algorithm, bits)
    this.kind = kind
    this.numbers = numbers
  }

  /** Reads one. @throws DecodeError `ERR_DER`. @internal */
  static read(reader: DerReader): PublicKey {
    const element = reader.read(tags.sequence)
    const sequence = reader.into(element)
    const algorithm = new Algorithm(sequence)
    const at = sequence.offset
    const { bytes, unusedBits } = readBitString(sequence)
    if (unusedBits !== 0) throw new DecodeError('ERR_DER', 'a key with unused bits', at)
    sequence.finish()
    const end = sequence.offset
    return new PublicKey(reader, element, algorithm, new DerReader(reader.bytes, end - bytes.length, end))
  }

  /** DER of the SubjectPublicKeyInfo: a view. */
  get der(): Uint8Array {
    return this.#reader.raw(this.#element)
  }

  /**
   * The key for node:crypto; made once. RSA keys come from their PKCS#1 form, which node:crypto reads 40 times faster.
   *
   * @throws Error of node:crypto when the bits are not such a key.
   */
  get object(): KeyObject {
    this.#object ??= createPublicKey(this.#input())
    return this.#object
  }

  /**
   * Key input for one verification: the encoding at first, because a holder's key is used once and creating a KeyObject
   * costs a tenth of the verification; the KeyObject from the second use on.
   */
  get forVerify(): KeyObject | PublicKeyInput {
    if (this.#object !== undefined || this.#used) return this.object
    this.#used = true
    return this.#input()
  }

  #input(): PublicKeyInput {
    return this.kind.kind === 'rsa'
      ? { key: binary(this.bits), format: 'der', type: 'pkcs1' }
      : { key: binary(this.der), format: 'der', type: 'spki' }
  }

  /** The whole key as text, for comparison and lookup. */
  get id(): string {
    this.#id ??= toHex(this.der)
    return this.#id
  }

  /** The same DSA key with the parameters of its issuer, which it may omit. RFC 3279 2.3.2. */
  inheriting(issuer: PublicKey): PublicKey {
    const inherits = this.algorithm.id === dsaKey && isNullOrAbsent(this.algorithm.parameters)
    if (!inherits || issuer.algorithm.id !== dsaKey) return this
    const bitString = this.der.subarray(new DerReader(this.der).enter(tags.sequence).read().end)
    const parts = Buffer.concat([issuer.algorithm.der, bitString])
    const der = Buffer.concat([Uint8Array.of(tags.sequence, 0x82, parts.length >> 8, parts.length & 0xff), parts])
    return PublicKey.read(new DerReader(new Uint8Array(der)))
  }
}

/** Node.js accepts any Uint8Array; its types require Buffer. A copy would cost more than the import itself. */
const binary = (bytes: Uint8Array): Buffer => bytes as Buffer

function kindOf(algorithm: Algorithm, bits: DerReader): readonly [PublicKeyKind, KeyNumbers | undefined] {
  if (algorithm.id === rsaEncryption) return rsaOf(algorithm, bits)
  if (algorithm.id === ecPublicKey) {
    const named = algorithm.parameters?.[0] === tags.oid ? readOid(new DerReader(algorithm.parameters)) : 'explicit'
    return [{ kind: 'ec', curve: curves.get(named) ?? named }, undefined]
  }
  if (algorithm.id === dsaKey) {
    const given = algorithm.parameters?.[0] === tags.sequence
    if (!given) return [{ kind: 'dsa', bits: undefined }, undefined]
    const sequence = new DerReader(algorithm.parameters!).enter(tags.sequence)
    const next = (): number => nextNumber(sequence).bits
    const numbers = [next(), next(), next()] as const
    return [
      { kind: 'dsa', bits: numbers[0] },
      { kind: 'dsa', bits: numbers },
    ]
  }
  return [{ kind: 'other', name: algorithm.id }, undefined]
}

/** Exactly an RSAPublicKey, so that a key has one encoding. RFC 3279 2.3.1: the parameters are NULL. */
function rsaOf({ parameters }: Algorithm, bits: DerReader): readonly [PublicKeyKind, KeyNumbers] {
  if (!isNullOrAbsent(parameters)) throw new DecodeError('ERR_DER', 'an RSA key with parameters', bits.offset)
  const key = bits.enter(tags.sequence)
  bits.finish()
  const modulus = nextNumber(key)
  const exponent = nextNumber(key)
  key.finish()
  const sound = modulus.odd && modulus.positive && exponent.odd && exponent.positive && exponent.bits > 1
  return [
    { kind: 'rsa', bits: modulus.bits },
    { kind: 'rsa', sound, exponentBits: exponent.bits },
  ]
}

interface KeyNumber {
  readonly bits: number
  readonly odd: boolean
  readonly positive: boolean
}

function nextNumber(reader: DerReader): KeyNumber {
  const start = passInteger(reader)
  const { bytes, offset } = reader
  const odd = (bytes[offset - 1]! & 1) === 1
  return { bits: bitsOf(bytes, start, offset), odd, positive: bytes[start]! < 0x80 }
}

/** Bits of the number at that place, leading zeros not counted. */
function bitsOf(bytes: Uint8Array, start: number, end: number): number {
  let first = start
  while (first < end && bytes[first] === 0) first++
  return first === end ? 0 : (end - first) * 8 - Math.clz32(bytes[first]!) + 24
}
