import { spawnSync } from 'node:child_process'
import { createHash, createPrivateKey, sign as rsaSign } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import type { DocumentReport, DocumentSigner, DocumentTrust } from '../../../src/documents/index.ts'
import { keyDocumentSigner, verifyXml } from '../../../src/documents/index.ts'
import { canonicalBytes } from '../../../src/documents/xml/canonical.ts'
import type { VerifyXmlOptions } from '../../../src/documents/xml/index.ts'
import { descendants, parseXml, xmlLimits } from '../../../src/documents/xml/tree.ts'
import { importIdentity } from '../../../src/emulator/index.ts'
import { Certificate } from '../../../src/pki/index.ts'

/** An invented person with a signer, and what trusts it. */
export async function person() {
  const { sign, signCa } = await importIdentity(inject('identity'))
  const trust: DocumentTrust = {
    anchors: [Certificate.fromDer(signCa.certificate)],
    revocation: { mode: 'none' },
    use: 'sign',
    hierarchies: ['virtual'],
  }
  const signer: DocumentSigner = keyDocumentSigner(sign.privateKey, sign.certificate)
  return { sign, signCa, signer, trust }
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The report of a text. */
export async function verified(
  xml: string | Uint8Array,
  trust: DocumentTrust,
  options: Partial<VerifyXmlOptions> = {},
): Promise<DocumentReport> {
  return await verifyXml(typeof xml === 'string' ? bytesOf(xml) : xml, { trust, ...options })
}

/** Whether something is accepted as unchanged and fully covered. */
export const isAccepted = ({ signatures, problems }: DocumentReport): boolean =>
  problems.every(({ severity }) => severity !== 'refused') &&
  signatures.length > 0 &&
  signatures.every(({ indication, coverage }) => indication === 'TOTAL-PASSED' && coverage.extent === 'whole')

/** Identifiers of all problems of a report. */
export const problemsOf = ({ signatures, problems }: DocumentReport): readonly string[] => [
  ...problems.map(({ id }) => id),
  ...signatures.flatMap((one) => one.problems.map(({ id }) => id)),
]

/** A folder that lasts as long as the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'xml-'))
  onTestFinished(async () => {
    const { rm } = await import('node:fs/promises')
    await rm(path, { recursive: true })
  })
  return path
}

export const ids = [
  ['--id-attr:Id', 'http://www.w3.org/2000/09/xmldsig#:Object'],
  ['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties'],
  ['--id-attr:Id', 'part'],
].flat()

/** Runs xmlsec1 in a folder. */
export function xmlsec(cwd: string, ...args: readonly string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('xmlsec1', args, { cwd, encoding: 'utf8' })
  return { ok: status === 0, output: `${stdout}${stderr}` }
}

/** Verifies a file with xmlsec1, and the certificate in it. */
export function xmlsecVerifies(cwd: string, xml: string | Uint8Array, ca: Uint8Array, ...more: readonly string[]) {
  writeFileSync(join(cwd, 'signed.xml'), xml)
  writeFileSync(join(cwd, 'ca.der'), ca)
  return xmlsec(cwd, '--verify', '--trusted-der', 'ca.der', ...ids, ...more, 'signed.xml')
}

/** Canonical XML by libxml2. */
export function xmllint(xml: string | Uint8Array, kind: '--c14n' | '--exc-c14n'): Buffer | undefined {
  const { status, stdout } = spawnSync('xmllint', ['--nonet', kind, '-'], { input: xml })
  return status === 0 ? stdout : undefined
}

/** A signature of any SignedInfo, made without the code under test but for its canonical form. */
export async function forged(xml: string): Promise<string> {
  const { sign } = await person()
  const key = createPrivateKey({ key: Buffer.from(sign.privateKey), format: 'der', type: 'pkcs8' })
  const document = await parseXml(xml, xmlLimits)
  const info = [...descendants(document.root)].findLast(({ local }) => local === 'SignedInfo')!
  const bytes = canonicalBytes(info, { isExclusive: true, hasComments: false }, { left: 1e9 })
  const value = rsaSign('sha256', bytes, key).toString('base64')
  const certificate = Buffer.from(sign.certificate).toString('base64')
  return xml.replace('VALUE', value).replace('CERTIFICATE', certificate)
}

/** A plain signature with parts to choose. */
export function template({
  method = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  digestMethod = 'http://www.w3.org/2001/04/xmlenc#sha256',
  transforms = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>',
  uri = 'URI=""',
  digest = createHash('sha256').update('<a></a>').digest('base64'),
  keyInfo = '<ds:X509Data><ds:X509Certificate>CERTIFICATE</ds:X509Certificate></ds:X509Data>',
  inInfo = '',
  parameter = '',
  attributes = '',
} = {}): string {
  return `<a><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"${attributes}><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="${method}">${parameter}</ds:SignatureMethod>
<ds:Reference ${uri}>${transforms === '' ? '' : `<ds:Transforms>${transforms}</ds:Transforms>`}
<ds:DigestMethod Algorithm="${digestMethod}"/><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>${inInfo}
</ds:SignedInfo><ds:SignatureValue>VALUE</ds:SignatureValue><ds:KeyInfo>${keyInfo}</ds:KeyInfo></ds:Signature></a>`
}
