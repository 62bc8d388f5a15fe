import {
  constants,
  createCipheriv,
  createDecipheriv,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes.ts'
import {
  type Identity,
  type VirtualCard,
  type VirtualCardOptions,
  verificationCodeB,
} from '../../src/emulator/index.ts'
import { keyOfObjects } from './keys.ts'
import {
  data,
  identity,
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectJuki,
  selectText,
  selectVisual,
  send,
  sw,
  verifyDirect,
} from './support.ts'
import { tlvAt } from './tlv-reader.ts'

let person: Identity
beforeAll(async () => {
  person = await identity()
})

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0').toUpperCase()

/** The terminal's half, with its own counter. */
class Terminal {
  counter = 0
  /** The same always: one wrong ciphertext in 256 would decrypt to good padding under a random key. */
  readonly seed = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1)

  vector(): Buffer {
    const counter = Buffer.alloc(16)
    counter.writeUInt32BE(this.counter, 12)
    const ecb = createCipheriv('aes-128-ecb', this.seed.subarray(0, 16), null).setAutoPadding(false)
    return Buffer.concat([ecb.update(counter), ecb.final()])
  }

  /** `86 L 01 ‖ ciphertext` of the next command. */
  object(plain: Uint8Array): string {
    this.counter++
    const zeros = new Uint8Array(15 - (plain.length % 16))
    const cipher = createCipheriv('aes-128-cbc', this.seed.subarray(0, 16), this.vector()).setAutoPadding(false)
    const text = cipher.update(concat(plain, Uint8Array.of(0x80), zeros)).toString('hex')
    return `86${hex(text.length / 2 + 1, 2)}01${text.toUpperCase()}`
  }

  /** Plain data of an answer without its padding. */
  plain(answer: Uint8Array): Uint8Array {
    const { tag, value, end } = tlvAt(answer, 0)
    expect([tag, value[0], end]).toEqual(['86', 1, answer.length])
    const cipher = createDecipheriv('aes-128-cbc', this.seed.subarray(0, 16), this.vector()).setAutoPadding(false)
    const padded = cipher.update(value.subarray(1))
    return padded.subarray(0, padded.lastIndexOf(0x80))
  }

  async read(card: VirtualCard, p1p2: string, length: number): Promise<Uint8Array> {
    this.counter++
    return this.plain(await data(card, `08B0${p1p2}000005960300${hex(length, 4)}0000`))
  }
}

const wrap = (header: string, object: string): string => `${header}${hex(object.length / 2, 2)}${object}`

function deliver(key: KeyObject, message: Uint8Array, oaepHash = 'sha256'): string {
  const data = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, message)
  return `80AE0000000100${toHex(data)}`
}

async function verified(options: VirtualCardOptions = {}): Promise<{ card: VirtualCard; key: KeyObject }> {
  const card = await poweredCard(options)
  expect(await sw(card, selectText, verifyDirect('91', '1234'))).toBe('9000')
  const key = keyOfObjects(tlvAt(await data(card, '00B08600000000'), 0).value)
  return { card, key }
}

const message = ({ seed }: Terminal): Uint8Array => concat(fromHex('A0228020'), seed)

async function session(options: VirtualCardOptions = {}): Promise<{ card: VirtualCard; terminal: Terminal }> {
  const terminal = new Terminal()
  const { card, key } = await verified(options)
  expect(await send(card, deliver(key, message(terminal)))).toBe('9000')
  return { card, terminal }
}

