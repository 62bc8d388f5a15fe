import { describe, expect, test } from 'vitest'
import {
  poweredCard,
  selectFile,
  selectJpki,
  selectJuki,
  selectManager,
  selectText,
  selectVisual,
  send,
  sw,
  verifyDirect,
} from './support.ts'

describe('SELECT of an application', () => {
  test('an unknown AID is 6A82 and keeps the state', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, verifyDirect('98', '1234'), '00A4040C05D392100099')).toBe('6A82')
    expect(card.verified('auth')).toBe(true)
    expect(await sw(card, selectFile('0017'))).toBe('9000')
  })

  test('a prefix of the AID selects the application', async () => {
    const card = await poweredCard()
    expect(await sw(card, '00A4040C05D392F00026', selectFile('000A'))).toBe('9000')
    expect(await sw(card, '00A4040C04D392F000')).toBe('6A82')
  })

  test('P2 = 00 with Le answers an FCI with the AID', async () => {
    expect(await send(await poweredCard(), '00A404000AD392F00026010000000100')).toBe('6F0C840AD392F0002601000000019000')
  })

  test.each(['00A4050C0AD392F000260100000001', '00A404040AD392F000260100000001'])('%s is 6A86', async (command) => {
    expect(await sw(await poweredCard(), command)).toBe('6A86')
  })

  test('selecting the same application again keeps the security state', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, verifyDirect('98', '1234'), selectJpki)
    expect(card.verified('auth')).toBe(true)
  })

  test.each([
    ['text', selectText],
    ['card manager', selectManager],
  ])('selecting the %s application clears it', async (_name, other) => {
    const card = await poweredCard()
    await sw(card, selectJpki, verifyDirect('98', '1234'), other)
    expect(card.verified('auth')).toBe(false)
  })
})

describe('SELECT of a file', () => {
  test('a file that is not there is 6A82 and the current one stays', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0018'), selectFile('0003'))).toBe('6A82')
    expect(await sw(card, '00200080')).toBe('63C3')
  })

  test('the MF cannot be selected: 6A86 after power-up, 9000 without effect under an application', async () => {
    const card = await poweredCard()
    expect(await sw(card, '00A40000')).toBe('6A86')
    expect(await sw(card, '00A40000023F00')).toBe('6A82')
    expect(await sw(card, selectJpki, selectFile('0018'), '00A40000')).toBe('9000')
    expect(await sw(card, '00200080')).toBe('63C3')
    expect(await sw(card, '00A40000023F00')).toBe('6A82')
  })

  test('at the MF level of a My Number card only the internal EF 001E exists', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectFile('2F10'))).toBe('6A82')
    expect(await sw(card, selectFile('001E'))).toBe('9000')
    expect(await sw(card, '00B0000000')).toBe('6981')
  })

  test('on other kinds no application is current at the start: 6986', async () => {
    expect(await sw(await poweredCard({ kind: 'juki' }), selectFile('001E'))).toBe('6986')
  })

  test('the current file is lost on SELECT of the application', async () => {
    expect(await sw(await poweredCard(), selectJpki, selectFile('0018'), selectJpki, '00200080')).toBe('6986')
  })
})

describe('kinds of card', () => {
  test.each([
    ['my-number', 'JPKIAPICCTOKEN2 ', '8F8F00'],
    ['juki', 'JPKIAPICCTOKEN  ', '8F0000'],
    ['phone-android', 'JPKIAPGPSETOKEN ', '8F8F00'],
    ['phone-iphone', 'JPKIAPIOSTOKEN  ', '8F8F00'],
  ] as const)('%s has its label and availability', async (kind, label, availability) => {
    const card = await poweredCard({ kind })
    expect(await sw(card, selectJpki, selectFile('0006'))).toBe('9000')
    const info = Buffer.from((await send(card, '00B0000000')).slice(0, -4), 'hex')
    expect(info.length).toBe(160)
    expect(info.subarray(0, 16).toString('latin1')).toBe(label)
    expect(await send(card, '00B0880000')).toBe(`${availability}9000`)
  })

  test('phones have no other application than JPKI', async () => {
    for (const kind of ['phone-android', 'phone-iphone'] as const) {
      const card = await poweredCard({ kind })
      for (const other of [selectText, selectVisual, selectJuki, selectManager])
        expect(await sw(card, other)).toBe('6A82')
    }
  })

  test('a Juki card has the signature half of JPKI, Juki and visual, and no text application', async () => {
    const card = await poweredCard({ kind: 'juki' })
    expect(await sw(card, selectText)).toBe('6A82')
    expect(await sw(card, selectManager)).toBe('6A82')
    expect(await sw(card, selectJuki)).toBe('9000')
    expect(await sw(card, selectVisual)).toBe('9000')
    expect(await sw(card, selectJpki)).toBe('9000')
    for (const fid of ['000A', '000B', '0017', '0018']) expect(await sw(card, selectFile(fid))).toBe('6A82')
    for (const fid of ['0001', '0002', '001A', '001B']) expect(await sw(card, selectFile(fid))).toBe('9000')
  })

  test('only an iPhone takes the last-command announcement', async () => {
    expect(await sw(await poweredCard({ kind: 'phone-iphone' }), '80FC0000')).toBe('9000')
    expect(await sw(await poweredCard({ kind: 'phone-android' }), '80FC0000')).toBe('6D00')
    expect(await sw(await poweredCard(), '80FC0000')).toBe('6700')
  })

  test('an Android phone opens the authentication certificate only after the PIN', async () => {
    const card = await poweredCard({ kind: 'phone-android' })
    expect(await sw(card, selectJpki, selectFile('000A'), '00B0000000')).toBe('6982')
    expect(await sw(card, verifyDirect('98', '1234'), '00B08A0000')).toBe('9000')
  })
})
