/**
 * The audit log: one JSON object a line, each holding the hash of the line before.
 *
 * @module jpki-card/audit
 */
export type { AuditEvent, AuditSink } from './event.ts'
export type { AuditHead } from './line.ts'
export { auditFormat } from './line.ts'
export type { AuditLog, AuditLogOptions } from './log.ts'
export { openAuditLog } from './log.ts'
export type { AuditSummary } from './verify.ts'
export { verifyAuditLog } from './verify.ts'
