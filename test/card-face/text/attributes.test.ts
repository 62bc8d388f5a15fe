import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes.ts'
import { decodeAttributes, digestedAttributes, type TextAttributes } from '../../../src/card-face/index.ts'
import { attributesLength } from '../../../src/card-face/text/attributes.ts'
import { sharedFolder } from '../../support/shared.ts'
import { thrown, vectors } from '../../support/vectors.ts'

interface Case {
  readonly id: string
  readonly bytes: string
  readonly attributes?: TextAttributes
  readonly code?: string
  readonly offset?: number
}

describe('decodeAttributes', () => {
  test.each(vectors<Case>('juki/attributes.json'))('$id', async ({ bytes, attributes, code, offset }) => {
    if (attributes !== undefined) {
      expect(decodeAttributes(fromHex(bytes))).toEqual(attributes)
      return
    }
    const error = await thrown(() => decodeAttributes(fromHex(bytes)))
    expect(error).toMatchObject({ code, offset })
    expect(error.message).not.toMatch(/見本|架空|1990/)
  })
})

describe('digestedAttributes', () => {
  test('begins with DF22 and ends with the template', () => {
    const [plain, filler, before] = ['plain', 'filler', 'two-bytes-before'].map(
      (id) => vectors<Case>('juki/attributes.json').find((one) => one.id === id)!.bytes,
    )
    const part = toHex(digestedAttributes(fromHex(plain!)))
    expect(part).toBe(plain!.slice(plain!.indexOf('DF22')))
    expect(toHex(digestedAttributes(fromHex(filler!)))).toBe(part)
    expect(toHex(digestedAttributes(fromHex(before!)))).toBe(part)
  })
})

describe('attributesLength', () => {
  test.each([
    ['FF205D', 96],
    ['0000FF205D', 98],
    ['FF20821F00', 7_941],
    ['FFFFFFFFFFFF', 0],
    ['000000000000', 0],
    ['', 0],
  ])('%s', (head, length) => {
    expect(attributesLength(fromHex(head))).toBe(length)
  })

  test('more than 8 192 bytes are refused, and what holds no FF20', async () => {
    const refused = (head: string) => thrown(() => attributesLength(fromHex(head)))
    expect(await refused('FF20822000')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
    expect(await refused('0102FF20837FFFFF')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 2 })
    expect(await refused('0102030405FF20')).toMatchObject({ code: 'ERR_CARD_DATA', offset: 0 })
    expect(await refused('FF2080')).toMatchObject({ code: 'ERR_TLV', offset: 2 })
  })
})

const samples = sharedFolder('facts/samples/testcard')

test.skipIf(samples === undefined)('the published bytes of a test card', () => {
  const file = readFileSync(join(samples!, 'text_ap_EF0002_attributes.bin'))
  expect(decodeAttributes(file)).toEqual({
    name: '黒桐　幹也',
    address: '東京都清瀬市観布子南１２－７－２０２',
    birthDate: '1980-02-17',
    sex: 'male',
  })
})
