import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { type MunicipalStripeFault, municipalStripe, swipeStripe, typeStripes } from '../../../src/emulator/index.ts'
import { ProfileError, StripeError, type WrongCardError } from '../../../src/errors.ts'
import type { PersonalText } from '../../../src/municipal/profile/field.ts'
import { readBits } from '../../../src/municipal/stripe/decode.ts'
import type { Swipe } from '../../../src/municipal/stripe/formats.ts'
import { checkStripeProfile, loadStripeProfile } from '../../../src/municipal/stripe/load-profile.ts'
import { readKeyboard } from '../../../src/municipal/stripe/read-keyboard.ts'
import { readStripeRecord } from '../../../src/municipal/stripe/read-record.ts'
import { exampleProfile, type ProblemCase, profileSchema, spoiltProfile } from '../../support/profiles.ts'
import { thrown, vectors } from '../../support/vectors.ts'

const fits = profileSchema('stripe')
const text = exampleProfile('stripe-example')
const profile = loadStripeProfile(text)
const card = { municipalityCode: '99999', issuedAt: '2025-10-27T03:00:00Z' }

function swipe(faults: readonly MunicipalStripeFault[] = [], number?: string): Swipe {
  const data = municipalStripe(card, { faults, number })
  return readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data, reversed: true }) }])
}

describe('the example', () => {
  test('has no problem and fits the schema', () => {
    expect(checkStripeProfile(text)).toEqual({ ok: true, problems: [] })
    expect(fits(JSON.parse(text))).toBe(true)
    expect(profile.name).toMatch(/^EXAMPLE/)
  })

  test('reads the virtual stripe', () => {
    const record = readStripeRecord(profile, swipe([], '12345678'))
    expect(record).toMatchObject({
      profile: profile.name,
      track: 'jis2',
      checked: true,
      municipalityCode: '99999',
      validity: { years: 20, from: '2025-10-27' },
    })
    expect(record.userId.reveal()).toMatch(/^12345678[0-9]$/)
    expect((record.fields['kana'] as PersonalText).reveal()).toBe('ｶｿｳ ﾊﾅｺ')
    for (const shown of [inspect(record, { depth: 9 }), JSON.stringify(record)]) {
      expect(shown).not.toMatch(/12345678|ﾊﾅｺ/)
    }
  })

  test('nothing of a swipe shows itself', () => {
    const one = swipe([], '12345678')
    expect(inspect(one, { depth: 9 }) + JSON.stringify(one)).not.toMatch(/12345678/)
  })

  test('reads a stripe without a name', () => {
    const data = municipalStripe(card).slice(0, 24).padEnd(34)
    const record = readStripeRecord(profile, readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data }) }]))
    expect(record.fields['kana']).toBeUndefined()
  })

  test('what a keyboard reader typed is the same, but unchecked', () => {
    const data = municipalStripe(card).slice(0, 24).padEnd(34)
    const record = readStripeRecord(profile, readKeyboard(typeStripes({ jis2: data }), { form: 'jis2' }))
    expect(record.checked).toBe(false)
    expect(record.userId.reveal()).toBe(readStripeRecord(profile, swipe()).userId.reveal())
  })
})

describe('a problem in a profile is found with its place', () => {
  test.each(vectors<ProblemCase>('stripe/profile-problems.json'))('$id', async (one) => {
    const spoilt = spoiltProfile(one)
    const { problems } = checkStripeProfile(spoilt)
    const { line, column, path, says, more = 0 } = one
    expect(problems[0], inspect(problems)).toMatchObject({ line, column, path })
    expect(problems[0]!.reason).toContain(says)
    expect(problems.length, inspect(problems)).toBe(1 + more)
    expect(await thrown(() => loadStripeProfile(spoilt))).toBeInstanceOf(ProfileError)
    if (one.schema === 'refused' || one.schema === 'fits') expect(fits(JSON.parse(spoilt))).toBe(one.schema === 'fits')
  })
})

