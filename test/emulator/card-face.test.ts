import { createHash, verify } from 'node:crypto'
import { crc32, inflateSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes.ts'
import {
  type Identity,
  type VirtualCard,
  type VirtualCardOptions,
  verificationCodeB,
} from '../../src/emulator/index.ts'
import { keyOf, keyOfObjects, sha256 } from './keys.ts'
import { data, identity, poweredCard, selectFile, selectVisual, sw, verifyDirect, withData } from './support.ts'
import { children, tlvAt } from './tlv-reader.ts'

const tags = ['DF22', 'DF23', 'DF24', 'DF25', 'DF26', 'DF27', 'DF28', 'DF29', 'DF2A']
let person: Identity
beforeAll(async () => {
  person = await identity()
})

async function opened(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  const card = await poweredCard(options)
  expect(await sw(card, selectVisual, verifyDirect('93', '123456789018'))).toBe('9000')
  return card
}

/** Width, height and the pixels as lines of 0 and 1 of a PNG with one bit a pixel; throws for anything else. */
function readPng(image: Uint8Array): { width: number; height: number; pixels: string[] } {
  const bytes = Buffer.from(image)
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const checked = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(checked))
    chunks.set(checked.subarray(0, 4).toString('latin1'), checked.subarray(4))
    at += 12 + length
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
  const header = chunks.get('IHDR')!
  expect(header.subarray(8).toString('hex')).toBe('0100000000')
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const lines = inflateSync(chunks.get('IDAT')!)
  const lineLength = 1 + Math.ceil(width / 8)
  expect(lines.length).toBe(height * lineLength)
  const pixels = Array.from({ length: height }, (_, y) => {
    expect(lines[y * lineLength]).toBe(0)
    const line = lines.subarray(y * lineLength + 1, (y + 1) * lineLength)
    return Array.from(line, (byte) => byte.toString(2).padStart(8, '0')).join('')
  })
  return { width, height, pixels }
}

/** Boxes of a JP2 as name and contents. */
function boxes(bytes: Buffer): [string, Buffer][] {
  const found: [string, Buffer][] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    found.push([bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + length)])
    at += length
  }
  return found
}

/** Marker segments up to SOD as marker and parameters, and what follows SOD. */
function codestream(bytes: Buffer): { segments: [string, string][]; data: string } {
  expect(bytes.readUInt16BE(0)).toBe(0xff4f)
  const segments: [string, string][] = []
  let at = 2
  for (; bytes.readUInt16BE(at) !== 0xff93; at += 2 + bytes.readUInt16BE(at + 2)) {
    const parameters = bytes.subarray(at + 4, at + 2 + bytes.readUInt16BE(at + 2))
    segments.push([bytes.toString('hex', at, at + 2), parameters.toString('hex')])
  }
  return { segments, data: bytes.toString('hex', at + 2) }
}

async function face(card: VirtualCard): Promise<Uint8Array> {
  return await data(card, '00B08200000000')
}

