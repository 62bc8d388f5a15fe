/**
 * Which credential serves which customer: card and channel in, application, PIN, keeper and expiry out, and the call that
 * performs it.
 *
 * @example
 * ```ts
 * import { findServices } from 'jpki-card/credentials'
 *
 * for (const { customer } of findServices({ card: 'my-number', channel: 'convenience-store' })) console.log(customer.en)
 * ```
 * @module jpki-card/credentials
 */
export * from '../validity/index.ts'
export type { CardCredential, CredentialCard, IssuanceChannel } from './card-credentials.ts'
export { cardCredentials, credentialCards, findCredentials, issuanceChannels } from './card-credentials.ts'
export type { Credential, CredentialId, PinRule, ValidityTerm } from './credentials.ts'
export { credentials, pinManagers } from './credentials.ts'
export type { CardLook, LookOptions, ServiceLook } from './look.ts'
export { lookAtCard } from './look.ts'
export type { ServiceMeans, ServiceResult } from './perform.ts'
export { performService } from './perform.ts'
export type { CustomerText, ServiceChannel, ServiceMethod, ServicePlan } from './plan.ts'
export { findServices, serviceChannels, serviceMethods } from './plan.ts'
