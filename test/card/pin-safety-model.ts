import { expect } from 'vitest'
import { encodeCommand } from '../../src/apdu/command.ts'
import { queryVerify, selectApplication, selectFile, verify } from '../../src/apdu/index.ts'
import { asciiBytes, toHex } from '../../src/bytes.ts'
import {
  CardSession,
  Pin,
  type PinStatus,
  readPinStatus,
  spendTheLastTry,
  type VerifyPinOptions,
  verifyPin,
} from '../../src/card/index.ts'
import {
  createVirtualCard,
  type Fault,
  type PinName,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { identifyCard } from '../../src/identify/index.ts'
import { type PinTarget, pinTargets } from './pin-targets.ts'

/** One thing an application does. */
export interface Operation {
  /** `look` reads a counter and keeps it; `enter` verifies with what was kept, as after a look before the PIN. */
  readonly do: 'verify' | 'change' | 'use' | 'status' | 'identify' | 'look' | 'enter'
  readonly pin: PinName
  readonly value: 'right' | 'wrong' | 'malformed'
  readonly keepTries: number | undefined
  readonly lastTry: boolean
}

/** Operations begun at the same time in one session, and what goes wrong meanwhile. */
export interface Step {
  readonly operations: readonly Operation[]
  readonly fault: Fault | null
}

/** What one program does with the card, and what another left verified before. */
export interface Visit {
  readonly inherited: PinName | null
  readonly steps: readonly Step[]
}

/** How a run began. */
export interface Beginning {
  readonly options: VirtualCardOptions
  readonly codeB: string
}

type Targets = Readonly<Partial<Record<PinName, PinTarget>>>

interface Attempt extends Operation {
  readonly target: PinTarget
  /** What it gives, as the holder typed it. */
  readonly text: string
}

/**
 * Holds the library to what it promises of PINs while visits are played on one card: the model knows the tries that the card
 * really has, and what may become of them. Every broken promise is a failed expectation.
 */
export class PinSafetyModel {
  readonly #card: VirtualCard
  readonly #targets: Targets
  readonly #transport: VirtualTransport
  /** Whether the card reports, when it is asked for the counter, that a PIN is verified. */
  readonly #reportsVerified: boolean
  #seed = 0
  /** The connection of this visit is of use. */
  #alive = true
  /** In this visit the card has said things that are not so. */
  #lied = false
  /** What was last read of each PIN in this session. */
  readonly #known = new Map<PinName, PinStatus>()

  private constructor(card: VirtualCard, targets: Targets, reportsVerified: boolean) {
    this.#card = card
    this.#reportsVerified = reportsVerified
    this.#targets = targets
    this.#transport = new VirtualTransport({ card, apduTimeoutMs: 15 })
  }

  static async begin({ options, codeB }: Beginning): Promise<PinSafetyModel> {
    const { issuance, ...others } = pinTargets(codeB)
    const targets = options.issuance === false ? others : { issuance, ...others }
    const reportsVerified = options.queryWhenVerified !== 'counter'
    return new PinSafetyModel(await createVirtualCard(options), targets as Targets, reportsVerified)
  }

  async end(): Promise<void> {
    await this.#transport.close()
  }

  async visit({ inherited, steps }: Visit): Promise<void> {
    const reader = (await this.#transport.readers())[0]!.name
    if (inherited !== null) await this.#leaveVerified(reader, inherited)
    this.#alive = true
    this.#lied = false
    this.#known.clear()
    const session = new CardSession(await this.#transport.connect(reader))
    for (const step of steps) await this.#step(session, step)
    const report = await session.close()
    if (report.cleared) expect(this.#verified(), 'cleared').toEqual([])
    if (this.#card.pulled || !this.#card.powered || !report.cleared) {
      this.#transport.remove()
      this.#transport.insert(this.#card)
    }
  }

  /** Another program verifies a PIN that is not blocked and gives the card up without clearing it. */
  async #leaveVerified(reader: string, name: PinName): Promise<void> {
    const target = this.#targets[name]
    if (target === undefined) return
    const { reference, right } = target
    const connection = await this.#transport.connect(reader)
    await connection.transmit(encodeCommand(selectApplication(reference.application.aid)))
    // By its file where the card takes no reference in P2; the municipal one has no file there.
    const direct = await connection.transmit(encodeCommand(queryVerify(reference.fid & 0x1f)))
    if (direct[0] === 0x6a) await connection.transmit(encodeCommand(selectFile(reference.fid)))
    const by = direct[0] === 0x6a ? 'current' : reference.fid & 0x1f
    await connection.transmit(encodeCommand(verify(by, asciiBytes(right))))
    await connection.close('leave')
  }

  async #step(session: CardSession, { operations, fault }: Step): Promise<void> {
    const attempts = operations.filter(({ pin }) => pin in this.#targets).map((operation) => this.#attempt(operation))
    const before = this.#tries()
    const own = new Set(this.#names().filter((name) => session.hasVerified(this.#targets[name]!.reference)))
    this.#card.clearLog()
    this.#card.setFaults(fault === null ? undefined : [fault])
    const outcomes = await Promise.all(attempts.map((one) => this.#perform(session, one)))
    this.#card.setFaults(undefined)
    const lies = fault !== null && typeof fault.do === 'object' && 'status' in fault.do
    this.#lied ||= lies

    this.#expectFewVerifies(attempts)
    // A counter that was a lie is believed later too.
    this.#expectTries(attempts, before, lies || (this.#lied && attempts.some((one) => one.do === 'enter')))
    if (this.#card.pulled || fault?.do === 'silent') this.#alive = false
    if (this.#lied) return
    for (const name of this.#names()) {
      if (session.hasVerified(this.#targets[name]!.reference)) expect(this.#card.verified(name), name).toBe(true)
    }
    const [attempt] = attempts
    if (attempt === undefined || attempts.length > 1) return
    if (this.#reportsVerified) this.#expectNothingInherited(attempt, outcomes[0]!, own)
    const outcome = this.#alive && fault === null ? expected(attempt, before.get(attempt.pin)!) : undefined
    if (outcome !== undefined) expect(outcomes[0]).toBe(outcome)
  }

  #attempt(operation: Operation): Attempt {
    const target = this.#targets[operation.pin]!
    const { value } = operation
    const text = value === 'right' ? target.right : value === 'wrong' ? target.wrong(this.#seed++) : '12'
    return { ...operation, target, text }
  }

  /** The code of the result, `done` when nothing was refused. */
  async #perform(session: CardSession, attempt: Attempt): Promise<string> {
    const pins: Pin[] = []
    const pin = (which: 'given' | 'right'): Pin => {
      pins.push(Pin.fromText(which === 'given' ? attempt.text : attempt.target.right))
      return pins.at(-1)!
    }
    try {
      if (attempt.do === 'look') this.#known.set(attempt.pin, await status(session, attempt.target))
      else await perform(session, attempt, pin, this.#known.get(attempt.pin))
      return 'done'
    } catch (error) {
      expect(error).toBeInstanceOf(JpkiCardError)
      return (error as JpkiCardError).code
    } finally {
      expect(pins.map(({ length }) => length)).toEqual(pins.map(() => 0))
    }
  }

  /** Each PIN that was given is sent once at most, and only one that could be right. */
  #expectFewVerifies(attempts: readonly Attempt[]): void {
    const sent = this.#card.log
      .filter(({ command }) => command[1] === 0x20 && command.length > 5)
      .map(({ command }) => toHex(command.subarray(5)))
    for (const value of new Set(sent)) {
      const given = attempts.filter((one) => gives(one) && toHex(asciiBytes(one.text)) === value)
      expect(given.some((one) => one.value === 'malformed')).toBe(false)
      expect(sent.filter((one) => one === value).length, 'VERIFY').toBeLessThanOrEqual(given.length)
    }
  }

  #expectTries(attempts: readonly Attempt[], before: ReadonlyMap<PinName, number>, lies: boolean): void {
    const given = attempts.filter((one) => gives(one) && one.value !== 'malformed')
    const after = this.#tries()
    // A card that lies may be talked past the guard, or have another application selected than it says; not twice.
    if (lies) {
      const spent = [...after].map(([name, tries]) => Math.max(0, before.get(name)! - tries))
      expect(spent.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(given.length)
      return
    }
    for (const [name, tries] of after) {
      const had = before.get(name)!
      const wrong = given.filter((one) => one.pin === name && one.value === 'wrong')
      expect(had - tries, `tries of ${name}`).toBeLessThanOrEqual(wrong.length)
      const kept = Math.min(...wrong.map((one) => (one.lastTry ? 0 : (one.keepTries ?? 2) - 1)), had)
      expect(tries, `tries of ${name} kept`).toBeGreaterThanOrEqual(kept)
    }
  }

  /** What a PIN opens is not had without it: only one that this session verified counts. */
  #expectNothingInherited(attempt: Attempt, outcome: string, own: ReadonlySet<PinName>): void {
    const { target } = attempt
    if (attempt.do !== 'use' || target.use === undefined || outcome !== 'done') return
    const opens = this.#names().filter((name) => {
      const { reference } = this.#targets[name]!
      return reference === target.reference || target.others?.includes(reference)
    })
    expect(
      opens.some((name) => own.has(name)),
      `${attempt.pin} was not verified by this session`,
    ).toBe(true)
  }

  #names(): PinName[] {
    return Object.keys(this.#targets) as PinName[]
  }

  #tries(): ReadonlyMap<PinName, number> {
    return new Map(this.#names().map((name) => [name, this.#card.triesLeft(name)]))
  }

  #verified(): PinName[] {
    return this.#names().filter((name) => this.#card.verified(name))
  }
}

/** Whether a PIN is part of it. */
function gives({ do: operation }: Operation): boolean {
  return operation === 'verify' || operation === 'change' || operation === 'enter'
}

async function perform(
  session: CardSession,
  attempt: Attempt,
  pin: (which: 'given' | 'right') => Pin,
  known: PinStatus | undefined,
): Promise<void> {
  const { target, keepTries, lastTry } = attempt
  const options: VerifyPinOptions = { keepTries, lastTry: lastTry ? spendTheLastTry : undefined }
  if (attempt.do === 'identify') await identifyCard(session)
  else if (attempt.do === 'enter') {
    const { reference } = target
    const enter = () => verifyPin(session, reference, pin('given'), { ...options, known })
    await session.within(reference.application, enter)
  } else if (attempt.do === 'change' && target.change !== undefined) await target.change(session, pin, options)
  else if (gives(attempt)) await target.verify(session, pin, options)
  else if (attempt.do === 'use') await target.use?.(session)
  else await status(session, target)
}

function status(session: CardSession, { reference }: PinTarget): Promise<PinStatus> {
  return session.exclusively(async () => {
    await session.ensureApplication(reference.application)
    return readPinStatus(session, reference)
  })
}

/** What must become of a PIN that is given while nothing goes wrong. */
function expected(attempt: Attempt, tries: number): string | undefined {
  if (!gives(attempt)) return undefined
  if (attempt.value === 'malformed') return 'ERR_PIN_FORMAT'
  if (tries === 0) return 'ERR_PIN_BLOCKED'
  if (tries < (attempt.keepTries ?? 2) && !attempt.lastTry) return 'ERR_PIN_GUARDED'
  if (attempt.value === 'right') return 'done'
  return tries === 1 ? 'ERR_PIN_BLOCKED' : 'ERR_PIN_REJECTED'
}
