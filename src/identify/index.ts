/**
 * Which card is in the reader, and its last day: the common application (共通カードAP) and the card manager.
 */
export { readCardExpiry } from './card-expiry.ts'
export { CommonApplication } from './common/application.ts'
export type { CardRecord } from './common/card-record.ts'
export { cardRecordExpiry, checkCardRecord, decodeCardRecord } from './common/card-record.ts'
export { commonFiles, commonPin } from './common/files.ts'
export type { ApplicationPresence, CardKind, Identification, IdentifyOptions } from './identify.ts'
export { identifyCard } from './identify.ts'
export { CardManager } from './manager/application.ts'
export type { RecognitionData } from './manager/decode.ts'
export { cardManagerApplication, cardManagerObjects } from './manager/objects.ts'
