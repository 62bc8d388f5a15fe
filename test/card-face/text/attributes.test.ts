import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asciiBytes, concat, fromHex, toHex } from '../../../src/bytes.ts'
import { decodeAttributes, digestedAttributes, type FieldProblem } from '../../../src/card-face/index.ts'
import { attributesLength, requireAttributes } from '../../../src/card-face/text/attributes.ts'
import { DecodeError } from '../../../src/errors.ts'
import { encodeTlv } from '../../../src/tlv/index.ts'
import { sharedFolder } from '../../support/shared.ts'
import { thrown, vectors } from '../../support/vectors.ts'

interface Basics {
  readonly name: string | null
  readonly address: string | null
  readonly birthDate: string | null
  readonly sex: string | null
}
interface Case {
  readonly id: string
  readonly bytes: string
  /** Read strictly and field by field. */
  readonly attributes?: Basics & { readonly further?: readonly { tag: string; text?: string; bytes: string }[] }
  /** How the strict reading ends. */
  readonly code?: string
  readonly offset?: number
  /** Read field by field; absent where there is no record to read. */
  readonly reads?: Basics & { readonly problems: readonly FieldProblem[] }
}

/** The four attributes, `null` for one that cannot be read, and what else there is. */
function shown(file: string) {
  const { further, problems, ...basics } = decodeAttributes(fromHex(file))
  const named = Object.entries(basics).map(([name, value]) => [name, value ?? null] as const)
  return {
    basics: Object.fromEntries(named),
    further: further.map(({ tag, bytes, ...text }) => ({
      tag: tag.toString(16).toUpperCase(),
      ...text,
      bytes: toHex(bytes),
    })),
    problems,
  }
}

describe('decodeAttributes', () => {
  test.each(vectors<Case>('juki/attributes.json'))('$id', async ({ bytes, attributes, code, offset, reads }) => {
    if (attributes !== undefined) {
      const { further = [], ...basics } = attributes
      expect(shown(bytes)).toEqual({ basics, further, problems: [] })
      expect(requireAttributes(fromHex(bytes))).toEqual(decodeAttributes(fromHex(bytes)))
      return
    }
    const strict = await thrown(() => requireAttributes(fromHex(bytes)))
    expect(strict).toMatchObject({ code, offset })
    expect(strict.message).not.toMatch(/見本|架空|1990/)
    if (reads !== undefined) {
      const { problems, ...basics } = reads
      expect(shown(bytes)).toEqual({ basics, further: [], problems })
      expect(inspect(problems)).not.toMatch(/見本|架空|1990/)
      return
    }
    const error = await thrown(() => decodeAttributes(fromHex(bytes)))
    expect(error).toMatchObject({ code, offset })
    expect(error.message).not.toMatch(/見本|架空|1990/)
  })
})

type Field = readonly [tag: number, value: Uint8Array]
const values = {
  name: Buffer.from('見本　太郎'),
  address: Buffer.from('架空県架空市仮町１－２－３'),
  birthDate: asciiBytes('19900217'),
  sex: asciiBytes('1'),
}
type Name = keyof typeof values
const names = Object.keys(values) as Name[]
const tagOf = { name: 0xdf22, address: 0xdf23, birthDate: 0xdf24, sex: 0xdf25 } as const
const readable = {
  name: '見本　太郎',
  address: '架空県架空市仮町１－２－３',
  birthDate: '1990-02-17',
  sex: 'male',
}
const fields = (changes: Partial<Record<Name, Uint8Array>> = {}): Field[] =>
  names.map((name) => [tagOf[name], changes[name] ?? values[name]])
const others = (...except: readonly Name[]): object =>
  Object.fromEntries(Object.entries(readable).filter(([name]) => !(except as readonly string[]).includes(name)))

/** EF 0002 with these fields, and an offset table of the first so many of them, by default all; or another table. */
function record(list: readonly Field[], table: Uint8Array | number = list.length): Uint8Array {
  const objects = list.map(([tag, value]) => encodeTlv(tag, value))
  const whole = (offsets: Uint8Array): Uint8Array => encodeTlv(0xff20, encodeTlv(0xdf21, offsets), ...objects)
  if (typeof table !== 'number') return whole(table)
  let at = whole(new Uint8Array(2 * table)).length - concat(...objects).length
  const offsets = objects.flatMap(({ length }) => {
    at += length
    return [(at - length) >> 8, (at - length) & 0xff]
  })
  return whole(Uint8Array.from(offsets.slice(0, 2 * table)))
}

