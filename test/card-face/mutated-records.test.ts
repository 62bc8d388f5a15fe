import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCommand, ins } from '../../src/apdu/index.ts'
import { concat, fromHex } from '../../src/bytes.ts'
import { CardSession } from '../../src/card/index.ts'
import {
  checkDigests,
  decodeAttributes,
  decodeDigests,
  decodeNumberFile,
  decodeTextCardKey,
  decodeTextInformation,
  digestedAttributes,
  TextApplication,
  type TextAttributes,
} from '../../src/card-face/index.ts'
import { attributesLength, requireAttributes } from '../../src/card-face/text/attributes.ts'
import { decodeSessionKeyFile } from '../../src/card-face/text/records.ts'
import { DecodeError, JpkiCardError } from '../../src/errors.ts'
import { cardRecordExpiry, decodeCardRecord } from '../../src/identify/index.ts'
import {
  decodeCertificateObject,
  decodeContactAtr,
  decodeDay,
  decodeDigits,
  decodeRecognitionData,
  decodeText,
} from '../../src/identify/manager/decode.ts'
import { encodeTlv } from '../../src/tlv/index.ts'
import { mutated } from '../fuzz/mutations.ts'
import { vectors } from '../support/vectors.ts'

const purpose = { purpose: 'tax' } as const
const key = concat(fromHex('900301000191820100'), new Uint8Array(256).fill(0xab))
const signature = new Uint8Array(256).fill(0x5a)
const keyId = fromHex('353030303033340805303031 00000000')
const attributes = vectors<{ bytes: string }>('juki/attributes.json').map(({ bytes }) => Buffer.from(bytes, 'hex'))
const corpus: readonly Buffer[] = [
  ...attributes.filter(({ length }) => length > 20),
  Buffer.from('FF100C313233343536373839303138FFFF', 'hex'),
  encodeTlv(
    0xff30,
    encodeTlv(0xdf31, signature.subarray(0, 32)),
    encodeTlv(0xdf32, signature.subarray(0, 32)),
    encodeTlv(0xdf33, signature),
  ),
  encodeTlv(0xff40, encodeTlv(0xdf41, fromHex('01030E01')), encodeTlv(0xdf42, keyId), encodeTlv(0xdf43, signature)),
  encodeTlv(0xff50, encodeTlv(0xdf51, key), encodeTlv(0xdf52, signature)),
  encodeTlv(0xa1, key),
  encodeTlv(0x7f21, encodeTlv(0x5f4e, keyId, keyId, key), encodeTlv(0x5f37, signature)),
  Buffer.from('011C3930303030303030303030303132333939393939323033363032313 7'.replace(' ', ''), 'hex'),
  Buffer.from('6619731706072A864886FC6B01600C060A2A864886FC6B02020101', 'hex'),
  Buffer.from('DA13FF8131FB468012392F31C173C601C03B', 'hex'),
].map((bytes) => Buffer.from(bytes))

/** A problem has the form and length of a field, nothing of its value. */
function expectMasked({ problems, further }: TextAttributes): void {
  for (const { masked } of problems) expect(masked).toMatch(/^(nothing|\d+ (byte|digit|character|field)s?)$/)
  expect(further.length).toBeLessThanOrEqual(32)
}

/** What is accepted strictly has no problem, and reads the same. */
function expectWhole(read: TextAttributes, whole: TextAttributes): void {
  expect(read).toEqual(whole)
  expect(read.problems).toEqual([])
}

const decoders: readonly ((bytes: Uint8Array) => unknown)[] = [
  (bytes) => expectMasked(decodeAttributes(bytes)),
  (bytes) => expectWhole(decodeAttributes(bytes), requireAttributes(bytes)),
  digestedAttributes,
  attributesLength,
  (bytes) => decodeNumberFile(bytes, purpose),
  (bytes) => checkDigests(decodeDigests(bytes), { individualNumber: bytes, attributes: bytes }),
  decodeTextInformation,
  decodeTextCardKey,
  decodeSessionKeyFile,
  decodeCardRecord,
  cardRecordExpiry,
  decodeRecognitionData,
  decodeCertificateObject,
  decodeContactAtr,
  decodeDay,
  (bytes) => decodeDigits(bytes, 5, 'a code'),
  (bytes) => decodeText(bytes, 'a text'),
]

test('10 000 changed records end in a value or a coded error at a place in them', () => {
  fc.assert(
    fc.property(mutated(corpus), (bytes) => {
      const before = Buffer.from(bytes)
      for (const decode of decoders) {
        try {
          decode(bytes)
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error
          const { offset } = error
          // Digests are reported by their place in EF 0003, contents of a template with the template.
          const last = Math.max(bytes.length + 5, 43)
          if (!Number.isInteger(offset) || offset < 0 || offset > last) throw new Error(`offset ${offset}`)
        }
      }
      expect(before.equals(bytes)).toBe(true)
    }),
    { numRuns: 10_000 },
  )
}, 120_000)

/** A card with one file, whatever is read, that takes everything or short lengths only. */
function cardWith(file: Uint8Array, extended: boolean): CardSession {
  return new CardSession({
    reader: 'test',
    atr: new Uint8Array(),
    async transmit(bytes) {
      const { form, ins: code, p1, p2, ne } = decodeCommand(bytes)
      if (form === 'extended' && !extended) return fromHex('6700')
      if (code !== ins.readBinary || ne === undefined) return fromHex(code === ins.verify ? '63C3' : '9000')
      const offset = (p1 & 0x80) === 0 ? (p1 << 8) | p2 : p2
      if (offset > 0 && offset >= file.length) return fromHex('6B00')
      return concat(file.subarray(offset, offset + ne), fromHex('9000'))
    },
    async reconnect() {},
    async close() {},
    async [Symbol.asyncDispose]() {},
  })
}

test('and so they do when a card gives them', async () => {
  const reads = [
    (text: TextApplication) => text.readAttributes(),
    (text: TextApplication) => text.readIndividualNumber(purpose),
    (text: TextApplication) => text.readSigned({ number: purpose, attributes: true }),
    (text: TextApplication) => text.readInformation(),
    (text: TextApplication) => text.readCardKey(),
    (text: TextApplication) => text.startSecureMessaging(),
  ]
  await fc.assert(
    fc.asyncProperty(mutated(corpus), fc.boolean(), fc.constantFrom(...reads), async (bytes, extended, read) => {
      const session = cardWith(bytes, extended)
      const text = await TextApplication.open(session)
      await read(text).catch((error: unknown) => expect(error).toBeInstanceOf(JpkiCardError))
      expect(session.exchanges).toBeLessThan(300)
    }),
    { numRuns: 2_000 },
  )
}, 120_000)
