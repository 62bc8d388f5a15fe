/**
 * What municipalities write into cards and stripes, as data: fields, encodings, check digits. Profiles of
 * `jpki-card/issuance` and `jpki-card/stripe` are made of these.
 *
 * @module jpki-card/layout
 */
export type { CheckDigitRule } from './check-digit.ts'
export { checkDigit } from './check-digit.ts'
export type { Encoding, Padding } from './encodings.ts'
export { encodings } from './encodings.ts'
export type { BlockLayout, CharacterSet, Constant, Field, FieldValue } from './field.ts'
export { characterSets } from './field.ts'
export { maxProfileLength } from './json-document.ts'
export type { ProfileCheck } from './load.ts'
export { profileFormat } from './load.ts'
export type { Obfuscation, ObfuscationMode } from './obfuscation.ts'
export { obfuscationModes } from './obfuscation.ts'
export type { ReadValidity, ResultFields, ValidityRule } from './outcome.ts'
export { PersonalText } from './personal-text.ts'