describe('the card face', () => {
  test('its offsets point at nine fields in order, and filler follows', async () => {
    const file = await face(await opened())
    const outer = tlvAt(file, 0)
    expect(outer.tag).toBe('FF20')
    expect(file.length % 1024).toBe(0)
    expect(file.subarray(outer.end).every((byte) => byte === 0xff)).toBe(true)
    const table = Buffer.from(tlvAt(outer.value, 0).value)
    expect(table.length).toBe(18)
    expect(tags.map((_, i) => tlvAt(file, table.readUInt16BE(2 * i)).tag)).toEqual(tags)
    expect(Object.keys(children(outer.value))).toEqual(['DF21', ...tags])
  })

  test('holds the birth date, the sex, the expiry of the common record and the card key', async () => {
    const fields = children(tlvAt(await face(await opened()), 0).value)
    const text = (tag: string): string => Buffer.from(fields[tag]!.value).toString('latin1')
    expect([text('DF22'), text('DF23'), text('DF29')]).toEqual(['19900217', '2', '20350217'])
    expect(keyOfObjects(fields['DF24']!.value).equals(keyOf(person.visualKey))).toBe(true)
  })

  test.each(['small', 'large'] as const)(
    '%s: one signature over three digests, expiry and code outside',
    async (cardFace) => {
      const fields = children(tlvAt(await face(await opened({ cardFace })), 0).value)
      const part = (...names: string[]): Uint8Array => sha256(...names.map((name) => fields[name]!.whole))
      const signed = concat(part('DF22', 'DF23', 'DF24'), part('DF25', 'DF26'), part('DF27'))
      expect(signed.length).toBe(96)
      expect(verify('sha256', signed, keyOf(person.cvc.visual.issuer), fields['DF28']!.value)).toBe(true)
    },
  )

  test('text images are PNG of one bit, different from one another, and show stripes', async () => {
    const fields = children(tlvAt(await face(await opened()), 0).value)
    const [name, address, code] = ['DF25', 'DF26', 'DF2A'].map((tag) => readPng(fields[tag]!.value))
    expect([name!.width, name!.height]).toEqual([320, 40])
    expect([address!.width, address!.height]).toEqual([320, 80])
    expect([code!.width, code!.height]).toEqual([24, 12])
    expect(code!.pixels.slice(0, 2)).toEqual(['110011001100110011001100', '100110011001100110011001'])
    expect(name!.pixels[0]).not.toBe(address!.pixels[0])
  })

  test('the photograph is JP2 of one grey tile in precincts of 64 by 64 pixels', async () => {
    const fields = children(tlvAt(await face(await opened()), 0).value)
    const [signature, type, header, contents, ...others] = boxes(Buffer.from(fields['DF27']!.value))
    expect(others).toEqual([])
    expect([signature![0], signature![1].toString('hex')]).toEqual(['jP  ', '0d0a870a'])
    expect([type![0], type![1].toString('latin1')]).toEqual(['ftyp', 'jp2 \0\0\0\0jp2 '])
    expect(header![0]).toBe('jp2h')
    const [image, colour] = boxes(header![1])
    const height = image![1].readUInt32BE(0)
    expect(image![1].readUInt32BE(4)).toBe(240)
    expect(image![1].toString('hex', 8)).toBe('000107070000')
    expect([colour![0], colour![1].toString('hex')]).toEqual(['colr', '01000000000011'])
    const { segments, data: rest } = codestream(contents![1])
    const size = `000000f0${height.toString(16).padStart(8, '0')}`
    expect(segments).toEqual([
      ['ff51', `0000${size}${'0'.repeat(16)}${size}${'0'.repeat(16)}0001070101`],
      ['ff52', '0100000100000404000166'],
      ['ff5c', '4040'],
      ['ff90', `0000${(12 + rest.length / 2).toString(16).padStart(8, '0')}0001`],
    ])
    expect(rest.endsWith('ffd9')).toBe(true)
  })

  test('a large one is about 20 kB and as well formed', async () => {
    const fields = children(tlvAt(await face(await opened({ cardFace: 'large' })), 0).value)
    const size = Object.values(fields).reduce((sum, { whole }) => sum + whole.length, 0)
    expect(size).toBeGreaterThan(18_000)
    expect(size).toBeLessThan(22_000)
    expect(readPng(fields['DF26']!.value).height).toBe(80)
    const { segments } = codestream(boxes(Buffer.from(fields['DF27']!.value))[3]![1])
    expect(segments.map(([marker]) => marker)).toEqual(['ff51', 'ff52', 'ff5c', 'ff64', 'ff90'])
  })

  test('reads the same in blocks with a 15-bit offset', async () => {
    const card = await opened({ cardFace: 'large' })
    const whole = await face(card)
    const blocks: Uint8Array[] = []
    for (let at = 0; at < whole.length; at += 256) {
      blocks.push(await data(card, `00B0${at.toString(16).padStart(4, '0').toUpperCase()}00`))
    }
    expect(toHex(concat(...blocks))).toBe(toHex(whole))
  })

  test.each([{ cardFace: 'huge' }, { contactAtrUnder: 'both' }, { textAttributesPrefix: new Uint8Array(5) }])(
    'option %o is refused',
    async (options) => {
      await expect(poweredCard(options as VirtualCardOptions)).rejects.toThrow(/cardFace|contactAtrUnder|Prefix/)
    },
  )
})

describe('the number image', () => {
  test('is a signed PNG of 72 by 12 that code B does not open', async () => {
    const { DF41, DF42, DF43 } = children(tlvAt(await data(await opened(), '00B08500000000'), 0).value)
    const { width, height } = readPng(DF41!.value)
    expect([width, height]).toEqual([72, 12])
    const signed = concat(DF41!.whole, DF42!.whole)
    expect(verify('sha256', signed, keyOf(person.cvc.visual.issuer), DF43!.value)).toBe(true)
    const card = await poweredCard()
    expect(await sw(card, selectVisual, verifyDirect('92', verificationCodeB(person)), '00B0850000')).toBe('6982')
    expect(await sw(card, '00B0820000')).toBe('9000')
  })
})

describe('the visual application', () => {
  test('proves its key in EF 0004 under the root and in the answer to a challenge', async () => {
    const card = await opened()
    const parts = children(tlvAt(await data(card, '00B08400000000'), 0).value)
    const body = parts['5F4E']!.value
    expect(verify('sha256', body, keyOf(person.cvc.visual.root), parts['5F37']!.value)).toBe(true)
    expect(keyOfObjects(body.subarray(32)).equals(keyOf(person.cvc.visual.issuer))).toBe(true)
    const challenge = new Uint8Array(32).fill(9)
    const digest = createHash('sha256').update(challenge).digest('hex')
    const answer = await data(card, `802A000033${'3031300D060960864801650304020105000420'}${digest}00`)
    expect(verify('sha256', challenge, keyOf(person.visualKey), answer)).toBe(true)
  })

  test('birth date, code A and code B count by themselves, and block for good', async () => {
    const card = await poweredCard({ triesLeft: { 'visual-birth': 1, 'visual-code-b': 2 } })
    expect(await sw(card, selectVisual, verifyDirect('91', '000000'))).toBe('63C0')
    expect(await sw(card, verifyDirect('91', '020217'))).toBe('6984')
    expect(await sw(card, verifyDirect('92', '00000000000000'))).toBe('63C1')
    expect(await sw(card, '00200093')).toBe('63CA')
    expect(await sw(card, selectFile('0011'), withData('00200080', '020217'))).toBe('6984')
  })

  test('a Juki card has it without any file known', async () => {
    const card = await poweredCard({ kind: 'juki' })
    for (const fid of ['0001', '0002', '0004', '0005', '0011', '0012', '0013']) {
      expect(await sw(card, selectVisual, selectFile(fid))).toBe('6A82')
    }
    expect(await sw(card, '802A000001AA00')).toBe('6A88')
  })
})
