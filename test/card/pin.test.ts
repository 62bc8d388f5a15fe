import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { asciiBytes } from '../../src/bytes.ts'
import { Pin, type PinFormat } from '../../src/card/index.ts'
import { wiping } from '../../src/card/pin.ts'
import { PinError } from '../../src/errors.ts'
import { thrown } from '../support/vectors.ts'

const textOf = (pin: Pin): string => pin.lend((bytes) => Buffer.from(bytes).toString('latin1'))

afterEach(() => void vi.restoreAllMocks())

describe('a PIN from text', () => {
  test.each([
    ['!~', '!~'],
    ['\uff01\uff5e', '!~'],
    ['１２３４ＡＢＣ', '1234ABC'],
    ['1234', '1234'],
    ['', ''],
  ])('%j is %j', (text, bytes) => {
    const pin = Pin.fromText(text)
    expect([textOf(pin), pin.length]).toEqual([bytes, bytes.length])
  })

  test.each([
    ['az', 'AZ'],
    ['`{', '`{'],
    ['AZ09', 'AZ09'],
    ['ａｚ', 'AZ'],
  ])('%j is %j where letters are raised, and itself where they are not', (text, raised) => {
    expect(textOf(Pin.fromText(text, { upperCase: true }))).toBe(raised)
    const plain = textOf(Pin.fromText(text))
    expect([plain, textOf(Pin.fromText(text, { upperCase: false }))]).toEqual([text.normalize('NFKC'), plain])
  })

  test.each(['12 4', '123\x1f', '123\x7f', '123\u00a5', '\uff00', '\uff5f', '一二三四', '12\n'])(
    '%j has a character that no PIN has, and what was taken of it is wiped',
    async (text) => {
      const fill = vi.spyOn(Uint8Array.prototype, 'fill')
      const error = await thrown<PinError>(() => Pin.fromText(text))
      const wiped = fill.mock.contexts.at(-1) as Uint8Array
      expect(error).toBeInstanceOf(PinError)
      expect({ ...error }).toMatchObject({ code: 'ERR_PIN_FORMAT', pin: 'unknown', triesLeft: undefined })
      expect(wiped).toEqual(new Uint8Array(text.length))
    },
  )
})

describe('a PIN from bytes', () => {
  test('has a copy of its own, and the bytes given are wiped', () => {
    const bytes = asciiBytes('1234')
    const pin = Pin.fromBytes(bytes)
    expect([textOf(pin), bytes]).toEqual(['1234', new Uint8Array(4)])
  })
})

describe('the form', () => {
  const four: PinFormat = { kind: 'digits', length: 4 }
  const range: PinFormat = { kind: 'digits', length: 4, max: 8 }
  const password: PinFormat = { kind: 'alphanumeric', min: 6, max: 16 }
  const misfit = (text: string, format: PinFormat) => Pin.fromText(text).misfit(format)

  test.each([
    ['4 digits', four, ['0000', '9999', '0909'], ['000', '00000', '000/', '000:', '/000', 'A000', '::::']],
    ['4 to 8 digits', range, ['0000', '00000000', '12345'], ['000', '000000000', '0000/', '0000:']],
    [
      '6 to 16 letters and digits',
      password,
      ['AZAZAZ', '090909', 'A00000', '00000Z', 'A'.repeat(16)],
      ['AZAZA', 'A'.repeat(17), 'AAAAA@', 'AAAAA[', '00000/', '00000:', 'aaaaaa', '@@@@@@'],
    ],
  ] as const)('of %s is held exactly', (_, format, fits, misfits) => {
    for (const text of fits) expect(misfit(text, format), text).toBeUndefined()
    for (const text of misfits) expect(misfit(text, format), text).toBeTypeOf('string')
  })

  test('that does not fit is described with the lengths that do', () => {
    expect(misfit('1', four)).toMatch(/ 4 digits$/)
    expect(misfit('1', range)).toMatch(/ 4 to 8 digits$/)
    expect(misfit('1', password)).toMatch(/ 6 to 16 letters A-Z and digits$/)
    const next = Pin.fromText('1').misfit(password, 'new')
    expect(next).toMatch(/ 6 to 16 letters A-Z and digits, at least one letter and one digit$/)
    expect(misfit('1', { kind: 'digits', length: 4, max: 4 })).toMatch(/ 4 digits$/)
  })

  test.each([four, range, password])('of %o is not that of a PIN that was used', (format) => {
    const pin = Pin.fromText('1234')
    pin.wipe()
    expect(pin.misfit(format)).toContain('already used')
    expect(misfit('', format)).toContain('already used')
  })

  test.each([
    ['A0', true],
    ['9Z', true],
    ['0000', false],
    ['AZAZ', false],
    ['A/', false],
    ['A:', false],
    ['@0', false],
    ['[9', false],
    ['a0', false],
    ['', false],
  ])('%j has a letter and a digit: %s', (text, mixed) => {
    expect(Pin.fromText(text).mixed).toBe(mixed)
  })
})

describe('wiping', () => {
  const lent = (pin: Pin) => pin.lend((bytes) => bytes)

  test('overwrites the bytes themselves and empties the PIN, however often it is called', () => {
    const pin = Pin.fromText('1234')
    const bytes = lent(pin)
    for (let i = 0; i < 2; i++) {
      pin.wipe()
      expect([bytes, pin.length, lent(pin).length]).toEqual([new Uint8Array(4), 0, 0])
    }
  })

  test('comes at the end of `using`', () => {
    let bytes: Uint8Array
    {
      using pin = Pin.fromText('1234')
      bytes = lent(pin)
      expect(textOf(pin)).toBe('1234')
    }
    expect(bytes).toEqual(new Uint8Array(4))
  })

  test('reaches every PIN of what is finally done, and not before', () => {
    const pins = [Pin.fromText('1234'), Pin.fromText('ABC123')]
    const done = wiping(...pins)
    expect(pins.map(({ length }) => length)).toEqual([4, 6])
    done()
    expect(pins.map(({ length }) => length)).toEqual([0, 0])
  })
})

test('a PIN shows as [PIN] as text, in JSON and on the console, whole or wiped', () => {
  const pin = Pin.fromText('1234')
  for (let i = 0; i < 2; i++) {
    const shown = [`${pin}`, JSON.stringify({ pin }), inspect(pin), inspect({ pin }, { showHidden: true, depth: 9 })]
    expect(shown).toEqual(['[PIN]', '{"pin":"[PIN]"}', '[PIN]', '{ pin: [PIN] }'])
    pin.wipe()
  }
})
