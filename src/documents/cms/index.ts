/** CMS signatures: made, verified, and timestamped. */
export type { ValidationValues } from './evidence.ts'
export type { CmsContent, ContentHints, CreateCmsOptions, CreatedCms } from './make.ts'
export { createCms } from './make.ts'
export { elementLength, hashesOfCms } from './structure.ts'
export type {
  AddTimestampOptions,
  Timestamp,
  TimestampAcceptance,
  TimestampHttpOptions,
  TimestampRequest,
  TimestampRequestOptions,
  TimestampSource,
} from './timestamp.ts'
export { addTimestamp, createTimestampRequest, parseTimestampResponse, timestampHttpSource } from './timestamp.ts'
export type { TimestampInfo, TimestampQuestion, VerifiedTimestamp } from './timestamp-token.ts'
export { readTimestampInfo, verifyTimestamp } from './timestamp-token.ts'
export { addLongTermValues } from './values.ts'
export type { CmsVerification, DetachedContent, VerifyCmsOptions } from './verify.ts'
export { verifyCms, verifyCmsDocument } from './verify.ts'
