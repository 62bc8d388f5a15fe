import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import {
  CardSession,
  changePinOnPinpad,
  findPinpad,
  type Pinpad,
  type PinReference,
  pinpadMisfit,
  spendTheLastTry,
  verifyPinOnPinpad,
} from '../../src/card/index.ts'
import type { VirtualCardOptions } from '../../src/emulator/index.ts'
import { TransportError } from '../../src/errors.ts'
import { JpkiApplication, jpkiPins } from '../../src/jpki/index.ts'
import { allFeatures, PinpadReader, type PinpadReaderOptions } from '../support/pinpad-reader.ts'
import { bench, verifies } from '../support/virtual.ts'

const { auth, sign } = jpkiPins

async function atReader(options: PinpadReaderOptions, card: VirtualCardOptions = {}) {
  const made = await bench(card)
  const reader = new PinpadReader(made.connection, options)
  const session = new CardSession(reader.connection)
  const jpki = await JpkiApplication.open(session)
  const { pinpad } = await findPinpad(session)
  return { ...made, reader, session, jpki, pinpad: pinpad! }
}

describe('a reader', () => {
  test('with a keypad reports it, and its features', async () => {
    const { pinpad, session } = await atReader({})
    expect(pinpad).toMatchObject({ hasDisplay: true, endsBy: 7, shortest: 4, longest: 12 })
    expect(pinpad.modifyCode).toBeDefined()
    await session.close()
  })

  const refusal = new TransportError('ERR_TRANSPORT', 'not supported')
  test.each([
    ['refuses the question', refusal, 'not-offered'],
    ['offers nothing', new Uint8Array(), 'not-offered'],
    ['offers other things', fromHex('120442330012'), 'not-offered'],
    ['answers in parts', fromHex('0604423300'), 'malformed'],
    ['answers with another length', fromHex('060342330006'), 'malformed'],
    ['offers the same twice', fromHex('060442330006060442330007'), 'malformed'],
    ['offers the code 0', fromHex('060400000000'), 'malformed'],
    ['answers without end', new Uint8Array(6 * 5000).fill(4), 'malformed'],
  ] as const)('that %s has none', async (_, features, reason) => {
    const { connection } = await bench()
    const session = new CardSession(new PinpadReader(connection, { features }).connection)
    expect(await findPinpad(session)).toEqual({ pinpad: undefined, reason })
    await session.close()
  })

  test('behind a binding without control transfers has none', async () => {
    const { session } = await bench()
    expect(await findPinpad(await session())).toEqual({ pinpad: undefined, reason: 'no-control' })
  })

  test('whose card is lost meanwhile counts as no answer', async () => {
    const { connection } = await bench()
    const features = new TransportError('ERR_CARD_REMOVED', 'gone')
    const session = new CardSession(new PinpadReader(connection, { features }).connection)
    await expect(findPinpad(session)).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
  })

  test('that answers anything at all is read without harm', async () => {
    const { connection } = await bench()
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constant(allFeatures))
    await fc.assert(
      fc.asyncProperty(bytes, bytes, bytes, async (features, pinProperties, tlvProperties) => {
        const { connection: reader } = new PinpadReader(connection, { features, pinProperties, tlvProperties })
        const { pinpad, reason } = await findPinpad(new CardSession(reader))
        expect(pinpad === undefined).toBe(reason !== undefined)
        if (pinpad !== undefined) expect([undefined, 'length']).toContain(pinpadMisfit(pinpad, auth))
      }),
      { numRuns: 300 },
    )
  })
})

describe('which PINs can be entered', () => {
  const pinpad = { shortest: undefined, longest: undefined } as Pinpad
  const digits = (length: number, max?: number): PinReference => ({
    ...auth,
    format: { kind: 'digits', length, ...(max !== undefined && { max }) },
  })
  test.each([
    ['4 digits', pinpad, auth, undefined],
    ['14 digits', pinpad, digits(14), undefined],
    ['letters', pinpad, sign, 'letters'],
    ['4 to 8 digits', pinpad, digits(4, 8), 'length'],
    ['16 digits', pinpad, digits(16), 'length'],
    ['more than the keypad takes', { ...pinpad, longest: 12 }, digits(14), 'length'],
    ['fewer than the keypad takes', { ...pinpad, shortest: 6 }, auth, 'length'],
  ] as const)('%s', (_, at, pin, expected) => {
    expect(pinpadMisfit(at, pin)).toBe(expected)
  })
})

