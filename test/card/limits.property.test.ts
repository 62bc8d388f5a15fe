import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CardSession, Pin } from '../../src/card/index.ts'
import { TextApplication, VisualApplication } from '../../src/card-face/index.ts'
import {
  type ExtendedAnswers,
  pinNames,
  type VirtualCard,
  type VirtualCardOptions,
  verificationCodeB,
} from '../../src/emulator/index.ts'
import { CardManager, CommonApplication, identifyCard } from '../../src/identify/index.ts'
import { JpkiApplication } from '../../src/jpki/index.ts'
import { full } from '../support/scale.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

/** Words with which readers and cards refuse a form of command. */
const words = [
  0x6300, 0x63c0, 0x6400, 0x6700, 0x6881, 0x6883, 0x6981, 0x6985, 0x6986, 0x6a80, 0x6a81, 0x6a86, 0x6a87, 0x6b00,
  0x6d00, 0x6e00, 0x6f00, 0x9123,
]
/** 6981 says that the file is of another structure, which is no refusal of a length or of a short identifier. */
const lengthWords = words.filter((word) => word !== 0x6981)
/** A card that has not woken up answers 6F00 to SELECT, so that it is no refusal of P2. */
const selectWords = words.filter((word) => word !== 0x6f00)

const message = Buffer.from('住民票の写し')

/** Everything a limit of card or reader may come in the way of. */
async function everything(session: CardSession): Promise<unknown> {
  const kind = await identifyCard(session)
  const common = await CommonApplication.open(session)
  const record = await common.readCardRecord()
  const manager = await CardManager.open(session)
  const number = await manager.readCardNumber()
  const jpki = await JpkiApplication.open(session)
  const token = await jpki.readTokenInfo()
  const certificates: Uint8Array[] = []
  for (const one of ['auth', 'auth-ca', 'sign-ca'] as const) certificates.push((await jpki.readCertificate(one)).der)
  const tries = [await jpki.pinStatus('auth'), await jpki.pinStatus('sign')]
  const auth = await jpki.sign('auth', { message }, { pin: Pin.fromText('1234') })
  const signed = await jpki.sign('sign', { message }, { pin: Pin.fromText('ABC123') })
  const text = await TextApplication.open(session)
  await text.verifyPin('pin', Pin.fromText('1234'))
  const attributes = await text.readAttributes()
  const visual = await VisualApplication.open(session)
  await visual.verifyPin('code-b', Pin.fromText(verificationCodeB(await identity())))
  const face = await visual.readCardFace()
  return {
    ...{ kind, record, number, token, certificates, tries, attributes },
    signatures: [auth, signed].map(({ signature, certificate }) => [signature, certificate.der]),
    face: face.record,
    challenge: await text.signChallenge(message),
  }
}

const triesOf = (card: VirtualCard) =>
  new Map(pinNames.filter((name) => name !== 'issuance').map((name) => [name, card.triesLeft(name)]))

let unlimited: Promise<unknown> | undefined
async function withoutLimits(): Promise<unknown> {
  const { session } = await bench()
  await using open = await session()
  return await everything(open)
}

/** The result is that of a card without limits, and no try is lost. */
async function expectNoDifference(options: VirtualCardOptions): Promise<void> {
  unlimited ??= withoutLimits()
  const { card, session, sent } = await bench({ interface: 'contactless', ...options })
  const before = triesOf(card)
  {
    await using open = await session()
    expect(await everything(open)).toEqual(await unlimited)
  }
  expect(triesOf(card)).toEqual(before)
  expect(verifies(sent())).toBe(4)
}

