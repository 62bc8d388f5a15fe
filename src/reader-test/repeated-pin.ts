import { copyBytes } from '../bytes.ts'
import { Pin } from '../card/index.ts'

/** A PIN for several uses, each with a copy of its own that the use consumes. */
export class RepeatedPin {
  readonly #pin: Pin
  readonly #isFinal: (error: unknown) => boolean
  #refused = false

  /** Takes ownership. @param isFinal - whether an error of a use is the end of it. */
  constructor(pin: Pin, isFinal: (error: unknown) => boolean) {
    this.#pin = pin
    this.#isFinal = isFinal
  }

  /** An error was final: it is wiped, and must not be used again. */
  get refused(): boolean {
    return this.#refused
  }

  /** Runs one use of it. Rethrows what the use throws. */
  async use(body: (copy: Pin) => Promise<void>): Promise<void> {
    try {
      await body(this.#pin.lend((bytes) => Pin.fromBytes(copyBytes(bytes))))
    } catch (error) {
      if (this.#isFinal(error)) {
        this.#refused = true
        this.wipe()
      }
      throw error
    }
  }

  wipe(): void {
    this.#pin.wipe()
  }
}
