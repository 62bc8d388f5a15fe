import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asciiBytes, concat, fromHex } from '../../../src/bytes.ts'
import {
  checkDigests,
  decodeDigests,
  decodeNumberFile,
  decodeTextCardKey,
  decodeTextInformation,
} from '../../../src/card-face/index.ts'
import { decodeSessionKeyFile } from '../../../src/card-face/text/records.ts'
import { encodeTlv } from '../../../src/tlv/index.ts'
import { sharedFolder } from '../../support/shared.ts'
import { thrown } from '../../support/vectors.ts'

const purpose = { purpose: 'tax' } as const

describe('EF 0001', () => {
  const file = (digits = '123456789018', filler = 'FFFF') =>
    concat(fromHex('FF100C'), asciiBytes(digits), fromHex(filler))

  test('is the number and two bytes of filler', () => {
    expect(decodeNumberFile(file(), purpose).reveal()).toBe('123456789018')
  })

  test.each([
    ['nothing', new Uint8Array(), 0],
    ['another tag', concat(fromHex('FF110C'), file().subarray(3)), 1],
    ['another length', concat(fromHex('FF100D'), file().subarray(3)), 2],
    ['no digits', file().subarray(0, 3), 3],
    ['one digit less', file().subarray(0, 14), 14],
    ['no filler', file(undefined, ''), 15],
    ['one byte of filler', file(undefined, 'FF'), 16],
    ['other filler', file(undefined, 'FF00'), 16],
    ['a byte more', file(undefined, 'FFFFFF'), 17],
    ['a letter', file('12345678X018'), 11],
    ['a wrong check digit', file('123456789019'), 14],
  ])('%s is refused at its place', async (_name, bytes, offset) => {
    const error = await thrown(() => decodeNumberFile(bytes, purpose))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset })
    expect(error.message).not.toContain('1234')
  })
})

describe('EF 0003', () => {
  const digest = (tag: number, fill: number) => encodeTlv(tag, new Uint8Array(32).fill(fill))
  const signature = encodeTlv(0xdf33, new Uint8Array(256).fill(3))
  const file = encodeTlv(0xff30, digest(0xdf31, 1), digest(0xdf32, 2), signature)

  test('has two digests, and a signature over both of them', () => {
    expect(file.length).toBe(336)
    const digests = decodeDigests(file)
    expect(digests.individualNumber).toEqual(new Uint8Array(32).fill(1))
    expect(digests.attributes).toEqual(new Uint8Array(32).fill(2))
    expect(digests.signature).toEqual(new Uint8Array(256).fill(3))
    expect(digests.signed).toEqual(file.subarray(5, 75))
  })

  test.each([
    ['cut off', file.subarray(0, 300), 'ERR_TLV', 5],
    ['another template', concat(fromHex('FF31'), file.subarray(2)), 'ERR_CARD_DATA', 0],
    ['digests swapped', encodeTlv(0xff30, digest(0xdf32, 2), digest(0xdf31, 1), signature), 'ERR_CARD_DATA', 5],
    ['a digest of 31', encodeTlv(0xff30, encodeTlv(0xdf31, new Uint8Array(31)), signature), 'ERR_CARD_DATA', 5],
    ['no signature', encodeTlv(0xff30, digest(0xdf31, 1), digest(0xdf32, 2)), 'ERR_CARD_DATA', 73],
    [
      'a field more',
      encodeTlv(0xff30, digest(0xdf31, 1), digest(0xdf32, 2), signature, digest(0xdf34, 4)),
      'ERR_CARD_DATA',
      336,
    ],
    ['a byte after it', concat(file, Uint8Array.of(1)), 'ERR_CARD_DATA', 336],
  ])('%s is refused at its place', async (_name, bytes, code, offset) => {
    expect(await thrown(() => decodeDigests(bytes))).toMatchObject({ code, offset })
  })

  test('the digests are checked where they stand', async () => {
    const digests = decodeDigests(file)
    checkDigests(digests, {})
    expect(await thrown(() => checkDigests(digests, { individualNumber: new Uint8Array(17) }))).toMatchObject({
      code: 'ERR_CARD_DATA',
      offset: 8,
    })
    expect(file.subarray(8, 40)).toEqual(digests.individualNumber)
    expect(file.subarray(43, 75)).toEqual(digests.attributes)
  })
})

