import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  type CommandApdu,
  type ResponseApdu,
  readBinary,
  selectApplication,
  selectFile,
  verify,
} from '../../src/apdu/index.ts'
import { asciiBytes, fromHex, toHex } from '../../src/bytes.ts'
import type { Protection } from '../../src/card/exchange.ts'
import {
  type CardApplication,
  CardSession,
  type ExchangeEvent,
  type ExchangeMessage,
  exchangeChannelName,
} from '../../src/card/index.ts'
import {
  noteVerified,
  overReset,
  protect,
  selectEf,
  sendByReader,
  sendSecret,
  unprotect,
} from '../../src/card/session.ts'
import { SecureMessagingError, StatusWordError, TransportError } from '../../src/errors.ts'
import { scripted } from '../support/scripted.ts'
import { thrown } from '../support/vectors.ts'

const read4 = readBinary(0, 4)
const x = { id: 'x', aid: fromHex('A000000001') }
const y = { id: 'y', aid: fromHex('A000000002') }
const selectOf = (aid: Uint8Array) => `00A4040C${aid.length.toString(16).padStart(2, '0')}${toHex(aid)}`.toUpperCase()
const [selectX, selectY] = [selectOf(x.aid), selectOf(y.aid)]
const manager = selectOf(fromHex('A0000001510000'))
const reset = () => new TransportError('ERR_CARD_RESET', 'reset')
const failed = () => new TransportError('ERR_TRANSPORT', 'failed')

/** A session with a card that answers from a list, in which X was selected and a PIN verified, say its notes. */
async function inX(...answers: readonly (string | Error)[]) {
  const connection = scripted('9000', ...answers)
  const session = new CardSession(connection)
  await session.selectApplication(x)
  const own = {}
  session[noteVerified](own, true)
  const state = () => [session.currentApplication?.id, session.hasVerified(own)]
  return { connection, session, own, state, sent: () => connection.sent.slice(1), done: connection.done }
}

/** Secure messaging that marks what it wraps and unwraps; commands with INS 84 go in the clear. */
function marking(application: CardApplication, unwrap = (response: ResponseApdu) => ({ ...response, sw: 0x9001 })) {
  const ends: string[] = []
  const protection: Protection = {
    application,
    wrap: (command) => (command.ins === 0x84 ? undefined : { ...command, cla: 0x08 }),
    unwrap,
    end: () => void ends.push('end'),
  }
  return { protection, ends }
}
const challenge: CommandApdu = { name: 'GET CHALLENGE', cla: 0, ins: 0x84, p1: 0, p2: 0, ne: 8 }

