import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Pin } from '../../../src/card/index.ts'
import type { PinError } from '../../../src/errors.ts'
import { CardManager, CommonApplication, checkCardRecord } from '../../../src/identify/index.ts'
import { JukiApplication } from '../../../src/juki/index.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity, verifies } from '../../support/virtual.ts'

describe('the card record', () => {
  test.each([
    [{}, ['00A4040C0AD3921000310001010100', '00B2010C00']],
    [{ shortFileId: false }, ['00A4040C0AD3921000310001010100', '00B2010C00', '00A4020C020001', '00B2010400']],
  ])('on a card with %j', async (capabilities, commands) => {
    const { session, sent } = await bench({ capabilities })
    await using open = await session()
    const common = await CommonApplication.open(open)
    const { serialNumber, municipalityCode, cardExpiry } = await identity()
    expect(await common.readCardRecord()).toEqual({ serialNumber, municipalityCode, expiry: cardExpiry })
    expect(sent()).toEqual(commands)
  })

  test.each(['6A82', '6B00', '6700'] as const)(
    'short identifiers refused with %s cost one command',
    async (refusal) => {
      const shortFileIdRefusal = Number.parseInt(refusal, 16) as 0x6a82
      const { session, sent } = await bench({ capabilities: { shortFileId: false }, shortFileIdRefusal })
      await using open = await session()
      const common = await CommonApplication.open(open)
      await common.readCardRecord()
      await common.readCardRecord()
      expect(sent().filter((command) => command === '00B2010C00')).toHaveLength(1)
    },
  )

  test('cut off on the card', async () => {
    const { session } = await bench({ contentFaults: ['common-record-cut'] })
    await using open = await session()
    const common = await CommonApplication.open(open)
    expect(await thrown(() => common.readCardRecord())).toMatchObject({ code: 'ERR_CARD_DATA', offset: 24 })
  })

  test('of another card: the card manager has another expiry', async () => {
    for (const fault of [undefined, 'common-record-of-other-card'] as const) {
      const { session } = await bench({ contentFaults: fault === undefined ? [] : [fault] })
      await using open = await session()
      const manager = await CardManager.open(open)
      const returned = { municipalityCode: await manager.readMunicipalityCode(), expiry: await manager.readExpiry() }
      const record = await (await CommonApplication.open(open)).readCardRecord()
      if (fault === undefined) checkCardRecord(record, returned)
      else
        expect(await thrown(() => checkCardRecord(record, returned))).toMatchObject({
          code: 'ERR_CARD_DATA',
          offset: 22,
        })
    }
  })
})

describe('the PIN', () => {
  test('is not that of the Juki application', async () => {
    const { session, card } = await bench()
    await using open = await session()
    const common = await CommonApplication.open(open)
    await common.changePin({ current: Pin.fromText('1234'), next: Pin.fromText('5678') })
    const wrong = await thrown<PinError>(() => common.verifyPin(Pin.fromText('1234')))
    expect(wrong).toMatchObject({ code: 'ERR_PIN_REJECTED', pin: 'common', triesLeft: 2 })
    expect(await common.pinStatus()).toEqual({ state: 'usable', triesLeft: 2 })
    await common.verifyPin(Pin.fromText('5678'))
    expect(card.triesLeft('juki')).toBe(3)
    await (await JukiApplication.open(open)).verifyPin(Pin.fromText('1234'))
  })

  test('goes through the guard', async () => {
    const { session, sent } = await bench({ triesLeft: { common: 1 } })
    await using open = await session()
    const common = await CommonApplication.open(open)
    expect((await thrown<PinError>(() => common.verifyPin(Pin.fromText('1234')))).code).toBe('ERR_PIN_GUARDED')
    expect(verifies(sent())).toBe(0)
  })
})

describe('INTERNAL AUTHENTICATE', () => {
  test.each([{}, { directReference: false }])('signs a challenge on a card with %j', async (capabilities) => {
    const { session, sent } = await bench({ capabilities })
    await using open = await session()
    const common = await CommonApplication.open(open)
    const { commonKey } = await identity()
    const key = createPublicKey({ key: Buffer.from(commonKey.publicKey), format: 'der', type: 'spki' })
    for (const challenge of [Buffer.from([1]), Buffer.alloc(255, 7)]) {
      expect(verify('sha256', challenge, key, await common.internalAuthenticate(challenge))).toBe(true)
    }
    expect(sent()[1]).toBe('0088009901' + '0100')
  })

  test('a challenge of another length is refused before anything is sent', async () => {
    const { session, card } = await bench()
    await using open = await session()
    const common = await CommonApplication.open(open)
    const before = card.exchanges
    for (const length of [0, 256]) {
      await expect(common.internalAuthenticate(new Uint8Array(length))).rejects.toThrow(RangeError)
    }
    expect(card.exchanges).toBe(before)
  })
})
