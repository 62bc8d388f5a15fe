import { describe, expect, test } from 'vitest'
import { asciiText, toHex } from '../../src/bytes.ts'
import { CardSession, Pin } from '../../src/card/index.ts'
import type { PinError, StatusWordError } from '../../src/errors.ts'
import { JukiApplication, jukiFiles } from '../../src/juki/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench } from '../support/virtual.ts'

// Beyond EF 0002 and the PIN the files of the virtual card are invented: they hold no 住民票コード.
const transparentFile = 0x0001
const recordFile = 0x0003
const pin = () => Pin.fromText('1234')

describe.each(['my-number', 'juki'] as const)('on a %s card', (kind) => {
  test('the PIN is verified and changed', async () => {
    const { session, card } = await bench({ kind })
    await using open = await session()
    const juki = await JukiApplication.open(open)
    expect(await juki.pinStatus()).toEqual({ state: 'usable', triesLeft: 3 })
    await juki.changePin({ current: pin(), next: Pin.fromText('9876') })
    const wrong = await thrown<PinError>(() => juki.verifyPin(pin()))
    expect(wrong).toMatchObject({ code: 'ERR_PIN_REJECTED', pin: 'juki', triesLeft: 2 })
    await juki.verifyPin(Pin.fromText('9876'))
    expect(card.verified('juki')).toBe(true)
  })

  test.each([{}, { shortFileId: false }, { extendedLength: false, shortFileId: false, directReference: false }])(
    'files are read by number, capabilities %j',
    async (capabilities) => {
      const { session } = await bench({ kind, capabilities })
      await using open = await session()
      const juki = await JukiApplication.open(open)
      await juki.verifyPin(pin())
      const file = await juki.readFile(transparentFile, { maxBytes: 0x7fff })
      expect(file.length).toBe(64)
      expect(asciiText(file.subarray(3, 26))).toBe('INVENTED JUKI FILE 0001')
      expect(await juki.readFile(transparentFile, { maxBytes: 5 })).toEqual(file.subarray(0, 5))
      expect(toHex(await juki.readRecord(recordFile, 2))).toMatch(/^0211/)
      expect((await juki.readRecord(jukiFiles.keyReference, 1)).length).toBe(16)
    },
  )

  test('what is missing, or of another structure, is reported by its status', async () => {
    const { session } = await bench({ kind })
    await using open = await session()
    const juki = await JukiApplication.open(open)
    await juki.verifyPin(pin())
    const refused = async (call: () => Promise<unknown>) => {
      const { code, sw } = await thrown<StatusWordError>(call)
      return [code, sw.toString(16)]
    }
    expect(await refused(() => juki.readRecord(recordFile, 3))).toEqual(['ERR_FILE_NOT_FOUND', '6a83'])
    expect(await refused(() => juki.readRecord(transparentFile, 1))).toEqual(['ERR_STATUS_WORD', '6981'])
    expect(await refused(() => juki.readFile(recordFile, { maxBytes: 9 }))).toEqual(['ERR_STATUS_WORD', '6981'])
    expect(await refused(() => juki.readFile(0x0004, { maxBytes: 9 }))).toEqual(['ERR_FILE_NOT_FOUND', '6a82'])
    expect(await refused(() => juki.readFile(0x2f10, { maxBytes: 9 }))).toEqual(['ERR_FILE_NOT_FOUND', '6a82'])
    expect(open.capabilities.shortFileId).not.toBe('no')
    await expect(juki.readFile(0, { maxBytes: 9 })).rejects.toThrow(RangeError)
    await expect(juki.readFile(1, { maxBytes: 0 })).rejects.toThrow(RangeError)
    await expect(juki.readRecord(recordFile, 0)).rejects.toThrow(RangeError)
    await expect(juki.readRecord(recordFile, 255)).rejects.toThrow(RangeError)
  })
})

test('without the PIN nothing opens, and one left verified by another program is cleared', async () => {
  const { connection, transport, card } = await bench()
  await connection.transmit(Buffer.from('00A4040C0AD3921000310001010401', 'hex'))
  await connection.transmit(Buffer.from('0020009C0431323334', 'hex'))
  expect(card.verified('juki')).toBe(true)
  await connection.close('leave')
  await using session = new CardSession(await transport.connect(connection.reader))
  const juki = await JukiApplication.open(session)
  const refused = await thrown<StatusWordError>(() => juki.readFile(transparentFile, { maxBytes: 64 }))
  expect(refused.code).toBe('ERR_SECURITY_STATUS')
  expect((await thrown<StatusWordError>(() => juki.readRecord(recordFile, 1))).code).toBe('ERR_SECURITY_STATUS')
  expect(card.verified('juki')).toBe(false)
  expect((await juki.readRecord(jukiFiles.keyReference, 1)).length).toBe(16)
})
