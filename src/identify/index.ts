/**
 * Which card is in the reader.
 *
 * @module jpki-card/identify
 */
export type { ApplicationPresence, CardKind, Identification } from './identify.ts'
export { identifyCard } from './identify.ts'
