import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import {
  createVirtualCard,
  type ProfileIssuanceOptions,
  profileStripe,
  swipeStripe,
  type VirtualCardKind,
} from '../../src/emulator/index.ts'
import {
  IssuanceApplication,
  loadProfile,
  loadStripeProfile,
  readBits,
  readStripeRecord,
} from '../../src/municipal/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench, identity } from '../support/virtual.ts'

const example = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../examples/profiles/${name}.json`, import.meta.url), 'utf8'))

/** Everything the library reads from a card with this content, as plain texts. */
async function readBack(issuance: ProfileIssuanceOptions, kind: VirtualCardKind = 'my-number', pin = '1234') {
  const profile = loadProfile(JSON.stringify(issuance.profile))
  await using session = await (await bench({ kind, issuance })).session()
  const application = await IssuanceApplication.open(session, profile)
  if (profile.pin?.manager === 'card') await application.verifyPin(Pin.fromText(pin))
  const { fields } = await application.read()
  return Object.fromEntries(
    Object.entries(fields).map(([id, value]) => [id, typeof value === 'object' ? value.reveal() : value]),
  )
}

/** A profile with a field of every kind, in every kind of object. */
const all = {
  format: 'jpki-card/issuance-profile@1',
  name: 'everything',
  cards: ['my-number'],
  aid: 'F0000000000001',
  pin: { manager: 'card', p2: '91', digits: { min: 6, max: 8 }, tries: 5 },
  objects: [
    {
      id: 'head',
      read: { file: '0001', bytes: 40 },
      form: 'positions',
      constants: [{ offset: 0, text: 'HD' }],
      fields: [
        {
          id: 'city',
          offset: 2,
          length: 6,
          encoding: 'ascii',
          characters: 'digits',
          oneOf: ['999997'],
          personal: false,
        },
        {
          id: 'day',
          offset: 8,
          length: 4,
          encoding: 'bcd',
          characters: 'digits',
          size: { min: 8, max: 8 },
          personal: false,
        },
        {
          id: 'odd',
          offset: 12,
          length: 4,
          encoding: 'bcd',
          characters: 'digits',
          padding: { fill: 'F', side: 'end' },
        },
        { id: 'left', offset: 16, length: 8, encoding: 'ascii', padding: { fill: '30', side: 'start' } },
        { id: 'key', offset: 24, length: 3, encoding: 'hex', personal: false },
        { id: 'none', offset: 27, length: 4, encoding: 'ascii', padding: { fill: '00', side: 'end' }, optional: true },
      ],
    },
    {
      id: 'holder',
      read: { getData: '0066' },
      pin: true,
      form: 'tlv',
      fields: [
        {
          id: 'user',
          tag: 'E1/C1',
          encoding: 'ascii',
          characters: 'digits',
          checkDigit: { modulus: 11, weights: [2, 3, 4, 5, 6, 7], digits: '0X987654321' },
        },
        { id: 'kana', tag: 'E1/C2', encoding: 'jis' },
        { id: 'name', tag: 'DF22', encoding: 'utf8' },
        { id: 'first', tag: 'C5', offset: 0, length: 2, encoding: 'ascii' },
        { id: 'second', tag: 'C5', offset: 4, length: 2, encoding: 'ascii' },
      ],
    },
    {
      id: 'one',
      read: { file: '0005', record: 1 },
      form: 'positions',
      fields: [
        {
          id: 'luhn',
          offset: 1,
          length: 9,
          encoding: 'ascii',
          characters: 'digits',
          checkDigit: { modulus: 10, weights: [2, 1], digits: '0987654321', addDigits: true },
        },
      ],
    },
    {
      id: 'three',
      read: { file: '0005', record: 3 },
      form: 'positions',
      fields: [{ id: 'kana7', offset: 0, length: 12, encoding: 'jis7', padding: { fill: '20', side: 'end' } }],
    },
    {
      id: 'template',
      read: { file: '0006', object: 64 },
      form: 'tlv',
      fields: [{ id: 'hidden', tag: 'C2', encoding: 'ascii', obfuscation: { mode: '2', start: 2 } }],
    },
  ],
  result: { userId: 'user', municipalityCode: 'city' },
  validity: { until: 'day' },
}
const values = {
  day: '20310331',
  odd: '12345',
  left: '77',
  key: 'A0B1C2',
  user: '2003082500',
  kana: 'ｶｿｳ ﾊﾅｺ',
  name: '仮名　花子',
  first: 'AB',
  second: 'CD',
  luhn: '40000127',
  kana7: 'A ｶｿｳ B',
  hidden: '123456789012345678',
}

describe('an application after a profile', () => {
  test('has the values where the library reads them', async () => {
    expect(await readBack({ profile: all, values }, 'my-number', '123456')).toEqual({
      ...values,
      city: '999997',
      user: expect.stringMatching(/^2003082500[0-9X]$/),
      luhn: expect.stringMatching(/^40000127[0-9]$/),
      none: undefined,
    })
  })

  test.each(['0', '1', '2'])('writes obscured digits in mode %s', async (mode) => {
    const profile = example('free-area-example')
    for (const userId of ['123456789012345678', '1', '900000000000000000']) {
      const own = { number: '17', userId }
      const read = await readBack({ profile, values: own, obfuscation: Number(mode) as 0 | 1 | 2 })
      expect(read).toEqual({ municipality: '99999', number: '17', userId: userId.padStart(18, '0') })
    }
  })

  test('can be the example of a Juki card', async () => {
    const own = { issued: '20250401', userId: '20030825000017', kana: 'ﾐﾎﾝ ﾀﾛｳ' }
    const read = await readBack({ profile: example('juki-example'), values: own }, 'juki')
    expect(read).toEqual({ ...own, municipality: '999997', userId: expect.stringMatching(/^20030825000017\d$/) })
  })

  test('has a wrong check digit on request', async () => {
    const own = { issued: '20250401', userId: '20030825000017', kana: 'ﾐﾎﾝ' }
    const wrong = readBack({ profile: example('juki-example'), values: own, wrongCheckDigits: ['userId'] }, 'juki')
    expect(await thrown(() => wrong)).toMatchObject({ code: 'ERR_CARD_DATA' })
  })

  test('requires the PIN where the profile says so', async () => {
    await using session = await (await bench({ issuance: { profile: all, values, pin: '87654321' } })).session()
    const application = await IssuanceApplication.open(session, loadProfile(JSON.stringify(all)))
    expect(await thrown(() => application.read())).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    await application.verifyPin(Pin.fromText('87654321'))
    expect((await application.read()).userId.reveal()).toMatch(/^2003082500/)
  })

  test.each<[object, string]>([
    [{ values: { ...values, other: '1' } }, 'values.other: the profile has no such field'],
    [{ values: { ...values, user: undefined } }, 'values.user: is missing'],
    [{ values: { ...values, day: '2031033' } }, 'values.day: does not fill its field'],
    [{ values: { ...values, left: '123456789' } }, 'values.left: does not fit 8 bytes'],
    [{ values: { ...values, kana: '仮名' } }, 'values.kana: has a character that jis has not'],
    [{ values: { ...values, user: 'ABC' } }, 'values.user: must be digits'],
    [{ values, wrongCheckDigits: ['name'] }, 'wrongCheckDigits: the profile has no field name with a check digit'],
    [{ values, pin: '12' }, 'issuance.pin must be 6 to 8 digits'],
    [{ values, profile: { ...all, pin: 'none' }, pin: '1234' }, 'issuance.pin: the profile has no PIN'],
    [{ values, profile: { ...all, cards: ['juki'] } }, 'issuance.profile: not for the card my-number'],
    [{ values, profile: {} }, 'issuance.profile must have the format'],
  ])('refuses %#', async (options, message) => {
    const issuance = { profile: all, ...options } as ProfileIssuanceOptions
    await expect(createVirtualCard({ identity: await identity(), issuance })).rejects.toThrow(message)
  })
})

describe('a stripe after a profile', () => {
  const read = (profile: object, own: Readonly<Record<string, string>>, wrongCheckDigits: readonly string[] = []) => {
    const { track, data } = profileStripe({ profile, values: own, wrongCheckDigits })
    const swipe = readBits([{ format: track, bits: swipeStripe({ track, data }) }])
    const { fields } = readStripeRecord(loadStripeProfile(JSON.stringify(profile)), swipe)
    return Object.fromEntries(
      Object.entries(fields).map(([id, value]) => [id, typeof value === 'object' ? value.reveal() : value]),
    )
  }

  test('can be the example', () => {
    const own = { number: '40000127', issued: '20250401', kana: 'ｶｿｳ ﾊﾅｺ' }
    expect(read(example('stripe-example'), own)).toEqual({
      ...own,
      municipality: '99999',
      number: expect.stringMatching(/^40000127\d$/),
    })
    expect(() => read(example('stripe-example'), own, ['number'])).toThrow('check digit')
  })

  test('can be on a numeric track', () => {
    const profile = {
      format: 'jpki-card/stripe-profile@1',
      name: 'numeric',
      track: 'iso2',
      length: 20,
      fields: [{ id: 'user', offset: 3, length: 10, encoding: 'ascii', padding: { fill: '3A', side: 'end' } }],
      result: { userId: 'user' },
    }
    expect(read(profile, { user: '1234567' })).toEqual({ user: '1234567' })
  })

  test('refuses another profile', () => {
    expect(() => profileStripe({ profile: all })).toThrow('jpki-card/stripe-profile@1')
  })
})
