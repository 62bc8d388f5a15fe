import { createHash, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes.ts'
import { type VirtualCard, verificationCodeB } from '../../src/emulator/index.ts'
import { keyOf } from './keys.ts'
import { data, identity, poweredCard, selectFile, selectText, selectVisual, sw, verifyDirect } from './support.ts'
import { children, tlvAt } from './tlv-reader.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').toUpperCase()
const readable = async (card: VirtualCard, fids: string[]): Promise<string[]> => {
  const open: string[] = []
  for (const fid of fids) if ((await sw(card, selectFile(fid), '00B0000000')) === '9000') open.push(fid)
  return open
}

describe('the text application', () => {
  const files = ['0001', '0002', '0003', '0004', '0005', '0006', '0007', '0008']

  test('opens what each PIN opens and no more', async () => {
    const person = await identity()
    expect(await readable(await opened(), files)).toEqual(['0004', '0005'])
    expect(await readable(await opened('91', '1234'), files)).toEqual(files.slice(0, 7))
    expect(await readable(await opened('94', '123456789018'), files)).toEqual([
      '0001',
      '0003',
      '0004',
      '0005',
      '0006',
      '0007',
    ])
    expect(await readable(await opened('95', verificationCodeB(person)), files)).toEqual(files.slice(1, 7))
  })

  async function opened(p2?: string, pin?: string): Promise<VirtualCard> {
    const card = await poweredCard()
    await sw(card, selectText)
    if (p2 && pin) expect(await sw(card, verifyDirect(p2, pin))).toBe('9000')
    return card
  }

  test('EF 0001 holds the individual number and two bytes of filler', async () => {
    const card = await opened('91', '1234')
    expect(toHex(await data(card, '00B0810000'))).toBe('FF100C313233343536373839303138FFFF')
  })

  test('EF 0002 points at name, address, birth date and sex', async () => {
    const card = await opened('91', '1234')
    const file = await data(card, '00B08200000000')
    const outer = tlvAt(file, 0)
    expect(outer.tag).toBe('FF20')
    expect(file.subarray(outer.end).every((byte) => byte === 0xff)).toBe(true)
    const offsets = tlvAt(outer.value, 0).value
    const texts = ['DF22', 'DF23', 'DF24', 'DF25'].map((tag, i) => {
      const field = tlvAt(file, offsets[2 * i]! * 256 + offsets[2 * i + 1]!)
      expect(field.tag).toBe(tag)
      return new TextDecoder().decode(field.value)
    })
    const { holder } = await identity()
    expect(texts).toEqual([holder.name, holder.address, '19900217', '2'])
  })

  test.each(['0000', 'FFFF', 'FFFFFFFF'])('EF 0002 may begin with %s, and its offsets count it', async (prefix) => {
    const card = await poweredCard({ textAttributesPrefix: fromHex(prefix) })
    await sw(card, selectText, verifyDirect('91', '1234'))
    const file = await data(card, '00B08200000000')
    const start = prefix.length / 2
    expect(toHex(file.subarray(0, start))).toBe(prefix)
    const offsets = tlvAt(tlvAt(file, start).value, 0).value
    expect(tlvAt(file, offsets[0]! * 256 + offsets[1]!).tag).toBe('DF22')
    expect(tlvAt(file, offsets[6]! * 256 + offsets[7]!).tag).toBe('DF25')
  })

  test('EF 0003 signs the digests of the first two with the key in EF 0004', async () => {
    const card = await opened('91', '1234')
    const { cvc } = await identity()
    const file = await data(card, '00B08300000000')
    expect(file.length).toBe(336)
    const { DF31, DF32, DF33 } = children(tlvAt(file, 0).value)
    expect(toHex(DF31!.value)).toBe(sha256(await data(card, '00B0810000')))
    const attributes = tlvAt(await data(card, '00B08200000000'), 0).value
    expect(toHex(DF32!.value)).toBe(sha256(attributes.subarray(tlvAt(attributes, 0).end)))
    expect(verify('sha256', concat(DF31!.whole, DF32!.whole), keyOf(cvc.text.issuer), DF33!.value)).toBe(true)
  })

  test('EF 0004 is 568 bytes, certifies that key, and is signed by the root', async () => {
    const card = await opened()
    const { cvc } = await identity()
    const certificate = await data(card, '00B08400000000')
    expect(certificate.length).toBe(568)
    const parts = children(tlvAt(certificate, 0).value)
    const body = parts['5F4E']!.value
    expect(body.length).toBe(297)
    expect(toHex(body.slice(0, 16))).toBe(toHex(cvc.text.root.keyId))
    expect(toHex(body.slice(16, 32))).toBe(toHex(cvc.text.issuer.keyId))
    const modulus = children(body.slice(32))['91']!.value
    expect(Buffer.from(modulus).toString('base64url')).toBe(keyOf(cvc.text.issuer).export({ format: 'jwk' }).n)
    expect(verify('sha256', body, keyOf(cvc.text.root), parts['5F37']!.value)).toBe(true)
  })

  test('EF 0005 is 256 bytes, EF 0007 holds the card key signed by the issuer', async () => {
    const card = await opened('91', '1234')
    expect((await data(card, '00B0850000')).length).toBe(256)
    const { cvc } = await identity()
    const { DF51, DF52 } = children(tlvAt(await data(card, '00B08700000000'), 0).value)
    expect(verify('sha256', DF51!.whole, keyOf(cvc.text.issuer), DF52!.value)).toBe(true)
  })
})

describe('the visual application', () => {
  const files = ['0001', '0002', '0003', '0004', '0005', '0006']

  async function opened(p2?: string, pin?: string): Promise<VirtualCard> {
    const card = await poweredCard()
    await sw(card, selectVisual)
    if (p2 && pin) expect(await sw(card, verifyDirect(p2, pin))).toBe('9000')
    return card
  }

  test('birth date, code A and code B open what each opens and no more', async () => {
    expect(await readable(await opened(), files)).toEqual(['0003', '0004'])
    expect(await readable(await opened('91', '020217'), files)).toEqual(['0001', '0003', '0004'])
    expect(await readable(await opened('93', '123456789018'), files)).toEqual(files.slice(1))
    expect(await readable(await opened('92', verificationCodeB(await identity())), files)).toEqual([
      '0002',
      '0003',
      '0004',
      '0006',
    ])
  })

  test('the birth record is signed over birth date and card key', async () => {
    const card = await opened('91', '020217')
    const { cvc } = await identity()
    const { DF11, DF12, DF13 } = children(tlvAt(await data(card, '00B08100000000'), 0).value)
    expect(new TextDecoder().decode(DF11!.value)).toBe('19900217')
    expect(verify('sha256', concat(DF11!.whole, DF12!.whole), keyOf(cvc.visual.issuer), DF13!.value)).toBe(true)
  })

  test('the basic information names the municipality', async () => {
    const { DF34 } = children(tlvAt(await data(await opened(), '00B08300000000'), 0).value)
    expect(new TextDecoder().decode(DF34!.value)).toBe('99999')
  })

  test('printed codes have ten tries', async () => {
    const card = await opened()
    for (const p2 of ['91', '92', '93']) expect(await sw(card, `002000${p2}`)).toBe('63CA')
    expect(await sw(card, verifyDirect('91', '900217'))).toBe('63C9')
  })
})
