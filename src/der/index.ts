/** Strict DER, for certificates and signed documents. Not a subpath. */
export * from './algorithm.ts'
export * from './reader.ts'
