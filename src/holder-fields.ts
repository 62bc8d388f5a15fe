/**
 * Fields of the holder's data, in records of a card and in a certificate: why a field cannot be read, how that is reported without its
 * value, and the values that both have in common. One field that cannot be read does not affect the others.
 */
import { daysInMonth } from './days.ts'

/** Every reason for which a field cannot be read. */
export const fieldProblemCodes = [
  /** The field is absent. */
  'missing',
  /** The field is there more than once: which one is meant is unknown. */
  'duplicate',
  'wrong-length',
  /** Not UTF-8; in a certificate also not a UTF8String. */
  'not-utf8',
  /** A character other than 0 to 9 where digits must be. */
  'not-digits',
  /** Digits that are no day of the calendar. */
  'not-a-date',
  /** A code without a known meaning. */
  'unknown-code',
  /** Substitute flags (代替文字位置) that are not `0` or `1` for each character of their text. */
  'flags-do-not-fit',
  /** Not a PNG or JP2 image of 1 to 2048 pixels a side. */
  'not-an-image',
  /** An offset table without the places of the fields. */
  'offsets-do-not-fit',
  /** More than {@link maxFurther} further fields; the first ones are listed. */
  'too-many',
] as const

/** One of {@link fieldProblemCodes}. */
export type FieldProblemCode = (typeof fieldProblemCodes)[number]

/** A field that cannot be read. Nothing of its value: it may be logged. */
export interface FieldProblem<Field extends string = string> {
  /** Name of the field in the result; `offsets` and `further` for the offset table and the list of further fields. */
  readonly field: Field
  readonly problem: FieldProblemCode
  /** Form and length of what is there, never its value: `8 digits`, `1 byte`, `12 characters`, `2 fields`, `nothing`. */
  readonly masked: string
}

/** A field of a record beyond the known ones. Personal data. */
export interface FurtherField {
  /** Tag as written, for example 0xDF26. */
  readonly tag: number
  /** Its text, when the value is UTF-8 without control characters. */
  readonly text?: string | undefined
  /** The value, a copy. */
  readonly bytes: Uint8Array
}

/** Most further fields listed. Chosen here: later cards are expected to have a few (フリガナ, ローマ字). */
export const maxFurther = 32

/** 性別: 男, 女, その他, 適用不能. */
export type HolderSex = 'male' | 'female' | 'other' | 'not-applicable'

const sexes: ReadonlyMap<string, HolderSex> = new Map([
  ['1', 'male'],
  ['2', 'female'],
  ['3', 'other'],
  ['9', 'not-applicable'],
])

/** Sex by its code, one digit; `undefined` for any other text. */
export function sexOf(code: string): HolderSex | undefined {
  return sexes.get(code)
}

/** Whether a date whose unknown parts are zero is possible: each part with the others. @param year - 0 to 9999. */
export function isPartialDay(year: number, month: number, day: number): boolean {
  if (month > 12) return false
  return day <= (month === 0 ? 31 : daysInMonth(year || 2000, month))
}

/** Text of UTF-8, U+FEFF a character like any other; `undefined` for other bytes. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Text of UTF-8 without control characters; `undefined` for other bytes. */
export function plainText(bytes: Uint8Array): string | undefined {
  const text = utf8Text(bytes)
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text
}

/** Form and length of a value: `8 digits`, `12 characters`, `3 bytes`. */
export function formOf(bytes: Uint8Array): string {
  const text = bytes.length === 0 ? undefined : plainText(bytes)
  if (text === undefined) return counted(bytes.length, 'byte')
  return /^[0-9]*$/.test(text) ? counted(text.length, 'digit') : counted([...text].length, 'character')
}

/** `1 byte`, `2 bytes`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
