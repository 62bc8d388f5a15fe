import { describe, expect, test } from 'vitest'
import { readBinary } from '../../src/apdu/index.ts'
import { asciiBytes, fromHex, toHex } from '../../src/bytes.ts'
import { CardSession, historicalBytes, initialCapabilities, Pin, readFile } from '../../src/card/index.ts'
import { TextApplication, VisualApplication } from '../../src/card-face/index.ts'
import { type DecodeError, type StateNotClearedError, StatusWordError, TransportError } from '../../src/errors.ts'
import { CardManager, CommonApplication } from '../../src/identify/index.ts'
import { JpkiApplication, jpkiFiles, jpkiPins } from '../../src/jpki/index.ts'
import type { CardConnection } from '../../src/transport/index.ts'
import { scripted } from '../support/scripted.ts'
import { thrown } from '../support/vectors.ts'
import { bench, verifies } from '../support/virtual.ts'

const pin = () => Pin.fromText('1234')

const read4 = readBinary(0, 4)

describe('sending', () => {
  test('6CXX repeats the command once with the exact Le', async () => {
    const connection = scripted('6C02', 'AABB9000')
    expect(await new CardSession(connection).send(read4)).toEqual(fromHex('AABB'))
    expect(connection.sent).toEqual(['00B0000004', '00B0000002'])
  })

  test('6CXX again is not followed', async () => {
    const connection = scripted('6C02', '6C03')
    expect((await new CardSession(connection).transmit(read4)).sw).toBe(0x6c03)
    expect(connection.sent.length).toBe(2)
  })

  test('61XX is fetched until the end', async () => {
    const connection = scripted('AA6102', 'BBCC6101', 'DD9000')
    expect(await new CardSession(connection).send(read4)).toEqual(fromHex('AABBCCDD'))
    expect(connection.sent.slice(1)).toEqual(['00C0000002', '00C0000001'])
  })

  test('a card that announces data for ever is stopped', async () => {
    const endless = scripted(`${'AA'.repeat(256)}6100`)
    expect(await thrown<Error>(() => new CardSession(endless).send(read4))).toMatchObject({
      code: 'ERR_RESPONSE_TOO_LONG',
    })
    const empty = scripted('6101')
    expect(await thrown(() => new CardSession(empty).send(read4))).toMatchObject({ code: 'ERR_RESPONSE_MALFORMED' })
    expect(empty.sent.length).toBe(2)
  })

  test('a card that gives its answer byte by byte is stopped', async () => {
    const drip = scripted('AA61FF')
    expect(await thrown(() => new CardSession(drip).send(read4))).toMatchObject({ code: 'ERR_RESPONSE_TOO_LONG' })
    expect(drip.sent.length).toBe(513)
  })

  test('long data is chained where extended lengths are ruled out', async () => {
    const connection = scripted('9000')
    const session = new CardSession(connection, { capabilities: { extendedLength: 'no' } })
    await session.send({ name: 'TEST', cla: 0x80, ins: 0xa2, p1: 0, p2: 0, data: new Uint8Array(300).fill(7) })
    expect(connection.sent.map((command) => command.slice(0, 10))).toEqual(['90A20000FF', '80A200002D'])
  })

  test('6F00 to the first command is taken as waking up, once', async () => {
    const connection = scripted('6F00', '9000')
    await new CardSession(connection).selectApplication({ id: 'x', aid: fromHex('A000000001') })
    expect(connection.sent.length).toBe(2)
    const broken = scripted('6F00')
    const error = await thrown<StatusWordError>(() =>
      new CardSession(broken).selectApplication({ id: 'x', aid: fromHex('A000000001') }),
    )
    expect(error).toBeInstanceOf(StatusWordError)
    expect(broken.sent.length).toBe(2)
  })

  test('the virtual card waking up with 6F00 is tolerated', async () => {
    const { session } = await bench({ firstCommandAfterPowerUp: '6F00' })
    await using open = await session()
    await JpkiApplication.open(open)
  })

  test('an unknown status word is an error with its name and number', async () => {
    const error = await thrown<StatusWordError>(() => new CardSession(scripted('9999')).send(read4))
    expect({ code: error.code, sw: error.sw, command: error.command }).toEqual({
      code: 'ERR_STATUS_WORD',
      sw: 0x9999,
      command: 'READ BINARY',
    })
  })

  test('the application that is not there is named', async () => {
    const { session } = await bench({ kind: 'phone-android' })
    await using open = await session()
    const error = await thrown<StatusWordError>(() =>
      open.selectApplication({ id: 'text', aid: fromHex('D3921000310001010408') }),
    )
    expect(error.code).toBe('ERR_APPLICATION_NOT_FOUND')
    expect(error.message).toContain('text')
  })

  test('events describe each exchange without its data', async () => {
    const events: unknown[] = []
    const { session } = await bench()
    await using open = await session({ onExchange: (event) => events.push(event) })
    const jpki = await JpkiApplication.open(open)
    await jpki.verifyPin('auth', pin())
    expect(events).toHaveLength(3)
    expect(events[2]).toMatchObject({ command: 'VERIFY', ins: 0x20, sw: 0x9000, commandBytes: 4, responseBytes: 0 })
  })
})

