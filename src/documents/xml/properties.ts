import { createHash } from 'node:crypto'
import { equalBytes } from '../../bytes.ts'
import type { Certificate } from '../../pki/index.ts'
import type { DocumentHash } from '../signer.ts'
import { digests, dsig, signedPropertiesType, xades } from './names.ts'
import type { ResolvedReference } from './references.ts'
import { attributeOf, base64Of, plainChildren, textOf, type XmlSignature } from './structure.ts'
import { elementsOf, refused, type XmlElement } from './tree.ts'

/** Signed properties of XAdES. ETSI EN 319 132-1, 4.3. */
export interface SignedProperties {
  /** The `ds:Object` that holds them. */
  readonly object: XmlElement
  readonly element: XmlElement
  readonly signingTime: Date | undefined
  /** Hashes of the signer's certificate and of others; the first is the signer's. */
  readonly certificates: readonly { readonly hash: DocumentHash; readonly digest: Uint8Array }[]
  /** Ids of references with a DataObjectFormat. */
  readonly formats: readonly string[]
  /** Properties that are present and not evaluated here. */
  readonly others: readonly string[]
  readonly hasUnsigned: boolean
}

/**
 * Reads the XAdES properties of a signature. They count only when a reference of the right type covers exactly them, and
 * when they name this signature.
 *
 * @returns undefined for a signature without them.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, reasons `signature-structure`, `weak-hash`, `signed-properties-duplicate`,
 *   `signed-properties-target`.
 */
export function readProperties(signature: XmlSignature): SignedProperties | undefined {
  const holders = signature.objects.flatMap((object) =>
    elementsOf(object)
      .filter(({ uri, local }) => uri === xades && local === 'QualifyingProperties')
      .map((qualifying) => ({ object, qualifying })),
  )
  const [first, ...more] = holders
  if (first === undefined) return undefined
  if (more.length > 0) throw refused('signed-properties-duplicate', 'more than one QualifyingProperties')
  const { object, qualifying } = first
  const children = plainChildren(qualifying)
  const [element, unsigned, ...rest] = children
  if (plainChildren(object).length > 1 || rest.length > 0) throw structure()
  if (element === undefined || !isNamed(element, 'SignedProperties')) throw structure()
  if (unsigned !== undefined && !isNamed(unsigned, 'UnsignedProperties')) throw structure()
  if (signature.id === undefined || attributeOf(qualifying, 'Target') !== `#${signature.id}`) {
    throw refused('signed-properties-target', 'the properties name another signature')
  }
  const others: string[] = []
  let signingTime: Date | undefined
  let certificates: SignedProperties['certificates'] = []
  const formats: string[] = []
  for (const group of plainChildren(element)) {
    if (isNamed(group, 'SignedSignatureProperties')) {
      for (const property of once(group)) {
        if (isNamed(property, 'SigningTime')) signingTime = timeOf(textOf(property))
        else if (isNamed(property, 'SigningCertificateV2') || isNamed(property, 'SigningCertificate')) {
          if (certificates.length > 0) throw structure()
          certificates = plainChildren(property).map(certificateDigest)
        } else others.push(property.local)
      }
    } else if (isNamed(group, 'SignedDataObjectProperties')) {
      for (const property of plainChildren(group)) {
        if (isNamed(property, 'DataObjectFormat'))
          formats.push(attributeOf(property, 'ObjectReference').replace(/^#/, ''))
        else others.push(property.local)
      }
    } else throw structure()
  }
  return { object, element, signingTime, certificates, formats, others, hasUnsigned: unsigned !== undefined }
}

/** Whether exactly one reference has the type of signed properties, and it covers these. */
export const coversProperties = ({ element }: SignedProperties, resolved: readonly ResolvedReference[]): boolean => {
  const typed = resolved.filter(({ reference }) => reference.type === signedPropertiesType)
  return typed.length === 1 && typed[0]!.apex === element && !typed[0]!.reference.isEnveloped
}

/** Whether a certificate is the first that the properties name. ETSI EN 319 132-1, 5.2.2. */
export function namesCertificate({ certificates: [first] }: SignedProperties, certificate: Certificate): boolean {
  return first !== undefined && equalBytes(certificateHash(first.hash, certificate.der), first.digest)
}

/** Hash of a certificate as the properties have it. */
export const certificateHash = (hash: DocumentHash, der: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(hash.replace('-', '').toLowerCase()).update(der).digest())

function certificateDigest(cert: XmlElement): { readonly hash: DocumentHash; readonly digest: Uint8Array } {
  const [digest] = plainChildren(cert)
  if (!isNamed(cert, 'Cert') || digest === undefined || !isNamed(digest, 'CertDigest')) throw structure()
  const [method, value, ...rest] = plainChildren(digest)
  if (method?.uri !== dsig || value?.uri !== dsig || rest.length > 0) throw structure()
  const hash = digests.get(attributeOf(method, 'Algorithm'))
  if (hash === undefined) throw refused('weak-hash', 'the certificate is named by a refused hash')
  return { hash, digest: base64Of(value) }
}

/** The properties, none twice. */
function once(group: XmlElement): readonly XmlElement[] {
  const properties = plainChildren(group)
  if (new Set(properties.map(({ uri, local }) => `${uri} ${local}`)).size !== properties.length) throw structure()
  return properties
}

const isNamed = ({ uri, local }: XmlElement, name: string): boolean => uri === xades && local === name

const structure = () => refused('signature-structure', 'XAdES properties that are not built as ETSI EN 319 132-1 says')

/** xs:dateTime with a time zone. @returns undefined for anything else. */
function timeOf(text: string): Date | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (parts === null) return undefined
  const time = new Date(text)
  // A day that the month lacks would be read as one of the next month.
  const local = new Date(`${text.slice(0, 19)}Z`)
  if (Number.isNaN(time.getTime()) || Number.isNaN(local.getTime())) return undefined
  return local.toISOString().slice(0, 19) === text.slice(0, 19) ? time : undefined
}
