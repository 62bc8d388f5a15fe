import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { DecodeError } from '../../src/errors.ts'
import { encodeTlv, readTlv, readTlvs, type Tlv, tlvTotalLength } from '../../src/tlv/index.ts'
import { thrown, vectors } from '../support/vectors.ts'

interface Shape {
  tag: string
  value: string
  children?: Shape[]
}

const shapeOf = (tlv: Tlv): Shape => ({
  tag: tlv.tag.toString(16).toUpperCase().padStart(2, '0'),
  value: toHex(tlv.value),
  ...(tlv.children.length > 0 && { children: tlv.children.map(shapeOf) }),
})

describe('readTlvs', () => {
  for (const { id, bytes, objects } of vectors<{ id: string; bytes: string; objects: Shape[] }>('tlv/read.json')) {
    test(`${id} reads as its objects`, () => expect(readTlvs(fromHex(bytes)).map(shapeOf)).toEqual(objects))
  }

  for (const { id, bytes, offset } of vectors<{ id: string; bytes: string; offset: number }>('tlv/refused.json')) {
    test(`${id} is refused at its offset`, async () => {
      const error = await thrown<DecodeError>(() => readTlvs(fromHex(bytes)))
      expect(error).toBeInstanceOf(DecodeError)
      expect({ code: error.code, offset: error.offset }).toEqual({ code: 'ERR_TLV', offset })
    })
  }

  test('what encodeTlv writes reads back', () => {
    const tag = fc.constantFrom(0x04, 0x80, 0x5f4e, 0xdf21, 0xdf8101)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(tag, fc.uint8Array({ maxLength: 70_000, size: 'large' })), { maxLength: 4 }),
        (list) => {
          const written = encodeTlv(0x7f21, ...list.map(([t, value]) => encodeTlv(t, value)))
          const limits = { maxLength: 1_000_000 }
          const read = readTlv(written, limits)
          expect(read.children.map((child) => [child.tag, toHex(child.value)])).toEqual(
            list.map(([t, value]) => [t, toHex(value)]),
          )
          expect(tlvTotalLength(written.subarray(0, 7))).toBe(written.length)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('any bytes end in objects that tile the input, or in a positional error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const list = readTlvs(bytes)
          expect(list.reduce((sum, object) => sum + object.totalLength, 0)).toBe(bytes.length)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
          expect((error as DecodeError).offset).toBeLessThanOrEqual(bytes.length)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test('the number of objects is bounded', async () => {
    const error = await thrown<DecodeError>(() =>
      readTlvs(new Uint8Array(4000).fill(0x04).map((_, i) => (i % 2 ? 0 : 4))),
    )
    expect(error.message).toContain('1024')
  })

  test('low tag numbers in two bytes are read only where asked for', async () => {
    const bytes = fromHex('FF1004DF110141')
    const { tag, children } = readTlv(bytes, { minimalTags: false })
    expect([tag, children[0]!.tag]).toEqual([0xff10, 0xdf11])
    expect(tlvTotalLength(bytes, { minimalTags: false })).toBe(7)
    expect((await thrown<DecodeError>(() => readTlv(bytes))).offset).toBe(1)
    expect((await thrown<DecodeError>(() => tlvTotalLength(bytes))).offset).toBe(1)
    expect((await thrown<DecodeError>(() => readTlv(fromHex('FF8000'), { minimalTags: false }))).offset).toBe(1)
  })

  test('readTlv refuses none and more than one', async () => {
    expect((await thrown<DecodeError>(() => readTlv(new Uint8Array()))).offset).toBe(0)
    expect((await thrown<DecodeError>(() => readTlv(fromHex('80008000')))).offset).toBe(2)
  })
})
