import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Pin, spendTheLastTry } from '../../../src/card/index.ts'
import type { IssuanceFault, VirtualCardOptions } from '../../../src/emulator/index.ts'
import { DecodeError, JpkiCardError, type PinError, WrongCardError } from '../../../src/errors.ts'
import { JpkiApplication } from '../../../src/jpki/index.ts'
import { IssuanceApplication } from '../../../src/municipal/application/application.ts'
import { loadProfile } from '../../../src/municipal/application/load-profile.ts'
import { readIssuanceRecord } from '../../../src/municipal/application/read-record.ts'
import { PersonalText } from '../../../src/municipal/profile/field.ts'
import { exampleProfile } from '../../support/profiles.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, verifies } from '../../support/virtual.ts'

const juki = loadProfile(exampleProfile('juki-example'))
const freeArea = loadProfile(exampleProfile('free-area-example'))
const pin = (text = '1234') => Pin.fromText(text)

async function open(options: VirtualCardOptions, profile = options.kind === 'juki' ? juki : freeArea) {
  const on = await bench(options)
  const session = await on.session()
  return { ...on, session, application: await IssuanceApplication.open(session, profile) }
}

describe('on a Juki card', () => {
  test('the user id is read after the PIN, with the municipality and the day of issue', async () => {
    const { application, card } = await open({ kind: 'juki', issuance: { userId: '20040901000023' } })
    expect(await application.pinStatus()).toEqual({ state: 'usable', triesLeft: 3 })
    await application.verifyPin(pin())
    const record = await application.read()
    expect(record.userId.reveal()).toMatch(/^20040901000023[0-9]$/)
    expect(record.municipalityCode).toBe('999997')
    expect(record.fields['kana']).toBeInstanceOf(PersonalText)
    expect((record.fields['kana'] as PersonalText).reveal()).toBe('ｶｿｳ ﾊﾅｺ')
    const issued = new Date(Date.parse(card.identity.issuedAt) + 9 * 3_600_000).toISOString().slice(0, 10)
    expect(record.validity).toEqual({ years: 10, from: issued })
    expect(record.profile).toBe(juki.name)
  })

  test('nothing personal shows in the record', async () => {
    const { application } = await open({ kind: 'juki' })
    await application.verifyPin(pin())
    const record = await application.read()
    const id = record.userId.reveal()
    for (const shown of [inspect(record, { depth: 9 }), JSON.stringify(record), String(record.userId)]) {
      expect(shown).not.toContain(id)
      expect(shown).not.toContain('ﾊﾅｺ')
    }
  })

  test('without the PIN it is refused and no try is spent', async () => {
    const { application, card } = await open({ kind: 'juki' })
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    expect(card.triesLeft('issuance')).toBe(3)
  })

  test('a wrong PIN costs one try, the last is guarded, a blocked one says so', async () => {
    const { application, card, sent } = await open({ kind: 'juki' })
    const refused = async (options?: object) => thrown<PinError>(() => application.verifyPin(pin('9999'), options))
    expect(await refused()).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 2, pin: 'issuance' })
    expect(await refused()).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 1 })
    expect(await refused()).toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 1 })
    expect(card.triesLeft('issuance')).toBe(1)
    expect(await refused({ lastTry: spendTheLastTry })).toMatchObject({ code: 'ERR_PIN_BLOCKED' })
    expect(await application.pinStatus()).toEqual({ state: 'blocked', triesLeft: 0 })
    expect(verifies(sent())).toBe(3)
  })

  test.each(['123', '123456789', '12a4'])('%s is not of the form the profile says and costs nothing', async (text) => {
    const { application, card, sent } = await open({ kind: 'juki' })
    const error = await thrown<PinError>(() => application.verifyPin(pin(text)))
    expect(error).toMatchObject({ code: 'ERR_PIN_FORMAT' })
    expect(error.message).toContain('4 to 8 digits')
    expect(error.message).not.toContain(text)
    expect(card.triesLeft('issuance')).toBe(3)
    expect(verifies(sent())).toBe(0)
  })

  test('a PIN of eight digits fits', async () => {
    const { application } = await open({ kind: 'juki', issuance: { pin: '12345678' } })
    await application.verifyPin(pin('12345678'))
    expect((await application.read()).municipalityCode).toBe('999997')
  })

  test('a PIN another program left verified does not serve', async () => {
    const on = await bench({ kind: 'juki' })
    for (const command of ['00A4040C09F04A554B4945580001', '002000910431323334']) {
      await on.connection.transmit(Buffer.from(command, 'hex'))
    }
    expect(on.card.verified('issuance')).toBe(true)
    const application = await IssuanceApplication.open(await on.session(), juki)
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    expect(on.card.verified('issuance')).toBe(false)
  })

  test('another application in between costs the PIN, and reading says so', async () => {
    const { application, session } = await open({ kind: 'juki' })
    await application.verifyPin(pin())
    await (await JpkiApplication.open(session)).readTokenInfo()
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    await application.verifyPin(pin())
    expect((await application.read()).municipalityCode).toBe('999997')
  })

  test.each([
    { shortFileId: false },
    { extendedLength: false },
    { directReference: false },
    { shortFileId: false, extendedLength: false, directReference: false },
  ])('reads with %o', async (capabilities) => {
    const { application } = await open({ kind: 'juki', capabilities })
    await application.verifyPin(pin())
    expect((await application.read()).userId.reveal()).toHaveLength(15)
  })

  test('closing clears the PIN', async () => {
    const { application, session, card } = await open({ kind: 'juki' })
    await application.verifyPin(pin())
    expect(await session.close()).toMatchObject({ cleared: true })
    expect(card.verified('issuance')).toBe(false)
  })
})

