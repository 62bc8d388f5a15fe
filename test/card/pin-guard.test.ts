import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { verify } from '../../src/apdu/index.ts'
import { asciiBytes } from '../../src/bytes.ts'
import { CardSession, Pin, pinEntries, readPinStatus, requirePinEntry, spendTheLastTry } from '../../src/card/index.ts'
import { TextApplication, VisualApplication } from '../../src/card-face/index.ts'
import { PinError, StatusWordError } from '../../src/errors.ts'
import { CommonApplication } from '../../src/identify/index.ts'
import { JpkiApplication, jpkiPins } from '../../src/jpki/index.ts'
import { JukiApplication } from '../../src/juki/index.ts'
import { thrown } from '../support/vectors.ts'
import { bench, verifies } from '../support/virtual.ts'

const getChallenge = { name: 'GET CHALLENGE', cla: 0x00, ins: 0x84, p1: 0, p2: 0, ne: 8 }
const right = () => Pin.fromText('1234')
const wrong = () => Pin.fromText('9999')

async function opened(options: Parameters<typeof bench>[0] = {}) {
  const table = await bench(options)
  const session = await table.session()
  return { ...table, session, open: table.session, jpki: await JpkiApplication.open(session) }
}

describe('format', () => {
  test.each(['123', '12345', '12 4', 'abcd', ''])(
    '%j is not a user-authentication PIN and costs nothing',
    async (text) => {
      const { jpki, sent } = await opened()
      const error = await thrown<PinError>(async () => jpki.verifyPin('auth', Pin.fromText(text)))
      expect(error).toBeInstanceOf(PinError)
      expect(error.code).toBe('ERR_PIN_FORMAT')
      expect(sent().filter((command) => command.startsWith('0020'))).toEqual([])
    },
  )

  test('full-width digits from a Japanese input method are digits', async () => {
    const { jpki } = await opened()
    await jpki.verifyPin('auth', Pin.fromText('１２３４'))
  })

  test('the message says whether it is about the PIN or the new one', async () => {
    const { jpki, sent } = await opened()
    const before = sent().length
    const short = () => Pin.fromText('12')
    const now = await thrown<PinError>(() => jpki.verifyPin('auth', short()))
    const next = await thrown<PinError>(() => jpki.changePin('auth', { current: right(), next: short() }))
    const password = { current: Pin.fromText('ABC123'), next: Pin.fromText('ABCDEF') }
    const letters = await thrown<PinError>(() => jpki.changePin('sign', password))
    expect([now.message, next.message, letters.message]).toEqual([
      'this cannot be the auth PIN: it must have 4 digits; no try was spent',
      'this cannot be the new auth PIN: it must have 4 digits; no try was spent',
      'this cannot be the new sign PIN: it must have 6 to 16 letters A-Z and digits, at least one letter and one digit; no try was spent',
    ])
    expect(sent().slice(before)).toEqual([])
  })

  test('lower case is a format error unless raised', async () => {
    const { jpki } = await opened()
    expect((await thrown<PinError>(() => jpki.verifyPin('sign', Pin.fromText('abc123')))).code).toBe('ERR_PIN_FORMAT')
    await jpki.verifyPin('sign', Pin.fromText('abc123', { upperCase: true }))
  })
})

