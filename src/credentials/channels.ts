import { type IssuanceChannel, issuanceChannels } from '../validity/index.ts'

/** Where a customer stands, with the Japanese names: the ways of issuance, and the counter of the municipality. */
export const serviceChannels: Readonly<Record<ServiceChannel, string>> = { ...issuanceChannels, counter: '窓口' }

/** A way to be served, see {@link serviceChannels}. */
export type ServiceChannel = IssuanceChannel | 'counter'