describe('what a session knows to be selected and verified', () => {
  test('is kept when the same application is selected again', async () => {
    const { session, state } = await inX('9000')
    await session.selectApplication({ ...x, id: 'x again' })
    expect(state()).toEqual(['x again', true])
  })

  test.each([
    ['another application is selected', ['9000'], ['y', false]],
    ['another is selected with a warning', ['6283'], ['y', false]],
    ['another is selected with 61XX', ['6102', '00009000'], ['y', false]],
    ['another is selected with 61XX, and its data refused', ['6102', '6985'], ['y', false]],
    ['another is refused', ['6985'], [undefined, false]],
    ['another is not there, which leaves the card as it is', ['6A82'], ['x', true]],
    ['the answer is lost', [failed()], [undefined, false]],
  ] as const)('when %s', async (_, answers, expected) => {
    const { session, state } = await inX(...answers)
    await session.selectApplication(y).catch(() => undefined)
    expect(state()).toEqual(expected)
  })

  test('is given up when the same application is refused', async () => {
    const { session, state } = await inX('6985')
    await expect(session.selectApplication(x)).rejects.toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6985 })
    expect(state()).toEqual([undefined, false])
  })

  test('is given up when a raw command selects an application, and kept when it selects a file or reads', async () => {
    const { session, state } = await inX('9000')
    await session.transmit(selectFile(0x0011))
    await session.transmit(readBinary(0, 4))
    await session.transmit({ ...readBinary(0x0400, 4), p1: 0x04 })
    expect(state()).toEqual(['x', true])
    await session.transmit(selectApplication(x.aid))
    expect(state()).toEqual([undefined, false])
  })

  test.each([
    ['READ BINARY answered by half a status word', '90', ['x', true]],
    ['READ BINARY that a busy reader did not send', new TransportError('ERR_READER_BUSY', 'busy'), ['x', true]],
    ['READ BINARY that failed', failed(), [undefined, false]],
  ] as const)('after %s is %o', async (_, answer, expected) => {
    const { session, state } = await inX(answer)
    await thrown(() => session.transmit(readBinary(0, 4)))
    expect(state()).toEqual(expected)
  })

  test('is given up after half an answer to what does more than read', async () => {
    const { session, state } = await inX('90')
    await thrown(() => session.transmit(challenge))
    expect(state()).toEqual([undefined, false])
  })

  test('is what was noted, and no other PIN', async () => {
    const { session, own } = await inX('9000')
    expect([session.hasVerified(own), session.hasVerified({})]).toEqual([true, false])
    session[noteVerified](own, false)
    expect(session.hasVerified(own)).toBe(false)
  })

  test('is ended by clearing, which selects another application, or powers down without one', async () => {
    const one = await inX('9000')
    await one.session.clear()
    expect(one.state()).toEqual(['card-manager', false])
    expect([one.sent(), one.done]).toEqual([[manager], []])
    const none = await inX('6A82')
    await none.session.clear()
    expect(none.state()).toEqual([undefined, false])
    expect([none.sent().length, none.done]).toEqual([3, ['reconnect unpower']])
  })

  test('is not cleared by selecting what is selected already', async () => {
    const { session, sent } = await inX('9000')
    await session.clear()
    await session.clear()
    expect(sent()).toEqual([manager, selectOf(fromHex('D3921000310001010401'))])
  })

  test.each([
    [undefined, 'reset'],
    ['leave', 'leave'],
    ['unpower', 'unpower'],
  ] as const)('is given up by reconnecting (%s: %s)', async (disposition, given) => {
    const { session, state, done } = await inX('9000')
    await session.reconnect(disposition)
    expect([state(), done]).toEqual([[undefined, false], [`reconnect ${given}`]])
  })
})

describe('one operation at a time', () => {
  test('waits for the one before it, also when that failed, and has its own result', async () => {
    const { session } = await inX('9000')
    const order: string[] = []
    const first = session.exclusively(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push('first')
      throw new Error('first')
    })
    const second = session.exclusively(async () => order.push('second'))
    await expect(first).rejects.toThrow('first')
    expect(await second).toBe(2)
    expect(order).toEqual(['first', 'second'])
  })

  test('selects its application unless it is the current one', async () => {
    const { session, sent } = await inX('9000')
    expect(await session.within(x, async () => session.currentApplication?.id)).toBe('x')
    expect(sent()).toEqual([])
    const [one, two] = [session.within(y, async () => sent().length), session.within(x, async () => sent().length)]
    expect([await one, await two]).toEqual([1, 2])
    expect(sent()).toEqual([selectY, selectX])
  })

  test('closing waits for it', async () => {
    const { session, sent } = await inX('9000')
    const running = session.within(y, () => session.send(readBinary(0, 4)))
    const report = await session.close()
    await running
    expect(sent()).toEqual([selectY, '00B0000004', manager])
    expect(report).toEqual({ cleared: true, by: 'select' })
  })
})

describe('a closed session', () => {
  test.each([
    ['transmit', (session: CardSession) => session.transmit(readBinary(0, 4))],
    ['send', (session: CardSession) => session.send(readBinary(0, 4))],
    ['a PIN', (session: CardSession) => session[sendSecret](verify(0x18, asciiBytes('1234')))],
    ['a keypad', (session: CardSession) => session[sendByReader](readBinary(0, 4), 1, new Uint8Array(), 1)],
    ['SELECT application', (session: CardSession) => session.selectApplication(x)],
    ['SELECT file', (session: CardSession) => session[selectEf](1)],
    ['clear', (session: CardSession) => session.clear()],
    ['reconnect', (session: CardSession) => session.reconnect()],
    ['a step', (session: CardSession) => session[overReset](async () => 'done')],
  ])('refuses %s, naming the reader, and sends nothing', async (_, use) => {
    const { session, connection } = await inX('9000')
    await session.close()
    const [sent, done] = [connection.sent.length, connection.done.length]
    expect(await thrown(() => use(session))).toMatchObject({ code: 'ERR_CONNECTION_CLOSED', reader: 'scripted' })
    expect([connection.sent.length, connection.done.length]).toEqual([sent, done])
  })
})

