/**
 * The issuance server: challenges, verification of tokens, each nonce taken once; over HTTP, with an audit log and with PINs
 * that a municipality keeps.
 *
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
