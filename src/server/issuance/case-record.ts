import { RefusalError } from '../../errors.ts'
import type { CaseState, CaseView, DocumentRequest } from '../../issuance/index.ts'

/** What the store keeps of a case. */
export interface CaseRecord extends CaseView {
  readonly origin: string
  /** Of the challenge the card signed. */
  readonly challengeDigest: string
  /** X25519, base64url. */
  readonly visitKey: string
  /** Of the breaker when the case was opened. */
  readonly epoch: number
  /** Milliseconds since 1970 at which it ends without a report. */
  readonly due: number
  /** Hexadecimal; only with `includeSerialNumber`. */
  readonly serialNumber?: string | undefined
  /** Of a final state: what it came from, and whether that is in the audit log. */
  readonly from?: CaseState | undefined
  readonly audited?: boolean | undefined
  /** Why it ended: {@link RefusalError.reason}. Not for terminals. */
  readonly reason?: string | undefined
}

/** A record, and the text the store has of it. */
export interface StoredCase {
  readonly record: CaseRecord
  readonly text: string
}

/** Names in the store. */
export const caseKey = (id: string): string => `case:${id}`
export const documentKey = (id: string): string => `document:${id}`
export const tokenKey = (challengeDigest: string): string => `token:${challengeDigest}`
export const registerKey = (name: string): string => `register:${name}`

/** The id of a key of a case; `undefined` for another key. */
export function caseIdIn(key: string): string | undefined {
  return key.startsWith('case:') ? key.slice(5) : undefined
}

/** Version of the record; one of another version is refused, not reinterpreted. */
const version = 1

export function writeCase(record: CaseRecord): string {
  return JSON.stringify({ version, ...record })
}

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` for a text that is not a case of this version. */
export function readCase(text: string): CaseRecord {
  try {
    const { version: written, ...record } = JSON.parse(text) as CaseRecord & { readonly version: number }
    if (written === version) return record
  } catch {}
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected case in the store, or one of another version')
}

/** What the store keeps of a token for a case: its case, or why it was refused. */
export interface TokenRecord {
  readonly terminal: string
  readonly case?: string | undefined
  /** Of the acceptance, with a case. */
  readonly holderDigest?: string | undefined
  readonly code?: string | undefined
}

/** @throws RefusalError `ERR_STORE_UNAVAILABLE` for another text. */
export function readToken(text: string): TokenRecord {
  try {
    const record = JSON.parse(text) as TokenRecord
    if (typeof record.terminal === 'string') return record
  } catch {}
  throw new RefusalError('ERR_STORE_UNAVAILABLE', 'unexpected token in the store')
}

/** What a terminal sees of a case. */
export function viewOf(record: CaseRecord): CaseView {
  const { id, fence, state, terminal, purpose, holder, documents, openedAt, deadline, pageCount, code } = record
  return { id, fence, state, terminal, purpose, holder, documents, openedAt, deadline, pageCount, code }
}

/** Documents in one text, for the audit log: `residence-record:2`. */
export function documentsText(documents: readonly DocumentRequest[]): string {
  return documents.map(({ document, copies }) => `${document}:${copies}`).join(' ')
}
