/**
 * The issuance server: challenges, verification of tokens, one-time nonces; over HTTP, with an audit log and with the
 * PINs that a municipality keeps (municipal PINs).
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import { createIdentity } from 'jpki-card/emulator'
 * import { Certificate } from 'jpki-card/pki'
 * import { createHttpHandler, memoryStore, TokenService } from 'jpki-card/server'
 *
 * // A CA of the virtual card. In production: the certificates of jpkiAnchors, and revocation checked.
 * const { authCa } = await createIdentity()
 * const service = new TokenService({
 *   origin: 'https://issue.example',
 *   store: memoryStore(),
 *   anchors: [Certificate.fromDer(authCa.certificate)],
 *   hierarchies: ['virtual'],
 *   revocation: { mode: 'none' },
 *   pseudonymKey: randomBytes(32),
 * })
 * console.log((await service.challenge({ terminal: 'kiosk-1', purpose: 'residence-record' })).terminal)
 *
 * // The HTTP interface needs the packages hono and, for its metrics, prom-client.
 * const handler = await createHttpHandler({ service, metrics: false })
 * console.log((await handler.fetch(new Request('https://issue.example/healthz'))).status)
 * await service.close()
 * ```
 * @module jpki-card/server
 */

export { type MunicipalPinKind, type MunicipalPinStatus, municipalPinKinds } from '../issuance/index.ts'
export { type HeadKeeper, headFile, headInStore, type TextStore } from './audit/head-keeper.ts'
export type { AuditEvent, AuditSink } from './audit/line.ts'
export { type AuditEnd, type AuditHead, auditFormat } from './audit/line.ts'
export { type AuditLog, type AuditLogOptions, openAuditLog } from './audit/log.ts'
export {
  type AuditFileSummary,
  type AuditSetSummary,
  type AuditSummary,
  verifyAuditLog,
  verifyAuditLogs,
} from './audit/verify.ts'
export type { Condition, HealthSource } from './health.ts'
export type { CloseOptions, CloseReport } from './http/connections.ts'
export { createHttpHandler, createProbeRoutes, type HttpHandler, type HttpRoutes, type Probes } from './http/handler.ts'
export { type ListeningServer, listen } from './http/listen.ts'
export type { ListenOptions, TlsOptions } from './http/listen-options.ts'
export { type NodeHandler, type NodeHandlerOptions, toNodeHandler } from './http/node.ts'
export type {
  Authentication,
  Caller,
  DeniedEvent,
  HttpHandlerOptions,
  HttpLimits,
  RequestEvent,
} from './http/options.ts'
export type { ProxyOptions } from './http/proxies.ts'
export type { Rate } from './http/rate-limiter.ts'
export {
  type AnnouncedInstance,
  announcedInstances,
  type InstanceDifference,
  type InstanceOptions,
} from './instances.ts'
export type { ReportedStop, Stop } from './issuance/breaker.ts'
export {
  type AcceptedToken,
  type CaseCaller,
  type DeskCounts,
  IssuanceDesk,
  type IssuingCase,
  type Release,
  type TokenOutcome,
} from './issuance/desk.ts'
export { ChangeFeed, type ChangeFeedOptions } from './issuance/feed.ts'
export { type HttpPortOptions, httpComposer, httpRegister } from './issuance/http-ports.ts'
export type { IssuanceDeskOptions } from './issuance/options.ts'
export {
  type ComposedDocument,
  type ComposedPage,
  type Composer,
  type CompositionOrder,
  type PortOptions,
  type Register,
  type RegisterAnswer,
  type RegisterQuestion,
  type Seal,
  type SuppressionReason,
  suppressionReasons,
} from './issuance/ports.ts'
export { type AtTerminal, type ByClerk, MunicipalPins } from './municipal-pin/municipal-pins.ts'
export type { MunicipalPinsOptions } from './municipal-pin/options.ts'
export type { HashLimits, ScryptCost } from './municipal-pin/pin-hash.ts'
export type { TokenServiceChanges, TokenServiceOptions } from './options.ts'
export type { MemoryStoreOptions } from './stores/memory-store.ts'
export { memoryStore } from './stores/memory-store.ts'
export type { RedisSentinels, RedisTls } from './stores/redis-address.ts'
export type { RedisFaultReason } from './stores/redis-faults.ts'
export type { RedisStoreOptions } from './stores/redis-store.ts'
export { redisStore } from './stores/redis-store.ts'
export { type SqliteStoreOptions, sqliteStore } from './stores/sqlite-store.ts'
export type { SqliteFaultReason } from './stores/sqlite-worker.ts'
export type { CaseStore, CounterStore, NonceStore, StoreScope, TextChange } from './stores/store.ts'
export type {
  Acceptance,
  CertificateCheck,
  CertificateCheckRequest,
  ChallengeRequest,
  VerifiedUser,
  VerifyRequest,
} from './token-service.ts'
export { TokenService } from './token-service.ts'
