import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asciiBytes, concat, fromHex } from '../../../src/bytes.ts'
import { cardRecordExpiry, checkCardRecord, decodeCardRecord } from '../../../src/identify/index.ts'
import { sharedFolder } from '../../support/shared.ts'
import { thrown } from '../../support/vectors.ts'

const record = (text = '900000000000123999992036' + '0217') => concat(fromHex('011C'), asciiBytes(text))

describe('decodeCardRecord', () => {
  test('has serial number, municipality and expiry', () => {
    const found = { serialNumber: '900000000000123', municipalityCode: '99999', expiry: '2036-02-17' }
    expect(decodeCardRecord(record())).toEqual(found)
    expect(decodeCardRecord(concat(record(), fromHex('FFFF')))).toEqual(found)
    expect(cardRecordExpiry(record())).toEqual(asciiBytes('20360217'))
  })

  test.each([
    ['nothing', new Uint8Array(), 0],
    ['another tag', concat(fromHex('021C'), record().subarray(2)), 0],
    ['another length', concat(fromHex('011B'), record().subarray(2)), 1],
    ['the header alone', fromHex('011C'), 2],
    ['cut off', record().subarray(0, 29), 29],
    ['a letter in the serial number', record('90000000000012X9999920360217'), 16],
    ['a space in the municipality', record('900000000000123 999920360217'), 17],
    ['a letter in the expiry', record('900000000000123999992036O217'), 26],
    ['an invalid date', record('9000000000001239999920360230'), 22],
  ])('%s is refused at its place', async (_name, bytes, offset) => {
    const error = await thrown(() => decodeCardRecord(bytes))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset })
    expect(error.message).not.toContain('9000')
  })
})

describe('checkCardRecord', () => {
  const mine = decodeCardRecord(record())

  test('what the card manager does not return is not compared', () => {
    checkCardRecord(mine, {})
    checkCardRecord(mine, { municipalityCode: '99999', expiry: '2036-02-17' })
  })

  test('the first field that differs is named', async () => {
    const other = { municipalityCode: '99998', expiry: '2033-11-30' }
    expect(await thrown(() => checkCardRecord(mine, other))).toMatchObject({ code: 'ERR_CARD_DATA', offset: 17 })
    expect(await thrown(() => checkCardRecord(mine, { expiry: other.expiry }))).toMatchObject({ offset: 22 })
  })
})

const samples = sharedFolder('facts/samples/testcard')

test.skipIf(samples === undefined)('the published bytes of a test card', () => {
  expect(decodeCardRecord(readFileSync(join(samples!, 'common_ap_EF0001_record1.bin')))).toEqual({
    serialNumber: '400000012719843',
    municipalityCode: '13221',
    expiry: '2035-02-17',
  })
})