describe('entries left', () => {
  const { sign } = jpkiPins

  test('are what is left above the tries that are kept', () => {
    const usable = (triesLeft: number) => ({ state: 'usable', triesLeft }) as const
    expect([3, 2, 1].map((left) => pinEntries(usable(left)))).toEqual([2, 1, 0])
    expect([3, 2, 1].map((left) => pinEntries(usable(left), { keepTries: 3 }))).toEqual([1, 0, 0])
    expect([3, 2, 1].map((left) => pinEntries(usable(left), { lastTry: spendTheLastTry }))).toEqual([3, 2, 1])
    expect(pinEntries({ state: 'blocked', triesLeft: 0 }, { lastTry: spendTheLastTry })).toBe(0)
    expect(pinEntries({ state: 'unlimited' })).toBeUndefined()
    expect(pinEntries({ state: 'verified' })).toBeUndefined()
    for (const keepTries of [1, 16, 2.5]) expect(() => pinEntries(usable(3), { keepTries })).toThrow(RangeError)
  })

  const cases = [1, 2, 3, 4, 5].flatMap((left) =>
    [{}, { keepTries: 3 }, { keepTries: 5 }, { lastTry: spendTheLastTry }].map((options) => ({ left, options })),
  )
  test.each(cases)('$left tries left, $options: the guard accepts as many wrong entries', async ({ left, options }) => {
    const { jpki, session } = await opened({ triesLeft: { sign: left } })
    let expected = pinEntries(await readPinStatus(session, sign), options)!
    for (;;) {
      const status = await readPinStatus(session, sign)
      const refusal = expected === 0 ? await thrown<PinError>(() => requirePinEntry(sign, status, options)) : undefined
      const error = await thrown<PinError>(() => jpki.verifyPin('sign', Pin.fromText('WRONG1'), options))
      if (expected === 0) {
        expect(['ERR_PIN_GUARDED', 'ERR_PIN_BLOCKED']).toContain(error.code)
        const { code, message, triesLeft, entriesLeft } = error
        expect(refusal).toMatchObject({ code, message, triesLeft, entriesLeft })
        expect(entriesLeft).toBe(0)
        return
      }
      requirePinEntry(sign, status, options)
      expected -= 1
      expect(error.entriesLeft).toBe(expected)
      if (error.code === 'ERR_PIN_BLOCKED')
        expect({ expected, left: error.triesLeft }).toEqual({ expected: 0, left: 0 })
      else expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: expect.any(Number) })
    }
  })

  test('are not part of an error of the form, nor known without a counter', async () => {
    const { jpki } = await opened()
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', Pin.fromText('12')))
    expect(error.entriesLeft).toBeUndefined()
    expect(new PinError('ERR_PIN_REJECTED', 'x', { pin: 'auth' }).entriesLeft).toBeUndefined()
  })
})