describe('what close reports', () => {
  const select = { cleared: true, by: 'select' }
  const removed = new TransportError('ERR_CARD_REMOVED', 'gone')
  const late = new TransportError('ERR_TIMEOUT', 'late')
  test.each([
    ['another application selected', ['9000'], undefined, select, ['close leave']],
    ['the same, although closing fails', ['9000'], failed(), select, ['close leave']],
    ['no other application', ['6A82'], undefined, { cleared: true, by: 'power-down' }, ['close unpower']],
    ['nothing but a warning', ['6283'], undefined, { cleared: true, by: 'power-down' }, ['close unpower']],
    [
      'a failure to select',
      [failed()],
      undefined,
      { cleared: true, by: 'power-down', cause: failed() },
      ['close unpower'],
    ],
    [
      'a card that was removed',
      [removed],
      undefined,
      { cleared: true, by: 'card-removed', cause: removed },
      ['close unpower'],
    ],
    [
      'the same, although closing fails',
      [removed],
      failed(),
      { cleared: true, by: 'card-removed', cause: removed },
      ['close unpower'],
    ],
    ...[new TransportError('ERR_NO_CARD', 'gone')].map(
      (none) =>
        ['no card', [none], undefined, { cleared: true, by: 'card-removed', cause: none }, ['close unpower']] as const,
    ),
    ...(['ERR_CONNECTION_CLOSED', 'ERR_SERVICE_UNAVAILABLE'] as const).map((code) => {
      const cause = new TransportError(code, 'closed')
      return [code, [cause], undefined, { cleared: false, by: 'nothing', cause }, ['close unpower']] as const
    }),
    ['a reader that is silent', [late], undefined, { cleared: false, by: 'nothing', cause: late }, ['close unpower']],
    [
      'a card that cannot be powered down',
      ['6A82'],
      failed(),
      { cleared: false, by: 'nothing', cause: failed() },
      ['close unpower'],
    ],
    [
      'a silent reader that cannot be closed',
      [late],
      failed(),
      { cleared: false, by: 'nothing', cause: failed() },
      ['close unpower'],
    ],
  ] as const)('%s', async (_, answers, closing, report, done) => {
    const { connection, session } = await inX(...answers)
    const close = connection.close.bind(connection)
    Object.assign(connection, {
      close: async (disposition: 'leave') => {
        await close(disposition)
        if (closing !== undefined) throw closing
      },
    })
    expect(await session.close()).toStrictEqual(report)
    expect(connection.done).toEqual(done)
  })

  test('leaving clears nothing and powers nothing down, once, and ends the session', async () => {
    const connection = scripted('9000')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    const report = await session.leave()
    expect(report).toStrictEqual({ cleared: false, by: 'nothing' })
    expect(await session.leave()).toBe(report)
    expect(await session.close()).toBe(report)
    expect([connection.sent, connection.done]).toEqual([[selectX], ['close leave']])
    expect(await thrown(() => session.transmit(read4))).toMatchObject({ message: 'the session is closed' })
  })

  test('leaving with a PIN verified clears as closing does', async () => {
    const { session, sent, done } = await inX('9000')
    expect(await session.leave()).toStrictEqual({ cleared: true, by: 'select' })
    expect([sent(), done]).toEqual([[manager], ['close leave']])
  })

  test('leaving ends secure messaging, waits for what runs, and is no error when closing fails', async () => {
    const connection = scripted('9000')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    const { protection, ends } = marking(x)
    session[protect](protection)
    Object.assign(connection, { close: () => Promise.reject(failed()) })
    const running = session.exclusively(() => session.transmit(challenge))
    expect(await session.leave()).toStrictEqual({ cleared: false, by: 'nothing' })
    expect((await running).sw).toBe(0x9000)
    expect(ends).toEqual(['end'])
  })

  test('is no error of `await using` when all was cleared', async () => {
    const connection = scripted('9000')
    {
      await using session = new CardSession(connection)
      await session.selectApplication(x)
    }
    expect(connection.done).toEqual(['close leave'])
  })
})

