/**
 * From an accepted token to the paper in the tray, at the terminal: a whole visit, the client of an issuance server with a
 * desk, what server and terminal share about cases, and the sealed documents that only one visit can open; the client of the
 * municipal PINs of a server.
 *
 * @example
 * ```ts
 * import { openDocument, sealDocument } from 'jpki-card/issuance'
 * import { createVisitKey } from 'jpki-card/token'
 *
 * // `issueDocuments` does all of this with an IssuanceServer, a card and a printer.
 * const key = createVisitKey()
 * const visit = { origin: 'https://issue.example', terminal: 'kiosk-1', challengeDigest: 'A'.repeat(43), holder: 'h' }
 * const context = { ...visit, case: 'A'.repeat(32), fence: 3, deadline: Date.now() + 60_000 }
 * const content = new TextEncoder().encode('a page of subject-1')
 * const page = { document: 'residence-record', mediaType: 'text/plain', subject: 'subject-1', content }
 * const sealed = sealDocument(key.publicKey, context, 'subject-1', [page])
 * const { subject, pages } = openDocument(key, context, sealed, { pageCount: 1, now: Date.now() })
 * console.log(subject, pages.length)
 * ```
 * @module jpki-card/issuance
 */
export {
  areDocuments,
  type CaseOutcome,
  type CaseState,
  type CaseView,
  caseEnds,
  caseOutcomes,
  caseStates,
  type DocumentRequest,
  isCaseId,
  isFinal,
  mostCopies,
  mostDocuments,
} from './case.ts'
export { type FoundToken, IssuanceServer, type IssuanceServerOptions, type OpenedCase } from './client.ts'
export { type Clock, monotonicClock, systemClock } from './clock.ts'
export { DeskClient, type DeskClientOptions, type DeskState } from './desk-client.ts'
export type { Encrypted, Encryption } from './hpke.ts'
export {
  clearPrinter,
  type IssuedDocuments,
  type IssueForTokenOptions,
  type IssueOptions,
  issueDocuments,
  issueForToken,
} from './issue.ts'
export {
  isMunicipalPinKind,
  isMunicipalUserId,
  MunicipalPinClerk,
  type MunicipalPinClerkOptions,
  type MunicipalPinKind,
  MunicipalPinServer,
  type MunicipalPinServerOptions,
  type MunicipalPinStatus,
  municipalPinKinds,
} from './municipal-pin.ts'
export {
  longestDocument,
  mostPages,
  type OpenedDocument,
  openDocument,
  type Page,
  type SealContext,
  type SealedDocument,
  type SealReason,
  sealDocument,
  sealFormat,
} from './seal.ts'
export {
  type CallOptions,
  type CaseConnection,
  type Collected,
  type CollectOptions,
  collectDocument,
  type IssuanceVisit,
  type Printer,
  type PrintOptions,
} from './terminal.ts'
export { type CaseJson, caseToJson, parseCase } from './wire.ts'
