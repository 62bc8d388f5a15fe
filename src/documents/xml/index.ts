/** XML signatures: made and verified. */
export type { SignedXml, SignXmlOptions, XmlResource } from './sign.ts'
export { signXml } from './sign.ts'
export type { XmlLimits } from './tree.ts'
export type { VerifyXmlOptions } from './verify.ts'
export { verifyXml } from './verify.ts'
