import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { asciiBytes } from '../../src/bytes.ts'
import { IndividualNumber, ResidentCode } from '../../src/juki/index.ts'
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