describe('ending', () => {
  test('clears the verified PIN by selecting another application', async () => {
    const { session, card } = await bench()
    const open = await session()
    await (await JpkiApplication.open(open)).verifyPin('auth', pin())
    expect(card.verified('auth')).toBe(true)
    expect(await open.close()).toEqual({ cleared: true, by: 'select' })
    expect(card.verified('auth')).toBe(false)
    expect(card.powered).toBe(true)
  })

  test.each(['juki', 'phone-android', 'phone-iphone'] as const)('clears a %s too', async (kind) => {
    const { session, card } = await bench({ kind })
    const open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.verifyPin('sign', Pin.fromText('ABC123'))
    expect(await open.close()).toMatchObject({ cleared: true, by: kind === 'juki' ? 'select' : 'power-down' })
    expect(card.verified('sign')).toBe(false)
  })

  test('a warning is no proof that the card has left its application', async () => {
    const { session, card } = await bench()
    const open = await session()
    await (await JpkiApplication.open(open)).verifyPin('auth', pin())
    card.setFaults([{ at: 1, do: { status: 0x6283 } }])
    expect(await open.close()).toMatchObject({ cleared: true, by: 'select' })
    expect(card.verified('auth')).toBe(false)
  })

  test('powers down a card that refuses to leave the application', async () => {
    const { session, card } = await bench()
    const open = await session()
    await (await JpkiApplication.open(open)).verifyPin('auth', pin())
    card.setFaults([{ at: 'every', on: 0xa4, do: { status: 0x6985 } }])
    expect(await open.close()).toMatchObject({ cleared: true, by: 'power-down' })
    expect(card.verified('auth')).toBe(false)
  })

  test('a card taken away is cleared by that', async () => {
    const { session, transport } = await bench()
    const open = await session()
    await JpkiApplication.open(open)
    transport.remove()
    expect(await open.close()).toMatchObject({ cleared: true, by: 'card-removed' })
  })

  test('what cannot be cleared is reported, and thrown by `await using`', async () => {
    const dead: CardConnection = {
      ...scripted('9000'),
      transmit: async () => {
        throw new TransportError('ERR_TIMEOUT', 'no answer')
      },
      close: async () => {
        throw new TransportError('ERR_TRANSPORT', 'gone')
      },
    }
    expect(await new CardSession(dead).close()).toMatchObject({ cleared: false, by: 'nothing' })
    const error = await thrown<StateNotClearedError>(async () => {
      await using _ = new CardSession(dead)
    })
    expect(error.code).toBe('ERR_STATE_NOT_CLEARED')
    expect(error.cause).toBeInstanceOf(TransportError)
  })

  test('is idempotent, waits for what runs, and lets nothing through afterwards', async () => {
    const { session } = await bench()
    const open = await session()
    const jpki = await JpkiApplication.open(open)
    const running = jpki.readCertificate('auth')
    const [first, second] = await Promise.all([open.close(), open.close()])
    expect(first).toBe(second)
    expect((await running).subject).toContain('C=JP')
    expect(await thrown(() => jpki.readTokenInfo())).toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
    expect(await thrown(() => open.transmit(read4))).toMatchObject({ code: 'ERR_CONNECTION_CLOSED' })
  })
})