describe('the counter', () => {
  test('is read before every VERIFY, and exactly one VERIFY is sent', async () => {
    const { jpki, sent } = await opened()
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', wrong()))
    expect({ code: error.code, left: error.triesLeft }).toEqual({ code: 'ERR_PIN_REJECTED', left: 2 })
    expect(sent().slice(1)).toEqual(['00200098', '002000980439393939'])
  })

  test('is not read again where it was read in this session and nothing but reading has happened since', async () => {
    const { jpki, sent } = await opened()
    const known = await jpki.pinStatus('auth')
    await jpki.readCertificate('auth')
    const before = sent().length
    await jpki.verifyPin('auth', right(), { known })
    expect(sent().slice(before)).toEqual(['002000980431323334'])
  })

  test.each<[string, (on: Awaited<ReturnType<typeof opened>>) => Promise<unknown>]>([
    ['another application was selected', ({ session }) => TextApplication.open(session)],
    ['an entry was wrong', ({ jpki }) => jpki.verifyPin('auth', wrong()).catch(() => {})],
    ['another PIN was verified', ({ jpki }) => jpki.verifyPin('sign', Pin.fromText('ABC123'))],
    ['the card was reset', ({ session }) => session.reconnect('reset')],
    ['a raw command was sent', ({ session }) => session.transmit(getChallenge)],
  ])('is read again after %s', async (_, job) => {
    const on = await opened()
    const known = await on.jpki.pinStatus('auth')
    await job(on)
    const before = on.sent().length
    await on.jpki.verifyPin('auth', right(), { known })
    expect(on.sent().slice(before)).toContain('00200098')
  })

  test('is read again when it is that of another PIN, of another session, or made up', async () => {
    const on = await opened()
    const ofSign = await on.jpki.pinStatus('sign')
    const ofAuth = await on.jpki.pinStatus('auth')
    for (const known of [ofSign, { ...ofAuth }, { state: 'usable', triesLeft: 15 } as const]) {
      const before = on.sent().length
      await on.jpki.verifyPin('auth', right(), { known })
      expect(on.sent().slice(before)).toContain('00200098')
      await on.session.clear()
    }
    await on.session.close()
    const session = await on.open()
    const jpki = await JpkiApplication.open(session)
    const before = on.sent().length
    await jpki.verifyPin('auth', right(), { known: ofAuth })
    expect(on.sent().slice(before)).toContain('00200098')
  })

  test('is read again when it is that of another PIN, with nothing in between', async () => {
    const { jpki, sent } = await opened()
    const known = await jpki.pinStatus('sign')
    const before = sent().length
    await jpki.verifyPin('auth', right(), { known })
    expect(sent().slice(before)).toEqual(['00200098', '002000980431323334'])
  })

  test('is read again when it is that of another session that has done as much', async () => {
    const { jpki, session, open, sent } = await opened()
    const known = await jpki.pinStatus('auth')
    await session.close()
    const next = await JpkiApplication.open(await open())
    await next.pinStatus('auth')
    const before = sent().length
    await next.verifyPin('auth', right(), { known })
    expect(sent().slice(before)).toEqual(['00200098', '002000980431323334'])
  })

  test('is read again, by its file, on a card that takes no reference', async () => {
    const { jpki, sent } = await opened({ capabilities: { directReference: false, shortFileId: false } })
    const known = await jpki.pinStatus('auth')
    await jpki.readCertificate('auth')
    const before = sent().length
    await jpki.verifyPin('auth', right(), { known })
    expect(sent().slice(before)).toEqual(['00A4020C020018', '00200080', '002000800431323334'])
  })

  test('of a PIN that another program left verified is no counter: the PIN is cleared first', async () => {
    const { session, open, connection, transport, card, sent } = await opened()
    await session.close()
    await connection.close()
    const [reader] = await transport.readers()
    const other = await transport.connect(reader!.name)
    for (const command of ['00A4040C0AD392F000260100000001', '002000980431323334']) {
      await other.transmit(Buffer.from(command, 'hex'))
    }
    await other.close('leave')
    expect(card.verified('auth')).toBe(true)
    const jpki = await JpkiApplication.open(await open())
    const known = await jpki.pinStatus('auth')
    expect(known.state).toBe('verified')
    const before = sent().length
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', wrong(), { known }))
    expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 2 })
    const commands = sent().slice(before)
    expect(commands.at(-1)).toBe('002000980439393939')
    expect(commands.at(-2)).toBe('00200098')
    expect(card.verified('auth')).toBe(false)
  })

  test('is not read again after files were selected, which changes no PIN', async () => {
    const { jpki, sent } = await opened({ capabilities: { shortFileId: false } })
    const known = await jpki.pinStatus('auth')
    await jpki.readCertificate('auth')
    const before = sent().length
    expect(sent()).toContain('00A4020C02000A')
    await jpki.verifyPin('auth', right(), { known })
    expect(sent().slice(before)).toEqual(['002000980431323334'])
  })

  test('is read again on a connection that other programs share', async () => {
    const { transport, connection } = await bench()
    await connection.close()
    const [reader] = await transport.readers()
    const session = new CardSession(await transport.connect(reader!.name, { exclusive: false }))
    const jpki = await JpkiApplication.open(session)
    const known = await jpki.pinStatus('auth')
    const before = session.exchanges
    await jpki.verifyPin('auth', right(), { known })
    expect(session.exchanges - before).toBe(2)
  })

  test('a known counter at the limit is refused without a command', async () => {
    const { jpki, sent } = await opened({ triesLeft: { auth: 1 } })
    const known = await jpki.pinStatus('auth')
    const before = sent().length
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', right(), { known }))
    expect(error).toMatchObject({ code: 'ERR_PIN_GUARDED', triesLeft: 1, entriesLeft: 0 })
    expect(sent().slice(before)).toEqual([])
  })

  test('a last try is refused without the override, and spent with it', async () => {
    const { jpki, card, sent } = await opened({ triesLeft: { auth: 1 } })
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', right()))
    expect({ code: error.code, left: error.triesLeft }).toEqual({ code: 'ERR_PIN_GUARDED', left: 1 })
    expect(verifies(sent())).toBe(0)
    expect(card.triesLeft('auth')).toBe(1)
    await jpki.verifyPin('auth', right(), { lastTry: spendTheLastTry })
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('a kiosk can keep more tries', async () => {
    const { jpki, card } = await opened({ triesLeft: { auth: 2 } })
    expect((await thrown<PinError>(() => jpki.verifyPin('auth', right(), { keepTries: 3 }))).code).toBe(
      'ERR_PIN_GUARDED',
    )
    expect(card.triesLeft('auth')).toBe(2)
    await expect(jpki.verifyPin('auth', right(), { keepTries: 1 })).rejects.toThrow(RangeError)
  })

  test('wrong PINs in a row stop at the guard and never block the card', async () => {
    const { jpki, card } = await opened()
    const codes: string[] = []
    for (let i = 0; i < 6; i++) codes.push((await thrown<PinError>(() => jpki.verifyPin('auth', wrong()))).code)
    expect(codes.slice(0, 2)).toEqual(['ERR_PIN_REJECTED', 'ERR_PIN_REJECTED'])
    expect(new Set(codes.slice(2))).toEqual(new Set(['ERR_PIN_GUARDED']))
    expect(card.triesLeft('auth')).toBe(1)
  })

  test('the try that blocks the card is reported as blocked', async () => {
    const { jpki } = await opened({ triesLeft: { auth: 1 } })
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', wrong(), { lastTry: spendTheLastTry }))
    expect({ code: error.code, left: error.triesLeft }).toEqual({ code: 'ERR_PIN_BLOCKED', left: 0 })
    expect(await jpki.pinStatus('auth')).toEqual({ state: 'blocked', triesLeft: 0 })
  })

  test.each([0x63c0, 0x6983, 0x6984])('%i to the counter query means blocked', async (status) => {
    const { jpki, card, sent } = await opened()
    card.setFaults([{ at: 'every', on: 0x20, do: { status } }])
    expect(await jpki.pinStatus('auth')).toEqual({ state: 'blocked', triesLeft: 0 })
    const error = await thrown<PinError>(() => jpki.verifyPin('auth', right(), { lastTry: spendTheLastTry }))
    expect(error.code).toBe('ERR_PIN_BLOCKED')
    expect(verifies(sent())).toBe(0)
  })

  test.each([0x63c0, 0x6983, 0x6984])('%i to VERIFY means blocked', async (status) => {
    const { jpki, card } = await opened()
    card.setFaults([{ at: 2, do: { status } }])
    expect((await thrown<PinError>(() => jpki.verifyPin('auth', right()))).code).toBe('ERR_PIN_BLOCKED')
  })

  test('6300 means no limit, and the PIN may be tried', async () => {
    const { jpki, card } = await opened()
    card.setFaults([{ at: 'every', on: 0x20, do: { status: 0x6300 } }])
    expect(await jpki.pinStatus('auth')).toEqual({ state: 'unlimited' })
    card.setFaults([{ at: 1, on: 0x20, do: { status: 0x6300 } }])
    await jpki.verifyPin('auth', right())
  })

  test.each([0x6100, 0x6110, 0x6c00, 0x6c04, 0x6700, 0x6f00])(
    '%i to VERIFY never makes a second one',
    async (status) => {
      const { jpki, card, sent } = await opened()
      card.setFaults([{ at: 2, do: { status } }])
      const error = await thrown<StatusWordError>(() => jpki.verifyPin('auth', right()))
      expect(error).toBeInstanceOf(StatusWordError)
      expect(error.sw).toBe(status)
      expect(verifies(sent())).toBe(1)
      expect(sent().some((command) => command.startsWith('00C0'))).toBe(false)
    },
  )
})

