import type { CheckDigitRule } from './check-digit.ts'
import type { Encoding, Padding } from './encodings.ts'
import type { Obfuscation } from './obfuscation.ts'

const shown = '[personal]'

/**
 * Personal text, such as a 宛名番号. It never shows itself: text, JSON and `console.log` give `[personal]`; only `reveal()`
 * returns it.
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

/** Which characters a field may hold once it is read. */
export const characterSets = ['digits', 'alphanumeric', 'printable'] as const

/** `digits` 0 to 9; `alphanumeric` also A to Z and a to z; `printable` all but control characters. */
export type CharacterSet = (typeof characterSets)[number]

/** One character of each set. */
export const characterForms: Readonly<Record<CharacterSet, RegExp>> = {
  digits: /^[0-9]$/,
  alphanumeric: /^[0-9A-Za-z]$/,
  printable: /^\P{Cc}$/u,
}

/** One field of a block: bytes of a card's object, or characters of a stripe. */
export interface Field {
  /** Name, unique in the profile. */
  readonly id: string
  /** Bytes (on a stripe characters) from the start of the block. */
  readonly offset: number
  /** Bytes (on a stripe characters), padding included. */
  readonly length: number
  readonly encoding: Encoding
  readonly padding: Padding | undefined
  readonly obfuscation: Obfuscation | undefined
  readonly characters: CharacterSet
  /** Characters that are left after padding and obfuscation. */
  readonly size: { readonly min: number; readonly max: number }
  /** The only values there may be, when they are known. */
  readonly oneOf: readonly string[] | undefined
  readonly checkDigit: CheckDigitRule | undefined
  /** It may be nothing but padding. */
  readonly optional: boolean
  /** Its value is a {@link PersonalText}. */
  readonly personal: boolean
}

/** Value of a field: `undefined` for an optional one that is empty. */
export type FieldValue = string | PersonalText | undefined

/** Bytes that are always the same. */
export interface Constant {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What a block holds. */
export interface BlockLayout {
  /** Bytes (on a stripe characters) it may have. */
  readonly length: { readonly min: number; readonly max: number }
  readonly constants: readonly Constant[]
  readonly fields: readonly Field[]
}

/** The check by which a block differs from its layout. */
export type FaultCheck =
  | 'length'
  | 'constant'
  | 'encoding'
  | 'empty'
  | 'obfuscation'
  | 'characters'
  | 'size'
  | 'value'
  | 'check-digit'

/** A difference between a block and its layout. Holds no content of the block. */
export interface Fault {
  readonly check: FaultCheck
  /** From the start of the block. */
  readonly offset: number
  /** Field it is about, when it is about one. */
  readonly field: string | undefined
  readonly reason: string
}
