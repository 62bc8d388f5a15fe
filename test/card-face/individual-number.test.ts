import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { asciiBytes } from '../../src/bytes.ts'
import { IndividualNumber } from '../../src/card-face/index.ts'
import { ResidentCode } from '../../src/juki/index.ts'
import { thrown, vectors } from '../support/vectors.ts'

interface Case {
  readonly id: string
  readonly kind: 'individual-number' | 'resident-code'
  readonly digits: string
  readonly offset?: number
}

const make = {
  'individual-number': (digits: string) => IndividualNumber.fromText(digits, { purpose: 'tax' }),
  'resident-code': (digits: string) => ResidentCode.fromText(digits),
}

describe('check digits', () => {
  test.each(vectors<Case>('juki/check-digits.json'))('$id', async ({ kind, digits, offset }) => {
    if (offset === undefined) {
      expect(make[kind](digits).reveal()).toBe(digits)
      return
    }
    const error = await thrown(() => make[kind](digits))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset })
    if (digits.length > 4) expect(error.message).not.toContain(digits.slice(0, 4))
  })

  test.each(['individual-number', 'resident-code'] as const)('%s: every wrong digit is found', (kind) => {
    const right = kind === 'individual-number' ? '123456789018' : '12345678903'
    for (let at = 0; at < right.length; at++) {
      const others = [...'0123456789'].filter((digit) => digit !== right[at])
      const taken = others.filter((digit) => {
        try {
          make[kind](right.slice(0, at) + digit + right.slice(at + 1))
          return true
        } catch {
          return false
        }
      })
      // Remainders 0 and 1 have the same check digit, so one wrong digit in a place may pass.
      expect(taken.length, `place ${at}`).toBeLessThanOrEqual(1)
    }
  })
})

const shown = (value: object): string =>
  [
    String(value),
    `${value}`,
    JSON.stringify({ value }),
    inspect(value),
    inspect({ deep: [value] }, { showHidden: true, depth: 9 }),
    JSON.stringify(Object.entries(value)),
    String(Object.values(structuredClone({ ...value }))),
  ].join('\n')

describe.each([
  ['an individual number', make['individual-number'], '123456789018', '[individual number]'],
  ['a resident code', make['resident-code'], '12345678903', '[resident code]'],
] as const)('%s', (_name, from, digits, mask) => {
  test('does not show itself', () => {
    const number = from(digits)
    expect(shown(number)).not.toContain(digits.slice(0, 6))
    expect([String(number), `${number}`, JSON.stringify(number), inspect(number)]).toEqual([
      mask,
      mask,
      `"${mask}"`,
      mask,
    ])
  })

  test('is gone once wiped', () => {
    const number = from(digits)
    number.wipe()
    number.wipe()
    expect(number.length).toBe(0)
    expect(() => number.reveal()).toThrow(TypeError)
    {
      using short = from(digits)
      expect(short.length).toBe(digits.length)
    }
  })
})

test('the bytes a number is made of are wiped, right or wrong', async () => {
  for (const text of ['123456789018', '123456789019', '1234']) {
    const bytes = asciiBytes(text)
    await thrown(() => {
      IndividualNumber.fromBytes(bytes, { purpose: 'disaster' })
      throw new Error('right')
    })
    expect(bytes.every((byte) => byte === 0)).toBe(true)
  }
})

test('a purpose of the list must be said', () => {
  for (const options of [undefined, {}, { purpose: '' }, { purpose: 'marketing' }]) {
    expect(() => IndividualNumber.fromText('123456789018', options as never)).toThrow(TypeError)
  }
  expect(IndividualNumber.fromText('123456789018', { purpose: 'ordinance' }).purpose).toBe('ordinance')
})

describe.each([
  ['individual-number', '123456789018', '1234 5678 9018'],
  ['resident-code', '12345678903', '1234-5678-903'],
] as const)('%s as people type it', (kind, digits, printed) => {
  const wide = (text: string): string =>
    text.replaceAll(/[0-9]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0))

  test.each([
    ['in groups as printed', printed],
    ['in full-width digits', wide(digits)],
    ['in full-width groups with ideographic spaces', wide(printed.replaceAll(/[ -]/g, '\u3000'))],
    ['with full-width hyphens', printed.replaceAll(/[ -]/g, '－')],
    ['with long vowel marks and minus signs', printed.replace(/[ -]/, 'ー').replace(/[ -]/, '\u2212')],
    ['with blanks and tabs around', ` \t${digits}\u00a0\u3000`],
  ])('%s it is the number', (_name, text) => {
    expect(make[kind](text).reveal()).toBe(digits)
  })

  test.each([
    ['a letter', `${digits.slice(0, 4)}x${digits.slice(5)}`, 4],
    ['a kanji numeral', `${digits.slice(0, 4)}五${digits.slice(5)}`, 4],
    ['a digit of another script', `${digits.slice(0, 4)}\u0665${digits.slice(5)}`, 4],
    ['a character beyond the BMP', `${digits.slice(0, 4)}\u{1d7d3}${digits.slice(5)}`, 4],
    ['a decimal point', `${digits.slice(0, 4)}.${digits.slice(4)}`, 4],
    ['a line end inside', `${digits.slice(0, 4)}\n${digits.slice(4)}`, 4],
    ['nothing', '', 0],
    ['blanks only', '   ', 0],
    ['too few digits in groups', '1234 56', 4],
    ['too few digits', '123456', 6],
    ['a million digits', '1'.repeat(1_000_000), digits.length],
    ['a wrong check digit in groups', `${printed.slice(0, -1)}${digits.endsWith('8') ? '7' : '4'}`, digits.length - 1],
  ])('%s is ERR_CARD_DATA with the place, and no digit is in the message', async (_name, text, offset) => {
    const error = await thrown(() => make[kind](text))
    expect(error).toMatchObject({ code: 'ERR_CARD_DATA', offset })
    expect(`${error.message}${inspect(error)}`).not.toContain('1234')
  })

  test.each([
    ['a number', Number(digits)],
    ['nothing', undefined],
    ['bytes', asciiBytes(digits)],
    ['a list', [digits]],
  ])('%s in place of text is a TypeError without it', async (_name, value) => {
    const error = await thrown(() => make[kind](value as never))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toBe('text must be a string')
  })
})

test('text in place of bytes is a TypeError that names the argument and not the number', () => {
  const digits = '123456789018' as never
  expect(() => IndividualNumber.fromBytes(digits, { purpose: 'tax' })).toThrow(/^bytes must be a Uint8Array$/)
  expect(() => ResidentCode.fromBytes(digits)).toThrow(/^bytes must be a Uint8Array$/)
})