describe('an outcome unknown', () => {
  test.each([
    ['pulled', 'pull'],
    ['reset', 'reset'],
    ['silent', 'silent'],
    ['answering nothing', 'empty'],
    ['answering one byte', { truncate: 1 }],
    ['answering no status word', { garbage: '0000' }],
  ] as const)('a card %s during VERIFY', async (_, action) => {
    for (const when of ['before', 'after'] as const) {
      const { session, jpki, card, sent } = await opened()
      card.setFaults([{ at: 2, do: action, when }])
      const pin = wrong()
      const error = await thrown<PinError>(() => jpki.verifyPin('auth', pin))
      expect(error.code).toBe('ERR_PIN_OUTCOME_UNKNOWN')
      expect(error.cause).toBeInstanceOf(Error)
      expect(verifies(sent())).toBe(1)
      expect(pin.length).toBe(0)
      await session.close()
    }
  })

  test('the next VERIFY comes after the counter was read again', async () => {
    const { jpki, card, sent } = await opened({ triesLeft: { auth: 2 } })
    card.setFaults([{ at: 2, do: { truncate: 1 }, when: 'after' }])
    await thrown(() => jpki.verifyPin('auth', wrong()))
    expect(card.triesLeft('auth')).toBe(1)
    const next = await thrown<PinError>(() => jpki.verifyPin('auth', wrong()))
    expect(next.code).toBe('ERR_PIN_GUARDED')
    expect(verifies(sent())).toBe(1)
  })
})