describe('an attribute that cannot be read costs only itself', () => {
  const text = [
    ['bytes that are not UTF-8', fromHex('41C328'), 'not-utf8', '3 bytes'],
    ['a character cut off', fromHex('E69EB6E7'), 'not-utf8', '4 bytes'],
  ] as const
  const defects: readonly (readonly [Name, string, Uint8Array, string, string])[] = [
    ...text.map((one) => ['name', ...one] as const),
    ...text.map((one) => ['address', ...one] as const),
    ['birthDate', 'no byte', fromHex(''), 'wrong-length', '0 bytes'],
    ['birthDate', 'nine digits', asciiBytes('219900217'), 'wrong-length', '9 digits'],
    ['birthDate', 'a blank', asciiBytes('1990 217'), 'not-digits', '8 characters'],
    ['birthDate', 'bytes that are no text', fromHex('FFFFFFFFFFFFFFFF'), 'not-digits', '8 bytes'],
    ['birthDate', '29 February of 2021', asciiBytes('20210229'), 'not-a-date', '8 digits'],
    ['birthDate', 'month 13', asciiBytes('19901301'), 'not-a-date', '8 digits'],
    ['birthDate', 'day 32 of an unknown month', asciiBytes('19900032'), 'not-a-date', '8 digits'],
    ['sex', 'a code without a meaning', asciiBytes('4'), 'unknown-code', '1 digit'],
    ['sex', 'a byte that is no text', fromHex('01'), 'unknown-code', '1 byte'],
    ['sex', 'no byte', fromHex(''), 'wrong-length', '0 bytes'],
  ]
  test.each(defects)('%s: %s', async (name, _, value, problem, masked) => {
    const file = record(fields({ [name]: value }))
    const found = decodeAttributes(file)
    expect(found).toMatchObject(others(name))
    expect(found[name]).toBeUndefined()
    expect(found.problems).toEqual([{ field: name, problem, masked }])
    expect(await thrown(() => requireAttributes(file))).toBeInstanceOf(DecodeError)
  })

  test.each(names)('%s is missing', async (name) => {
    const file = record(fields().filter(([tag]) => tag !== tagOf[name]))
    const found = decodeAttributes(file)
    expect(found).toMatchObject(others(name))
    expect(found[name]).toBeUndefined()
    expect(found.problems).toEqual([{ field: name, problem: 'missing', masked: 'nothing' }])
    expect(await thrown(() => requireAttributes(file))).toBeInstanceOf(DecodeError)
  })

  test.each(names)('%s is there twice, equal or not, anywhere', async (name) => {
    for (const value of [values[name], asciiBytes('x')]) {
      for (let at = 0; at <= names.length; at++) {
        const file = record(fields().toSpliced(at, 0, [tagOf[name], value]))
        const found = decodeAttributes(file)
        expect(found).toMatchObject(others(name))
        expect(found[name]).toBeUndefined()
        expect(found.problems).toEqual([{ field: name, problem: 'duplicate', masked: '2 fields' }])
        expect(await thrown(() => requireAttributes(file))).toBeInstanceOf(DecodeError)
      }
    }
  })

  test('any value of one field, the offset table too, leaves the others as they are', () => {
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ maxLength: 40, unit: 'grapheme' }).map((one) => new Uint8Array(Buffer.from(one))),
      fc.stringMatching(/^\d{0,10}$/).map((one) => asciiBytes(one)),
    )
    fc.assert(
      fc.property(fc.constantFrom(...names, 'offsets' as const), value, (name, bytes) => {
        const file = name === 'offsets' ? record(fields(), bytes) : record(fields({ [name]: bytes }))
        const found = decodeAttributes(file)
        expect(found).toMatchObject(name === 'offsets' ? readable : others(name))
        const lost = name === 'offsets' ? found.problems.length > 0 : found[name] === undefined
        expect(found.problems.map(({ field }) => field)).toEqual(lost ? [name] : [])
        expect(found.further).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('further fields', () => {
  const kana: Field = [0xdf26, Buffer.from('ミホン　タロウ')]
  const romaji: Field = [0xdf27, asciiBytes('MIHON TARO')]
  const odd: Field = [0xff2f, fromHex('DF7F')]
  const shape = [
    { tag: 0xdf26, text: 'ミホン　タロウ', bytes: new Uint8Array(kana[1]) },
    { tag: 0xdf27, text: 'MIHON TARO', bytes: romaji[1] },
    { tag: 0xff2f, bytes: odd[1] },
  ]

  test('after DF25 are exposed with their tags, with an entry in DF21 or without', () => {
    for (const entries of [7, 4]) {
      expect(decodeAttributes(record([...fields(), kana, romaji, odd], entries))).toEqual({
        ...readable,
        further: shape,
        problems: [],
      })
    }
  })

  test('between the known ones as well, and repeated ones each', () => {
    for (let at = 0; at <= names.length; at++) {
      const file = record(fields().toSpliced(at, 0, kana, romaji, odd))
      expect(decodeAttributes(file)).toEqual({ ...readable, further: shape, problems: [] })
    }
    expect(decodeAttributes(record([kana, ...fields(), kana])).further).toEqual([shape[0], shape[0]])
  })

  test('are copies', () => {
    const file = record([...fields(), romaji])
    const { further } = decodeAttributes(file)
    file.fill(0)
    expect(further[0]!.bytes).toEqual(romaji[1])
  })

  test('are at most 32, and more are reported; a record of more than 256 fields is refused', async () => {
    const many = (count: number): Field[] =>
      Array.from({ length: count }, (_, i) => [0xdf30 + (i % 64), asciiBytes('x')])
    const found = decodeAttributes(record([...many(40), ...fields()]))
    expect(found.further).toHaveLength(32)
    expect(found).toMatchObject(readable)
    expect(found.problems).toEqual([{ field: 'further', problem: 'too-many', masked: '40 fields' }])
    expect(decodeAttributes(record([...fields(), ...many(32)])).problems).toEqual([])
    expect(await thrown(() => decodeAttributes(record([...fields(), ...many(252)])))).toMatchObject({ code: 'ERR_TLV' })
  })
})

describe('a record is refused whole', () => {
  test('when it is longer than 8 192 bytes', async () => {
    const fits = (length: number) => record(fields({ address: new Uint8Array(length).fill(0x41) }))
    expect(fits(8_138)).toHaveLength(8_192)
    expect(decodeAttributes(fits(8_138)).problems).toEqual([])
    expect(await thrown(() => decodeAttributes(fits(8_139)))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
  })

  test('when a length leads out of it, or is not of the shortest form', async () => {
    const file = record(fields())
    const at = Buffer.from(file).indexOf(Buffer.from('DF23', 'hex')) + 2
    const longer = concat(file.subarray(0, at), fromHex('7F'), file.subarray(at + 1))
    expect(await thrown(() => decodeAttributes(longer))).toMatchObject({ code: 'ERR_TLV', offset: at + 1 })
    const inner = concat(file.subarray(0, at), fromHex('81'), file.subarray(at))
    inner[2]! += 1
    expect(await thrown(() => decodeAttributes(inner))).toMatchObject({ code: 'ERR_TLV', offset: at })
  })
})

describe('digestedAttributes', () => {
  test('begins with DF22 and ends with the template', () => {
    const [plain, filler, before] = ['plain', 'filler', 'two-bytes-before'].map(
      (id) => vectors<Case>('juki/attributes.json').find((one) => one.id === id)!.bytes,
    )
    const part = toHex(digestedAttributes(fromHex(plain!)))
    expect(part).toBe(plain!.slice(plain!.indexOf('DF22')))
    expect(toHex(digestedAttributes(fromHex(filler!)))).toBe(part)
    expect(toHex(digestedAttributes(fromHex(before!)))).toBe(part)
  })

  test('stays strict: no other order at its start, no wrong offset', async () => {
    const [name, address, ...rest] = fields() as [Field, Field, ...Field[]]
    const wrong = [
      record([address, name, ...rest]),
      record([[0xdf26, asciiBytes('x')], ...fields()]),
      record(fields(), new Uint8Array(8)),
      record([...fields(), [0xdf26, asciiBytes('x')]], 4),
    ]
    for (const file of wrong) {
      expect(decodeAttributes(file)).toMatchObject(readable)
      expect(await thrown(() => digestedAttributes(file))).toMatchObject({ code: 'ERR_CARD_DATA' })
      expect(await thrown(() => requireAttributes(file))).toMatchObject({ code: 'ERR_CARD_DATA' })
    }
  })
})

describe('attributesLength', () => {
  test.each([
    ['FF205D', 96],
    ['0000FF205D', 98],
    ['FF20821F00', 7_941],
    ['FFFFFFFFFFFF', 0],
    ['000000000000', 0],
    ['', 0],
  ])('%s', (head, length) => {
    expect(attributesLength(fromHex(head))).toBe(length)
  })

  test('more than 8 192 bytes are refused, and what holds no FF20', async () => {
    const refused = (head: string) => thrown(() => attributesLength(fromHex(head)))
    expect(await refused('FF20822000')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
    expect(await refused('0102FF20837FFFFF')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 2 })
    expect(await refused('0102030405FF20')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
    expect(await refused('FF2080')).toMatchObject({ code: 'ERR_TLV', offset: 2 })
  })
})

const samples = sharedFolder('facts/samples/testcard')

test.skipIf(samples === undefined)('the published bytes of a test card', () => {
  const file = readFileSync(join(samples!, 'text_ap_EF0002_attributes.bin'))
  expect(decodeAttributes(file)).toEqual({
    name: '黒桐　幹也',
    address: '東京都清瀬市観布子南１２－７－２０２',
    birthDate: '1980-02-17',
    sex: 'male',
    further: [],
    problems: [],
  })
})
