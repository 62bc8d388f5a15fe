import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { asciiBytes, concat, fromHex } from '../../../src/bytes.ts'
import {
  decodeBirthRecord,
  decodeCardFace,
  decodeNumberImage,
  decodeVisualInformation,
} from '../../../src/card-face/index.ts'
import { DecodeError } from '../../../src/errors.ts'
import { encodeTlv } from '../../../src/tlv/index.ts'
import { thrown } from '../../support/vectors.ts'
import { birthRecord, box, cardFace, type FaceFields, faceFields, jp2, key, png, uint32 } from './records.ts'

const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256')
    .update(concat(...parts))
    .digest()

/** Offset of a field's value in the record, found by its bytes. */
function placeOf(record: Uint8Array, tag: string): number {
  const at = Buffer.from(record).indexOf(Buffer.from(tag, 'hex'), 26)
  const form = record[at + 2]!
  return at + (form < 0x80 ? 3 : 3 + (form & 0x7f))
}

describe('a card face', () => {
  test('has every field, and three digests under its signature', () => {
    const fields = faceFields()
    const face = decodeCardFace(cardFace(fields))
    const tlv = (tag: string): Uint8Array => encodeTlv(Number.parseInt(tag, 16), fields[tag]!)
    expect(face.signed).toEqual(
      new Uint8Array(
        concat(sha256(tlv('DF22'), tlv('DF23'), tlv('DF24')), sha256(tlv('DF25'), tlv('DF26')), sha256(tlv('DF27'))),
      ),
    )
    expect(face).toMatchObject({ birthDate: '1990-02-17', sex: 'female', unsigned: { expiry: '2035-02-17' } })
    expect(face.cardKey.exponent).toEqual(fromHex('010001'))
    expect(face.photo.bytes).toEqual(fields['DF27'])
  })

  test('is a copy: what was read may be overwritten', () => {
    const bytes = cardFace()
    const face = decodeCardFace(bytes)
    bytes.fill(0)
    expect(face.record).toEqual(cardFace())
    expect(face.photo.bytes).toEqual(jp2())
  })

  test('may be followed by filler', () => {
    expect(decodeCardFace(concat(cardFace(), new Uint8Array(99).fill(0xff))).record).toEqual(cardFace())
  })

  test.each([
    ['1', 'male'],
    ['2', 'female'],
    ['3', 'other'],
    ['9', 'not-applicable'],
  ])('sex %s is %s', (digit, sex) => {
    expect(decodeCardFace(cardFace(faceFields({ DF23: asciiBytes(digit) }))).sex).toBe(sex)
  })

  test.each([
    ['19900200', '1990-02-00'],
    ['19900000', '1990-00-00'],
    ['00000217', '0000-02-17'],
    ['19880229', '1988-02-29'],
  ])('birth date %s may be', (digits, shown) => {
    expect(decodeCardFace(cardFace(faceFields({ DF22: asciiBytes(digits) }))).birthDate).toBe(shown)
  })

  const field = (tag: string, value: Uint8Array | string, inside = 0): [string, FaceFields, string, number] => {
    const bytes = typeof value === 'string' ? asciiBytes(value) : value
    return [
      `${tag} ${bytes.length}:${Buffer.from(bytes.subarray(0, 12))
        .toString('latin1')
        .replace(/[^ -~]/g, '.')}`,
      { [tag]: bytes },
      tag,
      inside,
    ]
  }
  test.each([
    field('DF22', '19900230'),
    field('DF22', '19890229'),
    field('DF22', '1990021a', 7),
    field('DF23', '0'),
    field('DF29', '20350200'),
    field('DF29', '2035-217', 4),
    field('DF24', concat(fromHex('9103'), key.subarray(2))),
    field('DF24', concat(key.subarray(0, 8), fromHex('01'), key.subarray(9)), 8),
    field('DF24', concat(fromHex('9003010000'), key.subarray(5)), 2),
    field('DF24', concat(fromHex('9003000003'), key.subarray(5)), 2),
    field('DF24', concat(key.subarray(0, 9), fromHex('7F'), key.subarray(10)), 9),
    field('DF24', concat(key.subarray(0, 264), fromHex('C0')), 9),
    field('DF24', key.subarray(0, 264)),
    field('DF25', fromHex('FFD8FFE0')),
    field('DF25', png().subarray(0, 32), 32),
    field('DF25', concat(png().subarray(0, 12), asciiBytes('IDAT'), png().subarray(16)), 8),
    field('DF26', png(0, 5), 16),
    field('DF26', png(2049, 5), 16),
    field('DF2A', png(5, 0x8000_0000), 16),
    field('DF27', png()),
    field('DF27', jp2().subarray(0, 12), 12),
    field('DF27', jp2({ width: 2049 }), 93 - 15),
    field('DF27', jp2({ inStream: [240, 301] }), 48),
    field('DF27', jp2({ inStream: [0, 0], tile: [1, 1] }), 93 - 15),
    field('DF27', jp2({ tile: [0, 1] }), 93 - 15),
  ])('%s is refused at its place', async (_name, changes, tag, inside) => {
    const record = cardFace(faceFields(changes))
    const error = await thrown<DecodeError>(() => decodeCardFace(record))
    expect(error).toBeInstanceOf(DecodeError)
    expect({ code: error.code, offset: error.offset }).toEqual({
      code: 'ERR_CARD_DATA',
      offset: placeOf(record, tag) + inside,
    })
  })

  test.each(['DF22', 'DF23', 'DF28', 'DF29'])('%s of another length is refused', async (tag) => {
    const longer = concat(faceFields()[tag]!, asciiBytes('0'))
    const error = await thrown<DecodeError>(() => decodeCardFace(cardFace(faceFields({ [tag]: longer }))))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA' })
    expect(error.message).toContain(tag)
  })

  test.each(Object.keys(faceFields()))('one without %s is refused', async (tag) => {
    const { [tag]: _gone, ...fields } = faceFields()
    expect(await thrown<DecodeError>(() => decodeCardFace(cardFace(fields)))).toMatchObject({ code: 'ERR_CARD_DATA' })
  })

  test('a field more, or two in another order, are refused', async () => {
    const more = await thrown<DecodeError>(() => decodeCardFace(cardFace({ ...faceFields(), DF2B: png() })))
    expect(more.message).toContain('unknown field')
    const { DF22, DF23, ...rest } = faceFields() as Record<'DF22' | 'DF23', Uint8Array>
    const swapped = await thrown<DecodeError>(() => decodeCardFace(cardFace({ DF23, DF22, ...rest })))
    expect(swapped.message).toContain('DF22 expected')
  })

  test('every wrong entry of the offset table is found', async () => {
    for (let i = 0; i < 9; i++) {
      const record = cardFace()
      record[8 + 2 * i + 1]! ^= 1
      expect(await thrown(() => decodeCardFace(record))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 8 + 2 * i })
    }
  })

  test('cut anywhere, it is a coded error', async () => {
    const record = cardFace()
    for (let length = 0; length < record.length; length++) {
      expect(await thrown(() => decodeCardFace(record.subarray(0, length)))).toBeInstanceOf(DecodeError)
    }
  })

  test('one that no card can hold is refused before it is read', async () => {
    const error = await thrown(() => decodeCardFace(new Uint8Array(50_000_000).fill(0xff)))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: 32_767 })
  })
})

