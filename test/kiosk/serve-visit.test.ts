import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import {
  createVirtualCard,
  type Fault,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import {
  KioskMonitor,
  type KioskScreens,
  type PinRequest,
  type ScreenControl,
  type ServeVisitOptions,
  serveVisit,
  takeCard,
  type Visit,
  type VisitOutcome,
} from '../../src/kiosk/index.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { TokenServer } from '../../src/token/index.ts'
import { origin } from '../support/challenge.ts'
import { type Keys, PinpadReader } from '../support/pinpad-reader.ts'
import { exampleProfile } from '../support/profiles.ts'
import { tokenServer } from '../support/token-server.ts'
import { identity, verifies } from '../support/virtual.ts'

interface Play {
  readonly card?: VirtualCardOptions
  readonly options?: Partial<ServeVisitOptions>
  /** What the customer types, in turn; a function may do other things first. */
  readonly pins?: readonly (string | ((table: Table, control: ScreenControl) => Promise<string | undefined>))[]
  readonly choose?: KioskScreens['choose']
  /** What is pressed at the keypad of the reader; without it the reader has none. */
  readonly keys?: readonly Keys[]
  /** The card cannot be cleared. */
  readonly notCleared?: boolean
}

interface Table {
  readonly transport: VirtualTransport
  readonly card: VirtualCard
  readonly visit: Visit
}

interface Played extends Table {
  readonly outcome: VisitOutcome
  readonly shown: string[]
  readonly asked: PinRequest[]
  readonly given: Pin[]
  readonly monitor: KioskMonitor
}

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** One customer at a kiosk. */
async function play({
  card: wanted = {},
  options = {},
  pins = ['1234'],
  choose,
  keys,
  notCleared = false,
}: Play = {}): Promise<Played> {
  const transport = new VirtualTransport({ apduTimeoutMs: 1_000 })
  if (keys !== undefined) {
    const connect = transport.connect.bind(transport)
    transport.connect = async (...args) => new PinpadReader(await connect(...args), { keys }).connection
  }
  const monitor = new KioskMonitor(transport, { survey: false })
  open.push(async () => {
    await monitor.close()
    await transport.close()
  })
  const card = await createVirtualCard({ identity: await identity(), ...wanted })
  const shown: string[] = []
  const asked: PinRequest[] = []
  const given: Pin[] = []
  transport.insert(card)
  for await (const visit of monitor.visits()) {
    const table = { transport, card, visit }
    const screens: KioskScreens = {
      ...(choose !== undefined && { choose }),
      async enterPin(request, control) {
        asked.push(request)
        const next = pins[asked.length - 1]
        const text = typeof next === 'function' ? await next(table, control) : next
        if (text === undefined) return undefined
        const pin = Pin.fromText(text)
        given.push(pin)
        return pin
      },
      show: (screen) => void shown.push(screen.step === 'refused' ? `refused ${screen.situation}` : screen.step),
    }
    const site = { server: await tokenServer(), terminal: 'kiosk-1', purpose: 'residence-record' }
    const outcome = await serveVisit(visit, { screens, channel: 'convenience-store', ...site, ...options })
    // Whatever happened, the card is free, no PIN is verified on it, and none is left in memory.
    expect(card.verified('auth')).toBe(notCleared)
    await expect.poll(() => given.every((pin) => pin.length === 0)).toBe(true)
    return { ...table, outcome, shown, asked, given, monitor }
  }
  throw new Error('no visit')
}

const sent = (card: VirtualCard) => card.log.map(({ command }) => Buffer.from(command).toString('hex').toUpperCase())

describe('a customer is served', () => {
  test('with a card: look, PIN, signature, cleared, accepted; eight exchanges in all', async () => {
    const { outcome, shown, asked, card } = await play()
    expect(outcome).toMatchObject({ kind: 'accepted', acceptance: { userVerification: 'pin' }, pinError: undefined })
    expect(shown).toEqual(['checking', 'authenticating', 'accepted'])
    expect(asked).toMatchObject([{ pin: 'auth', entriesLeft: 2, wrong: undefined }])
    expect(card.exchanges).toBe(8)
  })

  test('with an Android phone', async () => {
    const { outcome } = await play({ card: { kind: 'phone-android' } })
    expect(outcome).toMatchObject({ kind: 'accepted', acceptance: { userVerification: 'pin' } })
  })

  test('with an iPhone: without a PIN, and no VERIFY with data is sent', async () => {
    const { outcome, asked, card } = await play({ card: { kind: 'phone-iphone' } })
    expect(outcome).toMatchObject({ kind: 'accepted', acceptance: { userVerification: 'device' } })
    expect(asked).toEqual([])
    expect(verifies(sent(card))).toBe(0)
  })

  test('with a second PIN after a wrong one, which says how many entries are left', async () => {
    const { outcome, asked, card } = await play({ pins: ['9999', '1234'] })
    expect(outcome).toMatchObject({ kind: 'accepted', pinError: { code: 'ERR_PIN_REJECTED', triesLeft: 2 } })
    expect(asked.map(({ entriesLeft, wrong }) => [entriesLeft, wrong?.code])).toEqual([
      [2, undefined],
      [1, 'ERR_PIN_REJECTED'],
    ])
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('a PIN of a wrong form costs nothing and is asked for again', async () => {
    const { outcome, asked, card } = await play({ pins: ['12', '1234'] })
    expect(outcome.kind).toBe('accepted')
    expect(asked.map(({ entriesLeft, wrong }) => [entriesLeft, wrong?.code])).toEqual([
      [2, undefined],
      [2, 'ERR_PIN_FORMAT'],
    ])
    expect(verifies(sent(card))).toBe(1)
  })

  test('at a server that does not offer the check before the PIN', async () => {
    const { outcome } = await play({ options: { server: await tokenServer(false, { certificateChecks: false }) } })
    expect(outcome.kind).toBe('accepted')
  })

  test('at the counter, by choice, without a server', async () => {
    const site = { server: undefined, terminal: undefined, purpose: undefined, channel: 'counter' } as const
    const choose: KioskScreens['choose'] = async (services) =>
      services.find(({ plan }) => plan.method === 'register-pin')
    const { outcome, asked } = await play({ options: site, choose })
    expect(outcome).toMatchObject({ kind: 'performed', result: { kind: 'pin-verified' } })
    expect(asked).toMatchObject([{ pin: 'juki', entriesLeft: 2 }])
  })

  test('with a Juki card whose municipal application checks its PIN', async () => {
    const site = { server: undefined, terminal: undefined, purpose: undefined, channel: 'municipal-machine' } as const
    const options = { ...site, issuanceProfile: loadProfile(exampleProfile('juki-example')) }
    const { outcome, asked } = await play({ card: { kind: 'juki' }, options, pins: ['9999', '1234'] })
    expect(outcome).toMatchObject({ kind: 'performed', result: { kind: 'user-id', pinChecked: 'by-card' } })
    expect(asked).toMatchObject([{ pin: 'issuance' }, { pin: 'issuance', wrong: { code: 'ERR_PIN_REJECTED' } }])
  })

  test('with a municipal application whose PIN the municipality checks: none is asked for here', async () => {
    const site = { server: undefined, terminal: undefined, purpose: undefined, channel: 'municipal-machine' } as const
    const options = { ...site, issuanceProfile: loadProfile(exampleProfile('free-area-example')) }
    const { outcome, asked } = await play({ options })
    expect(outcome).toMatchObject({ kind: 'performed', result: { kind: 'user-id', pinChecked: 'not-yet' } })
    expect(asked).toEqual([])
  })
})

describe('a customer who cannot be served reads why, before a PIN is typed', () => {
  test.each<[VirtualCardOptions, string]>([
    [{ triesLeft: { auth: 1 } }, 'pin-guarded'],
    [{ triesLeft: { auth: 0 } }, 'pin-blocked'],
    [{ triesLeft: { auth: 0 }, signCertificate: false }, 'card-without-pin'],
    [{ kind: 'juki' }, 'card-kind-ended'],
  ])('%j: %s', async (card, situation) => {
    const { outcome, shown, asked } = await play({ card })
    expect(outcome).toMatchObject({ kind: 'refused', situation })
    expect(shown).toEqual(['checking', `refused ${situation}`])
    expect(asked).toEqual([])
  })

  test('a certificate that is revoked', async () => {
    const { outcome, asked } = await play({ options: { server: await tokenServer(true) } })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'certificate-revoked' })
    expect(asked).toEqual([])
  })

  test('a phone whose holder has not verified is held there again', async () => {
    const { outcome } = await play({ card: { kind: 'phone-iphone', deviceVerified: false } })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'verify-on-phone' })
  })

  test('a server that does not answer', async () => {
    const silent = new TokenServer(origin, { fetch: async () => Promise.reject(new TypeError('fetch failed')) })
    const { outcome, asked } = await play({ options: { server: silent } })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'service-later' })
    expect(asked).toEqual([])
  })
})

