import { copyBytes } from '../bytes.ts'
import { PinError } from '../errors.ts'
import type { PinFormat } from '../pins.ts'

/**
 * A PIN in owned bytes. Wiped by the call that consumes it (`verifyPin`, `changePin`, `authenticate`, `sign`), or by
 * `wipe()` / `using`. Never printed: text, JSON and `console.log` give `[PIN]`.
 *
 * Wiping does not reach: the string it was made from, copies made by the garbage collector, the operating system, the
 * PC/SC service and the reader. Create it from bytes where possible.
 */
export class Pin implements Disposable {
  #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * A PIN from typed text. Full-width characters (`１２３４`, as from Japanese input methods) become ASCII; with
   * `upperCase` letters are converted to upper case, as usual for the signature password.
   *
   * @throws PinError `ERR_PIN_FORMAT` when a character is not printable ASCII.
   */
  static fromText(text: string, options: { readonly upperCase?: boolean } = {}): Pin {
    const bytes = new Uint8Array(text.length)
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i)
      if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0
      if (options.upperCase && code >= 0x61 && code <= 0x7a) code -= 0x20
      if (code < 0x21 || code > 0x7e) {
        bytes.fill(0)
        throw new PinError('ERR_PIN_FORMAT', 'a PIN has printable ASCII characters only', { pin: 'unknown' })
      }
      bytes[i] = code
    }
    return new Pin(bytes)
  }

  /** A PIN from bytes. They are copied, then the given array is wiped. */
  static fromBytes(bytes: Uint8Array): Pin {
    const own = copyBytes(bytes)
    bytes.fill(0)
    return new Pin(own)
  }

  /** Number of characters, 0 once wiped. */
  get length(): number {
    return this.#bytes.length
  }

  /**
   * Why the PIN does not match a format, as a sentence with every rule and without the PIN; `undefined` when it
   * matches.
   *
   * @param use - `new` for one to be set: a password then needs at least one letter and one digit.
   */
  misfit(format: PinFormat, use: 'current' | 'new' = 'current'): string | undefined {
    const bytes = this.#bytes
    if (bytes.length === 0) return 'the PIN is empty or was already used'
    const digit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39
    if (format.kind === 'digits') {
      const { length, max = length } = format
      const fits = bytes.length >= length && bytes.length <= max && bytes.every(digit)
      return fits ? undefined : `it must have ${max > length ? `${length} to ${max}` : length} digits`
    }
    const letter = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a
    const fits = bytes.length >= format.min && bytes.length <= format.max && bytes.every((b) => digit(b) || letter(b))
    if (fits && (use === 'current' || this.mixed)) return undefined
    const mixed = use === 'new' ? ', at least one letter and one digit' : ''
    return `it must have ${format.min} to ${format.max} letters A-Z and digits${mixed}`
  }

  /** Whether at least one letter and one digit occur. */
  get mixed(): boolean {
    const some = (low: number, high: number): boolean => this.#bytes.some((byte) => byte >= low && byte <= high)
    return some(0x30, 0x39) && some(0x41, 0x5a)
  }

  /** Passes the bytes to one call; they must not be kept. @internal */
  lend<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#bytes)
  }

  /** Overwrites the bytes. The PIN is empty afterwards. Idempotent. */
  wipe(): void {
    this.#bytes.fill(0)
    this.#bytes = new Uint8Array()
  }

  [Symbol.dispose](): void {
    this.wipe()
  }

  toString(): string {
    return '[PIN]'
  }

  toJSON(): string {
    return '[PIN]'
  }

  static {
    Object.defineProperty(Pin.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => '[PIN]' })
  }
}

/**
 * For `finally` of operations that consume PINs, so that they are wiped also when the operation fails earlier.
 *
 * @internal
 */
export function wiping(...pins: readonly Pick<Pin, 'wipe'>[]): () => void {
  return () => {
    for (const pin of pins) pin.wipe()
  }
}