describe('a step over a reset', () => {
  test('is run again once the card is taken again, left to the other program, cleared, and selected', async () => {
    const connection = scripted('9000', reset(), '9000', '9000', 'AA9000')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    expect(toHex(await session[overReset](() => session.send(read4)))).toBe('AA')
    expect(connection.sent).toEqual([selectX, '00B0000004', manager, selectX, '00B0000004'])
    expect([connection.done, session.currentApplication?.id]).toEqual([['reconnect leave'], 'x'])
  })

  test('selects nothing where nothing was selected', async () => {
    const connection = scripted(reset(), '9000', 'AA9000')
    const session = new CardSession(connection)
    await session[overReset](() => session.send(read4))
    expect(connection.sent).toEqual(['00B0000004', manager, '00B0000004'])
  })

  test('is not run again while a PIN of this session opens things', async () => {
    const { session, sent, done, state } = await inX(reset(), '9000')
    expect(await thrown(() => session[overReset](() => session.send(read4)))).toMatchObject({ code: 'ERR_CARD_RESET' })
    expect([sent(), done, state()]).toEqual([['00B0000004'], [], [undefined, false]])
  })

  test('is not run again after any other error', async () => {
    for (const error of [failed(), new Error('other'), new TransportError('ERR_CARD_REMOVED', 'gone')]) {
      const connection = scripted(error, '9000')
      const session = new CardSession(connection)
      expect(await thrown(() => session[overReset](() => session.send(read4)))).toBe(error)
      expect([connection.sent.length, connection.done]).toEqual([1, []])
    }
  })
})

describe('the form of SELECT', () => {
  const forms = (aid: Uint8Array) => [
    selectOf(aid),
    selectOf(aid).replace('00A4040C', '00A40400').concat('00'),
    selectOf(aid).replace('00A4040C', '00A40404').concat('00'),
  ]

  test('that works first is kept for applications and for files apart, and what files need stays known', async () => {
    const connection = scripted('9000', '6A86', '9000', '9000', '6A86')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    expect(session.capabilities.selectWithoutData).toBe('yes')
    await session[selectEf](0x0011)
    expect(session.capabilities.selectWithoutData).toBe('no')
    await session.selectApplication(y)
    expect(session.capabilities.selectWithoutData).toBe('no')
    await expect(session.selectApplication(y)).rejects.toMatchObject({ sw: 0x6a86, command: 'SELECT y application' })
    expect(connection.sent).toEqual([selectX, '00A4020C020011', '00A4020002001100', selectY, selectY])
  })

  test('refused is tried in the other two, in this order, and what works is remembered', async () => {
    const connection = scripted('6A86', '6A86', '9000')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    expect(session.capabilities.selectWithoutData).toBe('no')
    await session.selectApplication(y)
    expect(connection.sent).toEqual([...forms(x.aid), forms(y.aid)[2]])
  })

  test('refused in every one is reported as it was refused first, and tried in one form from then on', async () => {
    const connection = scripted('6A86', '6B00', '6D00', '6A86')
    const session = new CardSession(connection)
    const refusal = { code: 'ERR_STATUS_WORD', sw: 0x6a86 }
    expect(await thrown(() => session.selectApplication(x))).toMatchObject(refusal)
    expect(await thrown(() => session.selectApplication(y))).toMatchObject(refusal)
    expect(connection.sent).toEqual([...forms(x.aid), selectY])
    expect(session.capabilities.selectWithoutData).toBe('unknown')
  })

  test('refused by another word than before is tried in the others again', async () => {
    const connection = scripted('6A86', '6A86', '6A86', '6B00')
    const session = new CardSession(connection)
    await thrown(() => session.selectApplication(x))
    await thrown(() => session.selectApplication(y))
    await thrown(() => session.selectApplication(x))
    expect(connection.sent).toEqual([...forms(x.aid), ...forms(y.aid), selectX])
  })

  test('is settled by an answer about what was asked for: not there, not allowed, with a warning, with data', async () => {
    for (const answer of ['6A82', '6982', '6984', '6283', '6102']) {
      const connection = scripted(answer, '00009000', '9000')
      const session = new CardSession(connection)
      await session.selectApplication(x).catch(() => undefined)
      expect(session.capabilities.selectWithoutData).toBe('yes')
      expect(connection.sent.filter((command) => command.startsWith('00A4'))).toEqual([selectX])
    }
  })

  test('is settled by such an answer to another form too', async () => {
    const connection = scripted('6A86', '6A82', '9000')
    const session = new CardSession(connection)
    expect(await thrown(() => session.selectApplication(x))).toMatchObject({ code: 'ERR_APPLICATION_NOT_FOUND' })
    await session.selectApplication(y)
    expect(connection.sent).toEqual([...forms(x.aid).slice(0, 2), forms(y.aid)[1]])
  })

  test('refused with 6F00, which gives no diagnosis, is tried in no other', async () => {
    const connection = scripted('9000', '6F00')
    const session = new CardSession(connection)
    await session.selectApplication(x)
    expect(await thrown(() => session[selectEf](0x0011))).toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6f00 })
    expect(connection.sent).toEqual([selectX, '00A4020C020011'])
  })

  test.each([
    ['yes', [0]],
    ['no', [1, 2, 0]],
    ['unknown', [0, 1, 2]],
  ] as const)('settled by hand as "%s" is tried in this order: %o', async (selectWithoutData, order) => {
    const connection = scripted('6A86')
    const session = new CardSession(connection, { capabilities: { selectWithoutData } })
    await thrown(() => session.selectApplication(x))
    expect(connection.sent).toEqual(order.map((at) => forms(x.aid)[at]))
    expect(session.capabilities.selectWithoutData).toBe(selectWithoutData)
  })

  test.each([[['9000']], [['6A86', '9000']], [['6A86', '6A86', '9000']]])(
    'known to need data stays so when a form works: %j',
    async (answers) => {
      const session = new CardSession(scripted(...answers), { capabilities: { selectWithoutData: 'no' } })
      await session.selectApplication(x)
      expect(session.capabilities.selectWithoutData).toBe('no')
    },
  )

  test('a file that is refused is an error with its status word', async () => {
    const { session } = await inX('6A82')
    expect(await thrown(() => session[selectEf](0x0011))).toMatchObject({ code: 'ERR_FILE_NOT_FOUND', sw: 0x6a82 })
  })
})