describe('the limit of the guard', () => {
  test('two wrong PINs: the second leaves no entry, and the last try is kept', async () => {
    const { outcome, asked, card, shown } = await play({ pins: ['9999', '8888', '1234'] })
    expect(asked).toHaveLength(2)
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'pin-wrong-last', pinError: { triesLeft: 1 } })
    expect(shown.at(-1)).toBe('refused pin-wrong-last')
    expect(card.triesLeft('auth')).toBe(1)
  })

  test('with three tries kept, one entry', async () => {
    const { asked, card } = await play({ pins: ['9999', '1234'], options: { keepTries: 3 } })
    expect(asked.map(({ entriesLeft }) => entriesLeft)).toEqual([1])
    expect(card.triesLeft('auth')).toBe(2)
  })
})

describe('a customer who leaves', () => {
  test('cancels at the PIN', async () => {
    const { outcome, shown, card } = await play({ pins: [async () => undefined] })
    expect(outcome).toMatchObject({ kind: 'cancelled', pinError: undefined })
    expect(shown).toEqual(['checking', 'refused cancelled'])
    expect(verifies(sent(card))).toBe(0)
  })

  test('does nothing: the question ends, and a PIN that comes late is wiped', async () => {
    let late: Pin | undefined
    const slow = async () => {
      await sleep(1_300)
      return '1234'
    }
    const { outcome, given, card } = await play({ pins: [slow], options: { idleMs: 1_000 } })
    expect(outcome.kind).toBe('inactive')
    await expect.poll(() => given.length).toBe(1)
    late = given[0]
    await expect.poll(() => late?.length).toBe(0)
    expect(verifies(sent(card))).toBe(0)
  })

  test('takes the card while the PIN is asked for', async () => {
    const taken = async ({ transport, visit }: Table) => {
      transport.remove()
      await visit.removed
      return '1234'
    }
    const { outcome, card, visit } = await play({ pins: [taken] })
    expect(outcome).toMatchObject({ kind: 'removed', pinError: undefined })
    expect(visit.signal.aborted).toBe(true)
    expect(verifies(sent(card))).toBe(0)
  })

  test('takes the card at the moment at which the PIN is entered: it is wiped, and not sent', async () => {
    const taken = async ({ transport }: Table) => {
      transport.remove()
      return '1234'
    }
    const { outcome, card } = await play({ pins: [taken] })
    expect(outcome).toMatchObject({ kind: 'removed', pinError: undefined })
    expect(verifies(sent(card))).toBe(0)
  })

  test('reports activity: the time starts again, and not after the answer', async () => {
    let active = (): void => {}
    const busy = async (_: Table, control: ScreenControl) => {
      active = control.active
      await sleep(700)
      active()
      await sleep(700)
      return '1234'
    }
    const { outcome } = await play({ pins: [busy], options: { idleMs: 1_000 } })
    expect(outcome.kind).toBe('accepted')
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    active()
    expect(timers()).toBe(before)
  })

  test.each<[string, Fault, string]>([
    ['before the card has seen the PIN', { at: 1, on: 0x20, do: 'pull' }, 'removed'],
    [
      'at the moment of VERIFY: a try may be spent, and that is what is reported',
      { at: 2, on: 0x20, do: 'pull', when: 'after' },
      'refused',
    ],
  ])('takes the card %s', async (_, fault, kind) => {
    const { outcome } = await play({ card: { faults: [fault] } })
    expect(outcome.kind).toBe(kind)
    if (kind === 'refused') {
      expect(outcome).toMatchObject({ situation: 'pin-unsure', pinError: { code: 'ERR_PIN_OUTCOME_UNKNOWN' } })
    }
  })

  test('takes the card before the reader has reported it: no other look is made, at whatever comes next', async () => {
    const { outcome, card } = await play({ card: { faults: [{ at: 2, do: 'pull' }] } })
    expect(outcome).toMatchObject({ kind: 'removed', look: undefined })
    expect(card.exchanges).toBe(2)
  })

  test('takes the card while the server verifies: nothing is given to the next customer', async () => {
    let taken = (): void => {}
    const here = await tokenServer()
    const slow = {
      origin: here.origin,
      challenge: here.challenge.bind(here),
      checkCertificate: here.checkCertificate.bind(here),
      async verify(token: Parameters<TokenServer['verify']>[0]) {
        const acceptance = await here.verify(token)
        taken()
        return acceptance
      },
    } as TokenServer
    const enter = async ({ transport }: Table) => {
      taken = () => transport.remove()
      return '1234'
    }
    const { outcome } = await play({ pins: [enter], options: { server: slow } })
    expect(outcome.kind).toBe('removed')
    expect(outcome).not.toHaveProperty('acceptance')
  })

  test('takes the card after a wrong PIN: the lost try stays in the outcome', async () => {
    const gone = async ({ transport }: Table) => {
      transport.remove()
      await sleep(20)
      return '1234'
    }
    const { outcome, card } = await play({ pins: ['9999', gone] })
    expect(outcome).toMatchObject({
      kind: 'removed',
      pinError: { code: 'ERR_PIN_REJECTED', triesLeft: 2, entriesLeft: 1 },
    })
    expect(card.triesLeft('auth')).toBe(2)
  })

  test('forgets the card and is reminded until it is out', async () => {
    const transport = new VirtualTransport({ card: await createVirtualCard({ identity: await identity() }) })
    const monitor = new KioskMonitor(transport)
    open.push(async () => {
      await monitor.close()
      await transport.close()
    })
    const shown: string[] = []
    for await (const visit of monitor.visits()) {
      const taking = takeCard(visit, { show: ({ step }) => void shown.push(step) }, 1_000)
      await expect.poll(() => shown.length, { timeout: 10_000 }).toBe(3)
      transport.remove()
      await taking
      break
    }
    expect(shown).toEqual(['take-card', 'forgotten-card', 'forgotten-card'])
  })
})