describe('a PIN verified already', () => {
  test('is seen, cleared, and checked again', async () => {
    const { transport, card, session, jpki } = await opened()
    await jpki.verifyPin('auth', right())
    await session.connection.close('leave')
    expect(card.verified('auth')).toBe(true)
    const [reader] = await transport.readers()
    const { CardSession } = await import('../../src/card/index.ts')
    await using next = new CardSession(await transport.connect(reader!.name))
    const inherited = await JpkiApplication.open(next)
    expect(await inherited.pinStatus('auth')).toEqual({ state: 'verified' })
    const error = await thrown<PinError>(() => inherited.verifyPin('auth', wrong()))
    expect({ code: error.code, left: error.triesLeft }).toEqual({ code: 'ERR_PIN_REJECTED', left: 2 })
    expect(card.verified('auth')).toBe(false)
  })

  test.each(['my-number', 'phone-android', 'juki'] as const)('serves no other program on a %s', async (kind) => {
    const { transport, card, session, jpki } = await opened({ kind })
    await jpki.verifyPin('sign', Pin.fromText('ABC123'))
    await session.connection.close('leave')
    expect(card.verified('sign')).toBe(true)
    const [reader] = await transport.readers()
    const { CardSession } = await import('../../src/card/index.ts')
    await using next = new CardSession(await transport.connect(reader!.name))
    const inherited = await JpkiApplication.open(next)
    const signing = await thrown(() => inherited.sign('sign', { message: Buffer.from('x') }))
    expect(signing).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    expect(card.verified('sign')).toBe(false)
    expect(await thrown(() => inherited.readCertificate('sign'))).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
  })

  test('by this session serves it until it is cleared', async () => {
    const { session, jpki } = await opened()
    await jpki.verifyPin('auth', right())
    await jpki.sign('auth', { message: Buffer.from('x') })
    await session.clear()
    const error = await thrown(() => jpki.sign('auth', { message: Buffer.from('x') }))
    expect(error).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
  })

  test('that cannot be cleared is refused', async () => {
    const { jpki, card, sent } = await opened()
    card.setFaults([{ at: 'every', on: 0x20, do: { status: 0x9000 } }])
    expect((await thrown<PinError>(() => jpki.verifyPin('auth', right()))).code).toBe('ERR_PIN_STATE')
    expect(verifies(sent())).toBe(0)
  })
})

