/**
 * Recording a session with everything personal masked, and playing one back.
 */
export type { MaskedHex, Transcript, TranscriptExchange } from './format.ts'
export { checkTranscript, formatTranscript, parseTranscript, transcriptFormat } from './format.ts'
export type { Keep } from './mask.ts'
export type { RecordingConnection, RecordOptions } from './record.ts'
export { recordConnection } from './record.ts'
export type { ReplayConnection } from './replay.ts'
export { replayConnection } from './replay.ts'