describe('cards that do what they should not', () => {
  test('a disturbed look is made again in a session of its own', async () => {
    const { outcome } = await play({ card: { faults: [{ at: 3, do: { truncate: 1 } }] } })
    expect(outcome.kind).toBe('accepted')
  })

  test('a card swapped while the PIN is typed gets no PIN', async () => {
    const other = await createVirtualCard({ identity: await identity() })
    const swap = async ({ transport }: Table) => {
      transport.remove()
      transport.insert(other)
      await sleep(50)
      return '1234'
    }
    const { outcome, card } = await play({ pins: [swap] })
    expect(outcome.kind).toBe('removed')
    expect([verifies(sent(card)), verifies(sent(other))]).toEqual([0, 0])
  })

  test('a card that cannot be cleared: nothing is given, and it has to be taken out', async () => {
    const faults: readonly Fault[] = [{ at: 8, do: 'silent' }]
    const { outcome } = await play({ card: { faults }, notCleared: true })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'take-card-now' })
  })

  test('a screen that throws: cleared, closed, rethrown', async () => {
    const broken = async () => {
      throw new SyntaxError('bug')
    }
    await expect(play({ pins: [broken] })).rejects.toBeInstanceOf(SyntaxError)
  })
})

describe('visits', () => {
  test('one at a time: a second card waits until the first is out', async () => {
    const transport = new VirtualTransport({ readers: ['left', 'right'] })
    const monitor = new KioskMonitor(transport)
    open.push(async () => {
      await monitor.close()
      await transport.close()
    })
    const make = async () => createVirtualCard({ identity: await identity() })
    transport.insert(await make(), 'left')
    transport.insert(await make(), 'right')
    const visits = monitor.visits()
    const first = (await visits.next()).value as Visit
    expect(first.survey?.kind).toBe('my-number')
    const second = visits.next()
    expect(await Promise.race([second, sleep(100, 'waits')])).toBe('waits')
    transport.remove(first.reader)
    expect(((await second).value as Visit).reader).not.toBe(first.reader)
    await visits.return()
  })

  test('the state of the kiosk', async () => {
    const transport = new VirtualTransport({ readers: ['a'] })
    const monitor = new KioskMonitor(transport)
    open.push(async () => {
      await monitor.close()
      await transport.close()
    })
    const state = (wanted: string) => expect.poll(() => monitor.state).toBe(wanted)
    await state('ready')
    transport.insert('mute', 'a')
    await state('trouble')
    transport.remove('a')
    await state('ready')
    transport.detachReader('a')
    await state('no-reader')
    transport.loseService()
    await state('no-service')
    transport.restoreService()
    transport.attachReader('a')
    await state('ready')
  })

  test('end with the monitor, and with the loop', async () => {
    const { monitor, visit } = await play()
    await monitor.close()
    await visit.removed
    expect(visit.signal.aborted).toBe(true)
    await expect(visit.connect()).rejects.toMatchObject({ code: 'ERR_CARD_REMOVED' })
    for await (const _ of monitor.visits()) throw new Error('a visit after the end')
  })
})