describe('what is answered', () => {
  test.each([
    ['6982', 'ERR_SECURITY_STATUS'],
    ['6A82', 'ERR_FILE_NOT_FOUND'],
    ['6A83', 'ERR_FILE_NOT_FOUND'],
    ['6985', 'ERR_STATUS_WORD'],
    ['63C2', 'ERR_STATUS_WORD'],
  ])('%s to a command that wants data is %s, with its name', async (answer, code) => {
    const { session } = await inX(answer)
    const error = await thrown<StatusWordError>(() => session.send(read4))
    expect(error).toBeInstanceOf(StatusWordError)
    expect(error).toMatchObject({ code, sw: Number.parseInt(answer, 16), command: 'READ BINARY' })
  })

  test('a warning brings its data', async () => {
    const { session } = await inX('AA6282')
    expect(toHex(await session.send(read4))).toBe('AA')
  })

  test.each(['6985', '6D00'])('%s to SELECT names the application', async (answer) => {
    const { session } = await inX(answer)
    expect(await thrown(() => session.selectApplication(y))).toMatchObject({
      code: 'ERR_STATUS_WORD',
      command: 'SELECT y application',
    })
  })

  test('a raw PIN command is refused by its name', async () => {
    const { session, sent } = await inX('9000')
    const error = await thrown(() => session.transmit(verify(0x18, asciiBytes('1234'))))
    expect(error).toMatchObject({ code: 'ERR_RAW_VERIFY_REFUSED', pin: 'unknown' })
    expect(error.message).toContain('VERIFY')
    expect(sent()).toEqual([])
  })
})