describe('the structures', () => {
  test('PIN_VERIFY_STRUCTURE of a 4-digit PIN', async () => {
    const { session, pinpad, reader } = await atReader({ keys: ['1234'] })
    await verifyPinOnPinpad(session, pinpad, auth, { seconds: 20, language: 'en' })
    expect(reader.structures.map(toHex)).toEqual(['14148204000404020109040000000009000000' + '0020009804FFFFFFFF'])
    expect(reader.limits).toEqual([30_000])
    await session.close()
  })

  test('without display and OK key', async () => {
    const properties = { pinProperties: Uint8Array.of(0, 0, 1, 0), tlvProperties: new Uint8Array() }
    const { session, pinpad, reader } = await atReader({ keys: ['1234'], ...properties })
    await verifyPinOnPinpad(session, pinpad, auth)
    expect(toHex(reader.structures[0]!)).toBe('1E1E8204000404010011040000000009000000' + '0020009804FFFFFFFF')
    await session.close()
  })

  test('PIN_MODIFY_STRUCTURE', async () => {
    const { session, pinpad, reader } = await atReader({ keys: ['1234', '4321', '4321'] })
    await changePinOnPinpad(session, pinpad, auth)
    expect(toHex(reader.structures[1]!)).toBe(
      '1E1E8204000000040401020211040102000000000900' + '0000' + '0024018004FFFFFFFF',
    )
    await session.close()
  })
})

