import { createHash, randomBytes } from 'node:crypto'
import { AuditError } from '../../errors.ts'
import { isRecord } from '../../json.ts'

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

/**
 * Writes an event, if there is a log.
 *
 * @throws AuditError `ERR_AUDIT`, whatever the sink fails with.
 */
export async function writeAudit(audit: AuditSink | undefined, event: AuditEvent): Promise<void> {
  if (audit === undefined) return
  try {
    await audit.write(event)
  } catch (cause) {
    throw cause instanceof AuditError ? cause : new AuditError('the audit log cannot be written', { cause })
  }
}

/** Where a log ends: how many lines, and the hash of the last one. */
export interface AuditHead {
  readonly count: number
  /** SHA-256, 64 lower-case hexadecimal digits. */
  readonly hash: string
}

/** The end of an identified log: kept apart from the log, and named by the first line of the next file. */
export interface AuditEnd extends AuditHead {
  /** Identifier of the file, from its first line: 32 lower-case hexadecimal digits. */
  readonly log?: string | undefined
}

/** Format named by the first line of every log. */
export const auditFormat = 'jpki-card-audit:1'

/** Longest line with its line feed, in bytes. */
export const maxLineLength = 65_536

/** Before the first line. */
export const noLine: AuditHead = { count: 0, hash: '0'.repeat(64) }

/** Types of the lines written by the log itself. */
const ownTypes: readonly string[] = ['header', 'recovered', 'end-missing']
const keyForm = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const ownKeys: readonly string[] = ['n', 'at', 'prev', 'hash']
const hashForm = /^[0-9a-f]{64}$/

/** Whether a value is a hash in the form of the log's lines. */
export function isHash(text: unknown): text is string {
  return typeof text === 'string' && hashForm.test(text)
}

/** First line of a file; `continues` is the end of the file before it. */
export function headerEvent(log: string, continues: AuditEnd | undefined): AuditEvent {
  const former = continues && {
    continuesLog: continues.log,
    continuesCount: continues.count,
    continuesHash: continues.hash,
  }
  return { type: 'header', format: auditFormat, log, ...former }
}

/** Identifier of a new file. */
export function newLogId(): string {
  return randomBytes(16).toString('hex')
}

/** Content of a first line. `undefined`: not a first line. */
export interface AuditHeader {
  readonly log: string
  readonly continues: AuditEnd | undefined
}

/** Reads a first line whose hash was verified. */
export function headerOf(line: Buffer): AuditHeader | undefined {
  const { type, log, continuesLog, continuesCount, continuesHash } = fieldsOf(line) ?? {}
  if (type !== 'header' || typeof log !== 'string') return undefined
  if (!isHash(continuesHash) || !Number.isSafeInteger(continuesCount)) return { log, continues: undefined }
  const former = typeof continuesLog === 'string' ? continuesLog : undefined
  return { log, continues: { log: former, count: continuesCount as number, hash: continuesHash } }
}

/**
 * The line that records that writing resumed after a failure.
 *
 * @param bytes length of the incomplete line that was cut off; 0: none.
 * @param cause why writing had stopped, and since when.
 */
export function recoveredEvent(bytes: number, cause?: { readonly reason: string; readonly since: Date }): AuditEvent {
  return { type: 'recovered', bytes, ...(cause && { reason: cause.reason, since: cause.since.toISOString() }) }
}

/** The line that records that the end kept apart from the log is missing in it. */
export function endMissingEvent(end: AuditEnd): AuditEvent {
  return { type: 'end-missing', log: end.log, count: end.count, end: end.hash }
}

/**
 * Checks an event of a caller.
 *
 * @throws TypeError for a type, key or value that is not allowed.
 */
export function checkEvent(event: AuditEvent): void {
  if (typeof event.type !== 'string' || event.type === '' || ownTypes.includes(event.type)) {
    throw new TypeError('the type of an audit event must be text and not a type of the log itself')
  }
  for (const [key, value] of Object.entries(event)) {
    if (!keyForm.test(key) || ownKeys.includes(key)) throw new TypeError(`an audit event cannot have the key ${key}`)
    const plain = value === null || ['string', 'boolean', 'undefined'].includes(typeof value) || Number.isFinite(value)
    if (!plain) throw new TypeError(`${key} of an audit event must be text, a finite number, a boolean or null`)
  }
}

/**
 * The line that follows a head, with its line feed, and the head after it.
 *
 * @throws RangeError when it is longer than {@link maxLineLength}.
 */
export function makeLine(after: AuditHead, at: Date, event: AuditEvent): { bytes: Buffer; head: AuditHead } {
  const count = after.count + 1
  const body = JSON.stringify({ n: count, at: at.toISOString(), prev: after.hash, ...event })
  const hash = sha256(body)
  const bytes = Buffer.from(`${body.slice(0, -1)},"hash":"${hash}"}\n`)
  if (bytes.length > maxLineLength) throw new RangeError(`an audit event takes at most ${maxLineLength} bytes`)
  return { bytes, head: { count, hash } }
}

const tailLength = ',"hash":""}'.length + 64
const tailForm = /^,"hash":"([0-9a-f]{64})"\}$/

/** The head after a line, or the reason why the line does not follow, in one sentence. */
type FollowedLine = { readonly ok: true; readonly head: AuditHead } | { readonly ok: false; readonly reason: string }

/** Verifies that a line follows a head. `line` is without its line feed. */
export function followLine(after: AuditHead, line: Buffer): FollowedLine {
  const cut = line.length - tailLength
  const hash = cut > 0 ? tailForm.exec(line.toString('latin1', cut))?.[1] : undefined
  if (hash === undefined || hash !== createHash('sha256').update(line.subarray(0, cut)).update('}').digest('hex')) {
    return broken('altered: its hash does not match')
  }
  const fields = fieldsOf(line)
  if (fields === undefined) return broken('altered: not a JSON object')
  const { n, prev } = fields
  const count = after.count + 1
  if (n !== count) {
    return broken(
      Number(n) > count
        ? `lines were removed before it, or reordered: its number is ${n}`
        : `inserted, repeated or reordered: its number is ${n}`,
    )
  }
  if (prev !== after.hash)
    return broken('inserted, or the line before it was replaced: the hash of the previous line does not match')
  if (count === 1 && (fields['type'] !== 'header' || fields['format'] !== auditFormat)) {
    return broken(`not the first line of a log of format ${auditFormat}`)
  }
  return { ok: true, head: { count, hash } }
}

const broken = (reason: string): FollowedLine => ({ ok: false, reason })

function fieldsOf(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString())
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