describe('6F00', () => {
  test('to the very first command is taken as waking up, once, and no other refusal is', async () => {
    for (const [answers, sw, sent] of [
      [['6F00', 'AA9000'], 0x9000, 2],
      [['6F00', '6F00', 'AA9000'], 0x6f00, 2],
      [['6985', '9000'], 0x6985, 1],
    ] as const) {
      const connection = scripted(...answers)
      expect((await new CardSession(connection).transmit(read4)).sw).toBe(sw)
      expect(connection.sent).toHaveLength(sent)
    }
  })

  test('to the first command after reconnecting is taken as waking up too, and to no later one', async () => {
    const { session, sent } = await inX('6F00', '6F00', 'AA9000', '9000')
    expect((await session.transmit(read4)).sw).toBe(0x6f00)
    expect(sent()).toHaveLength(1)
    await session.reconnect()
    expect(toHex(await session.send(read4))).toBe('AA')
    expect(sent()).toHaveLength(3)
  })

  test('to later commands is not, whether anyone observes them or not', async () => {
    const connection = scripted('9000', '6F00')
    const session = new CardSession(connection, { onExchange: () => undefined })
    await session.selectApplication(x)
    expect((await session.transmit(read4)).sw).toBe(0x6f00)
    expect(connection.sent).toHaveLength(2)
  })

  test('to VERIFY as the first command never makes a second one', async () => {
    const connection = scripted('6F00', '9000')
    const session = new CardSession(connection)
    expect((await session[sendSecret](verify(0x18, asciiBytes('1234')))).sw).toBe(0x6f00)
    expect(connection.sent).toHaveLength(1)
  })
})

describe('secure messaging', () => {
  test('is in front of its own application only, and lets pass what it does not wrap', async () => {
    const { session, sent } = await inX('9000')
    const { protection } = marking(y)
    session[protect](protection)
    expect(session.isProtected).toBe(false)
    expect((await session.transmit(read4)).sw).toBe(0x9000)
    await session.selectApplication(y)
    expect(session.isProtected).toBe(true)
    expect((await session.transmit(read4)).sw).toBe(0x9001)
    expect((await session.transmit(challenge)).sw).toBe(0x9000)
    expect(sent()).toEqual(['00B0000004', selectY, '08B0000004', '0084000008'])
  })

  test('is undefined at first, and before anything is selected', async () => {
    const session = new CardSession(scripted('9000'))
    expect(session.isProtected).toBe(false)
    session[protect](marking(x).protection)
    expect(session.isProtected).toBe(false)
  })

  test('of another is ended and replaced; taken away, it ends once more and leaves its successor', async () => {
    const { session } = await inX('9000')
    const [one, two] = [marking(x), marking(x)]
    session[protect](one.protection)
    expect(one.ends).toEqual([])
    session[protect](two.protection)
    expect([one.ends.length, two.ends.length]).toEqual([1, 0])
    session[unprotect](one.protection)
    expect([one.ends.length, two.ends.length, session.isProtected]).toEqual([2, 0, true])
    session[unprotect](two.protection)
    expect([two.ends.length, session.isProtected]).toEqual([1, false])
  })

  test.each([
    ['selecting its application again', (session: CardSession) => session.selectApplication(x)],
    ['selecting an application that is not there', (session: CardSession) => session.selectApplication(y)],
    ['a raw selection', (session: CardSession) => session.transmit(selectApplication(x.aid))],
    ['a reset', (session: CardSession) => session.reconnect()],
    ['closing', (session: CardSession) => session.close()],
  ])('ends before %s', async (_, act) => {
    const { session, connection } = await inX('6A82')
    const sentAtEnd: number[] = []
    const { protection } = marking(x)
    session[protect]({ ...protection, end: () => void sentAtEnd.push(connection.sent.length) })
    await act(session).catch(() => undefined)
    expect(sentAtEnd[0]).toBe(1)
  })

  test('ends when an answer is lost or is not what it unwraps, and the error is that one', async () => {
    const wrong = new SecureMessagingError('not protected')
    const refuse = (): never => {
      throw wrong
    }
    for (const [answer, unwrap, error] of [
      ['9000', refuse, wrong],
      ['90', undefined, expect.objectContaining({ code: 'ERR_RESPONSE_MALFORMED' })],
    ] as const) {
      const { session } = await inX(answer)
      const { protection, ends } = marking(x, unwrap)
      session[protect](protection)
      expect(await thrown(() => session.transmit(read4))).toEqual(error)
      expect(ends).toEqual(['end'])
    }
  })
})

