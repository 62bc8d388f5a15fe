import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from '../../../src/bytes.ts'
import { CardSession, Pin } from '../../../src/card/index.ts'
import { TextApplication } from '../../../src/card-face/index.ts'
import { CounterCipher, paddedLength } from '../../../src/card-face/text/secure-messaging.ts'
import {
  verificationCodeB as codeOnCard,
  createVirtualCard,
  type FaultAction,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../../src/emulator/index.ts'
import { JpkiCardError, type PinError, SecureMessagingError, type StatusWordError } from '../../../src/errors.ts'
import { CommonApplication } from '../../../src/identify/index.ts'
import { JpkiApplication } from '../../../src/jpki/index.ts'
import { thrown } from '../../support/vectors.ts'
import { bench, identity } from '../../support/virtual.ts'

const purpose = { purpose: 'tax' } as const
const number = '123456789018'
const pin = () => Pin.fromText('1234')
const codeA = () => Pin.fromText(number)

async function secured(options: VirtualCardOptions = {}) {
  const table = await bench(options)
  const session = await table.session()
  const text = await TextApplication.open(session)
  await text.verifyPin('pin', pin())
  await text.startSecureMessaging()
  table.card.clearLog()
  return { ...table, session, text }
}

/** Everything that crossed the interface, both ways. */
const crossed = (card: { log: readonly { command: Uint8Array; response: Uint8Array }[] }): Buffer =>
  Buffer.concat(card.log.flatMap(({ command, response }) => [command, response]))

describe('CounterCipher', () => {
  // NIST SP 800-38A F.2.1 key; the rest worked out from FIPS 197 with another program (openssl enc).
  const key = () => fromHex('2B7E151628AED2A6ABF7158809CF4F3C')

  test('the vector is the AES of the counter', () => {
    const cipher = new CounterCipher(key())
    cipher.advance()
    expect(toHex(cipher.encrypt(fromHex('0001')))).toBe(firstCryptogram)
    cipher.advance()
    expect(toHex(cipher.encrypt(fromHex('0001')))).not.toBe(firstCryptogram)
  })

  test('padding is always there, and must be', () => {
    const [ours, theirs] = [new CounterCipher(key()), new CounterCipher(key())]
    for (const length of [0, 1, 15, 16, 17, 31, 32, 239, 240, 1000]) {
      ours.advance()
      theirs.advance()
      const plain = Uint8Array.from({ length }, (_, i) => (i * 7) & 0xff)
      const ciphertext = ours.encrypt(plain)
      expect(ciphertext.length).toBe(paddedLength(length))
      expect(theirs.decrypt(ciphertext)).toEqual(plain)
      expect(theirs.decrypt(ciphertext.subarray(1))).toBeUndefined()
    }
    expect(theirs.decrypt(new Uint8Array())).toBeUndefined()
    ours.advance()
    expect(ours.decrypt(theirs.encrypt(fromHex('0001')))).toBeUndefined()
  })
})

const firstCryptogram = '3A97D43856CF2DB1882F667F8E739C64'

describe('under secure messaging', () => {
  test('neither code A, nor number, nor attributes cross the interface', async () => {
    const { text, card } = await secured()
    await text.verifyPin('code-a', codeA())
    expect((await text.readIndividualNumber(purpose)).reveal()).toBe(number)
    const { holder } = await identity()
    expect((await text.readAttributes()).name).toBe(holder.name)
    await text.verifyPin('code-b', Pin.fromText(codeOnCard(await identity())))
    const bytes = crossed(card)
    for (const secret of [number, holder.name, holder.address, '19900217', codeOnCard(await identity())]) {
      expect(bytes.includes(secret), secret).toBe(false)
    }
    expect([card.verified('text-code-a'), card.verified('text-code-b')]).toEqual([true, true])
  })

  test('exactly one VERIFY is sent, after the counter, and a wrong code costs one try', async () => {
    const { text, sent, card } = await secured()
    const error = await thrown<PinError>(() => text.verifyPin('code-a', Pin.fromText('000000000000')))
    expect(error).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 9 })
    expect(card.triesLeft('text-code-a')).toBe(9)
    expect(sent().map((command) => command.slice(0, 8))).toEqual(['00200094', '08200094'])
    expect(text.secureMessaging).toBe('on')
    await text.verifyPin('code-a', codeA())
  })

  test('the guard keeps the last try', async () => {
    const { text, sent } = await secured({ triesLeft: { 'text-code-a': 1 } })
    expect((await thrown<PinError>(() => text.verifyPin('code-a', codeA()))).code).toBe('ERR_PIN_GUARDED')
    expect(sent()).toEqual(['00200094'])
  })

  test.each([{ shortFileId: false }, { directReference: false }, { shortFileId: false, directReference: false }])(
    'all files are the same on a card with %j',
    async (capabilities) => {
      const { text } = await secured({ capabilities })
      const hidden = await text.readSigned({ number: purpose, attributes: true })
      await text.verifyPin('code-a', codeA())
      await text.endSecureMessaging()
      expect(await text.readSigned({ number: purpose, attributes: true })).toEqual(hidden)
    },
  )

  test.each([true, false])('with short lengths by chained commands, blocks of 239 bytes (T=0: %s)', async (t0) => {
    const { text, sent, card } = await secured({
      commandChaining: true,
      chainedResponses: t0,
      capabilities: { extendedLength: false },
    })
    const hidden = await text.readSigned({ number: purpose, attributes: true })
    expect(sent().filter((command) => command.startsWith('08B0'))).toHaveLength(1 + 1 + 2 + 3 + 3)
    expect(crossed(card).includes(number)).toBe(false)
    await text.verifyPin('code-a', codeA())
    await text.endSecureMessaging()
    expect(await text.readSigned({ number: purpose, attributes: true })).toEqual(hidden)
  })

  test('without chained commands short lengths are refused, and nothing is on', async () => {
    const { session } = await bench({ capabilities: { extendedLength: false } })
    await using open = await session()
    const text = await TextApplication.open(open)
    await text.verifyPin('pin', pin())
    const error = await thrown<StatusWordError>(() => text.startSecureMessaging())
    expect(error).toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6884 })
    expect(text.secureMessaging).toBe('off')
    expect((await text.readIndividualNumber(purpose)).reveal()).toBe(number)
  })

  test('the PIN comes first: a code is not enough, and the error says so', async () => {
    const { session } = await bench()
    await using open = await session()
    const text = await TextApplication.open(open)
    await text.verifyPin('code-a', codeA())
    const error = await thrown<StatusWordError>(() => text.startSecureMessaging())
    expect(error).toMatchObject({ code: 'ERR_SECURITY_STATUS', sw: 0x6982 })
    expect(error.message).toContain('券面事項入力補助用暗証番号')
    expect(text.secureMessaging).toBe('off')
  })

  test('a file that ends early, and one that is not open, end nothing', async () => {
    const cut = await secured({ contentFaults: ['text-attributes-cut'], endOfFileWarning: true })
    expect((await thrown<JpkiCardError>(() => cut.text.readAttributes())).code).toBe('ERR_CARD_DATA')
    expect((await cut.text.readIndividualNumber(purpose)).reveal()).toBe(number)
    expect(cut.text.secureMessaging).toBe('on')
  })
})

