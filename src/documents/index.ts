/**
 * Signed documents: CMS, PDF and XML, made with the signature key of a card and verified.
 *
 * @module jpki-card/documents
 */
export * from './cms/index.ts'
export * from './digest.ts'
export * from './notice.ts'
export * from './present.ts'
export * from './report.ts'
export * from './signer.ts'
export * from './signers.ts'
export * from './trust.ts'
