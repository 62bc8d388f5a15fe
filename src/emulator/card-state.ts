/** State of the card: PINs (persistent), security state (until power off), current AP and EF (until any reset). */

import type { SecureMessagingSession } from './secure-messaging/session.ts'
import type { AccessRule, Application, CardFile, PinFile, PinName } from './table.ts'

interface PinMemory {
  value: Uint8Array
  triesLeft: number
}

export class CardState {
  readonly applications: readonly Application[]
  readonly #manager: Application | undefined
  readonly #pins = new Map<PinName, PinMemory>()
  readonly #verified = new Set<PinName>()
  #current: Application | undefined
  /** The application the verified PINs belong to; survives a warm reset, as they do. */
  #owner: Application | undefined
  /** The file addressed by commands with P2 = 80. */
  currentFile: CardFile | undefined
  /** An iPhone has verified its holder, which opens the user-authentication key for one signature. */
  deviceVerified = false
  /** Secure messaging; any SELECT of an application and any reset ends it. */
  session: SecureMessagingSession | undefined

  constructor(applications: readonly Application[]) {
    this.applications = applications
    this.#manager = applications.find((application) => application.manager)
    for (const { files } of applications) {
      for (const file of files) if (file.structure === 'pin') this.#pins.set(file.name, issued(file))
    }
    this.loseEverything()
  }

  /** The application commands go to. After a reset it is the card manager, on cards that have one. */
  get current(): Application | undefined {
    return this.#current
  }

  select(application: Application): void {
    if (this.#owner !== application) this.#verified.clear()
    this.#owner = application
    this.#current = application
    this.currentFile = undefined
    this.session = undefined
  }

  /** Warm reset: nothing is selected, but verified PINs stay verified. */
  loseSelection(): void {
    this.#current = this.#manager
    this.currentFile = undefined
    this.session = undefined
  }

  loseEverything(): void {
    this.loseSelection()
    this.#owner = undefined
    this.#verified.clear()
    this.deviceVerified = false
  }

  allows(rule: AccessRule): boolean {
    if (rule === 'free') return true
    if (rule === 'never') return false
    if (this.deviceVerified && this.#current !== undefined && rule.includes('auth')) return true
    return this.#current === this.#owner && rule.some((name) => this.#verified.has(name))
  }

  isVerified(name: PinName): boolean {
    return this.#verified.has(name) || (name === 'auth' && this.deviceVerified)
  }

  setVerified(name: PinName, verified: boolean): void {
    if (verified) this.#verified.add(name)
    else this.#verified.delete(name)
  }

  /** @throws RangeError when this card has no such PIN. */
  pin(name: PinName): PinMemory {
    const memory = this.#pins.get(name)
    if (memory === undefined) throw new RangeError(`this card has no PIN ${name}`)
    return memory
  }
}

function issued(file: PinFile): PinMemory {
  return { value: file.issued, triesLeft: file.issuedTriesLeft ?? file.tries ?? Number.POSITIVE_INFINITY }
}