describe('when it ends', () => {
  test('by the program, what follows is in the clear', async () => {
    const { text, sent } = await secured()
    await text.endSecureMessaging()
    await text.endSecureMessaging()
    expect(text.secureMessaging).toBe('off')
    await text.readIndividualNumber(purpose)
    expect(sent()).toEqual(['00B0810011'])
  })

  test.each<[string, (session: CardSession) => Promise<unknown>]>([
    ['another application', (session) => CommonApplication.open(session)],
    ['a clearing', (session) => session.clear()],
    ['a reset', (session) => session.reconnect('reset')],
    ['a power-down', (session) => session.reconnect('unpower')],
    ['the same application selected again', (session) => TextApplication.open(session)],
  ])('by %s, nothing it protects goes out in the clear', async (_name, end) => {
    const { text, session, card, sent } = await secured()
    await end(session)
    expect(text.secureMessaging).toBe('lost')
    card.clearLog()
    for (const use of [
      () => text.verifyPin('code-a', codeA()),
      () => text.readIndividualNumber(purpose),
      () => text.readAttributes(),
      () => text.readInformation(),
    ]) {
      expect(await thrown(use)).toBeInstanceOf(SecureMessagingError)
    }
    expect(sent().filter((command) => /^0.(20|B0)/.test(command) && command.length > 10)).toEqual([])
    expect(card.triesLeft('text-code-a')).toBe(10)
    await text.endSecureMessaging()
    await text.verifyPin('pin', pin())
    await text.startSecureMessaging()
    await text.verifyPin('code-a', codeA())
  })

  test('other applications of the session are not concerned', async () => {
    const { session, card } = await secured()
    const jpki = await JpkiApplication.open(session)
    await jpki.verifyPin('auth', pin())
    expect((await jpki.readCertificate('auth')).der.length).toBeGreaterThan(500)
    expect(card.verified('auth')).toBe(true)
  })

  test('a code found verified is not cleared behind it into the clear', async () => {
    const { text, session, card, sent } = await secured()
    await text.verifyPin('code-a', codeA())
    card.clearLog()
    expect(await thrown(() => text.verifyPin('code-a', codeA()))).toBeInstanceOf(SecureMessagingError)
    expect(sent().some((command) => command.startsWith('00200094') && command.length > 10)).toBe(false)
    expect(crossed(card).includes(number)).toBe(false)
    expect(card.triesLeft('text-code-a')).toBe(10)
    await session.close()
  })

  test.each([0x6987, 0x6988, 0x69fc, 0x6882])('by status %s', async (status) => {
    for (const on of [0x20, 0xb0]) {
      const { text, card, sent } = await secured()
      card.setFaults([{ at: on === 0x20 ? 2 : 1, on, do: { status } }])
      const use = () => (on === 0x20 ? text.verifyPin('code-a', codeA()) : text.readAttributes())
      expect(await thrown(use)).toMatchObject({ code: 'ERR_SECURE_MESSAGING', sw: status })
      expect(text.secureMessaging).toBe('lost')
      const before = sent().length
      expect(await thrown(() => text.readIndividualNumber(purpose))).toMatchObject({ code: 'ERR_SECURE_MESSAGING' })
      expect(sent().slice(before)).toEqual(['00A4020C020001'])
    }
  })

  test.each<[string, FaultAction]>([
    ['data in the clear', { garbage: 'FF100C313233343536373839303138FFFF9000' }],
    ['no data', { status: 0x9000 }],
    ['another data object', { garbage: `8711${'01'}${'00'.repeat(16)}9000` }],
    ['another padding indicator', { garbage: `8611${'02'}${'00'.repeat(16)}9000` }],
    ['half a block', { garbage: `8609${'01'}${'00'.repeat(8)}9000` }],
    ['a ciphertext that does not decrypt', { garbage: `8611${'01'}${'00'.repeat(16)}9000` }],
    ['an object that is cut off', { garbage: '86119000' }],
    ['two objects', { garbage: `8611${'01'}${'00'.repeat(16)}8101009000` }],
  ])('by an answer of %s', async (_name, action) => {
    const { text, card } = await secured()
    card.setFaults([{ at: 1, on: 0xb0, do: action }])
    expect(await thrown(() => text.readIndividualNumber(purpose))).toBeInstanceOf(SecureMessagingError)
    expect(text.secureMessaging).toBe('lost')
  })

  test.each<[string, FaultAction, string]>([
    ['the card pulled', 'pull', 'ERR_PIN_OUTCOME_UNKNOWN'],
    ['another program resetting the card', 'reset', 'ERR_PIN_OUTCOME_UNKNOWN'],
    ['an empty answer', 'empty', 'ERR_PIN_OUTCOME_UNKNOWN'],
    ['half a status word', { truncate: 1 }, 'ERR_PIN_OUTCOME_UNKNOWN'],
  ])('by %s during VERIFY, the outcome is unknown and one VERIFY was sent', async (_name, action, code) => {
    const { text, card, sent } = await secured()
    card.setFaults([{ at: 2, on: 0x20, do: action, when: 'after' }])
    expect(await thrown(() => text.verifyPin('code-a', codeA()))).toMatchObject({ code })
    expect(text.secureMessaging).toBe('lost')
    expect(sent().filter((command) => command.startsWith('0820'))).toHaveLength(1)
  })

  test('a 6CXX is not taken as an invitation to send the same bytes again', async () => {
    const { text, card, sent } = await secured()
    card.setFaults([{ at: 1, on: 0xb0, do: { status: 0x6c13 } }])
    expect(await thrown(() => text.readIndividualNumber(purpose))).toMatchObject({
      code: 'ERR_STATUS_WORD',
      sw: 0x6c13,
    })
    expect(sent()).toHaveLength(2)
  })

  test('and starting it again fails, it stays refused', async () => {
    const { text, session, card } = await secured()
    await CommonApplication.open(session)
    card.clearLog()
    expect((await thrown<StatusWordError>(() => text.startSecureMessaging())).code).toBe('ERR_SECURITY_STATUS')
    expect(text.secureMessaging).toBe('lost')
    expect(await thrown(() => text.verifyPin('code-a', codeA()))).toBeInstanceOf(SecureMessagingError)
    expect(crossed(card).includes(number)).toBe(false)
  })

  test('two objects of one session do not take it from each other', async () => {
    const { text, session, card } = await secured()
    const second = await TextApplication.open(session)
    await second.verifyPin('pin', pin()).catch(() => undefined)
    expect(text.secureMessaging).toBe('lost')
    await text.endSecureMessaging()
    await second.verifyPin('pin', pin())
    await second.startSecureMessaging()
    await text.endSecureMessaging()
    card.clearLog()
    await second.readIndividualNumber(purpose)
    expect(crossed(card).includes(number)).toBe(false)
  })
})

