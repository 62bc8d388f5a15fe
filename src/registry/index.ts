/**
 * What the data of the registry applications share (住基ネット系アプリケーション): application identifiers, check digits, eras, secret
 * digits, templates, card-verifiable certificates. Not a subpath.
 */

export { type Era, type EraYear, eraYear } from '../days.ts'
export * from './applications.ts'
export * from './check-digits.ts'
export * from './cvc/card-key.ts'
export * from './cvc/cvc.ts'
export * from './cvc/known-roots.ts'
export * from './secret-digits.ts'
export * from './template.ts'