describe('secrets', () => {
  test('VERIFY and CHANGE do not pass as raw commands', async () => {
    const { session, sent } = await opened()
    const before = sent().length
    const raw = verify(0x18, asciiBytes('1234'))
    for (const ins of [0x20, 0x24, 0x2c, 0x32]) {
      const error = await thrown<PinError>(() => session.transmit({ ...raw, ins, sensitive: false }))
      expect(error.code).toBe('ERR_RAW_VERIFY_REFUSED')
    }
    expect(sent().length).toBe(before)
  })

  test('the bytes handed to the connection are wiped afterwards', async () => {
    const { connection } = await bench()
    const handed: Uint8Array[] = []
    const original = connection.transmit.bind(connection)
    const { CardSession } = await import('../../src/card/index.ts')
    const spy = Object.assign(Object.create(connection), {
      transmit: (command: Uint8Array) => {
        handed.push(command)
        return original(command)
      },
    })
    Object.defineProperties(spy, { atr: { get: () => connection.atr }, reader: { get: () => connection.reader } })
    spy.close = connection.close.bind(connection)
    const session = new CardSession(spy)
    const jpki = await JpkiApplication.open(session)
    await jpki.verifyPin('auth', right())
    const verifyBytes = handed.find((bytes) => bytes.length === 9)
    expect(verifyBytes).toEqual(new Uint8Array(9))
  })

  test('a PIN never shows itself', () => {
    const pin = right()
    for (const shown of [
      String(pin),
      JSON.stringify({ pin }),
      inspect(pin),
      inspect({ pin }, { showHidden: true, depth: 9 }),
    ]) {
      expect(shown).toContain('[PIN]')
      expect(shown).not.toContain('1234')
    }
  })

  test('bytes given to a PIN are wiped, and wiping empties it', () => {
    const bytes = asciiBytes('1234')
    const pin = Pin.fromBytes(bytes)
    expect(bytes).toEqual(new Uint8Array(4))
    expect(pin.length).toBe(4)
    pin.wipe()
    expect(pin.length).toBe(0)
    expect(pin.misfit({ kind: 'digits', length: 4 })).toContain('already used')
  })

  test('no error contains the PIN', async () => {
    const { jpki, card } = await opened()
    const errors = [
      await thrown(() => jpki.verifyPin('auth', Pin.fromText('8642'))),
      await thrown(() => jpki.verifyPin('auth', Pin.fromText('86427'))),
    ]
    card.setFaults([{ at: 2, do: 'pull' }])
    errors.push(await thrown(() => jpki.verifyPin('auth', Pin.fromText('8642'))))
    for (const error of errors) {
      expect(inspect(error, { depth: 9 })).not.toMatch(/8642|38363432/)
    }
  })
})

describe('the Juki application', () => {
  test.each(['my-number', 'juki'] as const)('has its own PIN under the same guard on a %s card', async (kind) => {
    const { session } = await opened({ kind })
    const juki = await JukiApplication.open(session)
    expect(await juki.pinStatus()).toEqual({ state: 'usable', triesLeft: 3 })
    expect((await thrown<PinError>(() => juki.verifyPin(wrong()))).triesLeft).toBe(2)
    await juki.changePin({ current: right(), next: Pin.fromText('4321') })
    await juki.verifyPin(Pin.fromText('4321'))
    await session.close()
  })
})

describe('a card that takes no key reference in P2', () => {
  test('costs one refused command, once', async () => {
    const { jpki, sent } = await opened({ capabilities: { directReference: false } })
    await jpki.pinStatus('auth')
    await jpki.verifyPin('auth', right())
    await jpki.sign('auth', { message: Buffer.from('x') })
    expect(sent().filter((command) => /^0020009[8B]|^802A0097/.test(command))).toEqual(['00200098'])
  })
})

describe('a PIN that is not reached, because the card is gone when its application is selected again, is wiped', () => {
  type Give = (session: CardSession) => Promise<(current: Pin, next: Pin) => Promise<void>>
  const change = (current: Pin, next: Pin) => ({ current, next })
  const ways: Readonly<Record<string, Give>> = {
    JPKI: async (session) => {
      const jpki = await JpkiApplication.open(session)
      return (current) => jpki.verifyPin('auth', current)
    },
    'JPKI, change': async (session) => {
      const jpki = await JpkiApplication.open(session)
      return (current, next) => jpki.changePin('auth', change(current, next))
    },
    text: async (session) => {
      const text = await TextApplication.open(session)
      return (current) => text.verifyPin('pin', current)
    },
    'text, change': async (session) => {
      const text = await TextApplication.open(session)
      return (current, next) => text.changePin(change(current, next))
    },
    visual: async (session) => {
      const visual = await VisualApplication.open(session)
      return (current) => visual.verifyPin('birth-date', current)
    },
    common: async (session) => {
      const common = await CommonApplication.open(session)
      return (current, next) => common.changePin(change(current, next))
    },
    Juki: async (session) => {
      const juki = await JukiApplication.open(session)
      return (current) => juki.verifyPin(current)
    },
  }
  test.each(Object.keys(ways))('%s', async (name) => {
    const { session, transport, sent } = await opened()
    const give = await ways[name]!(session)
    await session.clear()
    transport.remove()
    const [current, next] = [right(), wrong()]
    expect(await thrown(() => give(current, next))).toMatchObject({ code: 'ERR_CARD_REMOVED' })
    expect(current.length).toBe(0)
    if (/change|common/.test(name)) expect(next.length).toBe(0)
    expect(verifies(sent())).toBe(0)
  })
})
