import { describe, expect, test } from 'vitest'
import { type CommandApdu, decodeCommand, ins } from '../../src/apdu/index.ts'
import { concat, fromHex, toHex } from '../../src/bytes.ts'
import { CardSession, readFile, readFileRecord } from '../../src/card/index.ts'
import { protect } from '../../src/card/session.ts'
import { DecodeError, type StatusWordError } from '../../src/errors.ts'
import { tlvTotalLength } from '../../src/tlv/index.ts'
import { thrown } from '../support/vectors.ts'

interface Card {
  readonly session: CardSession
  /** Commands as hexadecimal, and what was answered: the very arrays the session got. */
  readonly sent: string[]
  readonly answered: Uint8Array[]
}

/** A card whose answers a function gives, as hexadecimal. */
function cardOf(answer: (command: CommandApdu, bytes: string) => string, capabilities = {}): Card {
  const sent: string[] = []
  const answered: Uint8Array[] = []
  const connection = {
    reader: 'test',
    atr: new Uint8Array(),
    async transmit(bytes: Uint8Array) {
      sent.push(toHex(bytes))
      const response = fromHex(answer(decodeCommand(bytes), toHex(bytes)))
      answered.push(response)
      return response
    },
    async reconnect() {},
    async close() {},
    async [Symbol.asyncDispose]() {},
  }
  return { session: new CardSession(connection, { capabilities }), sent, answered }
}

/** A card with one file that takes short lengths only. */
const fileOf = (file: Uint8Array) =>
  cardOf(
    ({ ins: code, p1, p2, ne = 256 }) => {
      if (code !== ins.readBinary) return '9000'
      const offset = (p1 & 0x80) === 0 ? (p1 << 8) | p2 : p2
      return offset < file.length ? `${toHex(file.subarray(offset, offset + ne))}9000` : '6B00'
    },
    { extendedLength: 'no' },
  )

describe('what a file holds', () => {
  test('an object may begin with FF, filler is FFFF or 00', async () => {
    const object = fromHex('FF20025A5A')
    for (const [file, found] of [
      [concat(object, fromHex('FFFF')), 'FF20025A5A'],
      [fromHex('FFFFFFFF'), ''],
      [fromHex('FF'), ''],
      [fromHex('00FF20'), ''],
    ] as const) {
      const { session } = fileOf(file)
      expect(toHex(await readFile(session, 1, { object: { maxBytes: 99 } }))).toBe(found)
    }
  })

  test('an extent can be measured from the first block', async () => {
    const file = concat(fromHex('0102FF208201F4'), new Uint8Array(500).fill(7), new Uint8Array(100).fill(0xff))
    const { session, sent } = fileOf(file)
    const heads: number[] = []
    const measure = (head: Uint8Array): number => {
      heads.push(head.length)
      return 2 + tlvTotalLength(head.subarray(2))
    }
    expect(await readFile(session, 2, { measure })).toEqual(file.subarray(0, 507))
    expect(heads).toEqual([256])
    expect(sent).toEqual(['00B0820000', '00B00100FB'])
    const short = fileOf(file.subarray(0, 300))
    const error = await thrown<DecodeError>(() => readFile(short.session, 2, { measure }))
    expect(error).toBeInstanceOf(DecodeError)
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset: 300 })
    expect(await readFile(session, 2, { measure: () => 0 })).toEqual(new Uint8Array())
  })

  test('secret content leaves no copy in the responses, whether it is read or refused', async () => {
    const secret = new Uint8Array(600).fill(0x5a)
    for (const want of [17, 300, 600]) {
      const { session, answered } = fileOf(secret)
      expect(await readFile(session, 1, { bytes: want }, { secret: true })).toEqual(secret.subarray(0, want))
      expect(answered.some((response) => response.includes(0x5a))).toBe(false)
      const open = fileOf(secret)
      await readFile(open.session, 1, { bytes: want })
      expect(open.answered.some((response) => response.includes(0x5a))).toBe(true)
    }
    const refused = fileOf(concat(fromHex('30820300'), secret))
    const object = { object: { maxBytes: 2000 } }
    await thrown(() => readFile(refused.session, 1, object, { secret: true }))
    expect(refused.answered.some((response) => response.includes(0x5a))).toBe(false)
  })

  test('records in its place say nothing about short identifiers', async () => {
    const { session, sent } = cardOf(() => '6981')
    const error = await thrown<StatusWordError>(() => readFile(session, 1, { bytes: 5 }))
    expect(error).toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6981 })
    expect(sent).toHaveLength(1)
    expect(session.capabilities.shortFileId).toBe('unknown')
  })
})

describe('readFileRecord', () => {
  test('takes one command, or SELECT and one', async () => {
    const short = cardOf(() => '01019000')
    expect(toHex(await readFileRecord(short.session, 0x0003, 2))).toBe('0101')
    expect(short.sent).toEqual(['00B2021C00'])
    expect(short.session.capabilities.shortFileId).toBe('yes')
    for (const refusal of ['6A86', '6A82', '6B00', '6D00']) {
      const { session, sent } = cardOf(({ ins: code, p2 }) =>
        code === ins.readRecord && p2 !== 0x04 ? refusal : '01019000',
      )
      for (let i = 0; i < 2; i++) expect(toHex(await readFileRecord(session, 0x0003, 2))).toBe('0101')
      expect(sent).toEqual(['00B2021C00', '00A4020C020003', '00B2020400', '00A4020C020003', '00B2020400'])
    }
    const far = cardOf(() => '01019000')
    await readFileRecord(far.session, 0x1001, 1)
    expect(far.sent).toEqual(['00A4020C021001', '00B2010400'])
  })

  test.each([
    ['6A83', 'ERR_FILE_NOT_FOUND'],
    ['6982', 'ERR_SECURITY_STATUS'],
    ['6981', 'ERR_STATUS_WORD'],
  ])('%s is an answer about the record, not about the command', async (status, code) => {
    const { session, sent } = cardOf(() => status)
    expect(await thrown(() => readFileRecord(session, 1, 1))).toMatchObject({ code })
    expect(sent).toHaveLength(1)
    expect(session.capabilities.shortFileId).toBe('unknown')
  })

  test('under secure messaging the file is selected', async () => {
    const { session, sent } = cardOf(() => '01019000')
    const application = { id: 'x', aid: fromHex('A000000001') }
    await session.selectApplication(application)
    session[protect]({ application, wrap: () => undefined, unwrap: (response) => response, end() {} })
    expect(toHex(await readFileRecord(session, 3, 2))).toBe('0101')
    expect(sent.slice(1)).toEqual(['00A4020C020003', '00B2020400'])
  })

  test('a file that is not there is found out by SELECT', async () => {
    const { session } = cardOf(() => '6A82')
    expect(await thrown(() => readFileRecord(session, 1, 1))).toMatchObject({ code: 'ERR_FILE_NOT_FOUND' })
    expect(session.capabilities.shortFileId).toBe('unknown')
  })

  test('numbers that cannot be are refused', async () => {
    const { session, sent } = cardOf(() => '9000')
    for (const [fid, record] of [
      [0, 1],
      [1, 0],
      [1, 255],
      [0x1_0000, 1],
    ] as const) {
      await expect(readFileRecord(session, fid, record)).rejects.toThrow(RangeError)
    }
    expect(sent).toEqual([])
  })
})
