import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  carriesData,
  classifyStatus,
  decodeResponse,
  describeStatus,
  encodeResponse,
  formatCommand,
  formatResponse,
  verify,
} from '../../src/apdu/index.ts'
import { asciiBytes, fromHex, toHex } from '../../src/bytes.ts'
import { ResponseError } from '../../src/errors.ts'
import { thrown, vectors } from '../support/vectors.ts'

describe('decodeResponse', () => {
  test('every valid response survives the round trip', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 700 }),
        fc.constantFrom(0x9000, 0x63c3, 0x6a82, 0x6100, 0x6cff, 0x6f00, 0x9123),
        (data, sw) => {
          const bytes = encodeResponse({ data, sw })
          expect(decodeResponse(bytes)).toEqual({ data, sw })
          expect(toHex(encodeResponse(decodeResponse(bytes)))).toBe(toHex(bytes))
        },
      ),
    )
  })

  test.each(['', '90', '0000', '8000', '6000', '9F', '5A5A5A'])('%s is not a response', async (hex) => {
    const error = await thrown<ResponseError>(() => decodeResponse(fromHex(hex)))
    expect(error).toBeInstanceOf(ResponseError)
    expect(error.code).toBe('ERR_RESPONSE_MALFORMED')
  })

  test('more than 65 538 bytes is refused', async () => {
    const error = await thrown<ResponseError>(() => decodeResponse(new Uint8Array(65_539).fill(0x90)))
    expect(error.code).toBe('ERR_RESPONSE_TOO_LONG')
  })

  test('the decoded data is a copy', () => {
    const bytes = fromHex('AABB9000')
    const { data } = decodeResponse(bytes)
    bytes.fill(0)
    expect(toHex(data)).toBe('AABB')
  })
})

describe('classifyStatus', () => {
  for (const { sw, kind, number } of vectors<{ sw: string; kind: string; number?: number }>('apdu/status.json')) {
    test(`${sw} is ${kind}`, () => {
      const status = classifyStatus(Number.parseInt(sw, 16))
      expect(status.kind).toBe(kind)
      if (number !== undefined) expect(Object.values(status)).toContain(number)
    })
  }

  test('only 9000 is ok, and every word has a kind and a text', () => {
    for (let sw = 0; sw <= 0xffff; sw++) {
      const status = classifyStatus(sw)
      expect(status.kind === 'ok').toBe(sw === 0x9000)
      expect(describeStatus(sw)).not.toBe('')
      if (carriesData(status)) expect([0x90, 0x62, 0x63]).toContain(sw >> 8)
    }
  })
})

describe('traces', () => {
  test('the data of VERIFY is never shown, with or without the flag', () => {
    const pin = asciiBytes('1234')
    const command = verify(0x18, pin)
    expect(formatCommand(command)).toBe('VERIFY: 00 20 00 98 [4 secret bytes]')
    const { sensitive: _, ...unflagged } = command
    for (const ins of [0x20, 0x24, 0x2c, 0x32]) {
      expect(formatCommand({ ...unflagged, ins })).not.toContain('31323334')
    }
  })

  test('response data is never shown', () => {
    expect(formatResponse({ data: asciiBytes('secret'), sw: 0x9000 })).toBe('9000 (normal end), 6 bytes')
  })
})
