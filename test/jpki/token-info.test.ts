import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecodeError } from '../../src/errors.ts'
import { decodeAvailability, decodeTokenInfo, decodeTokenLabel } from '../../src/jpki/index.ts'
import { thrown } from '../support/vectors.ts'

describe('token information', () => {
  test('any 160 bytes are fields or a positional error; any other length is an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeTokenInfo(bytes)
          expect(bytes.length).toBe(160)
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
          expect((error as DecodeError).code).toBe('ERR_CARD_DATA')
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('fields sit at their offsets, big-endian', () => {
    const bytes = new Uint8Array(160).fill(0x20)
    bytes.set(Buffer.from('LABEL'), 0)
    bytes.set(Buffer.from('MAKER'), 32)
    bytes.set(Buffer.from('MODEL'), 64)
    bytes.set(Buffer.from('SERIAL'), 80)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < 11; i++) view.setUint32(96 + 4 * i, 0x01000000 + i)
    bytes.set(Buffer.from('03019999999999999999'), 140)
    expect(decodeTokenInfo(bytes)).toEqual({
      label: 'LABEL',
      manufacturerId: 'MAKER',
      model: 'MODEL',
      serialNumber: 'SERIAL',
      flags: 0x01000000,
      maxSessionCount: 0x01000001,
      sessionCount: 0x01000002,
      maxRwSessionCount: 0x01000003,
      rwSessionCount: 0x01000004,
      maxPinLength: 0x01000005,
      minPinLength: 0x01000006,
      totalPublicMemory: 0x01000007,
      freePublicMemory: 0x01000008,
      totalPrivateMemory: 0x01000009,
      freePrivateMemory: 0x0100000a,
      hardwareVersion: '03',
      firmwareVersion: '01',
      utcTime: '9999999999999999',
    })
  })

  test('a label with other than printable ASCII is refused where it is', async () => {
    const bytes = new Uint8Array(32).fill(0x41)
    bytes[7] = 0x07
    expect(await thrown(() => decodeTokenLabel(bytes))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 7 })
  })

  test('availability is three bytes, bit 8 of the first two', async () => {
    expect(decodeAvailability(Uint8Array.of(0x8f, 0x8f, 0))).toMatchObject({ sign: true, auth: true })
    expect(decodeAvailability(Uint8Array.of(0, 0x8f, 0))).toMatchObject({ sign: false, auth: true })
    expect(await thrown(() => decodeAvailability(Uint8Array.of(1, 2)))).toMatchObject({ code: 'ERR_CARD_DATA' })
  })
})
