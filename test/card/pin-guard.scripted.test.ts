import { describe, expect, test } from 'vitest'
import { fromHex } from '../../src/bytes.ts'
import {
  CardSession,
  changePin,
  Pin,
  type PinReference,
  readPinStatus,
  refuseInherited,
  spendTheLastTry,
  type VerifyPinOptions,
  verifyPin,
} from '../../src/card/index.ts'
import { sendPin } from '../../src/card/pin-guard.ts'
import { PinError, SecureMessagingError, StatusWordError, TranscriptError, TransportError } from '../../src/errors.ts'
import { scripted } from '../support/scripted.ts'
import { thrown } from '../support/vectors.ts'

const right = () => Pin.fromText('1234')
const wrong = () => Pin.fromText('9999')

const application = { id: 'x', aid: fromHex('A000000001') }
const digits4: PinReference = {
  id: 'auth',
  application,
  fid: 0x0018,
  format: { kind: 'digits', length: 4 },
  triesMax: 3,
}
const password: PinReference = {
  ...digits4,
  id: 'sign',
  fid: 0x001b,
  format: { kind: 'alphanumeric', min: 6, max: 16 },
}
/** Commands of the guard for these PINs. */
const counter = '00200098'
const verify1234 = '002000980431323334'
const selectPin = '00A4020C020018'
const change4321 = '002401800434333231'
const selectX = '00A4040C05A000000001'

/** A session with a card that answers from a list. */
function answering(...answers: readonly (string | Error)[]) {
  const connection = scripted(...answers)
  return { session: new CardSession(connection), sent: connection.sent, done: connection.done }
}