describe('capabilities', () => {
  test('an ATR that rules extended lengths out spares the refused command', () => {
    expect(initialCapabilities(fromHex('3BC5FF8131FB458073C6010000')).extendedLength).toBe('no')
    expect(initialCapabilities(fromHex('3BDA13FF8131FB468012392F31C173C601C03B')).extendedLength).toBe('unknown')
    expect(initialCapabilities(fromHex('3B888001000005E0B381A1007F')).extendedLength).toBe('unknown')
  })

  test.each(['', '3B', '3BFF', '3BF0', '3B8F8F8F', '3B1F80'])('the malformed ATR %s has no historical bytes', (atr) => {
    expect(historicalBytes(fromHex(atr))).toEqual(new Uint8Array())
    expect(initialCapabilities(fromHex(atr)).extendedLength).toBe('unknown')
  })

  for (const shortFileId of [true, false]) {
    for (const extendedLength of [true, false]) {
      for (const face of ['contact', 'contactless'] as const) {
        const name = `short identifiers ${shortFileId}, extended lengths ${extendedLength}, ${face}`
        test(`${name}: each is found out at the cost of one refused command at most`, async () => {
          const { session, card } = await bench({ capabilities: { shortFileId, extendedLength }, interface: face })
          await using open = await session()
          const jpki = await JpkiApplication.open(open)
          await jpki.readCertificate('auth')
          await jpki.readCertificate('auth-ca')
          const refused = card.log.filter(({ response }) => response[response.length - 2] !== 0x90)
          expect(refused.length).toBeLessThanOrEqual((shortFileId ? 0 : 1) + (extendedLength ? 0 : 1))
          expect(open.capabilities.shortFileId).toBe(shortFileId ? 'yes' : 'no')
          expect(open.capabilities.extendedLength).toBe(extendedLength ? 'yes' : 'no')
        })
      }
    }
  }

  test.each([0x6a86, 0x6a82, 0x6b00] as const)('short identifiers refused with %i are given up', async (refusal) => {
    const { session } = await bench({ capabilities: { shortFileId: false }, shortFileIdRefusal: refusal })
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.readCertificate('auth')
    expect(open.capabilities.shortFileId).toBe('no')
  })

  test('a missing file does not teach that short identifiers do not work', async () => {
    const { session } = await bench({ kind: 'juki' })
    await using open = await session()
    await open.selectApplication({ id: 'jpki', aid: fromHex('D392F000260100000001') })
    const error = await thrown<StatusWordError>(() => readFile(open, jpkiFiles.authCertificate, { bytes: 4 }))
    expect(error.code).toBe('ERR_FILE_NOT_FOUND')
    expect(open.capabilities.shortFileId).not.toBe('no')
  })

  test('cards that answer 6282 at the end of a file, or 61XX throughout, are read the same', async () => {
    for (const options of [{ endOfFileWarning: true }, { chainedResponses: true }]) {
      const { session, card } = await bench(options)
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      const certificate = await jpki.readCertificate('auth')
      expect(certificate.der).toEqual(card.identity.auth.certificate)
    }
  })
})

describe('trouble with the reader', () => {
  test('a reader that fails the first extended transfer is asked again in short ones', async () => {
    const { connection, card } = await bench({ interface: 'contactless' })
    let reconnects = 0
    const lame: CardConnection = {
      reader: connection.reader,
      atr: connection.atr,
      async transmit(command) {
        const extended = command.length === 7 && command[4] === 0
        if (extended) throw new TransportError('ERR_TRANSPORT', 'the reader cannot')
        return connection.transmit(command)
      },
      async reconnect(disposition) {
        reconnects++
        await connection.reconnect(disposition)
      },
      close: (disposition) => connection.close(disposition),
      [Symbol.asyncDispose]: () => connection.close(),
    }
    await using session = new CardSession(lame)
    const jpki = await JpkiApplication.open(session)
    await jpki.authenticate(new Uint8Array(4), pin())
    expect(reconnects).toBe(1)
    expect(session.capabilities.extendedLength).toBe('no')
    expect(card.triesLeft('auth')).toBe(3)
  })
})

