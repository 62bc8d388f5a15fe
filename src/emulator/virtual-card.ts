/** The virtual card itself: power, exchanges, faults and the log. */

import { setTimeout as sleep } from 'node:timers/promises'
import { copyBytes, fromHex } from '../bytes.ts'
import { type Answer, encodeAnswer, parseCommand, sw } from './apdu.ts'
import type { CardState } from './card-state.ts'
import { Chaining } from './chaining.ts'
import { dispatch } from './dispatch.ts'
import { type Fault, FaultPlayer, type FaultScript } from './faults.ts'
import type { Identity } from './issue/identity.ts'
import type { CardProfile, VirtualCardKind } from './options.ts'
import type { PinName } from './table.ts'

/** The only error of an exchange with the virtual card. */

/**
 * Why there was no response: `unpowered` the card was not powered, `pulled` and `reset` a fault, `powered-off`
 * meanwhile.
 */
export type VirtualCardGoneReason = 'unpowered' | 'pulled' | 'reset' | 'powered-off'

/** No response, because the card is absent, was removed, or was reset. Transports map it to their own errors. */
export class VirtualCardGone extends Error {
  readonly reason: VirtualCardGoneReason
  constructor(reason: VirtualCardGoneReason) {
    super(`no response from the virtual card: ${reason}`)
    this.name = 'VirtualCardGone'
    this.reason = reason
  }
}

/** One command and the response sent by the card, faults included. */
export interface LoggedExchange {
  readonly command: Uint8Array
  readonly response: Uint8Array
}

/**
 * A card in software, stricter than the real ones it imitates. Its facts are second-hand; each handler states its
 * number of sources. It holds invented data only, and its certificates have no value.
 */
export interface VirtualCard {
  readonly kind: VirtualCardKind
  /** Answer to reset, a copy. */
  readonly atr: Uint8Array
  readonly identity: Identity
  readonly powered: boolean
  /** Whether a `pull` fault removed the card; `powerOn` reinserts it. */
  readonly pulled: boolean
  /** Exchanges started since creation. */
  readonly exchanges: number
  /** Test only: keeps VERIFY and CHANGE data, so PINs. Empty when `keepLog` is false. */
  readonly log: readonly LoggedExchange[]
  /** Cold reset: clears PIN state and selection. Returns the ATR. */
  powerOn(): Uint8Array
  /** Powers the card off. Pending exchanges are rejected with {@link VirtualCardGone}. */
  powerOff(): void
  /**
   * Warm reset. Verified PINs stay verified (one source measured it), application and EF do not stay selected.
   *
   * @throws VirtualCardGone when not powered.
   */
  warmReset(): Uint8Array
  /**
   * One command in, one raw response APDU out, status word included. Any bytes are answered.
   *
   * @returns 2 bytes or more, unless a fault changes that.
   * @throws VirtualCardGone when not powered, pulled, or reset by a fault.
   */
  exchange(command: Uint8Array): Promise<Uint8Array>
  /** Replaces the fault script; counting starts at 1 again. @throws TypeError with the position of an error. */
  setFaults(script: FaultScript | undefined): void
  clearLog(): void
  /** For tests only. Infinity for a PIN without a limit. @throws RangeError when the card has no such PIN. */
  triesLeft(pin: PinName): number
  /** For tests only: whether the PIN is verified. An iPhone that has verified its holder counts as `auth`. */
  verified(pin: PinName): boolean
  /**
   * The holder of an iPhone verifies with Face ID or Touch ID and holds it to the reader: good for one signature, until the
   * terminal ends it or powers it off after a command. @throws TypeError for another kind.
   */
  verifyHolder(): void
}

/** Components of a card. */
export interface CardParts {
  readonly atr: Uint8Array
  readonly identity: Identity
  readonly state: CardState
  readonly profile: CardProfile
  readonly refuseFirstCommand: boolean
  readonly keepLog: boolean
  readonly deviceVerified: boolean
}

export class SoftwareCard implements VirtualCard {
  readonly #parts: CardParts
  readonly #chaining: Chaining
  readonly #waiting = new Set<(error: VirtualCardGone) => void>()
  #log: LoggedExchange[] = []
  #faults: FaultPlayer | undefined
  #powered = false
  #pulled = false
  #fresh = false
  #exchanges = 0
  /** The holder has verified, and no command has come since. */
  #holderVerified: boolean

  constructor(parts: CardParts) {
    this.#parts = parts
    this.#holderVerified = parts.deviceVerified
    this.#chaining = new Chaining(parts.profile)
  }

  get kind(): VirtualCardKind {
    return this.#parts.profile.kind
  }
  get atr(): Uint8Array {
    return this.#parts.atr.slice()
  }
  get identity(): Identity {
    return this.#parts.identity
  }
  get powered(): boolean {
    return this.#powered
  }
  get pulled(): boolean {
    return this.#pulled
  }
  get exchanges(): number {
    return this.#exchanges
  }
  get log(): readonly LoggedExchange[] {
    return this.#log
  }

