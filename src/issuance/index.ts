/**
 * From an accepted token to the paper in the tray, at the terminal: what server and terminal share about cases, and the
 * sealed documents that only one visit can open.
 *
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
} from './case.ts'
export { type FoundToken, IssuanceServer, type IssuanceServerOptions, type OpenedCase } from './client.ts'
export { type Clock, systemClock } from './clock.ts'
export { DeskClient, type DeskClientOptions, type DeskState } from './desk-client.ts'
export type { KeyPair } from './hpke.ts'
export { type IssuedDocuments, type IssueOptions, issueDocuments } from './issue.ts'
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
