/**
 * Certification paths: built from an untrusted pool, validated by RFC 5280 6.1.
 */
export { inspectPath } from './inspect.ts'
export type { InvalidPath, PathCheck, PathFailure, PathOptions, ValidPath } from './options.ts'