const word = (of: readonly number[]) => fc.constantFrom(...of)
const extendedAnswers = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ExtendedAnswers>('whole') },
  fc.constant<ExtendedAnswers>('empty'),
  fc.record({ keep: fc.oneof(fc.constantFrom(255, 256, 261), fc.integer({ min: 1, max: 2_000 })) }),
  fc.record({ keepBytes: fc.oneof(fc.constantFrom(255, 256, 258, 261), fc.integer({ min: 1, max: 2_000 })) }),
)
const limits = fc.record({
  capabilities: fc.record({
    shortFileId: fc.boolean(),
    extendedLength: fc.boolean(),
    directReference: fc.boolean(),
  }),
  shortFileIdRefusal: word([...lengthWords, 0x6a82]),
  extendedLengthRefusal: word(lengthWords),
  directReferenceRefusal: word([...words.filter((one) => one !== 0x63c0), 0x6a82, 0x6a88]),
  extendedAnswers,
  selectP2: fc.constantFrom(undefined, [0x00], [0x04], [0x00, 0x0c], [0x0c], [0x04, 0x00]),
  selectP2Refusal: word(selectWords),
  selectAnnouncesData: fc.constantFrom(undefined, 'given' as const, 'refused' as const),
  endOfFileWarning: fc.boolean(),
  chainedResponses: fc.boolean(),
})

test('whatever forms card and reader refuse, cut or empty, the result is that of a card without limits, and no try is lost', async () => {
  const property = fc.asyncProperty(limits, (options) => expectNoDifference(options))
  await fc.assert(property, { numRuns: full ? 400 : 60 })
}, 300_000)

// A length that worked for the certificates fails for a longer file: the bytes at the cut look like a status word.
test.each([1_990, 2_000, 2_100])(
  'answers cut to %i bytes, which is enough for a certificate, are asked for again',
  async (keepBytes) => {
    const capabilities = { shortFileId: false, extendedLength: true, directReference: false }
    const refusals = { shortFileIdRefusal: 0x6300, extendedLengthRefusal: 0x6300, directReferenceRefusal: 0x6300 }
    await expectNoDifference({ capabilities, ...refusals, extendedAnswers: { keepBytes } })
  },
)

const hex = (one: number): string => one.toString(16).toUpperCase()

describe('extended lengths', () => {
  test.each(lengthWords.map(hex))('refused with %s are given up, and the result is right', async (refused) => {
    const options = { capabilities: { extendedLength: false }, extendedLengthRefusal: Number.parseInt(refused, 16) }
    await expectNoDifference(options)
    const { session } = await bench({ interface: 'contactless', ...options })
    await using open = await session()
    await (await JpkiApplication.open(open)).readCertificate('auth')
    expect(open.capabilities.extendedLength).toBe('no')
  })

  test.each(['6982', '6983', '6984', '6A82', '6A83', '6A88'])(
    '%s is an answer about the file: nothing is concluded about lengths',
    async (refused) => {
      const { card, session } = await bench()
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      card.setFaults([{ at: 'every', on: 0xb0, do: { status: Number.parseInt(refused, 16) } }])
      await jpki.readCertificate('auth').catch(() => undefined)
      expect(open.capabilities).toMatchObject({ extendedLength: 'unknown', shortFileId: 'unknown' })
    },
  )

  test('a command refused in both lengths is reported as it was refused, and nothing is concluded', async () => {
    const { card, session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    card.setFaults([{ at: 'every', on: 0xb0, do: { status: 0x6985 } }])
    await expect(jpki.readCertificate('auth')).rejects.toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6985 })
    expect(open.capabilities).toMatchObject({ extendedLength: 'unknown', shortFileId: 'unknown' })
  })

  test.each([{ keep: 255 }, { keep: 256 }, { keepBytes: 256 }, { keepBytes: 261 }, 'empty'] as const)(
    'answers of which a reader leaves %j are asked for again in short lengths, which is remembered',
    async (extendedAnswers) => {
      const { session } = await bench({ interface: 'contactless', extendedAnswers })
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      expect((await jpki.readCertificate('auth')).der).toEqual((await identity()).auth.certificate)
      expect(open.capabilities.extendedLength).toBe('no')
    },
  )
})

