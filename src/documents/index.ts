/**
 * Signed documents: CMS, PDF and XML, made with the signature key of a card and verified.
 *
 * @example
 * ```ts
 * import { createCms, documentVerdict, keyDocumentSigner, verifyCmsDocument } from 'jpki-card/documents'
 * import { createIdentity } from 'jpki-card/emulator'
 * import { Certificate } from 'jpki-card/pki'
 *
 * const { sign, signCa } = await createIdentity()
 * const bytes = new TextEncoder().encode('転入届')
 * const signer = keyDocumentSigner(sign.privateKey, sign.certificate)
 * const { der } = await createCms({ signer, content: { bytes, attach: true } })
 * const report = await verifyCmsDocument(der, {
 *   trust: {
 *     anchors: [Certificate.fromDer(signCa.certificate)],
 *     use: 'sign',
 *     hierarchies: ['virtual'],
 *     revocation: { mode: 'none' },
 *   },
 * })
 * console.log(documentVerdict(report), report.signatures[0]?.notChecked)
 * ```
 * @module jpki-card/documents
 */
export * from './cms/index.ts'
export * from './digest.ts'
export * from './pdf/index.ts'
export * from './present.ts'
export * from './report.ts'
export * from './signer.ts'
export * from './signers.ts'
export * from './trust.ts'
export * from './xml/index.ts'
