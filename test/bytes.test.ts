import { describe, expect, test } from 'vitest'
import { decodeCommand, decodeResponse, selectApplication } from '../src/apdu/index.ts'
import {
  asciiBytes,
  asciiText,
  concat,
  copyBytes,
  decodeText,
  equalBytes,
  fromBase64,
  fromHex,
  readBounded,
  toBase64,
  toHex,
} from '../src/bytes.ts'
import { Pin } from '../src/card/index.ts'
import { Certificate } from '../src/pki/x509/index.ts'
import { identity } from './support/virtual.ts'

describe('what is given stays the giver’s', () => {
  // A Buffer is a Uint8Array whose `slice` shares memory: every copy must be a real one.
  test('a PIN made from a Buffer is not wiped with it', () => {
    const given = Buffer.from('1234')
    const pin = Pin.fromBytes(given)
    expect([...given]).toEqual([0, 0, 0, 0])
    expect(pin.misfit({ kind: 'digits', length: 4 })).toBeUndefined()
  })

  test('commands, responses and certificates decoded from a Buffer do not change with it', async () => {
    const command = Buffer.from('00A4040C05A000000001', 'hex')
    const response = Buffer.from('AABB9000', 'hex')
    const aid = Buffer.from('A000000001', 'hex')
    const der = Buffer.from((await identity()).auth.certificate)
    const decoded = [decodeCommand(command), selectApplication(aid)]
    const { data } = decodeResponse(response)
    const certificate = Certificate.fromDer(der)
    for (const one of [command, response, aid, der]) one.fill(0)
    for (const { data: kept } of decoded) expect(toHex(kept!)).toBe('A000000001')
    expect(toHex(data)).toBe('AABB')
    expect(certificate.der).toEqual((await identity()).auth.certificate)
  })

  test('copyBytes copies, of a Buffer too', () => {
    const given = Buffer.from([1, 2, 3, 4])
    const copies = [copyBytes(given), copyBytes(given, 1), copyBytes(given, 1, 3)]
    given.fill(0)
    expect(copies.map((copy) => [...copy])).toEqual([
      [1, 2, 3, 4],
      [2, 3, 4],
      [2, 3],
    ])
    expect(copies.every((copy) => !Buffer.isBuffer(copy))).toBe(true)
  })
})

describe('bytes and text', () => {
  test('hexadecimal goes both ways and refuses the rest', () => {
    expect(toHex(fromHex('00 ff\n7A'))).toBe('00FF7A')
    for (const wrong of ['0', '0g', '0x00', 'あ']) expect(() => fromHex(wrong)).toThrow(TypeError)
  })

  test('ASCII goes both ways; other characters are refused or marked', () => {
    expect(asciiText(asciiBytes('Az 9'))).toBe('Az 9')
    expect(asciiText(Uint8Array.of(0x41, 0x80))).toBe('A\uFFFD')
    expect(() => asciiBytes('あ')).toThrow(TypeError)
  })

  test('parts join, and equality is of content', () => {
    expect(equalBytes(concat(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)), Uint8Array.of(1, 2, 3))).toBe(
      true,
    )
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false)
  })
})

describe('decodeText', () => {
  const bytes = (...parts: (string | number[])[]): Uint8Array =>
    new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))))

  test('UTF-8 is text, without its byte order mark', () => {
    expect(decodeText(bytes('\ufeff登録\n𠮷'))).toEqual({ text: '登録\n𠮷' })
    expect(decodeText(new Uint8Array())).toEqual({ text: '' })
  })

  test.each([
    ['at the start', bytes([0x93, 0x6f]), 1, 1],
    ['after a byte order mark', bytes('\ufeff', [0x93]), 1, 1],
    ['in the third line', bytes('{\n "名": "",\r\n "', [0x83, 0x5c], '"}'), 3, 3],
    ['after a character beyond the BMP, two UTF-16 units', bytes('𠮷', [0xff]), 1, 3],
    ['cut off at the end', bytes('ab', [0xe3, 0x81]), 1, 3],
    ['an overlong form', bytes('\r\r', [0xc0, 0x80]), 3, 1],
    ['a surrogate', bytes('x', [0xed, 0xa0, 0x80]), 1, 2],
  ])('what is not UTF-8 %s has its line and column', (_name, text, line, column) => {
    expect(decodeText(text)).toEqual({ line, column })
  })

  test.each([
    ['UTF-16', 'fffe7b00'],
    ['UTF-16', 'feff007b'],
    ['UTF-16', '7b000a00'],
    ['UTF-16', '007b000a'],
    ['UTF-16', '3100'],
    ['UTF-32', 'fffe00007b000000'],
    ['UTF-32', '0000feff0000007b'],
    ['UTF-32', '7b000000'],
    ['UTF-32', '0000007b'],
  ] as const)('%s is named: %s', (encoding, hex) => {
    expect(decodeText(fromHex(hex))).toEqual({ encoding })
  })
})

describe('base64', () => {
  test.each([
    ['', ''],
    ['Zg==', '66'],
    ['Zm8=', '666F'],
    ['Zm9v', '666F6F'],
    ['+/8=', 'FBFF'],
  ])('%j both ways', (text, hex) => {
    expect(toBase64(fromHex(hex))).toBe(text)
    expect(toHex(fromBase64(text)!)).toBe(hex)
  })

  test.each(['Zg', 'Zg=', 'Zh==', 'Zm9v\n', ' Zm9v', 'Zm9v====', '-_8=', 'Zm=v', 'Zm9vZ'])(
    '%j is another form',
    (text) => {
      expect(fromBase64(text)).toBeUndefined()
    },
  )

  test('for addresses has other characters and no padding', () => {
    expect(toHex(fromBase64('-_8', 'base64url')!)).toBe('FBFF')
    for (const text of ['-_8=', '+/8', '-_9']) expect(fromBase64(text, 'base64url')).toBeUndefined()
  })
})

describe('a bounded body', () => {
  const streamOf = (parts: readonly number[], cancelled?: () => void): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(to) {
        for (const length of parts) to.enqueue(new Uint8Array(length).fill(length))
        if (cancelled === undefined) to.close()
      },
      cancel: cancelled ?? (() => {}),
    })

  test('is read whole up to the limit', async () => {
    expect(await readBounded(streamOf([]), 10)).toEqual(new Uint8Array())
    expect(await readBounded(streamOf([1, 2, 3]), 6)).toEqual(Uint8Array.of(1, 2, 2, 3, 3, 3))
    const many = await readBounded(streamOf(Array<number>(2000).fill(100)), 1_000_000)
    expect([many!.length, many!.every((byte) => byte === 100)]).toEqual([200_000, true])
  })

  test('is given up when it is longer, or the signal is aborted', async () => {
    let cancelled = 0
    expect(
      await readBounded(
        streamOf([4, 3], () => cancelled++),
        6,
      ),
    ).toBeUndefined()
    const control = new AbortController()
    const reading = readBounded(
      streamOf([1], () => cancelled++),
      6,
      control.signal,
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    control.abort()
    expect(await reading).toBeUndefined()
    expect(cancelled).toBe(2)
  })

  test('fails as its stream does', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (to) => to.error(new Error('gone')) })
    await expect(readBounded(broken, 6)).rejects.toThrow('gone')
  })
})