describe('a selection whose answer is lost', () => {
  // EF 0011 is a PIN in both applications.
  test.each([{ truncate: 1 }, { status: 0x6f00 }] as const)(
    '%o: no PIN goes to the wrong application',
    async (action) => {
      const { session, card } = await bench()
      await using open = await session()
      const visual = await VisualApplication.open(open)
      await TextApplication.open(open)
      await (await VisualApplication.open(open)).pinStatus('birth-date')
      card.setFaults([{ at: 1, on: 0xa4, do: action, when: 'after' }])
      await thrown(() => TextApplication.open(open))
      expect(open.currentApplication).toBeUndefined()
      const error = await thrown(() => visual.verifyPin('birth-date', Pin.fromText('990101')))
      expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 9 })
      expect([card.triesLeft('text'), card.triesLeft('visual-birth')]).toEqual([3, 9])
    },
  )
})

describe('a reset by another program', () => {
  const select = (aid: string) => `00A4040C${(aid.length / 2).toString(16).padStart(2, '0')}${aid}`.toUpperCase()
  const jpkiAid = 'D392F000260100000001'
  const managerAid = 'A0000001510000'

  test('is answered by taking the card again, leaving what may be verified, selecting and reading again', async () => {
    const { session, card, sent } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    card.clearLog()
    card.setFaults([{ at: 1, do: 'reset' }])
    expect((await jpki.readTokenInfo()).label).toBe('JPKIAPICCTOKEN2')
    expect(sent()).toEqual(['00B08600A0', select(managerAid), select(jpkiAid), '00B08600A0'])
  })

  test('to the first command, to a record and to a data object is tolerated', async () => {
    const { session, card, sent } = await bench()
    await using open = await session()
    card.setFaults([
      { at: 1, on: 0xa4, do: 'reset' },
      { at: 1, on: 0xb2, do: 'reset' },
      { at: 1, on: 0xca, do: 'reset' },
    ])
    const common = await CommonApplication.open(open)
    expect((await common.readCardRecord()).expiry).toBe(card.identity.cardExpiry)
    expect(await (await CardManager.open(open)).readExpiry()).toBe(card.identity.cardExpiry)
    expect(verifies(sent())).toBe(0)
  })

  test('before VERIFY costs no try: the counter is read again and one VERIFY is sent', async () => {
    const { session, card, sent } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    card.setFaults([{ at: 1, on: 0x20, do: 'reset' }])
    await jpki.verifyPin('auth', pin())
    expect(verifies(sent())).toBe(1)
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('after VERIFY is reported, nothing counts as verified, and the next call goes on without the PIN', async () => {
    const { session, card, sent } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    await jpki.verifyPin('auth', pin())
    card.setFaults([{ at: 1, do: 'reset' }])
    expect(await thrown(() => jpki.readTokenInfo())).toMatchObject({ code: 'ERR_CARD_RESET' })
    expect([open.hasVerified(jpkiPins.auth), open.currentApplication]).toEqual([false, undefined])
    expect((await jpki.readTokenInfo()).label).toBe('JPKIAPICCTOKEN2')
    expect(card.verified('auth')).toBe(false)
    const unsigned = await thrown(() => jpki.sign('auth', { message: new Uint8Array(4) }))
    expect(unsigned).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    expect(verifies(sent())).toBe(1)
  })

  test('a PIN that the other program verifies meanwhile opens nothing', async () => {
    const { connection, card } = await bench()
    const open = new CardSession({
      ...forwarding(connection),
      async reconnect(disposition) {
        await connection.reconnect(disposition)
        for (const command of [select(jpkiAid), `0020009B06${toHex(asciiBytes('ABC123'))}`]) {
          await card.exchange(fromHex(command))
        }
        expect(card.verified('sign')).toBe(true)
      },
    })
    const jpki = await JpkiApplication.open(open)
    card.setFaults([{ at: 1, on: 0xb0, do: 'reset' }])
    expect(await thrown(() => jpki.readCertificate('sign'))).toMatchObject({ code: 'ERR_SECURITY_STATUS' })
    expect(await open.close()).toMatchObject({ cleared: true })
  })

  test('of a phone, which has nothing else to select, powers it down', async () => {
    const { session, card } = await bench({ kind: 'phone-android' })
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    card.setFaults([{ at: 1, on: 0xb0, do: 'reset' }])
    expect((await jpki.readTokenInfo()).label).toBe('JPKIAPGPSETOKEN')
  })

  test('again and again is reported after the second time', async () => {
    const { session, card } = await bench()
    const open = await session()
    const jpki = await JpkiApplication.open(open)
    const before = open.exchanges
    card.setFaults([{ at: 'every', on: 0xb0, do: 'reset' }])
    expect(await thrown(() => jpki.readTokenInfo())).toMatchObject({ code: 'ERR_CARD_RESET' })
    expect(open.exchanges - before).toBe(4)
    card.setFaults([{ at: 'every', do: 'reset' }])
    expect(await thrown(() => jpki.readTokenInfo())).toMatchObject({ code: 'ERR_CARD_RESET' })
    expect(open.exchanges - before).toBeLessThanOrEqual(8)
    expect(await open.close()).toMatchObject({ cleared: true, by: 'power-down' })
  })
})

/** A connection whose methods can be replaced. */
function forwarding(connection: CardConnection): CardConnection {
  return {
    reader: connection.reader,
    atr: connection.atr,
    transmit: (command) => connection.transmit(command),
    reconnect: (disposition) => connection.reconnect(disposition),
    close: (disposition) => connection.close(disposition),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

describe('hostile files', () => {
  const start = (...answers: string[]) => scripted(...answers)
  const object = { object: { maxBytes: 4096 } }

  test('an object longer than allowed is refused before it is read', async () => {
    const connection = start('3084FFFFFFFF9000')
    const error = await thrown<DecodeError>(() => readFile(new CardSession(connection), 0x0a, object))
    expect({ code: error.code, offset: error.offset }).toEqual({ code: 'ERR_CARD_DATA', offset: 0 })
    expect(connection.sent.length).toBe(1)
  })

  test('a file that ends before its object is refused', async () => {
    const connection = start('308201000000009000', '6B00')
    expect(await thrown(() => readFile(new CardSession(connection), 0x0a, object))).toMatchObject({
      code: 'ERR_CARD_DATA',
    })
  })

  test('a header that is not an object is a positional error', async () => {
    expect(await thrown(() => readFile(new CardSession(start('30809000')), 0x0a, object))).toMatchObject({
      code: 'ERR_TLV',
      offset: 1,
    })
  })

  test('a file that comes byte by byte is refused', async () => {
    const connection = start(`3082FF00${'00'.repeat(300)}9000`, 'AA9000')
    const large = { object: { maxBytes: 65_535 } }
    const error = await thrown<DecodeError>(() => readFile(new CardSession(connection), 0x0a, large))
    expect({ code: error.code, offset: error.offset }).toEqual({ code: 'ERR_CARD_DATA', offset: 304 + 1_025 })
  })

  test('a card that gives nothing is no empty file, and not asked to go on in whatever file may be current', async () => {
    const connection = start('9000')
    expect(await thrown(() => readFile(new CardSession(connection), 0x08, { bytes: 3 }))).toMatchObject({
      code: 'ERR_RESPONSE_MALFORMED',
    })
    expect(connection.sent).toEqual(['00B0880003', '00A4020C020008', '00B0000003'])
  })

  test('filler alone is nothing', async () => {
    for (const filler of ['00', 'FF']) {
      const connection = start(`${filler.repeat(64)}9000`)
      expect(await readFile(new CardSession(connection), 0x0a, object)).toEqual(new Uint8Array())
    }
  })
})
