/** One event for the audit log: no PIN, no personal data, no certificate. */
export interface AuditEvent {
  readonly type: string
  readonly [key: string]: string | number | boolean | null | undefined
}

/** Destination of audit events. Must throw AuditError `ERR_AUDIT` when an event cannot be written. */
export interface AuditSink {
  write(event: AuditEvent): void | Promise<void>
  close?(): Promise<void>
}
