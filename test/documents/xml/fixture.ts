import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import type { DocumentReport, DocumentSigner, DocumentTrust } from '../../../src/documents/index.ts'
import { keyDocumentSigner, verifyXml } from '../../../src/documents/index.ts'
import type { VerifyXmlOptions } from '../../../src/documents/xml/index.ts'
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