describe('in the free area of a My Number card', () => {
  test.each([0, 1, 2] as const)('the user id is read without a PIN, obscured as mode %i', async (obfuscation) => {
    const { application, sent } = await open({ issuance: { userId: '987654321012345678', obfuscation } })
    const record = await application.read()
    expect(record.userId.reveal()).toBe('987654321012345678')
    expect(record.municipalityCode).toBe('99999')
    expect(sent()).toEqual(['00A4040C0DD392F00024EE00099999040001', '00CA006600'])
  })

  test('there is no PIN to ask about', async () => {
    const { application } = await open({})
    await expect(application.pinStatus()).rejects.toThrow(TypeError)
    const value = pin()
    await expect(application.verifyPin(value)).rejects.toThrow('has no PIN')
    expect(value.length).toBe(0)
  })

  test('a PIN named in P2 alone is verified without SELECT', async () => {
    const text = exampleProfile('free-area-example')
      .replace(
        '"pin": "none"',
        '"pin": { "manager": "card", "p2": "91", "digits": { "min": 4, "max": 4 }, "tries": 3 }',
      )
      .replace('"form": "positions"', '"form": "positions", "pin": true')
    const { application, sent } = await open({ issuance: { pin: '5678' } }, loadProfile(text))
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    await application.verifyPin(pin('5678'))
    expect((await application.read()).municipalityCode).toBe('99999')
    expect(sent().filter((command) => command.startsWith('00A402'))).toEqual([])
  })

  test('a PIN named in P2 alone is not looked for as a file where the card does not take that', async () => {
    const text = exampleProfile('free-area-example').replace(
      '"pin": "none"',
      '"pin": { "manager": "card", "p2": "91", "digits": { "min": 4, "max": 4 }, "tries": 3 }',
    )
    const on = { issuance: { pin: '5678' }, capabilities: { directReference: false } }
    const { application, sent } = await open(on, loadProfile(text))
    await expect(application.verifyPin(pin('5678'))).rejects.toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6a86 })
    expect(verifies(sent())).toBe(0)
    expect(sent().filter((command) => command.startsWith('00A402'))).toEqual([])
  })

  test('a PIN of the municipality is not the card’s business', async () => {
    const text = exampleProfile('free-area-example').replace(
      '"pin": "none"',
      '"pin": { "manager": "municipality", "digits": { "min": 4, "max": 4 }, "tries": 3 }',
    )
    const { application, sent } = await open({}, loadProfile(text))
    expect(application.profile.pin).toEqual({ manager: 'municipality', digits: { min: 4, max: 4 }, tries: 3 })
    await expect(application.verifyPin(pin())).rejects.toThrow('the municipality, not the card')
    expect(verifies(sent())).toBe(0)
  })
})