describe('verifying', () => {
  test('a right PIN: one VERIFY, by the reader, and the key can be used', async () => {
    const prompts: number[] = []
    const { card, session, pinpad, jpki, reader, sent } = await atReader({ keys: ['1234'] })
    await verifyPinOnPinpad(session, pinpad, auth, { onPrompt: () => prompts.push(card.exchanges) })
    expect([prompts.length, reader.sent.length, verifies(sent())]).toEqual([1, 1, 1])
    expect(session.hasVerified(auth)).toBe(true)
    expect((await jpki.sign('auth', { message: new Uint8Array(8) })).algorithm).toBe('RS256')
    expect((await session.close()).cleared).toBe(true)
    expect(card.verified('auth')).toBe(false)
    expect(session.exchanges).toBe(card.exchanges)
  })

  test('on a card without direct references', async () => {
    const { card, session, pinpad } = await atReader({ keys: ['1234'] }, { capabilities: { directReference: false } })
    await verifyPinOnPinpad(session, pinpad, auth)
    expect(card.verified('auth')).toBe(true)
    await session.close()
  })

  test('a wrong PIN costs one try and says so', async () => {
    const { card, session, pinpad } = await atReader({ keys: ['0000', '0000', '0000'] })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({
      code: 'ERR_PIN_REJECTED',
      triesLeft: 2,
    })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ triesLeft: 1 })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code: 'ERR_PIN_GUARDED' })
    expect(card.triesLeft('auth')).toBe(1)
    await expect(verifyPinOnPinpad(session, pinpad, auth, { lastTry: spendTheLastTry })).rejects.toMatchObject({
      code: 'ERR_PIN_BLOCKED',
    })
    await session.close()
  })

  test('under the guard the keypad is not even asked', async () => {
    const { session, pinpad, reader } = await atReader({ keys: ['1234'] }, { triesLeft: { auth: 2 } })
    const guarded = verifyPinOnPinpad(session, pinpad, auth, { keepTries: 3 })
    await expect(guarded).rejects.toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 2 })
    expect(reader.structures).toEqual([])
    await session.close()
  })

  test.each([
    ['nothing typed', 'timeout', 'ERR_TIMEOUT'],
    ['cancelled', 'cancel', 'ERR_ABORTED'],
    ['too few digits', '12', 'ERR_PIN_FORMAT'],
    ['too many digits', '12345', 'ERR_PIN_FORMAT'],
  ])('%s: no try spent, and the session goes on', async (_, keys, code) => {
    const { card, session, pinpad, sent } = await atReader({ keys: [keys, '1234'] })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code })
    expect([card.triesLeft('auth'), verifies(sent()), session.hasVerified(auth)]).toEqual([3, 0, false])
    await verifyPinOnPinpad(session, pinpad, auth)
    expect((await session.close()).cleared).toBe(true)
  })

  test('a form that the reader refuses is reported with its status word', async () => {
    const { session, pinpad } = await atReader({ answer: { bytes: fromHex('6B80') } })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({
      code: 'ERR_STATUS_WORD',
      sw: 0x6b80,
    })
    await session.close()
  })

  test.each([
    ['no answer', fromHex('')],
    ['half an answer', fromHex('90')],
    ['nonsense', fromHex('0102030405')],
    ['a refusal of the driver', new TransportError('ERR_TRANSPORT', 'failed')],
    ['silence', new TransportError('ERR_TIMEOUT', 'late')],
  ])('%s after the VERIFY: the outcome is unknown, and nothing is repeated', async (_, bytes) => {
    const { card, session, pinpad, reader, sent } = await atReader({ keys: ['0000'], answer: { bytes, after: true } })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN' })
    expect([reader.sent.length, verifies(sent()), card.triesLeft('auth')]).toEqual([1, 1, 2])
    expect(session.hasVerified(auth)).toBe(false)
    await session.close()
  })

  test('a reader that says cancelled but sent a wrong PIN is not trusted', async () => {
    const { session, pinpad } = await atReader({ keys: ['0000'], answer: { bytes: fromHex('6401'), after: true } })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({
      code: 'ERR_PIN_REJECTED',
      triesLeft: 2,
    })
    await session.close()
  })

  test('a reader that says cancelled but sent the right PIN leaves nothing behind', async () => {
    const { card, session, pinpad } = await atReader({
      keys: ['1234'],
      answer: { bytes: fromHex('6401'), after: true },
    })
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN' })
    expect(session.hasVerified(auth)).toBe(false)
    await session.close()
    expect(card.verified('auth')).toBe(false)
  })

  test('a PIN that another program left verified is cleared first', async () => {
    const { card, session, pinpad } = await atReader({ keys: ['0000'] })
    await card.exchange(fromHex('002000980431323334'))
    expect(card.verified('auth')).toBe(true)
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code: 'ERR_PIN_REJECTED' })
    expect(card.verified('auth')).toBe(false)
    await session.close()
  })

  test('misuse is refused before anything is sent', async () => {
    const { session, pinpad, card, transport } = await atReader({ keys: ['1234'] })
    const before = card.exchanges
    await expect(verifyPinOnPinpad(session, pinpad, sign)).rejects.toThrow(RangeError)
    await expect(verifyPinOnPinpad(session, pinpad, auth, { seconds: 0 })).rejects.toThrow(RangeError)
    const other = { ...pinpad, connection: { ...pinpad.connection } }
    await expect(verifyPinOnPinpad(session, other, auth)).rejects.toThrow(RangeError)
    const plain = { ...pinpad, modifyCode: undefined }
    await expect(changePinOnPinpad(session, plain, auth)).rejects.toThrow(RangeError)
    expect(card.exchanges).toBe(before)
    await session.close()
    await transport.close()
  })
})

describe('changing', () => {
  test('verifies at the keypad, then takes the new PIN twice', async () => {
    const { card, session, pinpad, reader, sent } = await atReader({ keys: ['1234', '4321', '4321', '4321'] })
    await changePinOnPinpad(session, pinpad, auth)
    expect([reader.sent.length, verifies(sent())]).toEqual([2, 1])
    await session.clear()
    await JpkiApplication.open(session)
    await verifyPinOnPinpad(session, pinpad, auth)
    expect(card.verified('auth')).toBe(true)
    await session.close()
  })

  test('two different new PINs change nothing', async () => {
    const { card, session, pinpad, reader } = await atReader({ keys: ['1234', '4321', '4322'] })
    await expect(changePinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ code: 'ERR_PIN_FORMAT' })
    expect(reader.sent.length).toBe(1)
    expect(card.triesLeft('auth')).toBe(3)
    await session.close()
  })

  test('an answer that is lost leaves either PIN', async () => {
    const inner = await bench()
    const reader = new PinpadReader(inner.connection, { keys: ['1234', '4321', '4321'] })
    const session = new CardSession(reader.connection)
    await JpkiApplication.open(session)
    const { pinpad } = await findPinpad(session)
    inner.card.setFaults([{ at: 1, on: 0x24, do: 'pull', when: 'after' }])
    await expect(changePinOnPinpad(session, pinpad!, auth)).rejects.toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN' })
    await session.close()
  })
})
