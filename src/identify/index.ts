/**
 * Which card is in the reader, and its last day: the common application (共通カードAP) and the card manager.
 */
export { CommonApplication, commonFiles, commonPin, readCardExpiry } from './common/application.ts'
export type { CardRecord } from './common/card-record.ts'
export { cardRecordExpiry, checkCardRecord, decodeCardRecord } from './common/card-record.ts'
export type { ApplicationPresence, CardKind, Identification, IdentifyOptions } from './identify.ts'
export { identifyCard, residenceApplication } from './identify.ts'
export { CardManager, cardManagerApplication, cardManagerObjects } from './manager/application.ts'
export type { RecognitionData } from './manager/decode.ts'
