import { fromBase64 } from '../../bytes.ts'
import type { DocumentHash } from '../signer.ts'
import type { Canonicalization } from './canonical.ts'
import {
  algorithms,
  canonicalizations,
  digests,
  dsig,
  enveloped,
  exclusive,
  refusedAlgorithms,
  type XmlAlgorithm,
} from './names.ts'
import { elementsOf, refused, type XmlElement } from './tree.ts'

/** A reference as it is written. XML Signature 1.1, 4.4.3. */
export interface XmlReference {
  readonly id: string | undefined
  readonly uri: string
  readonly type: string | undefined
  /** Identifiers, in order. */
  readonly transforms: readonly string[]
  readonly isEnveloped: boolean
  readonly canonicalization: Canonicalization | undefined
  readonly hash: DocumentHash
  readonly digest: Uint8Array
}

/** A signature as it is written. XML Signature 1.1, 4.2. */
export interface XmlSignature {
  readonly element: XmlElement
  readonly id: string | undefined
  readonly signedInfo: XmlElement
  readonly canonicalization: Canonicalization
  readonly algorithm: XmlAlgorithm
  readonly references: readonly XmlReference[]
  readonly valueElement: XmlElement
  readonly value: Uint8Array
  /** DER, in the order of KeyInfo. */
  readonly certificates: readonly Uint8Array[]
  /** Whether KeyInfo has more than certificates: keys and names, which are ignored. */
  readonly hasOtherKeys: boolean
  readonly objects: readonly XmlElement[]
}

/** References of a signature. */
export const maxReferences = 64
const maxCertificates = 16
/** Prefixes of an exclusive canonicalization. */
export const maxPrefixes = 256

/**
 * Reads a signature strictly: known elements and attributes, in their order, no comments and no instructions in all that
 * is evaluated. No value can be hidden from one reader and shown to another.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`; reasons `signature-structure`, `weak-hash`, `hmac`, `algorithm-unknown`,
 *   `transform-refused` and `limit`.
 */
export function readSignature(element: XmlElement): XmlSignature {
  requireAttributes(element, ['Id'])
  const [signedInfo, valueElement, ...rest] = dsigChildren(element)
  if (signedInfo?.local !== 'SignedInfo' || valueElement?.local !== 'SignatureValue') throw structure()
  const keyInfo = rest[0]?.local === 'KeyInfo' ? rest[0] : undefined
  const objects = keyInfo === undefined ? rest : rest.slice(1)
  if (objects.some(({ local }) => local !== 'Object')) throw structure()
  for (const object of objects) requireAttributes(object, ['Id', 'MimeType', 'Encoding'])
  requireAttributes(signedInfo, ['Id'])
  const [method, signatureMethod, ...references] = dsigChildren(signedInfo)
  if (method?.local !== 'CanonicalizationMethod' || signatureMethod?.local !== 'SignatureMethod') throw structure()
  if (references.length === 0 || references.some(({ local }) => local !== 'Reference')) throw structure()
  if (references.length > maxReferences) throw refused('limit', `more than ${maxReferences} references`)
  const name = attributeOf(method, 'Algorithm')
  const canonicalization = canonicalizations.get(name)
  if (canonicalization === undefined) throw refused('algorithm-unknown', 'a canonicalization that is not supported')
  const algorithm = known(algorithms, attributeOf(signatureMethod, 'Algorithm'))
  requireAttributes(signatureMethod, ['Algorithm'])
  requireEmpty(signatureMethod)
  requireAttributes(valueElement, ['Id'])
  return {
    ...{ element, signedInfo, algorithm, valueElement, objects },
    id: optional(element, 'Id'),
    canonicalization: withPrefixes(method, canonicalization),
    references: references.map(readReference),
    value: base64Of(valueElement),
    ...readKeyInfo(keyInfo),
  }
}

function readReference(element: XmlElement): XmlReference {
  requireAttributes(element, ['Id', 'URI', 'Type'])
  const children = dsigChildren(element)
  const list = children[0]?.local === 'Transforms' ? children[0] : undefined
  const [method, value, ...rest] = list === undefined ? children : children.slice(1)
  if (method?.local !== 'DigestMethod' || value?.local !== 'DigestValue' || rest.length > 0) throw structure()
  requireAttributes(method, ['Algorithm'])
  requireEmpty(method)
  requireAttributes(value, [])
  const uri = optional(element, 'URI')
  // XML Signature 1.1, 4.4.3.1: without URI the application must know what is meant.
  if (uri === undefined) throw structure('a reference without URI')
  return {
    id: optional(element, 'Id'),
    uri,
    type: optional(element, 'Type'),
    ...readTransforms(list),
    hash: known(digests, attributeOf(method, 'Algorithm')),
    digest: base64Of(value),
  }
}

