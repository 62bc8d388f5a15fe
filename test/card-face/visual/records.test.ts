import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiBytes, concat, fromHex } from '../../../src/bytes.ts'
import {
  type CardFace,
  decodeBirthRecord,
  decodeCardFace,
  decodeNumberImage,
  decodeVisualInformation,
} from '../../../src/card-face/index.ts'
import { requireCardFace } from '../../../src/card-face/visual/card-face.ts'
import { requireBirthRecord } from '../../../src/card-face/visual/fields.ts'
import { requireNumberImage } from '../../../src/card-face/visual/images.ts'
import { DecodeError } from '../../../src/errors.ts'
import { encodeTlv } from '../../../src/tlv/index.ts'
import { thrown } from '../../support/vectors.ts'
import {
  birthRecord,
  box,
  cardFace,
  cardFaceOf,
  type FaceFields,
  faceFields,
  jp2,
  key,
  png,
  uint32,
} from './records.ts'

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
    expect(face.photo!.bytes).toEqual(fields['DF27'])
    expect([face.further, face.problems]).toEqual([[], []])
    expect(requireCardFace(cardFace(fields))).toEqual(face)
  })

  test('is a copy: what was read may be overwritten', () => {
    const bytes = cardFace()
    const face = decodeCardFace(bytes)
    bytes.fill(0)
    expect(face.record).toEqual(cardFace())
    expect(face.photo!.bytes).toEqual(jp2())
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
  ])('%s is refused at its place where the record must be whole', async (_name, changes, tag, inside) => {
    const record = cardFace(faceFields(changes))
    const error = await thrown<DecodeError>(() => requireCardFace(record))
    expect(error).toBeInstanceOf(DecodeError)
    expect({ code: error.code, offset: error.offset }).toEqual({
      code: 'ERR_CARD_DATA',
      offset: placeOf(record, tag) + inside,
    })
  })

  test.each(['DF22', 'DF23', 'DF28', 'DF29'])(
    '%s of another length is refused where the record must be whole',
    async (tag) => {
      const longer = concat(faceFields()[tag]!, asciiBytes('0'))
      const error = await thrown<DecodeError>(() => requireCardFace(cardFace(faceFields({ [tag]: longer }))))
      expect(error).toMatchObject({ code: 'ERR_CARD_DATA' })
      expect(error.message).toContain(tag)
    },
  )

  test.each(Object.keys(faceFields()))('one without %s is refused where the record must be whole', async (tag) => {
    const { [tag]: _gone, ...fields } = faceFields()
    expect(await thrown<DecodeError>(() => requireCardFace(cardFace(fields)))).toMatchObject({ code: 'ERR_CARD_DATA' })
  })

  test('a field more, or two in another order, are refused where the record must be whole', async () => {
    const more = await thrown<DecodeError>(() => requireCardFace(cardFace({ ...faceFields(), DF2B: png() })))
    expect(more.message).toContain('unknown field')
    const { DF22, DF23, ...rest } = faceFields() as Record<'DF22' | 'DF23', Uint8Array>
    const swapped = await thrown<DecodeError>(() => requireCardFace(cardFace({ DF23, DF22, ...rest })))
    expect(swapped.message).toContain('DF22 expected')
  })

  test('every wrong entry of the offset table is found', async () => {
    for (let i = 0; i < 9; i++) {
      const record = cardFace()
      record[8 + 2 * i + 1]! ^= 1
      expect(await thrown(() => requireCardFace(record))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 8 + 2 * i })
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

describe('a field of a card face that cannot be read costs only itself', () => {
  type Name = 'birthDate' | 'sex' | 'nameImage' | 'addressImage' | 'photo' | 'expiry' | 'securityCodeImage'
  const tagOf: Readonly<Record<Name, string>> = {
    birthDate: 'DF22',
    sex: 'DF23',
    nameImage: 'DF25',
    addressImage: 'DF26',
    photo: 'DF27',
    expiry: 'DF29',
    securityCodeImage: 'DF2A',
  }
  const names = Object.keys(tagOf) as Name[]
  const flat = (face: CardFace): Readonly<Record<Name, unknown>> => ({ ...face, ...face.unsigned })
  const whole = flat(decodeCardFace(cardFace()))
  const others = (lost?: Name): object =>
    Object.fromEntries(names.filter((name) => name !== lost).map((name) => [name, whole[name]]))

  /** Reads a record and checks that it has everything else, and is refused where it must be whole. */
  async function expectLost(record: Uint8Array, lost: Name, problem: string, masked: string): Promise<CardFace> {
    const face = decodeCardFace(record)
    expect(flat(face)).toMatchObject(others(lost))
    expect(flat(face)[lost]).toBeUndefined()
    expect(face.problems).toEqual([{ field: lost, problem, masked }])
    expect(face.cardKey.exponent).toEqual(fromHex('010001'))
    expect(await thrown(() => requireCardFace(record))).toBeInstanceOf(DecodeError)
    return face
  }

  const image = [
    ['a JPEG', fromHex('FFD8FFE0'), 'not-an-image', '4 bytes'],
    ['nothing', fromHex(''), 'not-an-image', '0 bytes'],
    ['text', asciiBytes('no image'), 'not-an-image', '8 characters'],
  ] as const
  const date = [
    ['seven digits', asciiBytes('1990021'), 'wrong-length', '7 digits'],
    ['a letter', asciiBytes('1990021a'), 'not-digits', '8 characters'],
    ['30 February', asciiBytes('19900230'), 'not-a-date', '8 digits'],
    ['no bytes', fromHex(''), 'wrong-length', '0 bytes'],
  ] as const
  const defects: readonly (readonly [Name, string, Uint8Array, string, string])[] = [
    ...date.map((one) => ['birthDate', ...one] as const),
    ...date.map((one) => ['expiry', ...one] as const),
    ['expiry', 'an unknown day', asciiBytes('20350200'), 'not-a-date', '8 digits'],
    ['sex', 'an unknown code', asciiBytes('0'), 'unknown-code', '1 digit'],
    ['sex', 'a byte that is no text', fromHex('FF'), 'unknown-code', '1 byte'],
    ['sex', 'two digits', asciiBytes('11'), 'wrong-length', '2 digits'],
    ...(['nameImage', 'addressImage', 'photo', 'securityCodeImage'] as const).flatMap((name) =>
      image.map((one) => [name, ...one] as const),
    ),
    ['nameImage', 'the photo', jp2(), 'not-an-image', `${jp2().length} bytes`],
    ['photo', 'a PNG', png(), 'not-an-image', `${png().length} bytes`],
  ]
  test.each(defects)('%s: %s', async (name, _, value, problem, masked) => {
    const face = await expectLost(cardFace(faceFields({ [tagOf[name]]: value })), name, problem, masked)
    expect(face.signed).toHaveLength(96)
  })

  const isSigned = (name: Name): boolean => name !== 'expiry' && name !== 'securityCodeImage'

  test.each(names)('%s is missing', async (name) => {
    const { [tagOf[name]]: _gone, ...fields } = faceFields()
    const face = await expectLost(cardFace(fields), name, 'missing', 'nothing')
    if (isSigned(name)) expect(face.signed).toBeUndefined()
    else expect(face.signed).toHaveLength(96)
  })

  test.each(names)('%s is there twice, beside the other or at the end', async (name) => {
    const again = encodeTlv(Number.parseInt(tagOf[name], 16), faceFields()[tagOf[name]]!)
    for (const place of [`${tagOf[name]}`, 'end'] as const) {
      const list = Object.entries(faceFields()).map(([tag, value]) => encodeTlv(Number.parseInt(tag, 16), value))
      const at = place === 'end' ? list.length : Object.keys(faceFields()).indexOf(place)
      const record = cardFaceOf(list.toSpliced(at, 0, again))
      const face = await expectLost(record, name, 'duplicate', '2 fields')
      if (isSigned(name)) expect(face.signed).toBeUndefined()
    }
  })

  test('without the card key or the signature, or with one of another form, it is refused', async () => {
    for (const tag of ['DF24', 'DF28']) {
      const { [tag]: value, ...fields } = faceFields()
      const record = [cardFace(fields), cardFace(faceFields({ [tag]: value!.subarray(1) }))]
      const list = Object.entries(faceFields()).map(([name, one]) => encodeTlv(Number.parseInt(name, 16), one))
      record.push(cardFaceOf([...list, encodeTlv(Number.parseInt(tag, 16), value!)]))
      for (const one of record) expect(await thrown(() => decodeCardFace(one))).toMatchObject({ code: 'ERR_CARD_DATA' })
    }
  })

  test('the offset table costs nothing', () => {
    for (let i = 0; i < 9; i++) {
      const record = cardFace()
      record[8 + 2 * i + 1]! ^= 1
      const face = decodeCardFace(record)
      expect(flat(face)).toMatchObject(others())
      expect(face.problems).toEqual([{ field: 'offsets', problem: 'offsets-do-not-fit', masked: '18 bytes' }])
    }
  })

  test('fields in another order are read, and what the signature is over is then unknown', () => {
    const { DF22, DF23, ...rest } = faceFields() as Record<'DF22' | 'DF23', Uint8Array>
    const face = decodeCardFace(cardFace({ DF23, DF22, ...rest }))
    expect(flat(face)).toMatchObject(others())
    expect(face.signed).toBeUndefined()
  })

  test('any value of one field leaves the others as they are', () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.stringMatching(/^\d{0,10}$/).map((one) => asciiBytes(one)),
      fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 8 })).map(([at, bytes]) => {
        const changed = concat(jp2())
        changed.set(bytes, at % (changed.length - bytes.length))
        return changed
      }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, bytes) => {
        const face = decodeCardFace(cardFace(faceFields({ [tagOf[name]]: bytes })))
        expect(flat(face)).toMatchObject(others(name))
        expect(face.problems.map(({ field }) => field)).toEqual(flat(face)[name] === undefined ? [name] : [])
        expect(face.signed).toHaveLength(96)
      }),
      { numRuns: 1_000 },
    )
  }, 60_000)
})

