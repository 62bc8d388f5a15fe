/**
 * PINs a municipality keeps for its certificate issuing machines.
 *
 * @module jpki-card/municipal-pin
 */
export type { MunicipalPinKind } from './kinds.ts'
export { municipalPinKinds } from './kinds.ts'
export type { AtTerminal, ByClerk, MunicipalPinStatus } from './municipal-pins.ts'
export { MunicipalPins } from './municipal-pins.ts'
export type { MunicipalPinsOptions } from './options.ts'
export type { HashLimits, ScryptCost } from './pin-hash.ts'