describe('the PIN is entered at the keypad of the reader', () => {
  const options = { keypad: { language: 'ja' as const } }

  test('and never asked for on the screen; the exchanges are the same', async () => {
    const { outcome, shown, asked, card } = await play({ options, keys: ['1234'] })
    expect(outcome).toMatchObject({ kind: 'accepted' })
    expect(shown).toEqual(['checking', 'enter-pin-on-reader', 'accepted'])
    expect(asked).toEqual([])
    expect(card.exchanges).toBe(8)
  })

  test('again after a wrong one, which spends one try', async () => {
    const { outcome, shown, card } = await play({ options, keys: ['9999', '1234'] })
    expect(outcome).toMatchObject({ kind: 'accepted', pinError: { code: 'ERR_PIN_REJECTED', triesLeft: 2 } })
    expect(shown).toEqual(['checking', 'enter-pin-on-reader', 'enter-pin-on-reader', 'accepted'])
    expect(card.triesLeft('auth')).toBe(3)
  })

  test.each([
    ['cancel', { kind: 'cancelled' }],
    ['timeout', { kind: 'inactive' }],
  ] as const)('%s ends the visit without a try', async (key, expected) => {
    const { outcome, card } = await play({ options, keys: [key] })
    expect(outcome).toMatchObject(expected)
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('a reader without one refuses before anything is spent', async () => {
    const { outcome, card } = await play({ options })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'out-of-order', error: { code: 'ERR_NO_KEYPAD' } })
    expect(card.triesLeft('auth')).toBe(3)
  })
})
