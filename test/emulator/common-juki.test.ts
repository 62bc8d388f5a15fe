import { verify } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, toHex } from '../../src/bytes.ts'
import type { Identity } from '../../src/emulator/index.ts'
import { keyOf, keyOfObjects } from './keys.ts'
import {
  data,
  identity,
  poweredCard,
  selectCommon,
  selectFile,
  selectJpki,
  selectJuki,
  selectManager,
  selectText,
  selectVisual,
  send,
  sw,
  verifyCurrent,
  verifyDirect,
  withData,
} from './support.ts'
import { children } from './tlv-reader.ts'

let person: Identity
beforeAll(async () => {
  person = await identity()
})

describe('the card manager', () => {
  test('F7, F8 and 7F21 are a chain under the root, of a key that answers no challenge', async () => {
    const card = await poweredCard()
    const { root, issuer } = person.cvc.manager
    const upper = children(await data(card, '00CA00F8000000'))
    const lower = children(await data(card, '00CA7F21000000'))
    const [upperBody, lowerBody] = [upper['5F4E']!.value, lower['5F4E']!.value]
    expect(verify('sha256', upperBody, keyOf(root), upper['5F37']!.value)).toBe(true)
    expect(verify('sha256', lowerBody, keyOfObjects(upperBody.subarray(32)), lower['5F37']!.value)).toBe(true)
    expect(toHex(await data(card, '00CA00F700'))).toBe(toHex(issuer.keyId))
    expect(toHex(lowerBody.subarray(0, 16))).toBe(toHex(upperBody.subarray(16, 32)))
    const lowest = keyOfObjects(lowerBody.subarray(32))
    for (const key of [person.commonKey, person.textKey, person.visualKey])
      expect(lowest.equals(keyOf(key))).toBe(false)
  })

  test('every object answers, the certificates only to an extended Le', async () => {
    const card = await poweredCard()
    for (const tag of ['0042', '0045', '0066', '00F0', '00F2', '00F7', '5F51']) {
      expect((await data(card, `00CA${tag}00`)).length, tag).toBeGreaterThan(4)
    }
    for (const tag of ['00F8', '7F21']) {
      expect(await send(card, `00CA${tag}00`)).toBe('6700')
      expect((await data(card, `00CA${tag}000000`)).length).toBe(563)
    }
    expect(await send(card, '00CA00F100')).toBe('6A88')
  })

  test('5F51 is the contact ATR without TS, with no application selected or only with one', async () => {
    const card = await poweredCard()
    expect(toHex(concat(Uint8Array.of(0x3b), await data(card, '00CA5F5100')))).toBe(toHex(card.atr))
    expect(await sw(card, selectText, '00CA5F5100')).toBe('6A88')
    const other = await poweredCard({ contactAtrUnder: 'applications' })
    expect(await sw(other, '00CA5F5100')).toBe('6A88')
    for (const select of [selectJpki, selectText, selectVisual, selectCommon, selectJuki]) {
      expect(await sw(other, select, '00CA5F5100')).toBe('9000')
    }
    expect(await sw(other, selectManager, '00CA5F5100')).toBe('6A88')
  })
})

describe('the common and the Juki application', () => {
  test('have the same key reference in EF 0002', async () => {
    const card = await poweredCard()
    await send(card, selectCommon)
    const reference = await data(card, '00B2011400')
    expect(reference.length).toBe(16)
    expect(await sw(card, selectJuki, selectFile('0002'), '00B0000000')).toBe('6981')
    expect(toHex(await data(card, '00B2010400'))).toBe(toHex(reference))
  })

  test('the common PIN opens nothing of the Juki application', async () => {
    const card = await poweredCard()
    await sw(card, selectCommon, verifyDirect('9C', '1234'))
    expect(card.verified('common')).toBe(true)
    expect(await sw(card, selectJuki, '00B0810000')).toBe('6982')
  })
})

describe.each(['my-number', 'juki'] as const)('the Juki application of a %s card', (kind) => {
  test('opens its files by number after the PIN', async () => {
    const card = await poweredCard({ kind })
    expect(await sw(card, selectJuki, selectFile('0001'), '00B0000000')).toBe('6982')
    expect(await sw(card, selectFile('0003'), '00B2010400')).toBe('6982')
    expect(await sw(card, selectFile('0004'))).toBe('6A82')
    expect(await sw(card, selectFile('001C'), verifyCurrent('1234'))).toBe('9000')
    expect(await sw(card, selectFile('0001'))).toBe('9000')
    const file = Buffer.from(await data(card, '00B0000000'))
    expect(file.length).toBe(64)
    expect(file.toString('latin1')).toContain('INVENTED JUKI FILE 0001\xff')
    expect(await sw(card, selectFile('0003'))).toBe('9000')
    expect(Buffer.from(await data(card, '00B2020400')).toString('latin1')).toBe('\x02\x11INVENTED RECORD 2')
    expect(await sw(card, '00B2030400')).toBe('6A83')
  })

  test('has a PIN with three tries that 80 32 changes after VERIFY', async () => {
    const card = await poweredCard({ kind })
    const change = withData('80320080', '5678')
    expect(await sw(card, selectJuki, '0020009C')).toBe('63C3')
    expect(await sw(card, selectFile('001C'), change)).toBe('6982')
    expect(await sw(card, verifyCurrent('0000'))).toBe('63C2')
    expect(await sw(card, verifyCurrent('1234'), withData('80320080', '56789'))).toBe('6A80')
    expect(await sw(card, withData('80320180', '5678'))).toBe('6A86')
    expect(await sw(card, change)).toBe('9000')
    expect(await sw(card, verifyCurrent('1234'))).toBe('63C2')
    expect(await sw(card, verifyCurrent('5678'))).toBe('9000')
  })
})

test('on a Juki card no application answers the contact ATR', async () => {
  const card = await poweredCard({ kind: 'juki', contactAtrUnder: 'applications' })
  expect(await sw(card, selectJuki, '00CA5F5100')).toBe('6A88')
})
