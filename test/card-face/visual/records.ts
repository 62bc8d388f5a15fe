import { asciiBytes, concat, fromHex } from '../../../src/bytes.ts'
import { encodeTlv } from '../../../src/tlv/index.ts'

/** Records of the visual application, made here field by field: no signature in them is one. */

export const key = concat(fromHex('9003010001 91820100'), new Uint8Array(256).fill(0xc1))
const signature = new Uint8Array(256).fill(0x5a)

export function png(width = 24, height = 12): Uint8Array {
  return concat(
    fromHex('89504E470D0A1A0A 0000000D 49484452'),
    uint32(width),
    uint32(height),
    fromHex('0100000000 00000000'),
  )
}

export interface Jp2Parts {
  readonly width?: number
  readonly height?: number
  /** Size in the codestream, when another than in the box. */
  readonly inStream?: readonly [number, number]
  readonly tile?: readonly [number, number]
  readonly components?: number
  readonly depth?: number
  readonly rest?: Uint8Array
}

/** A JP2 file up to its size segment; what follows decodes to nothing. */
export function jp2(parts: Jp2Parts = {}): Uint8Array {
  const { width = 240, height = 300, components = 1, depth = 8, rest = new Uint8Array() } = parts
  const [right, bottom] = parts.inStream ?? [width, height]
  const [tileWidth, tileHeight] = parts.tile ?? [right, bottom]
  const image = concat(uint32(height), uint32(width), uint16(components), Uint8Array.of(depth - 1, 7, 0, 0))
  const size = concat(
    uint16(0),
    ...[right, bottom, 0, 0, tileWidth, tileHeight, 0, 0].map(uint32),
    uint16(components),
    ...Array.from({ length: components }, () => Uint8Array.of(depth - 1, 1, 1)),
  )
  return concat(
    box('jP  ', fromHex('0D0A870A')),
    box('ftyp', asciiBytes('jp2 '), uint32(0), asciiBytes('jp2 ')),
    box('jp2h', box('ihdr', image)),
    box('jp2c', fromHex('FF4FFF51'), uint16(size.length + 2), size, rest),
  )
}

export function box(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(...contents)
  return concat(uint32(body.length + 8), asciiBytes(type), body)
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff)
}

export function uint32(value: number): Uint8Array {
  return concat(uint16(value >>> 16), uint16(value & 0xffff))
}

/** Values of the fields of a card face by tag; in the order of the file. */
export type FaceFields = Record<string, Uint8Array>

export function faceFields(changes: FaceFields = {}): FaceFields {
  return {
    DF22: asciiBytes('19900217'),
    DF23: asciiBytes('2'),
    DF24: key,
    DF25: png(320, 40),
    DF26: png(320, 80),
    DF27: jp2(),
    DF28: signature,
    DF29: asciiBytes('20350217'),
    DF2A: png(),
    ...changes,
  }
}

/** FF20 with a right offset table. */
export function cardFace(fields: FaceFields = faceFields()): Uint8Array {
  return cardFaceOf(Object.entries(fields).map(([tag, value]) => encodeTlv(Number.parseInt(tag, 16), value)))
}

/** The same of data objects, which may repeat. */
export function cardFaceOf(list: readonly Uint8Array[]): Uint8Array {
  const body = concat(...list)
  const whole = (table: Uint8Array): Uint8Array => encodeTlv(0xff20, encodeTlv(0xdf21, table), body)
  let at = whole(new Uint8Array(2 * list.length)).length - body.length
  const offsets = list.map(({ length }) => {
    at += length
    return uint16(at - length)
  })
  return whole(concat(...offsets))
}

export function birthRecord(changes: FaceFields = {}): Uint8Array {
  const fields = { DF11: asciiBytes('19900217'), DF12: key, DF13: signature, ...changes }
  return encodeTlv(0xff10, ...Object.entries(fields).map(([tag, value]) => encodeTlv(Number.parseInt(tag, 16), value)))
}
