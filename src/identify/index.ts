/**
 * Which card is in the reader, and its last day.
 *
 * @module jpki-card/identify
 */
export { readCardExpiry } from './card-expiry.ts'
export type { ApplicationPresence, CardKind, Identification } from './identify.ts'
export { identifyCard } from './identify.ts'