/** The result: `done`, or the fields of the error. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
    return 'done'
  } catch (error) {
    if (error instanceof PinError) return { code: error.code, pin: error.pin, triesLeft: error.triesLeft }
    if (error instanceof StatusWordError) return { code: error.code, command: error.command, sw: error.sw }
    return error
  }
}

describe('verifyPin', () => {
  test.each([
    ['that is right', ['63C3', '9000'], {}, 'done'],
    ['that is wrong', ['63C3', '63C2'], {}, { code: 'ERR_PIN_REJECTED', pin: 'auth', triesLeft: 2 }],
    ['that is wrong, without a counter', ['63C3', '6300'], {}, { code: 'ERR_PIN_REJECTED', pin: 'auth' }],
    ['that is blocked', ['63C0', '9000'], {}, { code: 'ERR_PIN_BLOCKED', pin: 'auth', triesLeft: 0 }],
    ['that is blocked by it', ['63C3', '63C0'], {}, { code: 'ERR_PIN_BLOCKED', pin: 'auth', triesLeft: 0 }],
    [
      'that is found blocked by it (6983)',
      ['63C3', '6983'],
      {},
      { code: 'ERR_PIN_BLOCKED', pin: 'auth', triesLeft: 0 },
    ],
    [
      'that is found blocked by it (6984)',
      ['63C3', '6984'],
      {},
      { code: 'ERR_PIN_BLOCKED', pin: 'auth', triesLeft: 0 },
    ],
    ['that is right, without a counter', ['6300', '9000', '6300', '9000'], {}, 'done'],
    ['that is guarded', ['63C1', '9000'], {}, { code: 'ERR_PIN_GUARDED', pin: 'auth', triesLeft: 1 }],
    ['whose command is refused', ['63C3', '6985'], {}, { code: 'ERR_STATUS_WORD', command: 'VERIFY', sw: 0x6985 }],
    ['with an option out of range', ['63C3', '9000'], { keepTries: 1 }, expect.any(RangeError)],
  ] as const)('of a PIN %s wipes it', async (_, answers, options, result) => {
    const { session } = answering(...answers)
    const pin = right()
    expect(await outcome(() => verifyPin(session, digits4, pin, options))).toEqual(result)
    expect([pin.length, session.hasVerified(digits4)]).toEqual([0, result === 'done'])
  })

  test('of a PIN of another form wipes it too, names it, and sends nothing', async () => {
    const { session, sent } = answering('63C3', '9000')
    const pin = Pin.fromText('12345')
    expect(await outcome(() => verifyPin(session, digits4, pin))).toEqual({ code: 'ERR_PIN_FORMAT', pin: 'auth' })
    expect([pin.length, sent]).toEqual([0, []])
  })

  test('without a known counter says that the PIN is wrong, and no more', async () => {
    const error = await thrown(() => verifyPin(answering('63C3', '6300').session, digits4, wrong()))
    expect(error.message).toBe('the auth PIN is wrong')
    expect(error).toMatchObject({ triesLeft: undefined, entriesLeft: undefined })
    const counted = await thrown(() => verifyPin(answering('63C3', '63C2').session, digits4, wrong()))
    expect(counted.message).toBe('the auth PIN is wrong; 2 tries left')
    expect(counted).toMatchObject({ triesLeft: 2, entriesLeft: 1 })
  })

  test.each([2, 3, 15])('keeps %i tries: the PIN is tried with that many left, and not with one less', async (keep) => {
    const options = { keepTries: keep }
    const enough = answering(`63C${keep.toString(16)}`, '9000')
    expect(await outcome(() => verifyPin(enough.session, digits4, right(), options))).toBe('done')
    expect(enough.sent).toEqual([counter, verify1234])
    const few = answering(`63C${(keep - 1).toString(16)}`, '9000')
    const guarded = { code: 'ERR_PIN_GUARDED', pin: 'auth', triesLeft: keep - 1 }
    expect(await outcome(() => verifyPin(few.session, digits4, right(), options))).toEqual(guarded)
    expect(few.sent).toEqual([counter])
  })

  test.each([-1, 0, 1, 16, 2.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'cannot keep %d tries: 2 to 15, or nothing is sent',
    async (keepTries) => {
      const { session, sent } = answering('63C3', '9000')
      const options = { keepTries, lastTry: spendTheLastTry }
      expect(await thrown(() => verifyPin(session, digits4, right(), options))).toBeInstanceOf(RangeError)
      expect(sent).toEqual([])
    },
  )

  test('spends the last try with the consent that is typed out', async () => {
    const { session, sent } = answering('63C1', '9000')
    expect(await outcome(() => verifyPin(session, digits4, right(), { lastTry: spendTheLastTry }))).toBe('done')
    expect(sent).toEqual([counter, verify1234])
  })

  test.each([true, 'yes', 'a wrong PIN now blocks this Card', '', undefined, null])(
    'takes %j for no consent to spend the last try',
    async (given) => {
      const { session, sent } = answering('63C1', '9000')
      const options = { lastTry: given } as VerifyPinOptions
      expect(await outcome(() => verifyPin(session, digits4, right(), options))).toMatchObject({
        code: 'ERR_PIN_GUARDED',
      })
      expect(sent).toEqual([counter])
    },
  )

  test('spends no try of a blocked PIN, whatever the consent', async () => {
    const { session, sent } = answering('6984', '9000')
    const options = { lastTry: spendTheLastTry } as const
    expect(await outcome(() => verifyPin(session, digits4, right(), options))).toMatchObject({
      code: 'ERR_PIN_BLOCKED',
    })
    expect(sent).toEqual([counter])
  })

  test('whose answer is lost has an unknown outcome, which names VERIFY and the PIN', async () => {
    const { session } = answering('63C3', new TransportError('ERR_TRANSPORT', 'failed'))
    const error = await thrown<PinError>(() => verifyPin(session, digits4, right()))
    expect(error).toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN', pin: 'auth' })
    expect(error.message).toContain('VERIFY of the auth PIN')
  })

  test('counts a PIN as verified no longer while the next one is wrong, or its outcome unknown', async () => {
    const lost = new TransportError('ERR_TRANSPORT', 'failed')
    // This card returns its counter although the PIN is verified.
    for (const answer of ['63C2', '6985', lost]) {
      const { session } = answering('63C3', '9000', '63C3', answer)
      await verifyPin(session, digits4, right())
      expect(session.hasVerified(digits4)).toBe(true)
      await thrown(() => verifyPin(session, digits4, wrong()))
      expect(session.hasVerified(digits4)).toBe(false)
    }
  })

  test('takes a session that is closed for an error of the connection, sends nothing and wipes the PIN', async () => {
    const { session, sent } = answering('9000')
    await session.close()
    const before = sent.length
    const pin = right()
    expect(await thrown(() => verifyPin(session, digits4, pin))).toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
    expect([pin.length, sent.length]).toEqual([0, before])
  })
})

describe('a transmission that carries a PIN', () => {
  test('that breaks leaves its outcome open, named with the PIN and the cause', async () => {
    const cause = new TransportError('ERR_TIMEOUT', 'late')
    const error = await thrown<PinError>(() => sendPin(digits4, 'VERIFY', () => Promise.reject(cause)))
    expect(error).toBeInstanceOf(PinError)
    expect(error).toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN', pin: 'auth', triesLeft: undefined })
    expect(error.cause).toBe(cause)
    expect(error.message).toContain('VERIFY of the auth PIN')
  })

  test.each([new SecureMessagingError('ended'), new TranscriptError('ERR_REPLAY', 'other command')])(
    'that was not sent at all is no unknown outcome: %s',
    async (error) => {
      expect(await thrown(() => sendPin(digits4, 'VERIFY', () => Promise.reject(error)))).toBe(error)
    },
  )
})

describe('the counter of a PIN', () => {
  test.each([
    ['63C3', { state: 'usable', triesLeft: 3 }],
    ['63C1', { state: 'usable', triesLeft: 1 }],
    ['63C0', { state: 'blocked', triesLeft: 0 }],
    ['6983', { state: 'blocked', triesLeft: 0 }],
    ['6984', { state: 'blocked', triesLeft: 0 }],
    ['9000', { state: 'verified' }],
  ] as const)('answered %s in the form that P2 names is %o', async (answer, status) => {
    const { session, sent } = answering(answer)
    expect(await readPinStatus(session, digits4)).toEqual(status)
    expect(sent).toEqual([counter])
    expect(session.capabilities.directReference).toBe('yes')
  })

  test('is asked for with the file selected where P2 is refused, and from then on', async () => {
    const { session, sent } = answering('6A86', '9000', '63C2', '9000', '63C2')
    for (let i = 0; i < 2; i++) expect(await readPinStatus(session, digits4)).toEqual({ state: 'usable', triesLeft: 2 })
    expect(sent).toEqual([counter, selectPin, '00200080', selectPin, '00200080'])
    expect(session.capabilities.directReference).toBe('no')
  })

  test('6300 while it is unknown whether P2 is taken is asked again with the file selected', async () => {
    const refused = answering('6300', '9000', '63C2')
    expect(await readPinStatus(refused.session, digits4)).toEqual({ state: 'usable', triesLeft: 2 })
    expect(refused.session.capabilities.directReference).toBe('no')
    const unlimited = answering('6300', '9000', '6300')
    expect(await readPinStatus(unlimited.session, digits4)).toEqual({ state: 'unlimited' })
    const known = answering('63C3', '6300')
    await readPinStatus(known.session, digits4)
    expect(await readPinStatus(known.session, digits4)).toEqual({ state: 'unlimited' })
    expect(known.sent).toEqual([counter, counter])
  })

  test('of a PIN without a file is asked for by P2 alone, independent of other PINs', async () => {
    const pin = { ...digits4, byReferenceOnly: true }
    for (const directReference of ['unknown', 'no'] as const) {
      const { session, sent } = answering('6300')
      session.capabilities.directReference = directReference
      expect(await readPinStatus(session, pin)).toEqual({ state: 'unlimited' })
      expect(sent).toEqual([counter])
      const other = answering('6A86')
      const refused = { code: 'ERR_STATUS_WORD', command: 'VERIFY (counter)', sw: 0x6a86 }
      expect(await outcome(() => readPinStatus(other.session, pin))).toEqual(refused)
      expect(other.sent).toEqual([counter])
    }
  })

  test('that is not returned in either form is an error with the status word, and nothing is concluded', async () => {
    const { session } = answering('6A86', '9000', '6985')
    const error = { code: 'ERR_STATUS_WORD', command: 'VERIFY (counter)', sw: 0x6985 }
    expect(await outcome(() => readPinStatus(session, digits4))).toEqual(error)
    expect(session.capabilities.directReference).toBe('unknown')
  })

  test('is asked for again with an Le where a bare header is refused with 6700, and with nothing else', async () => {
    const le = answering('6700', '63C2')
    expect(await readPinStatus(le.session, digits4)).toEqual({ state: 'usable', triesLeft: 2 })
    expect(le.sent).toEqual([counter, `${counter}00`])
    const other = answering('6A86', '9000', '63C2')
    await readPinStatus(other.session, digits4)
    expect(other.sent[1]).toBe(selectPin)
  })

  test('is asked for with the lowest five bits of the file identifier', async () => {
    const { session, sent } = answering('63C3')
    await readPinStatus(session, { ...digits4, fid: 0x2f11 })
    expect(sent).toEqual(['00200091'])
  })
})

describe('a PIN that was found verified', () => {
  test('is cleared by another application, and its own is selected again before the counter is read', async () => {
    const { session, sent } = answering('9000', '9000', '9000', '63C3', '9000')
    await verifyPin(session, digits4, right())
    expect(sent).toEqual([counter, '00A4040C07A0000001510000', selectX, counter, verify1234])
  })

  test('and stays so is an error that names it, and no try is spent', async () => {
    const { session, sent } = answering('9000')
    expect(await outcome(() => verifyPin(session, digits4, right()))).toEqual({ code: 'ERR_PIN_STATE', pin: 'auth' })
    expect(sent.filter((command) => command.startsWith('0020') && command !== counter)).toEqual([])
  })
})

describe('inherited PINs', () => {
  const other = { ...digits4, id: 'other', fid: 0x0019 }

  test('are not looked for when one of several was verified by this session', async () => {
    for (const pins of [
      [digits4, other],
      [other, digits4],
    ]) {
      const { session, sent } = answering('63C3', '9000')
      await verifyPin(session, digits4, right())
      const before = sent.length
      await refuseInherited(session, ...pins)
      expect(sent.length).toBe(before)
      expect(session.hasVerified(digits4)).toBe(true)
    }
  })

  test('are each looked for when this session verified none of them, and cleared', async () => {
    const none = answering('63C3')
    await refuseInherited(none.session, digits4, other)
    expect(none.sent).toEqual([counter, '00200099'])
    const second = answering('63C3', '9000', '9000', '9000', '63C3')
    await refuseInherited(second.session, digits4, other)
    expect(second.sent).toEqual([counter, '00200099', '00A4040C07A0000001510000', selectX, '00200099'])
  })
})

describe('changePin', () => {
  const pins = (current = '1234', next = '4321') => ({ current: Pin.fromText(current), next: Pin.fromText(next) })

  test('verifies the current PIN, selects its file and sends one CHANGE with the new one', async () => {
    const { session, sent } = answering('63C3', '9000', '9000', '9000')
    const value = pins()
    await changePin(session, digits4, value)
    expect(sent).toEqual([counter, verify1234, selectPin, change4321])
    expect([value.current.length, value.next.length]).toEqual([0, 0])
  })

  test.each([
    ['6985', 'ERR_STATUS_WORD'],
    ['6A80', 'ERR_STATUS_WORD'],
    ['6982', 'ERR_SECURITY_STATUS'],
    ['63C2', 'ERR_STATUS_WORD'],
    ['6283', 'ERR_STATUS_WORD'],
    ['6110', 'ERR_STATUS_WORD'],
    ['9001', 'ERR_STATUS_WORD'],
  ])('a CHANGE refused with %s is an error, never done, and both PINs are wiped', async (answer, code) => {
    const { session, sent } = answering('63C3', '9000', '9000', answer)
    const value = pins()
    const refused = { code, command: 'CHANGE', sw: Number.parseInt(answer, 16) }
    expect(await outcome(() => changePin(session, digits4, value))).toEqual(refused)
    expect([sent.length, value.current.length, value.next.length]).toEqual([4, 0, 0])
  })

  test('whose answer is lost may have taken effect: an unknown outcome of CHANGE, sent once', async () => {
    const { session, sent } = answering('63C3', '9000', '9000', new TransportError('ERR_TRANSPORT', 'failed'))
    const error = await thrown<PinError>(() => changePin(session, digits4, pins()))
    expect(error).toMatchObject({ code: 'ERR_PIN_OUTCOME_UNKNOWN', pin: 'auth' })
    expect(error.message).toContain('CHANGE of the auth PIN')
    expect(sent.filter((command) => command === change4321)).toHaveLength(1)
  })

  test.each([
    ['a new PIN of another form', digits4, ['1234', '432'], 'auth'],
    ['a current PIN of another form', digits4, ['123', '4321'], 'auth'],
    ['a new password without a digit', password, ['ABC123', 'ABCDEF'], 'sign'],
    ['a new password without a letter', password, ['ABC123', '123456'], 'sign'],
  ] as const)('%s is refused before anything is sent, and both are wiped', async (_, reference, texts, pin) => {
    const value = pins(...texts)
    const { session, sent } = answering('63C3', '9000')
    expect(await outcome(() => changePin(session, reference, value))).toEqual({ code: 'ERR_PIN_FORMAT', pin })
    expect([sent, value.current.length, value.next.length]).toEqual([[], 0, 0])
  })

  test('takes a current password without a digit, as an issuer may have set it, and digits alone for a PIN', async () => {
    const { session, sent } = answering('63C5', '9000')
    await changePin(session, password, pins('ABCDEF', 'ABC123'))
    expect(sent.at(-1)).toBe('0024018006414243313233')
  })

  test('is guarded as VERIFY is, with the same options', async () => {
    const few = answering('63C2', '9000')
    const options = { keepTries: 3 }
    expect(await outcome(() => changePin(few.session, digits4, pins(), options))).toMatchObject({
      code: 'ERR_PIN_GUARDED',
      triesLeft: 2,
    })
    expect(few.sent).toEqual([counter])
  })

  test('sends nothing more when the current PIN is wrong', async () => {
    const { session, sent } = answering('63C3', '63C2')
    expect(await outcome(() => changePin(session, digits4, pins()))).toMatchObject({ code: 'ERR_PIN_REJECTED' })
    expect(sent).toEqual([counter, verify1234])
  })
})
