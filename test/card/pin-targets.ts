import type { CardSession, Pin, PinReference, VerifyPinOptions } from '../../src/card/index.ts'
import { TextApplication, textPins, VisualApplication, visualPins } from '../../src/card-face/index.ts'
import type { PinName } from '../../src/emulator/index.ts'
import { CommonApplication, commonPin } from '../../src/identify/index.ts'
import { JpkiApplication, jpkiPins } from '../../src/jpki/index.ts'
import { JukiApplication, jukiPin } from '../../src/juki/index.ts'
import { IssuanceApplication } from '../../src/municipal/application/application.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { exampleProfile } from '../support/profiles.ts'

/** Makes the PIN that is given, or the one that is right. */
type MakePin = (which: 'given' | 'right') => Pin

/** A PIN of the virtual card, and what an application does with it. */
export interface PinTarget {
  readonly reference: PinReference
  readonly right: string
  /** As long as the right one, and never the same. */
  wrong(seed: number): string
  verify(session: CardSession, pin: MakePin, options: VerifyPinOptions): Promise<unknown>
  change?(session: CardSession, pin: MakePin, options: VerifyPinOptions): Promise<unknown>
  /** Has the card do what it does after this PIN, without giving it. */
  use?(session: CardSession): Promise<unknown>
  /** Other PINs that allow it too. */
  readonly others?: readonly PinReference[]
}

/** The free-area application of the virtual card, with a PIN that P2 alone names. */
const profile = loadProfile(
  exampleProfile('free-area-example')
    .replace('"pin": "none"', '"pin": { "manager": "card", "p2": "91", "digits": { "min": 4, "max": 8 }, "tries": 3 }')
    .replace('"form": "positions"', '"form": "positions", "pin": true'),
)

const digits = (length: number) => (seed: number) => `9${String(seed).padStart(length - 1, '0')}`
const text = (session: CardSession) => TextApplication.open(session)
const visual = (session: CardSession) => VisualApplication.open(session)
const jpki = (session: CardSession) => JpkiApplication.open(session)
/** To the same value, so that the right one stays right. */
const both = (pin: MakePin) => ({ current: pin('given'), next: pin('right') })
const number = { purpose: 'tax' } as const

/** Every PIN of a My Number card with a municipal application, those printed on it included. */
export function pinTargets(codeB: string): Readonly<Partial<Record<PinName, PinTarget>>> {
  return {
    auth: {
      reference: jpkiPins.auth,
      right: '1234',
      wrong: digits(4),
      verify: async (session, pin, options) => (await jpki(session)).verifyPin('auth', pin('given'), options),
      change: async (session, pin, options) => (await jpki(session)).changePin('auth', both(pin), options),
      use: async (session) => (await jpki(session)).sign('auth', { message: Buffer.from('x') }),
    },
    sign: {
      reference: jpkiPins.sign,
      right: 'ABC123',
      wrong: (seed) => `Z${digits(5)(seed)}`,
      verify: async (session, pin, options) =>
        (await jpki(session)).sign('sign', { message: Buffer.from('x') }, { ...options, pin: pin('given') }),
      change: async (session, pin, options) => (await jpki(session)).changePin('sign', both(pin), options),
      use: async (session) => (await jpki(session)).readCertificate('sign'),
    },
    text: {
      reference: textPins.pin,
      right: '1234',
      wrong: digits(4),
      verify: async (session, pin, options) => (await text(session)).verifyPin('pin', pin('given'), options),
      change: async (session, pin, options) => (await text(session)).changePin(both(pin), options),
      use: async (session) => (await text(session)).readAttributes(),
      others: [textPins['code-b']],
    },
    'text-code-a': {
      reference: textPins['code-a'],
      right: '123456789018',
      wrong: digits(12),
      verify: async (session, pin, options) => (await text(session)).verifyPin('code-a', pin('given'), options),
      use: async (session) => (await text(session)).readIndividualNumber(number),
      others: [textPins.pin],
    },
    'text-code-b': {
      reference: textPins['code-b'],
      right: codeB,
      wrong: digits(14),
      verify: async (session, pin, options) => (await text(session)).verifyPin('code-b', pin('given'), options),
    },
    'visual-birth': {
      reference: visualPins['birth-date'],
      right: '020217',
      wrong: digits(6),
      verify: async (session, pin, options) => (await visual(session)).verifyPin('birth-date', pin('given'), options),
      use: async (session) => (await visual(session)).readBirthRecord(),
    },
    'visual-code-a': {
      reference: visualPins['code-a'],
      right: '123456789018',
      wrong: digits(12),
      verify: async (session, pin, options) => (await visual(session)).verifyPin('code-a', pin('given'), options),
      use: async (session) => (await visual(session)).readNumberImage(),
    },
    'visual-code-b': {
      reference: visualPins['code-b'],
      right: codeB,
      wrong: digits(14),
      verify: async (session, pin, options) => (await visual(session)).verifyPin('code-b', pin('given'), options),
      use: async (session) => (await visual(session)).readCardFace(),
      others: [visualPins['code-a']],
    },
    juki: {
      reference: jukiPin,
      right: '1234',
      wrong: digits(4),
      verify: async (session, pin, options) => (await JukiApplication.open(session)).verifyPin(pin('given'), options),
      change: async (session, pin, options) => (await JukiApplication.open(session)).changePin(both(pin), options),
      use: async (session) => (await JukiApplication.open(session)).readFile(0x0001, { maxBytes: 64 }),
    },
    common: {
      reference: commonPin,
      right: '1234',
      wrong: digits(4),
      verify: async (session, pin, options) => (await CommonApplication.open(session)).verifyPin(pin('given'), options),
      change: async (session, pin, options) => (await CommonApplication.open(session)).changePin(both(pin), options),
    },
    issuance: {
      reference: profile.pinReference!,
      right: '567890',
      wrong: digits(6),
      verify: async (session, pin, options) =>
        (await IssuanceApplication.open(session, profile)).verifyPin(pin('given'), options),
      use: async (session) => (await IssuanceApplication.open(session, profile)).read(),
    },
  }
}
