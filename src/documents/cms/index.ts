/** CMS signatures: made, verified, and timestamped. */
export type { CmsContent, ContentHints, CreateCmsOptions, CreatedCms } from './make.ts'
export { createCms } from './make.ts'
export { elementLength } from './structure.ts'
export type { CmsVerification, DetachedContent, VerifyCmsOptions } from './verify.ts'
export { verifyCms, verifyCmsDocument } from './verify.ts'
