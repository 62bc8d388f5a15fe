import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CommandApdu, commandCase, decodeCommand, encodeCommand } from '../../src/apdu/index.ts'
import { fromHex, toHex } from '../../src/bytes.ts'
import { DecodeError } from '../../src/errors.ts'
import { thrown, vectors } from '../support/vectors.ts'

interface EncodeCase {
  id: string
  command: { cla: number; ins: number; p1: number; p2: number; data?: string; ne?: number }
  bytes: string
  form: 'short' | 'extended'
}

function commandOf({ data, ...rest }: EncodeCase['command']): CommandApdu {
  return { name: 'TEST', ...rest, ...(data !== undefined && { data: fromHex(data) }) }
}

describe('encodeCommand and decodeCommand', () => {
  for (const { id, command, bytes, form } of vectors<EncodeCase>('apdu/encode.json')) {
    test(`${id} encodes to its bytes and decodes back`, () => {
      expect(toHex(encodeCommand(commandOf(command), form))).toBe(bytes)
      expect(decodeCommand(fromHex(bytes), 'TEST')).toEqual({ ...commandOf(command), form })
    })
  }

  for (const { id, bytes, offset } of vectors<{ id: string; bytes: string; offset: number }>(
    'apdu/decode-refused.json',
  )) {
    test(`${id} is refused at its offset`, async () => {
      const error = await thrown<DecodeError>(() => decodeCommand(fromHex(bytes)))
      expect(error).toBeInstanceOf(DecodeError)
      expect({ code: error.code, offset: error.offset }).toEqual({ code: 'ERR_APDU', offset })
    })
  }

  const byte = fc.integer({ min: 0, max: 0xff })
  const command = fc.record(
    {
      name: fc.constant('TEST'),
      cla: fc.integer({ min: 0, max: 0xfe }),
      ins: byte,
      p1: byte,
      p2: byte,
      data: fc.uint8Array({ minLength: 1, maxLength: 600 }),
      ne: fc.oneof(fc.integer({ min: 1, max: 65_536 }), fc.constantFrom(1, 255, 256, 257, 65_535, 65_536)),
    },
    { requiredKeys: ['name', 'cla', 'ins', 'p1', 'p2'] },
  )

  test('every command survives the round trip, in every case and form', () => {
    fc.assert(
      fc.property(command, (original) => {
        const decoded = decodeCommand(encodeCommand(original), 'TEST')
        const { form, ...rest } = decoded
        expect(rest).toEqual(original)
        expect(commandCase(rest)).toBe(commandCase(original))
        expect(toHex(encodeCommand(decoded, form))).toBe(toHex(encodeCommand(original)))
      }),
      { numRuns: 500 },
    )
  })

  test('whatever decodes encodes to the same bytes again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let decoded: ReturnType<typeof decodeCommand>
        try {
          decoded = decodeCommand(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
          return
        }
        // A case 1 command looks the same in both forms.
        expect(toHex(encodeCommand(decoded, decoded.form))).toBe(toHex(bytes))
      }),
      { numRuns: 2000 },
    )
  })

  test('fields out of range are misuse', () => {
    const base = { name: 'TEST', cla: 0, ins: 0, p1: 0, p2: 0 }
    for (const wrong of [
      { cla: 0xff },
      { cla: -1 },
      { ins: 256 },
      { p1: 1.5 },
      { p2: Number.NaN },
      { ne: 0 },
      { ne: 65_537 },
      { data: new Uint8Array() },
      { data: new Uint8Array(65_536) },
    ]) {
      expect(() => encodeCommand({ ...base, ...wrong })).toThrow(RangeError)
    }
    expect(() => encodeCommand({ ...base, ne: 257 }, 'short')).toThrow(RangeError)
    expect(() => encodeCommand({ ...base, data: new Uint8Array(256) }, 'short')).toThrow(RangeError)
  })
})
