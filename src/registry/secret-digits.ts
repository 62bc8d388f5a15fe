/**
 * Digits that must not be seen by accident, in bytes of their own. Text, JSON, template literals and `console.log` give a
 * mask; only `reveal()` gives the digits, as a string that cannot be wiped.
 */
export abstract class SecretDigits implements Disposable {
  #digits: Uint8Array

  /** @param digits - ASCII; become the property of the object. */
  protected constructor(digits: Uint8Array) {
    this.#digits = digits
  }

  /** What is shown in place of the digits. */
  abstract get mask(): string

  /** Digits, 0 once wiped. */
  get length(): number {
    return this.#digits.length
  }

  /** The digits. @throws TypeError once wiped. */
  reveal(): string {
    return this.lend((digits) => String.fromCharCode(...digits))
  }

  /** Lends the bytes for one call; they must not be kept. @throws TypeError once wiped. @internal */
  lend<T>(use: (digits: Uint8Array) => T): T {
    if (this.#digits.length === 0) throw new TypeError('the digits were wiped')
    return use(this.#digits)
  }

  /** Overwrites the digits. Idempotent. */
  wipe(): void {
    this.#digits.fill(0)
    this.#digits = new Uint8Array()
  }

  [Symbol.dispose](): void {
    this.wipe()
  }

  toString(): string {
    return this.mask
  }

  toJSON(): string {
    return this.mask
  }

  static {
    Object.defineProperty(SecretDigits.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      value(this: SecretDigits): string {
        return this.mask
      },
    })
  }
}