describe('what is not as the profile says', () => {
  const faults: readonly [VirtualCardOptions['kind'], IssuanceFault, object][] = [
    ['juki', 'cut', { code: 'ERR_CARD_DATA' }],
    ['juki', 'check-digit', { code: 'ERR_CARD_DATA', offset: 18 }],
    ['juki', 'digits', { code: 'ERR_CARD_DATA', offset: 17 }],
    ['juki', 'municipality', { code: 'ERR_WRONG_CARD' }],
    ['my-number', 'cut', { code: 'ERR_CARD_DATA', offset: 31 }],
    ['my-number', 'digits', { code: 'ERR_CARD_DATA', offset: 35 }],
    ['my-number', 'municipality', { code: 'ERR_WRONG_CARD' }],
  ]
  test.each(faults)('%s card, %s', async (kind, fault, expected) => {
    const { application } = await open({ kind, issuance: { faults: [fault] } })
    if (kind === 'juki') await application.verifyPin(pin())
    const error = await thrown<JpkiCardError>(() => application.read())
    expect(error).toBeInstanceOf(fault === 'municipality' ? WrongCardError : DecodeError)
    expect(error).toMatchObject(expected)
    // Neither the id nor the municipality found.
    expect(inspect(error, { depth: 9 })).not.toMatch(/200308|12345678|88888/)
  })

  test('an obscured id with a letter is refused at the letter', async () => {
    const { application } = await open({ issuance: { obfuscation: 1, faults: ['digits'] } })
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_CARD_DATA', offset: 35 })
  })

  test('a card without the application is reported', async () => {
    const session = await (await bench({ issuance: false })).session()
    await expect(IssuanceApplication.open(session, freeArea)).rejects.toMatchObject({
      code: 'ERR_APPLICATION_NOT_FOUND',
    })
  })

  test.each(['0101', '0001'])('a missing object is reported: %s', async (tag) => {
    const { application } = await open(
      {},
      loadProfile(exampleProfile('free-area-example').replace('"getData": "0066"', `"getData": "${tag}"`)),
    )
    await expect(application.read()).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' })
  })

  test('a record is read where the profile says record', async () => {
    // The key reference of the Juki application: one record of 16 bytes, free to read.
    const text = exampleProfile('juki-example')
      .replace('F04A554B4945580001', 'D3921000310001010401')
      .replace('"file": "0001", "bytes": 16', '"file": "0002", "record": 1')
      .replace(
        /"constants": \[[\s\S]*?\],\n {6}"fields": \[[\s\S]*?\n {6}\]/,
        '"length": 16, "fields": [{ "id": "userId", "offset": 0, "length": 7, "encoding": "ascii", "characters": "digits" }]',
      )
      .replace(/,\n {4}\{\n {6}"id": "holder"[\s\S]*?\n {4}\}/, '')
      .replace(/, "municipalityCode": "municipality"/, '')
      .replace(/,\n {2}"validity": .*/, '')
    const { application } = await open({ kind: 'juki' }, loadProfile(text))
    expect((await application.read()).userId.reveal()).toBe('9000022')
  })
})

test('whatever the objects hold ends in a record or a coded error', () => {
  const bytes = fc.uint8Array({ maxLength: 80 })
  fc.assert(
    fc.property(bytes, bytes, bytes, (card, holder, user) => {
      for (const [profile, objects] of [
        [juki, { card, holder }],
        [freeArea, { user }],
      ] as const) {
        try {
          readIssuanceRecord(profile, objects)
        } catch (error) {
          expect(error).toBeInstanceOf(JpkiCardError)
        }
      }
    }),
    { numRuns: 2000 },
  )
})
