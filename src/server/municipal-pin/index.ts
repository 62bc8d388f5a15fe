/**
 * PINs a municipality keeps for its certificate issuing machines.
 */

export type { AtTerminal, ByClerk, MunicipalPinStatus } from './municipal-pins.ts'
export { MunicipalPins } from './municipal-pins.ts'
export type { MunicipalPinKind, MunicipalPinsOptions } from './options.ts'
export { municipalPinKinds } from './options.ts'
export type { HashLimits, ScryptCost } from './pin-hash.ts'