describe('what is not as the profile says', () => {
  const faults: readonly [MunicipalStripeFault, number][] = [
    ['check-digit', 15],
    ['digits', 14],
    ['cut', 28],
  ]
  test.each(faults)('%s is reported with its character', async (fault, character) => {
    const error = await thrown<StripeError>(() => readStripeRecord(profile, swipe([fault])))
    expect(error).toBeInstanceOf(StripeError)
    expect(error).toMatchObject({ check: 'field', character, bit: undefined })
    expect(inspect(error)).not.toContain('4000012')
  })

  test('a card of another municipality is another card', async () => {
    const error = await thrown<WrongCardError>(() => readStripeRecord(profile, swipe(['municipality'])))
    expect(error).toMatchObject({ code: 'ERR_WRONG_CARD' })
    expect(inspect(error)).not.toContain('88888')
  })

  test.each(['20250230', '00000228'])('an invalid date is reported: %s', async (day) => {
    const data = municipalStripe(card).replace('20251027', day)
    const bits = swipeStripe({ track: 'jis2', data })
    const error = await thrown(() => readStripeRecord(profile, readBits([{ format: 'jis2', bits }])))
    expect(error).toMatchObject({ check: 'field', character: 16 })
  })

  test('a swipe without the track, or with it unreadable, is reported', async () => {
    const other = readKeyboard(';12?')
    expect(await thrown(() => readStripeRecord(profile, other))).toMatchObject({ check: 'start-sentinel' })
    const damaged = swipeStripe({ track: 'jis2', data: municipalStripe(card), faults: [{ flip: 40 }] })
    const mixed = readBits([
      { format: 'iso2', bits: swipeStripe({ track: 'iso2', data: '12' }) },
      { format: 'jis2', bits: damaged },
    ])
    expect(await thrown(() => readStripeRecord(profile, mixed))).toMatchObject({ check: 'parity' })
  })
})

describe('what can never stand on a track', () => {
  const profile = (track: string, parts: object, field: object = {}) =>
    JSON.stringify({
      format: 'jpki-card/stripe-profile@1',
      name: 'x',
      track,
      fields: [{ id: 'userId', offset: 2, length: 4, encoding: 'ascii', ...field }],
      result: { userId: 'userId' },
      ...parts,
    })
  const digit = { modulus: 10, weights: [2, 1], digits: '0987654321', addDigits: true }
  const padding = { fill: '30', side: 'end' }

  test.each([
    ['letters as a constant of track 2', profile('iso2', { constants: [{ offset: 0, text: 'AB' }] }), ['constants[0]']],
    [
      'lower case as a constant of track 1',
      profile('iso1', { constants: [{ offset: 0, text: 'ab' }] }),
      ['constants[0]'],
    ],
    ['a byte beyond seven bits', profile('jis2', { constants: [{ offset: 0, bytes: '80' }] }), ['constants[0]']],
    ['letters as a value of track 2', profile('iso2', {}, { oneOf: ['1234', 'AB12'] }), ['fields[0].oneOf[1]']],
    [
      'blanks that fill a field of track 2',
      profile('iso2', {}, { padding: { fill: '20', side: 'end' } }),
      ['fields[0].padding.fill'],
    ],
    [
      'a value whose end would be read as padding',
      profile('iso2', {}, { padding, oneOf: ['12', '120'] }),
      ['fields[0].oneOf[1]'],
    ],
    [
      'a wrong check digit',
      profile('iso2', {}, { characters: 'digits', checkDigit: digit, oneOf: ['1230', '1231'] }),
      ['fields[0].oneOf[1]'],
    ],
    ['a size that a full field never has', profile('iso2', {}, { size: { min: 1, max: 3 } }), ['fields[0].size']],
    [
      'three problems of an unknown track',
      profile('iso9', { length: 0 }, { offset: -1 }),
      ['track', 'fields[0].offset', 'length'],
    ],
    [
      'a value that is not a date',
      profile('iso2', {
        validity: { until: 'day' },
        fields: [
          { id: 'userId', offset: 0, length: 4, encoding: 'ascii' },
          { id: 'day', offset: 4, length: 8, encoding: 'ascii', characters: 'digits', oneOf: ['20260230'] },
        ],
      }),
      ['validity.until'],
    ],
  ])('%s: each problem has its place', (_name, text, paths) => {
    expect(
      checkStripeProfile(text)
        .problems.map(({ path }) => path)
        .sort(),
    ).toEqual([...paths].sort())
  })

  test('a check digit X of a table that has it is right', () => {
    const rule = { modulus: 11, weights: [2], digits: '0123456789X' }
    const text = profile('iso1', {}, { characters: 'digits', checkDigit: rule, oneOf: ['500X'] })
    expect(checkStripeProfile(text).problems).toEqual([])
  })
})
