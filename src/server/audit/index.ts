/**
 * The audit log: one JSON object per line, each with the hash of the line before (hash chain).
 */
export type { AuditEvent, AuditSink } from './event.ts'
export type { HeadKeeper, TextStore } from './head-keeper.ts'
export { headFile, headInStore } from './head-keeper.ts'
export type { AuditEnd, AuditHead } from './line.ts'
export { auditFormat } from './line.ts'
export type { AuditLog, AuditLogOptions } from './log.ts'
export { openAuditLog } from './log.ts'
export type { AuditFileSummary, AuditSetSummary, AuditSummary } from './verify.ts'
export { verifyAuditLog, verifyAuditLogs } from './verify.ts'
