/**
 * Which credential serves which customer: card and channel in, application, PIN, keeper and expiry out, and the call that
 * performs it.
 *
 * @module jpki-card/services
 */
export type { ServiceChannel } from './channels.ts'
export { serviceChannels } from './channels.ts'
export type { CustomerText } from './customer.ts'
export type { ServiceMeans, ServiceResult } from './perform.ts'
export { performService } from './perform.ts'
export type { ServiceMethod, ServicePlan } from './plan.ts'
export { findServices } from './plan.ts'
