import type { CheckDigitRule, Obfuscation } from './digits.ts'
import type { Encoding, Padding } from './encodings.ts'

const shown = '[personal]'

/**
 * Personal text, such as a 宛名番号. Never printed: text, JSON and `console.log` give `[personal]`; only `reveal()` returns
 * it.
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

/** Characters allowed in a decoded field. */
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
  /** Number of characters without padding and obfuscation. */
  readonly size: { readonly min: number; readonly max: number }
  /** The only allowed values, if known. */
  readonly oneOf: readonly string[] | undefined
  readonly checkDigit: CheckDigitRule | undefined
  /** The field may be padding only. */
  readonly optional: boolean
  /** Its value is a {@link PersonalText}. */
  readonly personal: boolean
}

/** Value of a field: `undefined` for an optional one that is empty. */
export type FieldValue = string | PersonalText | undefined

/** Constant bytes. */
export interface Constant {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Layout of a block. */
export interface BlockLayout {
  /** Length in bytes (on a stripe characters). */
  readonly length: { readonly min: number; readonly max: number }
  readonly constants: readonly Constant[]
  readonly fields: readonly Field[]
}

/** The check that found a difference of a block from its layout. */
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

/** A difference between a block and its layout. Contains no content of the block. */
export interface Fault {
  readonly check: FaultCheck
  /** From the start of the block. */
  readonly offset: number
  /** Field concerned, if any. */
  readonly field: string | undefined
  readonly reason: string
}