describe('further fields of the visual records', () => {
  const kana = encodeTlv(0xdf2b, Buffer.from('ミホン　タロウ'))
  const odd = encodeTlv(0xff2c, fromHex('DF7F'))
  const shape = [
    { tag: 0xdf2b, text: 'ミホン　タロウ', bytes: new Uint8Array(Buffer.from('ミホン　タロウ')) },
    { tag: 0xff2c, bytes: fromHex('DF7F') },
  ]

  test('of a card face are exposed wherever they are, and the record is not whole', async () => {
    const list = Object.entries(faceFields()).map(([tag, value]) => encodeTlv(Number.parseInt(tag, 16), value))
    for (let at = 0; at <= list.length; at++) {
      const record = cardFaceOf(list.toSpliced(at, 0, kana, odd))
      const { further, problems, birthDate, photo, unsigned } = decodeCardFace(record)
      expect([further, problems]).toEqual([shape, []])
      expect({ birthDate, photo, unsigned }).toMatchObject({
        birthDate: '1990-02-17',
        photo: { format: 'jp2' },
        unsigned: { expiry: '2035-02-17' },
      })
      expect(await thrown(() => requireCardFace(record))).toBeInstanceOf(DecodeError)
    }
  })

  test.each([
    ['a birth record', decodeBirthRecord, requireBirthRecord, birthRecord(), 'birthDate'],
    [
      'a number image',
      decodeNumberImage,
      requireNumberImage,
      encodeTlv(0xff40, encodeTlv(0xdf41, png()), encodeTlv(0xdf42, key), encodeTlv(0xdf43, new Uint8Array(256))),
      'image',
    ],
  ] as const)(
    'of %s too, whose field may be missing, repeated or malformed',
    async (_, decode, whole, record, name) => {
      const head = record.subarray(0, 2)
      const body = record.subarray(5)
      const with_ = (...parts: readonly Uint8Array[]): Uint8Array => encodeTlv(head[0]! * 256 + head[1]!, ...parts)
      const field = body.subarray(0, 3 + body[2]!)
      const rest = body.subarray(field.length)
      const tag = field[0]! * 256 + field[1]!
      const read = decode(record)
      expect(whole(record)).toEqual(read)

      const further = decode(with_(field, kana, rest, odd))
      expect(further).toMatchObject({ further: shape, problems: [], signed: undefined })
      expect((further as unknown as Record<string, unknown>)[name]).toEqual(
        (read as unknown as Record<string, unknown>)[name],
      )
      expect(decode(with_(field, rest, kana))).toMatchObject({ signed: read.signed, further: [shape[0]] })

      const cases = [
        [with_(rest), 'missing', 'nothing'],
        [with_(field, field, rest), 'duplicate', '2 fields'],
        [with_(encodeTlv(tag, fromHex('FF')), rest), name === 'image' ? 'not-an-image' : 'wrong-length', '1 byte'],
      ] as const
      for (const [bytes, problem, masked] of cases) {
        expect(decode(bytes)).toMatchObject({ [name]: undefined, problems: [{ field: name, problem, masked }] })
        expect(decode(bytes).cardKey).toEqual(read.cardKey)
        expect(await thrown(() => whole(bytes))).toBeInstanceOf(DecodeError)
      }
    },
  )
})

describe('JP2 boxes', () => {
  const face = (photo: Uint8Array) => requireCardFace(cardFace(faceFields({ DF27: photo })))
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
    expect(decodeCardFace(cardFace(faceFields({ DF27: photo })))).toMatchObject({
      birthDate: '1990-02-17',
      nameImage: { format: 'png' },
      photo: undefined,
      problems: [{ field: 'photo', problem: 'not-an-image' }],
    })
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
  ] as const)('with %s it is refused at its place where it must be whole', async (_name, changes, offset) => {
    expect(await thrown(() => requireBirthRecord(birthRecord(changes)))).toMatchObject({
      code: 'ERR_CARD_DATA',
      offset,
    })
  })
})

describe('other records', () => {
  test('a number image that is not a PNG is refused where it must be whole', async () => {
    const record = encodeTlv(
      0xff40,
      encodeTlv(0xdf41, jp2()),
      encodeTlv(0xdf42, key),
      encodeTlv(0xdf43, new Uint8Array(256)),
    )
    expect(await thrown(() => requireNumberImage(record))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 8 })
    expect(decodeNumberImage(record)).toMatchObject({
      image: undefined,
      problems: [{ field: 'image', problem: 'not-an-image', masked: `${jp2().length} bytes` }],
    })
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