describe('JP2 boxes', () => {
  const face = (photo: Uint8Array) => decodeCardFace(cardFace(faceFields({ DF27: photo })))
  const [start, rest] = [jp2().subarray(0, 12), jp2().subarray(12)]

  test('others may stand between, and the last may reach to the end', () => {
    expect(face(concat(start, box('uuid', new Uint8Array(30)), rest)).photo.width).toBe(240)
    const open = jp2()
    open.set(uint32(0), open.length - 4 - 45 - 4)
    expect(face(open).photo.height).toBe(300)
  })

  test.each([
    ['a length below 8', concat(start, uint32(7), asciiBytes('uuid'), rest)],
    ['a length past the end', concat(start, uint32(0x7fff_ffff), asciiBytes('uuid'), rest)],
    ['a length of 64 bits', concat(start, uint32(1), asciiBytes('uuid'), uint32(0), uint32(16), rest)],
    ['more than 64 boxes', concat(start, ...Array.from({ length: 70 }, () => box('free')), rest)],
    ['no header', concat(start, box('jp2c', fromHex('FF4F')))],
    ['no codestream', concat(start, box('jp2h', box('ihdr', new Uint8Array(14))))],
    ['a header of another length', concat(start, box('jp2h', box('ihdr', new Uint8Array(13))), box('jp2c'))],
  ])('%s is refused', async (_name, photo) => {
    expect(await thrown(() => face(photo))).toMatchObject({ code: 'ERR_CARD_DATA' })
  })
})

describe('a birth record', () => {
  test('has a birth date, a key and a signature over both', () => {
    const record = decodeBirthRecord(birthRecord())
    expect(record.birthDate).toBe('1990-02-17')
    expect(record.signed).toEqual(birthRecord().subarray(5, 5 + 11 + 270))
  })

  test.each([
    ['a key cut short', { DF12: key.subarray(1) }, 5 + 11 + 5],
    ['no day', { DF11: asciiBytes('19901317') }, 8],
    ['a signature cut short', { DF13: new Uint8Array(255) }, 5 + 11 + 270],
  ] as const)('with %s it is refused at its place', async (_name, changes, offset) => {
    expect(await thrown(() => decodeBirthRecord(birthRecord(changes)))).toMatchObject({ code: 'ERR_CARD_DATA', offset })
  })
})

describe('other records', () => {
  test('a number image that is not a PNG is refused', async () => {
    const record = encodeTlv(
      0xff40,
      encodeTlv(0xdf41, jp2()),
      encodeTlv(0xdf42, key),
      encodeTlv(0xdf43, new Uint8Array(256)),
    )
    expect(await thrown(() => decodeNumberImage(record))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 8 })
  })

  test('basic information is strict', async () => {
    const id = concat(asciiBytes('9000024'), fromHex('0805'), asciiBytes('000'), fromHex('00000000'))
    const make = (changes: FaceFields): Uint8Array => {
      const fields = {
        DF31: fromHex('06030E01'),
        DF32: id,
        DF33: Uint8Array.of(1),
        DF34: asciiBytes('13221'),
        DF35: concat(id, new Uint8Array(256)),
        ...changes,
      }
      return encodeTlv(
        0xff30,
        ...Object.entries(fields).map(([tag, value]) => encodeTlv(Number.parseInt(tag, 16), value)),
      )
    }
    expect(decodeVisualInformation(make({}))).toMatchObject({ version: 1, municipalityCode: '13221', keyId: id })
    for (const changes of [
      { DF31: new Uint8Array(3) },
      { DF32: id.subarray(1) },
      { DF32: new Uint8Array(16) },
      { DF33: new Uint8Array(2) },
      { DF34: asciiBytes('1322a') },
      { DF35: new Uint8Array(15) },
    ] as FaceFields[]) {
      expect(await thrown(() => decodeVisualInformation(make(changes)))).toMatchObject({ code: 'ERR_CARD_DATA' })
    }
  })
})