describe('SET SESSION KEY', () => {
  test('needs the PIN in the clear: codes A and B do not do', async () => {
    const { key } = await verified()
    const command = deliver(key, message(new Terminal()))
    const card = await poweredCard()
    expect(await sw(card, selectText, command)).toBe('6982')
    expect(await sw(card, verifyDirect('94', '123456789018'), command)).toBe('6982')
    expect(await sw(card, verifyDirect('95', verificationCodeB(person)), command)).toBe('6982')
    expect(await sw(card, verifyDirect('91', '1234'), command)).toBe('9000')
  })

  test.each([
    [selectCommon, '66F1'],
    [selectVisual, '66F1'],
    [selectJpki, '6982'],
    [selectJuki, '6982'],
  ])('after %s is %s', async (select, expected) => {
    const { key } = await verified()
    expect(await sw(await poweredCard(), select, deliver(key, message(new Terminal())))).toBe(expected)
  })

  test('another structure, hash or key is 6A80', async () => {
    const { card, key } = await verified()
    const seed = randomBytes(32)
    for (const head of ['A0228120', 'A1228020', 'A0218020']) {
      expect(await sw(card, deliver(key, concat(fromHex(head), seed)))).toBe('6A80')
    }
    expect(await sw(card, deliver(key, concat(fromHex('A0228020'), seed, Uint8Array.of(0))))).toBe('6A80')
    expect(await sw(card, deliver(key, concat(fromHex('A0228020'), seed), 'sha1'))).toBe('6A80')
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2047 })
    const small = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, seed)
    expect(await sw(card, `80AE0000000100${toHex(small)}`)).toBe('6A80')
  })

  test('another length is 6700, other parameters 6A86, a value above the modulus 6F00', async () => {
    const { card } = await verified()
    expect(await sw(card, `80AE000010${'11'.repeat(16)}`)).toBe('6700')
    expect(await sw(card, `80AE0000000100${'11'.repeat(256)}0000`)).toBe('6700')
    expect(await sw(card, `80AE0001000100${'11'.repeat(256)}`)).toBe('6A86')
    expect(await sw(card, `80AE0000000100${'FF'.repeat(256)}`)).toBe('6F00')
  })

  test('works by command chaining on a card without extended length', async () => {
    const terminal = new Terminal()
    const { key } = await verified()
    const body = deliver(key, message(terminal)).slice(14)
    const card = await poweredCard({ commandChaining: true, capabilities: { extendedLength: false } })
    await sw(card, selectText, verifyDirect('91', '1234'))
    expect(await sw(card, `90AE0000${hex(200, 2)}${body.slice(0, 400)}`)).toBe('9000')
    expect(await sw(card, `80AE0000${hex(56, 2)}${body.slice(400)}`)).toBe('9000')
    terminal.counter++
    expect(toHex(terminal.plain(await data(card, '08B0810005960300001100')))).toBe('FF100C313233343536373839303138FFFF')
  })
})

describe('protected commands', () => {
  test('SELECT, READ BINARY and VERIFY, with the counter from 1', async () => {
    const { card, terminal } = await session()
    expect(await send(card, wrap('08A4020C', terminal.object(fromHex('0001'))))).toBe('9000')
    expect(terminal.counter).toBe(1)
    const number = await terminal.read(card, '0000', 0)
    expect(toHex(number)).toBe('FF100C313233343536373839303138FFFF')
    expect(toHex(await terminal.read(card, '0003', 12))).toBe('313233343536373839303138')
    expect(await send(card, wrap('08200094', terminal.object(Buffer.from('123456789018'))))).toBe('9000')
    expect(card.verified('text-code-a')).toBe(true)
    expect(terminal.counter).toBe(4)
  })

  test('all of EF 0002 comes in one answer', async () => {
    const { card, terminal } = await session()
    await send(card, wrap('08A4020C', terminal.object(fromHex('0002'))))
    const file = await terminal.read(card, '0000', 0)
    expect(toHex(file)).toBe(toHex(await data(card, '00B08200000000')))
  })

  test('no personal data goes over the interface', async () => {
    const { card, terminal } = await session()
    card.clearLog()
    await send(card, wrap('08A4020C', terminal.object(fromHex('0001'))))
    await terminal.read(card, '0000', 0)
    await send(card, wrap('08200094', terminal.object(Buffer.from('123456789018'))))
    for (const { command, response } of card.log) {
      expect(Buffer.concat([command, response]).includes('123456789018')).toBe(false)
    }
  })

  test('refusals of the command itself cost a step and a try, and end nothing', async () => {
    const { card, terminal } = await session()
    expect(await send(card, wrap('08200095', terminal.object(Buffer.from('0'.repeat(14)))))).toBe('63C9')
    expect(await send(card, wrap('08200092', terminal.object(Buffer.from('1234'))))).toBe('6984')
    expect(await send(card, wrap('08A4020C', terminal.object(fromHex('0009'))))).toBe('6A82')
    expect(toHex(await terminal.read(card, '8100', 3))).toBe('FF100C')
  })

  test('plain commands in between take no step', async () => {
    const { card, terminal } = await session()
    await sw(card, selectFile('0001'), '00B0000000', '0084000008')
    expect(toHex(await terminal.read(card, '0000', 2))).toBe('FF10')
  })

  test('lengths 81 and 82 are understood', async () => {
    const { card, terminal } = await session()
    for (const form of ['8111', '820011']) {
      const object = terminal.object(fromHex('0001')).replace(/^8611/, `86${form}`)
      expect(await send(card, wrap('08A4020C', object))).toBe('9000')
    }
  })

  test('READ without Le is 6700, with too small a one 6Cxx', async () => {
    const { card, terminal } = await session()
    expect(await send(card, '08B08100059603000003')).toBe('6700')
    expect(await send(card, '08B0810005960300000304')).toBe('6C13')
    terminal.counter += 2
    expect(toHex(await terminal.read(card, '8100', 3))).toBe('FF100C')
  })
})

