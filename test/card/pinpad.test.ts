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
import { protect } from '../../src/card/session.ts'
import type { VirtualCardOptions } from '../../src/emulator/index.ts'
import { PinError, SecureMessagingError, StatusWordError, TransportError } from '../../src/errors.ts'
import { JpkiApplication, jpkiPins } from '../../src/jpki/index.ts'
import { allFeatures, PinpadReader, type PinpadReaderOptions } from '../support/pinpad-reader.ts'
import { scripted } from '../support/scripted.ts'
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
  test('with a keypad tells so, and what it can do', async () => {
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

  test('whose card is lost meanwhile is no answer', async () => {
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

  test('a form that the reader refuses is told with its status word', async () => {
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

  test('a reader that says cancelled but sent a wrong PIN is not believed', async () => {
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

/** A reader in front of a card that answers from a list; the card is found to have the PIN's file when it is selected. */
async function atScript(options: PinpadReaderOptions, ...answers: readonly (string | Error)[]) {
  const inner = scripted(...answers)
  const reader = new PinpadReader(inner, options)
  const session = new CardSession(reader.connection)
  const { pinpad } = await findPinpad(session)
  return { session, reader, pinpad: pinpad!, sent: inner.sent }
}

/** The error, and the one it came of. */
async function refused(call: () => Promise<unknown>) {
  const error = await call().then(
    () => undefined,
    (error: Error) => error,
  )
  const cause = error?.cause
  return { error, cause: cause instanceof StatusWordError ? [cause.command, cause.sw] : cause }
}

describe('the time for an entry', () => {
  test.each([
    [{}, 30, 40_000],
    [{ seconds: 5 }, 5, 15_000],
    [{ seconds: 255 }, 255, 265_000],
  ])(
    '%o is %i s at the keypad and %i ms for the driver, in verifying and in changing',
    async (options, byte, limit) => {
      const { session, pinpad, reader } = await atReader({ keys: ['1234', '4321', '4321'] })
      await changePinOnPinpad(session, pinpad, auth, options)
      expect(reader.limits).toEqual([limit, limit])
      expect(reader.structures.map((structure) => [...structure.subarray(0, 2)])).toEqual([
        [byte, byte],
        [byte, byte],
      ])
      await session.close()
    },
  )

  test.each([-5, 0, 4, 256, 5.5, Number.NaN])('cannot be %d s: 5 to 255, or nothing is asked', async (seconds) => {
    const { session, pinpad, reader, sent } = await atScript({ keys: ['1234'] }, '63C3', '9000')
    await expect(verifyPinOnPinpad(session, pinpad, auth, { seconds })).rejects.toThrow(RangeError)
    expect([reader.structures, sent]).toEqual([[], []])
  })
})

describe('a keypad under secure messaging', () => {
  const protection = (aid: Uint8Array) => ({
    application: { id: 'x', aid },
    wrap: () => undefined,
    unwrap: <T>(response: T) => response,
    end() {},
  })
  test('is refused before anything is sent, and taken in another application', async () => {
    const { session, pinpad, reader, sent } = await atReader({ keys: ['1234'] })
    const before = sent().length
    session[protect](protection(session.currentApplication!.aid))
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toBeInstanceOf(SecureMessagingError)
    await expect(changePinOnPinpad(session, pinpad, auth)).rejects.toBeInstanceOf(SecureMessagingError)
    expect([reader.structures.length, sent().length]).toEqual([0, before])
    session[protect](protection(fromHex('A000000099')))
    await verifyPinOnPinpad(session, pinpad, auth)
    await session.close()
  })
})

describe('what the reader itself answers', () => {
  test.each([
    ['6400', TransportError, { code: 'ERR_TIMEOUT' }, 'no PIN was entered at the keypad in time; no try was spent'],
    ['6401', TransportError, { code: 'ERR_ABORTED' }, 'the entry was cancelled at the keypad; no try was spent'],
    [
      '6402',
      PinError,
      { code: 'ERR_PIN_FORMAT', pin: 'auth' },
      'the new PIN was entered differently the second time; no try was spent',
    ],
    [
      '6403',
      PinError,
      { code: 'ERR_PIN_FORMAT', pin: 'auth' },
      'too few or too many digits were entered at the keypad; no try was spent',
    ],
    ['6B80', StatusWordError, { code: 'ERR_STATUS_WORD', command: 'VERIFY', sw: 0x6b80 }, undefined],
  ] as const)('%s to an entry, while the counter is as before', async (answer, kind, fields, message) => {
    const { session, pinpad, sent } = await atScript({ answer: { bytes: fromHex(answer) } }, '63C3')
    const { error, cause } = await refused(() => verifyPinOnPinpad(session, pinpad, auth))
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject(fields)
    if (message !== undefined) {
      expect([error?.message, cause]).toEqual([message, ['VERIFY', Number.parseInt(answer, 16)]])
    }
    expect(sent).toEqual(['00200098', '00200098'])
  })

  test.each([
    ['6400', { code: 'ERR_TIMEOUT' }],
    ['6401', { code: 'ERR_ABORTED' }],
    ['6402', { code: 'ERR_PIN_FORMAT', pin: 'auth' }],
    ['6403', { code: 'ERR_PIN_FORMAT', pin: 'auth' }],
    ['6B80', { code: 'ERR_STATUS_WORD', command: 'CHANGE', sw: 0x6b80 }],
    ['6985', { code: 'ERR_STATUS_WORD', command: 'CHANGE', sw: 0x6985 }],
    ['6982', { code: 'ERR_SECURITY_STATUS', command: 'CHANGE', sw: 0x6982 }],
    ['6283', { code: 'ERR_STATUS_WORD', command: 'CHANGE', sw: 0x6283 }],
  ] as const)('%s to the entry of a new PIN is an error, never a change', async (answer, fields) => {
    const { session, pinpad, reader } = await atReader({ keys: ['1234'] })
    const { control } = reader.connection
    const send = control!.send.bind(control)
    let entries = 0
    Object.assign(control!, {
      send: async (...args: Parameters<typeof send>) => (++entries === 2 ? fromHex(answer) : await send(...args)),
    })
    const { error, cause } = await refused(() => changePinOnPinpad(session, pinpad, auth))
    expect(error).toMatchObject(fields)
    if (!('command' in fields)) expect(cause).toEqual(['CHANGE', Number.parseInt(answer, 16)])
    expect(entries).toBe(2)
    await session.close()
  })

  test.each([
    ['that a try is gone: the PIN was wrong', ['63C3', '63C2'], { code: 'ERR_PIN_REJECTED', triesLeft: 2 }],
    ['that the last try is gone: it is blocked', ['63C2', '63C0'], { code: 'ERR_PIN_BLOCKED', triesLeft: 0 }],
    ['that the PIN is verified', ['63C3', '9000'], { code: 'ERR_PIN_OUTCOME_UNKNOWN' }],
    ['that there is none, as before', ['6300', '9000', '6300', '9000', '6300'], { code: 'ERR_ABORTED' }],
    [
      'that a PIN without one is verified',
      ['6300', '9000', '6300', '9000', '9000'],
      { code: 'ERR_PIN_OUTCOME_UNKNOWN' },
    ],
  ] as const)('after "cancelled" the counter has the last word, which says %s', async (_, answers, fields) => {
    const { session, pinpad } = await atScript({ answer: { bytes: fromHex('6401') } }, ...answers)
    const { error, cause } = await refused(() => verifyPinOnPinpad(session, pinpad, auth))
    expect(error).toMatchObject(fields)
    if (fields.code === 'ERR_PIN_OUTCOME_UNKNOWN') expect(cause).toEqual(['VERIFY', 0x6401])
    expect(session.hasVerified(auth)).toBe(false)
  })

  test('a refusal of the card costs no further question', async () => {
    const { session, pinpad, sent } = await atScript({ answer: { bytes: fromHex('6985') } }, '63C3')
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toMatchObject({ command: 'VERIFY', sw: 0x6985 })
    expect(sent).toEqual(['00200098'])
  })
})

describe('the customer', () => {
  test('is asked at each entry of a change, when the keypad asks', async () => {
    const { session, pinpad, reader } = await atReader({ keys: ['1234', '4321', '4321'] })
    const prompts: number[] = []
    await changePinOnPinpad(session, pinpad, auth, { onPrompt: () => prompts.push(reader.structures.length) })
    expect(prompts).toEqual([0, 1])
    await session.close()
  })

  test('is not asked when the guard refuses, nor for the new PIN when the current one is wrong', async () => {
    const prompts: string[] = []
    const onPrompt = () => void prompts.push('asked')
    const { session, pinpad, sent } = await atScript({ keys: ['9999'] }, '63C1')
    await expect(changePinOnPinpad(session, pinpad, auth, { onPrompt })).rejects.toMatchObject({
      code: 'ERR_PIN_GUARDED',
    })
    expect([prompts, sent]).toEqual([[], ['00200098']])
    const wrong = await atReader({ keys: ['9999', '4321', '4321'] })
    await expect(changePinOnPinpad(wrong.session, wrong.pinpad, auth, { onPrompt })).rejects.toMatchObject({
      code: 'ERR_PIN_REJECTED',
    })
    expect([prompts, wrong.reader.structures.length]).toEqual([['asked'], 1])
    await wrong.session.close()
  })
})