describe('what an observer sees', () => {
  afterEach(() => void vi.restoreAllMocks())

  async function observed(answers: readonly (string | Error)[], use: (session: CardSession) => Promise<unknown>) {
    const messages: ExchangeMessage[] = []
    const events: ExchangeEvent[] = []
    const listen = (message: unknown) => void messages.push(message as ExchangeMessage)
    let now = 1_000_000
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 7))
    subscribe(exchangeChannelName, listen)
    try {
      const inner = scripted(...answers)
      const control = { featureRequest: 0, send: (_: number, data: Uint8Array) => inner.transmit(data) }
      const session = new CardSession({ ...inner, control }, { onExchange: (event) => events.push(event) })
      await use(session).catch(() => undefined)
      return { messages, events, session }
    } finally {
      unsubscribe(exchangeChannelName, listen)
    }
  }
  const times = { milliseconds: 7 }

  test('of an answer: its size, status word and milliseconds, in the event and on the channel', async () => {
    const { messages, events } = await observed(['AABB9000'], (session) => session.transmit(selectFile(0x0011)))
    const event = { command: 'SELECT file', ins: 0xa4, commandBytes: 2, responseBytes: 2, sw: 0x9000, ...times }
    expect(events).toEqual([event])
    expect(messages).toEqual([{ ...event, reader: 'scripted', error: undefined }])
  })

  test('of a failure: its code on the channel, and no event', async () => {
    const { messages, events } = await observed([failed()], (session) => session.transmit(read4))
    expect(events).toEqual([])
    expect(messages).toEqual([
      {
        ...{ command: 'READ BINARY', ins: 0xb0, commandBytes: 0, responseBytes: 0, sw: undefined, ...times },
        ...{ reader: 'scripted', error: 'ERR_TRANSPORT' },
      },
    ])
  })

  test('of an entry at a keypad: the same', async () => {
    const command = verify(0x18, new Uint8Array(1))
    const enter = (session: CardSession) => session[sendByReader](command, 1, fromHex('00'), 5)
    const event = { command: 'VERIFY', ins: 0x20, commandBytes: 1, responseBytes: 0 }
    const good = await observed(['9000'], enter)
    expect(good.events).toEqual([{ ...event, sw: 0x9000, ...times }])
    expect(good.messages).toEqual([{ ...event, sw: 0x9000, ...times, reader: 'scripted', error: undefined }])
    expect(good.session.exchanges).toBe(1)
    const bad = await observed([failed()], enter)
    expect(bad.events).toEqual([])
    expect(bad.messages).toEqual([{ ...event, sw: undefined, ...times, reader: 'scripted', error: 'ERR_TRANSPORT' }])
  })

  test('every command of a session, also without an event, while there is a listener', async () => {
    const messages: unknown[] = []
    const listen = (message: unknown) => void messages.push(message)
    const session = new CardSession(scripted('9000'))
    subscribe(exchangeChannelName, listen)
    try {
      for (let i = 0; i < 3; i++) await session.transmit(read4)
      expect(messages).toHaveLength(3)
    } finally {
      unsubscribe(exchangeChannelName, listen)
    }
    await session.transmit(read4)
    expect([messages.length, session.exchanges]).toEqual([3, 4])
  })
})

describe('an entry at a keypad', () => {
  test('that is lost leaves nothing known to be selected or verified, and its error is that one', async () => {
    const { session, connection, state } = await inX('9000')
    const error = new TransportError('ERR_TIMEOUT', 'late')
    Object.assign(connection, { control: { featureRequest: 0, send: () => Promise.reject(error) } })
    expect(await thrown(() => session[sendByReader](verify(0x18, asciiBytes('0')), 1, fromHex('00'), 5))).toBe(error)
    expect(state()).toEqual([undefined, false])
  })

  test('needs control transfers: a TypeError, and nothing counts as sent', async () => {
    const { session } = await inX('9000')
    await expect(session[sendByReader](read4, 1, fromHex('00'), 5)).rejects.toThrow(TypeError)
    expect(session.exchanges).toBe(1)
  })
})
