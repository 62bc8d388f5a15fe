import { describe, expect, test } from 'vitest'
import {
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectJuki,
  selectText,
  send,
  sw,
  verifyCurrent,
  verifyDirect,
  withData,
} from './support.ts'

describe('the PIN query', () => {
  test('returns the tries left and spends none', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0018'), '00200080', '00200080')).toBe('63C3')
    expect(await sw(card, '0020008000')).toBe('63C3')
    expect(await sw(card, '0020009B')).toBe('63C5')
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('answers 9000 for a verified PIN', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, verifyDirect('98', '1234'), '00200098')).toBe('9000')
    const other = await poweredCard({ queryWhenVerified: 'counter' })
    expect(await sw(other, selectJpki, verifyDirect('98', '1234'), '00200098')).toBe('63C3')
  })

  test('answers 6300 for a key without a limit and 63C0 for a blocked PIN', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0010'), '00200080')).toBe('6300')
    expect(await sw(card, selectText, selectFile('0012'), '00200080')).toBe('63C0')
  })

  test('another Le than 00 is 6700', async () => {
    expect(await sw(await poweredCard(), selectJpki, selectFile('0018'), '0020008001')).toBe('6700')
  })
})

describe('VERIFY', () => {
  test('a wrong PIN leaves two tries, the right one restores all three', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0018'), verifyCurrent('9999'))).toBe('63C2')
    expect(await sw(card, verifyCurrent('1234'))).toBe('9000')
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('the last wrong try is 63C0, after it even the right PIN is 6984', async () => {
    const card = await poweredCard({ triesLeft: { auth: 1 } })
    expect(await sw(card, selectJpki, selectFile('0018'), verifyCurrent('9999'))).toBe('63C0')
    expect(await sw(card, verifyCurrent('1234'))).toBe('6984')
    expect(await sw(card, '00200080')).toBe('63C0')
  })

  test('a wrong PIN takes a verified state away', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, selectFile('0018'), verifyCurrent('1234'), verifyCurrent('0000'))
    expect(card.verified('auth')).toBe(false)
  })

  test('a PIN of another length costs a try', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, selectFile('0018'), verifyCurrent('123456'))).toBe('63C2')
    expect(await sw(card, verifyCurrent('1'))).toBe('63C1')
  })

  test('no current file is 6986, a file that is not a PIN 6981', async () => {
    const card = await poweredCard()
    expect(await sw(card, selectJpki, verifyCurrent('1234'))).toBe('6986')
    expect(await sw(card, selectFile('000A'), verifyCurrent('1234'))).toBe('6981')
    expect(await sw(card, selectFile('0017'), verifyCurrent('1234'))).toBe('6981')
  })

  test('by direct reference: 6A88 without such a PIN, 6A86 on a card without the ability', async () => {
    expect(await sw(await poweredCard(), selectJpki, verifyDirect('83', '1234'))).toBe('6A88')
    expect(await sw(await poweredCard(), selectJpki, verifyDirect('8A', '1234'))).toBe('6A88')
    const plain = await poweredCard({ capabilities: { directReference: false } })
    expect(await sw(plain, selectJpki, verifyDirect('98', '1234'))).toBe('6A86')
    expect(plain.triesLeft('auth')).toBe(3)
  })

  test.each(['00200000', '002000A0', '00200180', '0020009F'])('%s is 6A86', async (header) => {
    expect(await sw(await poweredCard(), selectJpki, selectFile('0018'), withData(header, '1234'))).toBe('6A86')
  })

  test('0012 of the text application is blocked as issued', async () => {
    expect(await sw(await poweredCard(), selectText, selectFile('0012'), verifyCurrent('1234'))).toBe('6984')
  })

  test('the common and the Juki PIN are two PINs', async () => {
    const card = await poweredCard()
    await sw(card, selectCommon, selectFile('001C'), verifyCurrent('9999'))
    expect(await sw(card, selectJuki, selectFile('001C'), '00200080')).toBe('63C3')
    expect(card.triesLeft('common')).toBe(2)
  })
})

describe('the security state', () => {
  test('survives a warm reset, while the selection does not', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, verifyDirect('98', '1234'))
    card.warmReset()
    expect(card.verified('auth')).toBe(true)
    expect(await sw(card, selectFile('0017'))).toBe('6A82')
    expect(await sw(card, selectJpki, '00200098')).toBe('9000')
  })

  test('is lost with power, the tries are not', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, verifyDirect('9B', 'WRONG1'), verifyDirect('98', '1234'))
    card.powerOff()
    card.powerOn()
    expect(card.verified('auth')).toBe(false)
    expect(card.triesLeft('sign')).toBe(4)
  })
})

describe('changing a PIN', () => {
  test('needs the PIN verified, then takes a value of the right format', async () => {
    const card = await poweredCard()
    const change = withData('00240180', '5678')
    expect(await sw(card, selectJpki, selectFile('0018'), change)).toBe('6982')
    expect(await sw(card, verifyCurrent('1234'), withData('00240180', '567'))).toBe('6A80')
    expect(await sw(card, withData('00240180', 'abcd'))).toBe('6A80')
    expect(await sw(card, change)).toBe('9000')
    expect(await sw(card, verifyCurrent('1234'))).toBe('63C2')
    expect(await sw(card, verifyCurrent('5678'))).toBe('9000')
  })

  test('the signature password is 6 to 16 capital letters and digits', async () => {
    const card = await poweredCard()
    await sw(card, selectJpki, selectFile('001B'), verifyCurrent('ABC123'))
    for (const bad of ['abc123', 'ABC12', 'ABCDEFGH123456789'])
      expect(await sw(card, withData('00240180', bad))).toBe('6A80')
    expect(await sw(card, withData('00240180', 'ABCDEFGH12345678'))).toBe('9000')
  })

  test('common and Juki use 80 32, JPKI and text 00 24', async () => {
    const card = await poweredCard()
    for (const application of [selectCommon, selectJuki]) {
      expect(await sw(card, application, selectFile('001C'), verifyCurrent('1234'), withData('00240180', '5678'))).toBe(
        '6985',
      )
      expect(await sw(card, withData('80320080', '5678'))).toBe('9000')
    }
    expect(await sw(card, selectText, selectFile('0011'), verifyCurrent('1234'), withData('80320080', '5678'))).toBe(
      '6985',
    )
    expect(await sw(card, withData('00240180', '5678'))).toBe('9000')
  })

  test('the printed codes cannot be changed', async () => {
    const card = await poweredCard()
    expect(
      await sw(card, selectText, selectFile('0014'), verifyCurrent('123456789018'), withData('00240180', '1234')),
    ).toBe('6985')
  })

  test('the log keeps what was sent', async () => {
    const card = await poweredCard()
    await send(card, selectJpki)
    await send(card, verifyDirect('98', '1234'))
    expect(card.log.map(({ response }) => Buffer.from(response).toString('hex'))).toEqual(['9000', '9000'])
    card.clearLog()
    expect(card.log).toEqual([])
    expect(card.exchanges).toBe(2)
  })
})

test('a direct reference leaves no file current', async () => {
  const card = await poweredCard()
  expect(await sw(card, selectJpki, selectFile('0018'), verifyDirect('98', '1234'), '00200080')).toBe('6986')
})
