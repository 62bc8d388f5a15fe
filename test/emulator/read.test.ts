import { describe, expect, test } from 'vitest'
import {
  data,
  identity,
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectManager,
  selectText,
  send,
  sw,
  verifyDirect,
} from './support.ts'

describe('READ BINARY', () => {
  test('reads the current file with a 15-bit offset', async () => {
    const card = await poweredCard()
    const { certificate } = (await identity()).auth
    await sw(card, selectJpki, selectFile('000A'))
    expect(Buffer.from(await data(card, '00B0000000'))).toEqual(Buffer.from(certificate.subarray(0, 256)))
    expect(Buffer.from(await data(card, '00B0000005'))).toEqual(Buffer.from(certificate.subarray(0, 5)))
    expect(Buffer.from(await data(card, '00B0010010'))).toEqual(Buffer.from(certificate.subarray(256, 272)))
  })

  test('certificate files are 1900 bytes, the certificate and then zeros', async () => {
    const card = await poweredCard()
    const { auth, authCa, signCa, sign } = await identity()
    await sw(card, selectJpki, verifyDirect('9B', 'ABC123'))
    for (const [sfi, { certificate }] of [
      ['8A', auth],
      ['8B', authCa],
      ['82', signCa],
      ['81', sign],
    ] as const) {
      const file = await data(card, `00B0${sfi}00000000`)
      expect(file.length).toBe(1900)
      expect(Buffer.from(file.subarray(0, certificate.length))).toEqual(Buffer.from(certificate))
      expect(file.subarray(certificate.length).every((byte) => byte === 0)).toBe(true)
    }
  })

  test('the end of the file: fewer bytes, then 6B00', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, selectFile('0006'))
    expect((await data(card, '00B0009000')).length).toBe(16)
    expect(await sw(card, '00B000A000')).toBe('6B00')
    expect(await sw(card, '00B07FFF00')).toBe('6B00')
  })

  test('a card may warn with 6282 about the end of the file', async () => {
    const card = await poweredCard({ endOfFileWarning: true })
    await sw(card, selectJpki, selectFile('0006'))
    const answer = await send(card, '00B0009020')
    expect(answer.length).toBe(2 * 18)
    expect(answer.endsWith('6282')).toBe(true)
    expect(await sw(card, '00B0009010')).toBe('9000')
  })

  test('by short identifier makes the file current', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, '00B0860000')).toBe('9000')
    expect((await data(card, '00B0000001')).length).toBe(1)
    expect(await sw(card, '00B0830000')).toBe('6A82')
    expect(await sw(card, '00B0800000')).toBe('6A86')
    expect(await sw(card, '00B0C60000')).toBe('6A86')
  })

  test.each([0x6a86, 0x6a82, 0x6b00, 0x6700] as const)(
    'a card without short identifiers refuses them',
    async (refusal) => {
      const card = await poweredCard({ capabilities: { shortFileId: false }, shortFileIdRefusal: refusal })
      expect(await sw(card, selectJpki, '00B0860000')).toBe(refusal.toString(16).toUpperCase())
    },
  )

  test('without a current file 6986, on a PIN or key 6981, without Le or with data 6700', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, '00B0000000')).toBe('6986')
    expect(await sw(card, selectFile('0018'), '00B0000000')).toBe('6981')
    expect(await sw(card, selectFile('0017'), '00B0000000')).toBe('6981')
    expect(await sw(card, selectFile('000A'), '00B00000')).toBe('6700')
    expect(await sw(card, '00B0000001AA00')).toBe('6700')
  })

  test('the signature certificate needs the signature password, not the PIN', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0001'), '00B0000000')).toBe('6982')
    expect(await sw(card, verifyDirect('98', '1234'), '00B0810000')).toBe('6982')
    expect(await sw(card, verifyDirect('9B', 'ABC123'), '00B0810000')).toBe('9000')
  })

  test('EF 0009 is never readable', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, verifyDirect('98', '1234'), verifyDirect('9B', 'ABC123'), '00B0890000')).toBe(
      '6982',
    )
  })

  test('a card without a signature certificate says so and holds filler', async () => {
    const card = await poweredCard({ signCertificate: false })
    expect(await send(card, selectJpki)).toBe('9000')
    expect(await send(card, '00B0880000')).toBe('008F009000')
    await sw(card, verifyDirect('9B', 'ABC123'))
    expect((await data(card, '00B08100000000')).every((byte) => byte === 0xff)).toBe(true)
    expect(await sw(card, `802A029A20${'11'.repeat(32)}00`)).toBe('6985')
  })
})

describe('READ RECORD', () => {
  test('reads record 1 of the common application by current file and short identifier', async () => {
    const card = await poweredCard()
    const { serialNumber, municipalityCode } = await identity()
    await sw(card, selectCommon)
    const record = Buffer.from(await data(card, '00B2010C00')).toString('latin1')
    expect(record).toBe(`\u0001\u001C${serialNumber}${municipalityCode}20350217`)
    expect(await sw(card, selectCommon, '00B2010400')).toBe('6986')
    expect(await sw(card, selectFile('0001'), '00B2010400')).toBe('9000')
  })

  test('refusals: 6A83 other records, 6A86 other modes, 6Cxx too small Le, 6981 other structure', async () => {
    const card = await poweredCard()
    await sw(card, selectCommon, selectFile('0001'))
    expect(await sw(card, '00B2020400')).toBe('6A83')
    expect(await sw(card, '00B2000400')).toBe('6A83')
    expect(await sw(card, '00B2010500')).toBe('6A86')
    expect(await sw(card, '00B2010401')).toBe('6C1E')
    expect(await sw(card, '00B0000000')).toBe('6981')
    expect(await sw(card, selectJpki, selectFile('0006'), '00B2010400')).toBe('6981')
  })
})

describe('GET DATA and GET CHALLENGE', () => {
  test('objects are there at power-up and under the card manager, not under an application', async () => {
    const card = await poweredCard()
    expect(Buffer.from(await data(card, '00CA00F000')).toString()).toBe('99999')
    expect(Buffer.from(await data(card, '00CA00F200')).toString()).toBe('20350217')
    expect(await sw(card, selectText, '00CA00F000')).toBe('6A88')
    expect(await sw(card, selectManager, '00CA00F000')).toBe('9000')
    for (const tag of ['0042', '0045', '0066', '00F7', '5F51']) expect(await sw(card, `00CA${tag}00`)).toBe('9000')
  })

  test('long objects need an extended Le, others refuse a small one with 6Cxx', async () => {
    const card = await poweredCard()
    expect(await sw(card, '00CA00F800')).toBe('6700')
    expect((await data(card, '00CA00F8000000')).length).toBe(563)
    expect((await data(card, '00CA7F21000000')).length).toBe(563)
    expect(await sw(card, '00CA00F202')).toBe('6C08')
  })

  test('GET CHALLENGE gives 1 to 256 fresh bytes and refuses the extended form', async () => {
    const card = await poweredCard()
    expect((await data(card, '0084000008')).length).toBe(8)
    expect((await data(card, '0084000000')).length).toBe(256)
    expect(await send(card, '0084000010')).not.toBe(await send(card, '0084000010'))
    expect(await sw(card, '00840000000101')).toBe('6985')
    expect(await sw(card, '00840100FF')).toBe('6A86')
    expect(await sw(card, '00840000')).toBe('6700')
  })
})
