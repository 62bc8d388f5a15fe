import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { concat } from '../../../src/bytes.ts'

/** One DER element. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts)
  const { length } = body
  const bytes =
    length < 0x80 ? [] : length < 0x100 ? [length] : length < 0x10000 ? [length >> 8, length & 255] : undefined
  const size = bytes ?? [length >> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255].filter((b, i) => b || i)
  return concat(Uint8Array.of(tag, ...(size.length === 0 ? [length] : [0x80 | size.length, ...size])), body)
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
export const oid = (...content: number[]): Uint8Array => der(0x06, Uint8Array.from(content))
export const time = (value: string): Uint8Array => der(0x17, text(value))
export const name = (cn: string): Uint8Array => der(0x30, der(0x31, der(0x30, oid(0x55, 4, 3), der(0x0c, text(cn)))))
export const extension = (arc: number, critical: boolean, value: Uint8Array): Uint8Array =>
  der(0x30, oid(0x55, 0x1d, arc), ...(critical ? [Uint8Array.of(1, 1, 0xff)] : []), der(0x04, value))
const ecdsaSha256 = der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2))

/** Minimal INTEGER of a number that is not negative. */
export function integer(value: number): Uint8Array {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
  return der(0x02, bytes[0]! >= 0x80 ? concat(Uint8Array.of(0), bytes) : new Uint8Array(bytes))
}

/** An entry of a list. */
export function entry(serial: number, reason?: number, date = '100101000000Z', ...more: Uint8Array[]): Uint8Array {
  const extensions = [...(reason === undefined ? [] : [extension(21, false, Uint8Array.of(10, 1, reason))]), ...more]
  return der(0x30, integer(serial), time(date), ...(extensions.length > 0 ? [der(0x30, ...extensions)] : []))
}

export const keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
})

function signed(tbs: Uint8Array): Uint8Array {
  const signature = new Uint8Array(sign('sha256', tbs, keys.privateKey))
  return der(0x30, tbs, ecdsaSha256, der(0x03, Uint8Array.of(0), signature))
}

/** A list of the issuer `CA`, signed with {@link keys}. */
export function list(
  entries: readonly Uint8Array[],
  extensions: readonly Uint8Array[] = [],
  [from, to]: readonly [string, string?] = ['100101000000Z', '300101000000Z'],
  version = 1,
): Uint8Array {
  return signed(
    der(
      0x30,
      integer(version),
      ecdsaSha256,
      name('CA'),
      time(from),
      ...(to === undefined ? [] : [time(to)]),
      ...(entries.length > 0 ? [der(0x30, ...entries)] : []),
      ...(extensions.length > 0 ? [der(0xa0, der(0x30, ...extensions))] : []),
    ),
  )
}

/** A certificate of `CA` for {@link keys}. */
export function certificate(serial: number, subject: string, ...extensions: Uint8Array[]): Uint8Array {
  const spki = new Uint8Array(keys.publicKey.export({ type: 'spki', format: 'der' }))
  const validity = der(0x30, time('100101000000Z'), time('300101000000Z'))
  const wrapped = extensions.length > 0 ? [der(0xa3, der(0x30, ...extensions))] : []
  const version = der(0xa0, integer(2))
  return signed(der(0x30, version, integer(serial), ecdsaSha256, name('CA'), validity, name(subject), spki, ...wrapped))
}