/** At most the enveloped signature and then one canonicalization: no XPath, no XSLT, no base64, nothing twice. */
function readTransforms(
  list: XmlElement | undefined,
): Pick<XmlReference, 'transforms' | 'isEnveloped' | 'canonicalization'> {
  if (list === undefined) return { transforms: [], isEnveloped: false, canonicalization: undefined }
  requireAttributes(list, [])
  const found = dsigChildren(list)
  if (found.length === 0 || found.some(({ local }) => local !== 'Transform')) throw structure()
  const transforms = found.map((one) => attributeOf(one, 'Algorithm'))
  const isEnveloped = transforms[0] === enveloped
  const rest = isEnveloped ? found.slice(1) : found
  if (isEnveloped) requireEmpty(found[0]!)
  const [last, ...more] = rest
  if (last === undefined) return { transforms, isEnveloped, canonicalization: undefined }
  const canonicalization = canonicalizations.get(attributeOf(last, 'Algorithm'))
  if (canonicalization === undefined || more.length > 0) {
    throw refused('transform-refused', 'a transform that is not supported, or in an order that is not')
  }
  return { transforms, isEnveloped, canonicalization: withPrefixes(last, canonicalization) }
}

/** The prefix list of an exclusive canonicalization. Exclusive C14N, 3. */
function withPrefixes(element: XmlElement, method: Canonicalization): Canonicalization {
  requireAttributes(element, ['Algorithm'])
  if (!method.isExclusive) {
    requireEmpty(element)
    return method
  }
  const [list, ...rest] = plainChildren(element)
  if (list === undefined) return method
  if (rest.length > 0 || list.uri !== exclusive || list.local !== 'InclusiveNamespaces') throw structure()
  requireAttributes(list, ['PrefixList'])
  requireEmpty(list)
  const prefixes = attributeOf(list, 'PrefixList')
    .split(/[ \t\r\n]+/)
    .filter((one) => one !== '')
  if (prefixes.length > maxPrefixes) throw refused('limit', `more than ${maxPrefixes} prefixes`)
  return { ...method, prefixes }
}

/** Certificates only. Keys and names of KeyInfo are never used: what signs is what our verification accepts. */
function readKeyInfo(keyInfo: XmlElement | undefined): Pick<XmlSignature, 'certificates' | 'hasOtherKeys'> {
  if (keyInfo === undefined) return { certificates: [], hasOtherKeys: false }
  requireAttributes(keyInfo, ['Id'])
  const certificates: Uint8Array[] = []
  let hasOtherKeys = false
  for (const data of plainChildren(keyInfo)) {
    if (data.uri !== dsig || data.local !== 'X509Data') {
      hasOtherKeys = true
      continue
    }
    for (const item of dsigChildren(data)) if (item.local === 'X509Certificate') certificates.push(base64Of(item))
  }
  if (certificates.length > maxCertificates) throw refused('limit', `more than ${maxCertificates} certificates`)
  return { certificates, hasOtherKeys }
}

function known<T>(table: ReadonlyMap<string, T>, name: string): T {
  const value = table.get(name)
  if (value === undefined) throw refused(refusedAlgorithms.get(name) ?? 'algorithm-unknown', 'a refused algorithm')
  return value
}

const structure = (message = 'a signature that is not built as XML Signature 1.1 says') =>
  refused('signature-structure', message)

/** Child elements of an element that has nothing else but white space. */
export function plainChildren(element: XmlElement): readonly XmlElement[] {
  for (const node of element.children) {
    if (node.kind === 'element' || (node.kind === 'text' && /^[ \t\r\n]*$/.test(node.value))) continue
    throw structure('text, a comment or an instruction where elements are expected')
  }
  return elementsOf(element)
}

function dsigChildren(element: XmlElement): readonly XmlElement[] {
  const children = plainChildren(element)
  if (children.some(({ uri }) => uri !== dsig)) throw structure()
  return children
}

function requireEmpty(element: XmlElement): void {
  if (plainChildren(element).length > 0) throw refused('signature-structure', 'a parameter that is not supported')
}

function requireAttributes(element: XmlElement, allowed: readonly string[]): void {
  if (element.attributes.some(({ uri, local }) => uri !== '' || !allowed.includes(local))) {
    throw structure('an attribute that is not expected')
  }
}

const optional = (element: XmlElement, name: string): string | undefined =>
  element.attributes.find(({ uri, local }) => uri === '' && local === name)?.value

/** @throws RefusalError `ERR_SIGNED_DOCUMENT`, reason `signature-structure`, when it is missing. */
export function attributeOf(element: XmlElement, name: string): string {
  const value = optional(element, name)
  if (value === undefined) throw structure()
  return value
}

/** The text of an element with nothing but text: one run, no comment that would split it. */
export function textOf(element: XmlElement): string {
  const [only, ...rest] = element.children
  if (only?.kind !== 'text' || rest.length > 0) throw structure('a value that is not plain text')
  return only.value
}

/** The bytes of an element in canonical base64, with white space anywhere. */
export function base64Of(element: XmlElement): Uint8Array {
  const bytes = fromBase64(textOf(element).replaceAll(/[ \t\r\n]/g, ''))
  if (bytes === undefined) throw structure('base64 that is malformed')
  return bytes
}
