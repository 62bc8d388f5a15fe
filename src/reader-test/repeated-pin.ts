import { copyBytes } from '../bytes.ts'
import { Pin } from '../card/index.ts'

/** A PIN for several uses, each with a copy of its own that the use consumes. */
export class RepeatedPin {
  readonly #pin: Pin
  readonly #isFinal: (error: unknown) => boolean
  #refused = false

  /** Takes ownership. @param isFinal - whether an error makes the PIN unusable. */
  constructor(pin: Pin, isFinal: (error: unknown) => boolean) {
    this.#pin = pin
    this.#isFinal = isFinal
  }

  /** Whether a final error occurred: the PIN is wiped and must not be used again. */
  get refused(): boolean {
    return this.#refused
  }

  /** Runs one use. Rethrows its errors. */
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
