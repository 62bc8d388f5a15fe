/** What is written down of one step: no PIN, no personal data, no certificate. */
export interface AuditEvent {
  readonly type: string
  readonly [key: string]: string | number | boolean | null | undefined
}

/** Where steps are written down. One that cannot be written must throw AuditError `ERR_AUDIT`. */
export interface AuditSink {
  write(event: AuditEvent): void | Promise<void>
  close?(): Promise<void>
}