const action = fc.constantFrom<FaultAction>(
  'pull',
  'reset',
  'empty',
  { truncate: 1 },
  { garbage: '5A' },
  { garbage: 'FF100C313233343536373839303138FFFF9000' },
  { status: 0x6988 },
  { status: 0x69fc },
  { status: 0x6f00 },
  { status: 0x6c10 },
  { status: 0x6110 },
  { status: 0x9000 },
)
const step = fc.record({
  operation: fc.constantFrom('code-a', 'wrong-a', 'number', 'attributes', 'leave', 'start', 'end'),
  fault: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 5 }),
      do: action,
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  ),
})

test('no order of uses, lies and losses sends code A in the clear while secure messaging is asked for', async () => {
  const person = await identity()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const card = await createVirtualCard({ identity: person })
      const transport = new VirtualTransport({ card, apduTimeoutMs: 50 })
      const [reader] = await transport.readers()
      const session = new CardSession(await transport.connect(reader!.name))
      const text = await TextApplication.open(session)
      await text.verifyPin('pin', pin())
      await text.startSecureMessaging()
      for (const { operation, fault } of steps) {
        const asked = text.secureMessaging !== 'off'
        const before = card.triesLeft('text-code-a')
        card.clearLog()
        card.setFaults(fault === null ? undefined : [fault])
        const use = {
          'code-a': () => text.verifyPin('code-a', codeA()),
          'wrong-a': () => text.verifyPin('code-a', Pin.fromText('000000000000')),
          number: () => text.readIndividualNumber(purpose),
          attributes: () => text.readAttributes(),
          leave: () => CommonApplication.open(session),
          start: () => text.startSecureMessaging(),
          end: () => text.endSecureMessaging(),
        }[operation]
        await use().catch((error: unknown) => expect(error).toBeInstanceOf(JpkiCardError))
        card.setFaults(undefined)
        const verifies = card.log.filter(({ command }) => command[1] === 0x20 && command.length > 5)
        expect(verifies.length).toBeLessThanOrEqual(1)
        expect(before - card.triesLeft('text-code-a')).toBeLessThanOrEqual(1)
        const commands = concat(...card.log.map(({ command }) => command))
        if (asked && operation !== 'end') expect(Buffer.from(commands).includes(number)).toBe(false)
        if (card.pulled) break
      }
      await session.close()
      await transport.close()
    }),
    { numRuns: 150 },
  )
})
