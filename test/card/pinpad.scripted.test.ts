import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import { CardSession, changePinOnPinpad, findPinpad, spendTheLastTry, verifyPinOnPinpad } from '../../src/card/index.ts'
import { protect } from '../../src/card/session.ts'
import { PinError, SecureMessagingError, StatusWordError, TransportError } from '../../src/errors.ts'
import { jpkiPins } from '../../src/jpki/files.ts'
import { PinpadReader, type PinpadReaderOptions } from '../support/pinpad-reader.ts'
import { scripted } from '../support/scripted.ts'

const { auth, sign } = jpkiPins
/** Answers to the counter, VERIFY, SELECT of the PIN's file and CHANGE, when all is well. */
const wellDone = ['63C3', '9000'] as const

/** A reader in front of a card that answers from a list; the card is found to have the PIN's file when it is selected. */
async function atScript(options: PinpadReaderOptions, ...answers: readonly (string | Error)[]) {
  const inner = scripted(...answers)
  const reader = new PinpadReader(inner, options)
  const session = new CardSession(reader.connection)
  const { pinpad } = await findPinpad(session)
  return { session, reader, pinpad: pinpad!, sent: inner.sent }
}

/** The error, and its cause. */
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
      const { session, pinpad, reader } = await atScript({ keys: ['1234', '4321', '4321'] }, ...wellDone)
      await changePinOnPinpad(session, pinpad, auth, options)
      expect(reader.limits).toEqual([limit, limit])
      expect(reader.structures.map((structure) => [...structure.subarray(0, 2)])).toEqual([
        [byte, byte],
        [byte, byte],
      ])
    },
  )

  test.each([-5, 0, 4, 256, 5.5, Number.NaN])('cannot be %d s: 5 to 255, or nothing is asked', async (seconds) => {
    const { session, pinpad, reader, sent } = await atScript({ keys: ['1234'] }, '63C3', '9000')
    await expect(verifyPinOnPinpad(session, pinpad, auth, { seconds })).rejects.toThrow(RangeError)
    expect([reader.structures, sent]).toEqual([[], []])
  })
})

describe('a keypad under secure messaging', () => {
  const application = { id: 'y', aid: fromHex('A000000001') }
  const protection = (aid: Uint8Array) => ({
    application: { id: 'x', aid },
    wrap: () => undefined,
    unwrap: <T>(response: T) => response,
    end() {},
  })
  test('is refused before anything is sent, and taken in another application', async () => {
    const { session, pinpad, reader, sent } = await atScript({ keys: ['1234'] }, '9000', ...wellDone)
    await session.selectApplication(application)
    session[protect](protection(application.aid))
    await expect(verifyPinOnPinpad(session, pinpad, auth)).rejects.toBeInstanceOf(SecureMessagingError)
    await expect(changePinOnPinpad(session, pinpad, auth)).rejects.toBeInstanceOf(SecureMessagingError)
    expect([reader.structures.length, sent.length]).toEqual([0, 1])
    session[protect](protection(fromHex('A000000099')))
    await verifyPinOnPinpad(session, pinpad, auth)
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
    const { session, pinpad, reader } = await atScript({ keys: ['1234'] }, ...wellDone)
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
    const { session, pinpad, reader } = await atScript({ keys: ['1234', '4321', '4321'] }, ...wellDone)
    const prompts: unknown[] = []
    await changePinOnPinpad(session, pinpad, auth, {
      onPrompt: (entriesLeft) => prompts.push([reader.structures.length, entriesLeft]),
    })
    // Of three tries the last is kept; a new PIN has no counter.
    expect(prompts).toEqual([
      [0, 2],
      [1, undefined],
    ])
  })

  test('is shown the entries that these options accept', async () => {
    for (const [options, entries] of [
      [{ keepTries: 3 }, 1],
      [{ lastTry: spendTheLastTry }, 3],
    ] as const) {
      const { session, pinpad } = await atScript({ keys: ['1234'] }, '63C3', '9000')
      const prompts: unknown[] = []
      await verifyPinOnPinpad(session, pinpad, auth, { ...options, onPrompt: (left) => prompts.push(left) })
      expect(prompts).toEqual([entries])
    }
  })

  test('is not asked when the guard refuses, nor for the new PIN when the current one is wrong', async () => {
    const prompts: string[] = []
    const onPrompt = () => void prompts.push('asked')
    const { session, pinpad, sent } = await atScript({ keys: ['9999'] }, '63C1')
    await expect(changePinOnPinpad(session, pinpad, auth, { onPrompt })).rejects.toMatchObject({
      code: 'ERR_PIN_GUARDED',
    })
    expect([prompts, sent]).toEqual([[], ['00200098']])
    const wrong = await atScript({ keys: ['9999', '4321', '4321'] }, '63C3', '63C2')
    await expect(changePinOnPinpad(wrong.session, wrong.pinpad, auth, { onPrompt })).rejects.toMatchObject({
      code: 'ERR_PIN_REJECTED',
    })
    expect([prompts, wrong.reader.structures.length]).toEqual([['asked'], 1])
  })
})

describe('a change at the keypad', () => {
  test('whose answer is lost may have taken effect: an unknown outcome of CHANGE', async () => {
    const failed = new TransportError('ERR_TRANSPORT', 'failed')
    const { session, pinpad } = await atScript({ keys: ['1234', '4321', '4321'] }, '63C3', '9000', '9000', failed)
    const { error } = await refused(() => changePinOnPinpad(session, pinpad, auth))
    expect(error).toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN', pin: 'auth' })
    expect(error?.message).toContain('CHANGE of the auth PIN')
  })

  test('sends one VERIFY and one CHANGE with the new PIN, after the file of the PIN is selected', async () => {
    const { session, pinpad, sent, reader } = await atScript({ keys: ['1234', '4321', '4321'] }, ...wellDone)
    await changePinOnPinpad(session, pinpad, auth)
    expect(sent).toEqual(['00200098', '002000980431323334', '00A4020C020018', '002401800434333231'])
    // wLangId: Japanese where nothing else is asked for.
    expect(reader.structures.map((bytes, i) => [...bytes.subarray(9 + 3 * i, 11 + 3 * i)])).toEqual([
      [0x11, 0x04],
      [0x11, 0x04],
    ])
  })
})

test('what cannot be entered at this keypad is a RangeError before anything is sent', async () => {
  const { session, pinpad, sent, reader } = await atScript({ keys: ['1234'] }, ...wellDone)
  const elsewhere = { ...pinpad, connection: { ...pinpad.connection } }
  const unable = { ...pinpad, modifyCode: undefined }
  await expect(verifyPinOnPinpad(session, pinpad, sign)).rejects.toThrow(RangeError)
  await expect(verifyPinOnPinpad(session, { ...pinpad, longest: 3 }, auth)).rejects.toThrow(RangeError)
  await expect(verifyPinOnPinpad(session, elsewhere, auth)).rejects.toThrow(RangeError)
  await expect(changePinOnPinpad(session, unable, auth)).rejects.toThrow(RangeError)
  expect([sent, reader.structures]).toEqual([[], []])
})