describe('EF 0005', () => {
  const keyId = concat(asciiBytes('5000034'), fromHex('0805'), asciiBytes('001'), new Uint8Array(4))
  const body = (id = keyId) => [
    encodeTlv(0xdf41, fromHex('01030E01')),
    encodeTlv(0xdf42, id),
    encodeTlv(0xdf43, new Uint8Array(128)),
  ]

  test('has version, lengths, vendor and a key identifier', () => {
    const file = concat(encodeTlv(0xff40, ...body()), new Uint8Array(96).fill(0xff))
    expect(decodeTextInformation(file)).toEqual({
      specification: 1,
      extendedLength: 3,
      vendor: 0x0e,
      vendorByte: 1,
      keyId,
      opaque: new Uint8Array(128),
    })
  })

  test.each([
    ['no key identifier', encodeTlv(0xff40, body()[0]!, body()[2]!), 11],
    ['a key identifier of 15', encodeTlv(0xff40, ...body(keyId.subarray(1))), 11],
    ['no form of a key identifier', encodeTlv(0xff40, ...body(new Uint8Array(16))), 14],
  ])('%s is refused at its place', async (_name, bytes, offset) => {
    expect(await thrown(() => decodeTextInformation(bytes))).toMatchObject({ code: 'ERR_CARD_DATA', offset })
  })
})

describe('EF 0006 and 0007', () => {
  const modulus = new Uint8Array(256).fill(0xab)
  const key = concat(fromHex('9003010001'), fromHex('91820100'), modulus)
  const cardKey = encodeTlv(0xff50, encodeTlv(0xdf51, key), encodeTlv(0xdf52, new Uint8Array(256)))

  test('hold keys', () => {
    expect(decodeSessionKeyFile(encodeTlv(0xa1, key))).toEqual({ exponent: fromHex('010001'), modulus })
    const { publicKey, signed } = decodeTextCardKey(cardKey)
    expect(publicKey.modulus).toEqual(modulus)
    expect(signed).toEqual(encodeTlv(0xdf51, key))
  })

  const even = concat(key)
  even[264] = 0xaa
  const small = concat(key)
  small[9] = 0x7f
  test.each([
    ['no key', () => decodeSessionKeyFile(new Uint8Array()), 'ERR_TLV', 0],
    ['another tag', () => decodeSessionKeyFile(encodeTlv(0xa2, key)), 'ERR_CARD_DATA', 0],
    ['cut off', () => decodeSessionKeyFile(encodeTlv(0xa1, key).subarray(0, 268)), 'ERR_TLV', 4],
    ['a short key', () => decodeSessionKeyFile(encodeTlv(0xa1, key.subarray(0, 5))), 'ERR_CARD_DATA', 2],
    ['an empty key', () => decodeSessionKeyFile(encodeTlv(0xa1)), 'ERR_CARD_DATA', 2],
    ['an even modulus', () => decodeSessionKeyFile(encodeTlv(0xa1, even)), 'ERR_CARD_DATA', 13],
    [
      'a small modulus',
      () => decodeTextCardKey(encodeTlv(0xff50, encodeTlv(0xdf51, small), encodeTlv(0xdf52, modulus))),
      'ERR_CARD_DATA',
      19,
    ],
    ['no signature', () => decodeTextCardKey(encodeTlv(0xff50, encodeTlv(0xdf51, key))), 'ERR_CARD_DATA', 275],
    [
      'a field more',
      () => decodeTextCardKey(encodeTlv(0xff50, encodeTlv(0xdf51, key), encodeTlv(0xdf52, modulus), encodeTlv(0xdf53))),
      'ERR_CARD_DATA',
      536,
    ],
  ])('%s is refused at its place', async (_name, decode, code, offset) => {
    expect(await thrown(decode)).toMatchObject({ code, offset })
  })
})

const samples = sharedFolder('facts/samples/testcard')

test.skipIf(samples === undefined)('the published bytes of a test card', () => {
  const read = (name: string) => readFileSync(join(samples!, name))
  const number = read('text_ap_EF0001_mynumber.bin')
  expect(decodeNumberFile(number, purpose).reveal()).toBe('537686677188')
  const digest = (tag: number, hex: string) => encodeTlv(tag, fromHex(hex))
  // Digests as computed when the bytes were published.
  const digests = decodeDigests(
    encodeTlv(
      0xff30,
      digest(0xdf31, '6d5a4c1ef9ab15bf506862d7e66b9c0f179ca065bc936c8e634e9e57449ca9cd'),
      digest(0xdf32, 'b9e0d09427b23b1d4beda2848512b4103752dc2667e51f9712872d65f472cb3b'),
      encodeTlv(0xdf33, new Uint8Array(256)),
    ),
  )
  checkDigests(digests, { individualNumber: number, attributes: read('text_ap_EF0002_attributes.bin') })
})
