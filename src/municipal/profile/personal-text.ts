const shown = '[personal]'

/**
 * Text that says something about a person, as 宛名番号 does. It never shows itself: text, JSON and `console.log` give
 * `[personal]`; only `reveal()` gives it out.
 */
export class PersonalText {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text. Do not log it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  static {
    Object.defineProperty(PersonalText.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: () => shown })
  }
}
