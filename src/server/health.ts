/** The state of one part of a running server, for readiness, metrics and the operator's log. */
export interface Condition {
  /** The part: `store`, `audit`, `revocation`, `tls`, `anchors`. */
  readonly part: string
  /** `failed`: requests cannot be served. `warning`: they can, and someone has to act. */
  readonly state: 'ok' | 'warning' | 'failed'
  /** Stable identifier of the cause, for programs: `list-expired`, `write-failed`. Absent while `ok`. */
  readonly reason?: string | undefined
  /** The cause for an operator. Holds no secret and no personal data. */
  readonly detail?: string | undefined
  /** When this state began. */
  readonly since?: Date | undefined
}

/** A part that knows its own state. */
export interface HealthSource {
  /** Current conditions, from memory: no I/O, never throws. */
  conditions(): readonly Condition[]
}