  powerOn(): Uint8Array {
    this.powerOff()
    this.#pulled = false
    this.#powered = true
    this.#fresh = true
    this.#parts.state.deviceVerified = this.#holderVerified
    return this.atr
  }

  powerOff(): void {
    this.#loseAll('powered-off')
  }

  warmReset(): Uint8Array {
    if (!this.#powered) throw new VirtualCardGone('unpowered')
    this.#parts.state.loseSelection()
    this.#chaining.forget()
    return this.atr
  }

  async exchange(command: Uint8Array): Promise<Uint8Array> {
    if (!this.#powered) throw new VirtualCardGone(this.#pulled ? 'pulled' : 'unpowered')
    this.#exchanges++
    this.#holderVerified = false
    const fault = this.#faults?.next(command[1])
    const response = fault === undefined ? this.#answer(command) : await this.#fail(command, fault)
    return response
  }

  setFaults(script: FaultScript | undefined): void {
    this.#faults = script === undefined ? undefined : new FaultPlayer(script)
  }

  clearLog(): void {
    this.#log = []
  }

  triesLeft(pin: PinName): number {
    return this.#parts.state.pin(pin).triesLeft
  }

  verified(pin: PinName): boolean {
    return this.#parts.state.isVerified(pin)
  }

  verifyHolder(): void {
    if (this.kind !== 'phone-iphone') throw new TypeError('only an iPhone verifies its holder by itself')
    this.#holderVerified = true
    this.#parts.state.deviceVerified = this.#powered
  }

  #answer(command: Uint8Array): Uint8Array {
    const response = this.#execute(command)
    this.#record(command, response)
    return response
  }

  #execute(bytes: Uint8Array): Uint8Array {
    const { state, profile, refuseFirstCommand } = this.#parts
    const first = this.#fresh
    this.#fresh = false
    if (first && refuseFirstCommand) return encodeAnswer(new Uint8Array(0), sw.noDiagnosis)
    const command = parseCommand(bytes)
    if (command === undefined || (command.extended && !profile.extendedLength)) {
      this.#chaining.forget()
      return encodeAnswer(new Uint8Array(0), command === undefined ? sw.wrongLength : profile.extendedLengthRefusal)
    }
    const answer = this.#chaining.run(command, (complete) => dispatch(complete, state, profile))
    return command.extended ? leftOf(answer, profile) : encodeAnswer(answer.data, answer.sw)
  }

  async #fail(command: Uint8Array, fault: Fault): Promise<Uint8Array> {
    const { do: action } = fault
    const late = fault.when === 'after' || (typeof action === 'object' && 'truncate' in action)
    if (action === 'pull' || action === 'reset' || action === 'silent') {
      if (late) this.#execute(command)
      this.#record(command, new Uint8Array(0))
      return this.#vanish(action)
    }
    if (typeof action === 'object' && 'delayMs' in action) {
      const early = late ? this.#answer(command) : undefined
      await Promise.race([sleep(action.delayMs), this.#untilPowerOff()])
      return early ?? this.#answer(command)
    }
    const real = late ? this.#execute(command) : new Uint8Array(0)
    const response = spoilt(action, real)
    this.#record(command, response)
    return response
  }

  #vanish(action: 'pull' | 'reset' | 'silent'): Promise<never> {
    if (action === 'silent') return this.#untilPowerOff()
    if (action === 'reset') {
      this.warmReset()
      throw new VirtualCardGone('reset')
    }
    this.#pulled = true
    this.#loseAll('pulled')
    throw new VirtualCardGone('pulled')
  }

  #untilPowerOff(): Promise<never> {
    return new Promise((_, reject) => {
      this.#waiting.add(reject)
    })
  }

  #loseAll(reason: 'powered-off' | 'pulled'): void {
    this.#powered = false
    this.#parts.state.loseEverything()
    this.#chaining.forget()
    for (const reject of this.#waiting) reject(new VirtualCardGone(reason))
    this.#waiting.clear()
  }

  #record(command: Uint8Array, response: Uint8Array): void {
    if (this.#parts.keepLog) this.#log.push({ command: copyBytes(command), response: copyBytes(response) })
  }
}

/** Truncates a response to an extended length command as the reader does. */
function leftOf({ data, sw: word }: Answer, { extendedAnswers }: CardProfile): Uint8Array {
  if (extendedAnswers === 'whole') return encodeAnswer(data, word)
  if (extendedAnswers === 'empty') return encodeAnswer(new Uint8Array(0), word)
  if ('keep' in extendedAnswers) return encodeAnswer(data.subarray(0, extendedAnswers.keep), word)
  return encodeAnswer(data, word).slice(0, extendedAnswers.keepBytes)
}

type Spoiling = 'empty' | { readonly truncate: number } | { readonly status: number } | { readonly garbage: string }

function spoilt(action: Spoiling, real: Uint8Array): Uint8Array {
  if (action === 'empty') return new Uint8Array(0)
  if ('truncate' in action) return copyBytes(real, 0, action.truncate)
  if ('status' in action) return encodeAnswer(new Uint8Array(0), action.status)
  return fromHex(action.garbage)
}