describe('what ends the session', () => {
  const ended = async (card: VirtualCard, terminal: Terminal): Promise<string[]> => [
    await sw(card, wrap('08A4020C', terminal.object(fromHex('0001')))),
    await sw(card, '08B0810005960300000000'),
  ]

  test.each([
    ['96 where 86 belongs', '08A4020C059603000002'],
    ['86 where 96 belongs', `08B0810013861101${'00'.repeat(16)}00`],
    ['no object', '08A4020C'],
    ['ciphertext of half a block', `08A4020C0B860901${'00'.repeat(8)}`],
    ['no ciphertext', '08A4020C03860101'],
    ['invalid padding', `08A4020C13861101${'00'.repeat(16)}`],
    ['96 of two bytes', '08B08100049602000000'],
    ['96 with a first byte that is not 0', '08B0810005960301000000'],
    ['two objects', '08B081000A9603000002960300000200'],
  ])('%s: 6988, and then 69FC', async (_name, command) => {
    const { card, terminal } = await session()
    expect(await sw(card, command)).toBe('6988')
    expect(await ended(card, terminal)).toEqual(['69FC', '69FC'])
    expect(await sw(card, '00B0810003')).toBe('9000')
  })

  test.each(['00', '02', '81'])('padding indicator %s', async (indicator) => {
    const { card, terminal } = await session()
    const object = terminal.object(fromHex('0001')).replace(/^861101/, `8611${indicator}`)
    expect(await sw(card, wrap('08A4020C', object))).toBe('6988')
    expect(await ended(card, terminal)).toEqual(['69FC', '69FC'])
  })

  test('a counter out of step', async () => {
    const { card, terminal } = await session()
    terminal.counter = 7
    expect(await sw(card, wrap('08A4020C', terminal.object(fromHex('0001'))))).toBe('6988')
    expect(await ended(card, terminal)).toEqual(['69FC', '69FC'])
    const { key } = await verified()
    const again = new Terminal()
    expect(await sw(card, deliver(key, message(again)))).toBe('9000')
    expect(toHex(await again.read(card, '8100', 3))).toBe('FF100C')
  })

  test.each([
    ['0CB0810000', '6987'],
    ['04B0810000', '6882'],
    ['0884000008', '6882'],
  ])('%s is %s', async (command, expected) => {
    const { card, terminal } = await session()
    expect(await sw(card, command)).toBe(expected)
    expect(await ended(card, terminal)).toEqual(['69FC', '69FC'])
  })

  test('SELECT of an application, a reset and power off', async () => {
    for (const end of [
      (card: VirtualCard) => send(card, selectText),
      (card: VirtualCard) => {
        card.warmReset()
        return send(card, selectText)
      },
      (card: VirtualCard) => {
        card.powerOff()
        card.powerOn()
        return send(card, selectText)
      },
    ]) {
      const { card, terminal } = await session()
      await end(card)
      expect(await ended(card, terminal)).toEqual(['69FC', '69FC'])
    }
  })

  test('without a session 69FC, in other applications 6882', async () => {
    const { card } = await verified()
    expect(await sw(card, '08B0810005960300000200')).toBe('69FC')
    for (const select of [selectJpki, selectCommon, selectVisual, selectJuki]) {
      expect(await sw(card, select, '08B0810005960300000200')).toBe('6882')
    }
  })
})
