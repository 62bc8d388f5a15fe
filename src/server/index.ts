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
export * from './audit/index.ts'
export type { Condition, HealthSource } from './health.ts'
export * from './http/index.ts'
export * from './municipal-pin/index.ts'
export type { TokenServiceChanges, TokenServiceOptions } from './options.ts'
export type { MemoryStoreOptions } from './stores/memory-store.ts'
export { memoryStore } from './stores/memory-store.ts'
export type { RedisSentinels, RedisTls } from './stores/redis-address.ts'
export type { RedisFaultReason } from './stores/redis-faults.ts'
export type { RedisStoreOptions } from './stores/redis-store.ts'
export { redisStore } from './stores/redis-store.ts'
export type { CounterStore, NonceStore, TextChange } from './stores/store.ts'
export type { Acceptance, ChallengeRequest, VerifyRequest } from './token-service.ts'
export { TokenService } from './token-service.ts'