describe('an answer without what was asked for', () => {
  test.each([0xb0])('to every READ BINARY is no absence of a certificate', async (on) => {
    const { card, session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    for (const status of [0x9000, 0x6281, 0x6282]) {
      card.setFaults([{ at: 'every', on, do: { status } }])
      await expect(jpki.readCertificate('auth')).rejects.toMatchObject({ code: 'ERR_RESPONSE_MALFORMED' })
    }
    card.setFaults(undefined)
    expect((await jpki.readCertificate('auth')).der).toEqual((await identity()).auth.certificate)
  })

  test.each(['6300', '6A86', '6985', '6F00'])(
    'and the bytes at the cut of a long response, %s, are none: it is asked for again where long ones had worked',
    async (end) => {
      const { card, session } = await bench({ interface: 'contactless' })
      await using open = await session()
      const jpki = await JpkiApplication.open(open)
      await jpki.readCertificate('auth')
      expect(open.capabilities.extendedLength).toBe('yes')
      card.setFaults([{ at: 1, on: 0xb0, do: { garbage: `${'11'.repeat(1_000)}${end}` } }])
      expect((await jpki.readCertificate('auth-ca')).der).toEqual((await identity()).authCa.certificate)
    },
  )

  test.each([0, 1, 128, 255, 257])('a signature of %d bytes is a malformed response', async (bytes) => {
    const { card, session } = await bench()
    await using open = await session()
    const jpki = await JpkiApplication.open(open)
    const garbage = `${'11'.repeat(bytes)}9000`
    card.setFaults([{ at: 'every', on: [0x2a, 0x88], do: { garbage } }])
    const malformed = { code: 'ERR_RESPONSE_MALFORMED' }
    await expect(jpki.authenticate(message, Pin.fromText('1234'))).rejects.toMatchObject(malformed)
    const text = await TextApplication.open(open)
    await expect(text.signChallenge(message)).rejects.toMatchObject(malformed)
    const common = await CommonApplication.open(open)
    await expect(common.internalAuthenticate(message)).rejects.toMatchObject(malformed)
    card.setFaults(undefined)
  })
})

describe('SELECT', () => {
  test.each(selectWords.map(hex))(
    'whose P2 is refused with %s is sent with the P2 that works from then on',
    async (refused) => {
      const selectP2Refusal = Number.parseInt(refused, 16)
      for (const [p2, others] of [
        [0x00, 1],
        [0x04, 2],
      ] as const) {
        const { card, session } = await bench({ selectP2: [p2], selectP2Refusal })
        await using open = await session()
        const jpki = await JpkiApplication.open(open)
        expect(card.exchanges).toBe(1 + others)
        expect(open.capabilities.selectWithoutData).toBe('no')
        await jpki.readTokenInfo()
        await open.clear()
        await JpkiApplication.open(open)
        expect(card.exchanges).toBe(1 + others + 3)
      }
    },
  )

  test('answered 61XX selects, whether the card gives the data or not', async () => {
    for (const selectAnnouncesData of ['given', 'refused'] as const) await expectNoDifference({ selectAnnouncesData })
    const faults = [{ at: 'every', on: 0xa4, do: { status: 0x6112 }, when: 'after' }] as const
    await expectNoDifference({ faults })
  })

  test('refused in every form costs its other forms once', async () => {
    const { card, session } = await bench({ faults: [{ at: 'every', on: 0xa4, do: { status: 0x6d00 } }] })
    await using open = await session()
    for (const sent of [3, 4]) {
      await expect(JpkiApplication.open(open)).rejects.toMatchObject({ code: 'ERR_STATUS_WORD', sw: 0x6d00 })
      expect(card.exchanges).toBe(sent)
    }
  })

  test('settled by hand is sent in that form alone', async () => {
    const faults = [{ at: 'every', on: 0xa4, do: { status: 0x6a86 } }] as const
    const { card, session } = await bench({ faults })
    const open = await session({ capabilities: { selectWithoutData: 'yes' } })
    await expect(JpkiApplication.open(open)).rejects.toMatchObject({ sw: 0x6a86 })
    expect(card.exchanges).toBe(1)
    await open.close()
  })
})
