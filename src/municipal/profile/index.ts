/**
 * Data of municipalities on cards and stripes, described as data: fields, encodings, check digits. Building blocks of
 * the profiles of `jpki-card/municipal`.
 */
export type { CheckDigitRule } from './check-digit.ts'
export { checkDigit } from './check-digit.ts'
export type { Encoding, Padding } from './encodings.ts'
export { encodings } from './encodings.ts'
export type { BlockLayout, CharacterSet, Constant, Field, FieldValue } from './field.ts'
export { characterSets, PersonalText } from './field.ts'
export { maxProfileLength } from './json-document.ts'
export type { ProfileCheck } from './load.ts'
export { profileFormat } from './load.ts'
export type { Obfuscation, ObfuscationMode } from './obfuscation.ts'
export { obfuscationModes } from './obfuscation.ts'
export type { ReadValidity, ResultFields, ValidityRule } from './outcome.ts'
