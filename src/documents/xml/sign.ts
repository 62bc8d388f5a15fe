import { equalBytes, toBase64 } from '../../bytes.ts'
import { SignatureError } from '../../errors.ts'
import { Certificate, verifySignature } from '../../pki/index.ts'
import { type DocumentHash, type DocumentSigner, documentHashes } from '../signer.ts'
import { attributeText, type Canonicalization, canonicalBytes, canonicalize } from './canonical.ts'
import { ecdsaToXml } from './ecdsa.ts'
import {
  algorithms,
  canonicalizationName,
  digests,
  dsig,
  enveloped,
  exclusive,
  nameIn,
  signedPropertiesType,
  xades,
} from './names.ts'
import { certificateHash } from './properties.ts'
import { hashing, resolveSame } from './references.ts'
import { maxPrefixes, maxReferences } from './structure.ts'
import {
  decodeXml,
  descendants,
  elementAt,
  isInside,
  parseXml,
  refused,
  type XmlDocument,
  type XmlElement,
  xmlLimits,
  xmlNamespace,
} from './tree.ts'

/** Another resource that a signature covers. */
export interface XmlResource {
  /** As it will be written; the verifier gives the content for exactly this URI. Not empty, and not beginning with `#`. */
  readonly uri: string
  readonly content: Uint8Array
  readonly mimeType?: string | undefined
}

/** Options of {@link signXml}. */
export interface SignXmlOptions {
  /**
   * `enveloped`: the signature stands inside of what it signs. `enveloping`: what is signed stands inside the signature.
   * `detached`: beside each other in one document with `target`, or the signature is a document of its own, which names the
   * content by `uri`.
   */
  readonly form: 'enveloped' | 'enveloping' | 'detached'
  /** Default `xades`: signing time, certificate and format of the data are signed too. */
  readonly profile?: 'xades' | 'xml-dsig' | undefined
  /** Default SHA-256. */
  readonly hash?: DocumentHash | undefined
  /** Default `exclusive`: the signed element can be moved to another document. */
  readonly canonicalization?: 'exclusive' | 'inclusive' | undefined
  /** Whether comments are signed. Default false: they can be changed, and a verifier reports it. */
  readonly comments?: boolean | undefined
  /**
   * Id of the signature, and beginning of the ids in it. Default `signature`; with `xml-dsig` the signature has no id unless
   * one is given, for nothing would sign it.
   */
  readonly id?: string | undefined
  /** Id of the element that is signed. Default: the whole document. */
  readonly target?: string | undefined
  /**
   * Id of the element that gets the signature as its last child, or its path, `/a/b[2]`. Default: the target (enveloped),
   * else the root.
   */
  readonly parent?: string | undefined
  /** Whether ids outside of ASCII are written as `%E6…` in references. Default false. */
  readonly escapeIds?: boolean | undefined
  /** `detached` without `target`: URI of the content. */
  readonly uri?: string | undefined
  /** Media type of the content. Default `text/xml`; of a detached content `application/octet-stream`. */
  readonly mimeType?: string | undefined
  /** Signed as well. */
  readonly resources?: readonly XmlResource[] | undefined
  /** Default: now. With `xades` only. */
  readonly signingTime?: Date | undefined
}

/** A signed document. */
export interface SignedXml {
  readonly xml: string
  /** The document as UTF-8. */
  readonly bytes: Uint8Array
  readonly signature: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
}

/** A reference with its hash. */
interface Prepared {
  readonly uri: string
  readonly id: string
  readonly isEnveloped: boolean
  readonly method: Canonicalization | undefined
  readonly digest: Uint8Array
  readonly mimeType: string
}

/** Where the signature goes: text before and after it, and the start tags around it with their namespaces. */
interface Place {
  readonly before: string
  readonly after: string
  readonly parent: XmlElement | undefined
}

/**
 * Signs with XML Signature 1.1 and XAdES (ETSI EN 319 132-1, namespace 1.3.2). The text around the signature stays as it is.
 * Everything is parsed and hashed before the signer is asked for anything.
 *
 * @param content - XML, as text or UTF-8; any bytes for a detached signature with `uri`.
 * @throws TypeError, RangeError naming the argument that is not as described.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`; reasons `doctype`, `xml-malformed`, `xml-encoding`, `namespace`, `limit`,
 *   `duplicate-id`, `reference-missing`, `text-split-by-comment`.
 * @throws SignatureError `ERR_SIGNATURE_INVALID` when the signature does not verify with the certificate that came with it.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` without the package `saxes`; and what the signer throws.
 */
export async function signXml(
  content: string | Uint8Array,
  signer: DocumentSigner,
  options: SignXmlOptions,
): Promise<SignedXml> {
  const settings = checked(content, options)
  const { hash, id } = settings
  const { references, place, object } = await prepare(content, settings)

  // Once with nothing of the signer: what cannot be written is refused before a password is asked for.
  const draft: Parts = { id, references, object, settings, key: 'rsa', certificate: new Uint8Array() }
  await complete(draft, place)
  if (references.length >= maxReferences) throw refused('limit', `more than ${maxReferences - 1} references`)

  let prepared: { readonly parts: Parts; readonly message: Uint8Array; readonly certificate: Certificate } | undefined
  const made = await signer.sign(hash, async (certificates) => {
    const certificate = Certificate.fromDer(certificates.certificate)
    const { kind } = certificate.publicKey
    if (kind !== 'rsa' && kind !== 'ec') throw new TypeError('the signer has a key that documents are not signed with')
    const parts: Parts = { ...draft, key: kind, certificate: certificate.der }
    const { message, signed } = await complete(parts, place)
    prepared = { parts: { ...parts, ...signed }, message, certificate }
    return message.slice()
  })
  if (prepared === undefined || !equalBytes(prepared.certificate.der, made.certificate)) {
    throw new SignatureError('the signer returned another certificate than that it signed for')
  }
  const { certificate, message, parts } = prepared
  const { publicKey } = certificate
  const padding = publicKey.kind === 'ec' ? 'ecdsa' : 'pkcs1'
  if (!verifySignature(certificate, { padding, hash, message }, made.signature)) {
    throw new SignatureError('the signature does not verify with the certificate of the signer; it was discarded')
  }
  const value = publicKey.kind === 'ec' ? ecdsaToXml(made.signature, publicKey.curve) : made.signature
  const ca = made.caCertificate
  const embedded = ca === undefined ? [certificate.der] : [certificate.der, Certificate.fromDer(ca).der]
  const xml = `${place.before}${signatureText(parts, value, embedded)}${place.after}`
  return { xml, bytes: new TextEncoder().encode(xml), signature: made.signature.slice(), certificate: certificate.der }
}

type Settings = ReturnType<typeof checked>

function checked(content: string | Uint8Array, options: SignXmlOptions) {
  if (typeof content !== 'string' && !(content instanceof Uint8Array))
    throw new TypeError('content must be text or bytes')
  const { form, profile = 'xades', hash = 'SHA-256', canonicalization = 'exclusive', id = 'signature' } = options
  const { target, parent, uri, resources = [], signingTime = new Date(), comments = false } = options
  if (form !== 'enveloped' && form !== 'enveloping' && form !== 'detached') {
    throw new TypeError('form must be enveloped, enveloping or detached')
  }
  if (profile !== 'xades' && profile !== 'xml-dsig') throw new TypeError('profile must be xades or xml-dsig')
  if (!documentHashes.includes(hash)) throw new TypeError('hash must be SHA-256, SHA-384 or SHA-512')
  if (canonicalization !== 'exclusive' && canonicalization !== 'inclusive') {
    throw new TypeError('canonicalization must be exclusive or inclusive')
  }
  const isPath = parent?.startsWith('/') === true
  for (const [name, value] of Object.entries({ id, target, parent: isPath ? undefined : parent })) {
    if (value !== undefined && !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(value)) throw new RangeError(`${name} is not an id`)
  }
  if (Number.isNaN(signingTime.getTime())) throw new RangeError('signingTime is not a date')
  const isExternal = form === 'detached' && target === undefined
  if (isExternal !== (uri !== undefined)) throw new TypeError('uri is for a detached signature without target')
  if (parent !== undefined && (isExternal || form === 'enveloping'))
    throw new TypeError('parent is for a signature inside')
  if (target !== undefined && form === 'enveloping') throw new TypeError('target is for a signature inside')
  const uris = [...(uri === undefined ? [] : [uri]), ...resources.map((one) => one.uri)]
  if (uris.some((one) => one === '' || one.startsWith('#'))) throw new RangeError('uri names this document')
  if (new Set(uris).size !== uris.length) throw new RangeError('uri is there twice')
  const mimeType = options.mimeType ?? (isExternal ? 'application/octet-stream' : 'text/xml')
  const method: Canonicalization = { isExclusive: canonicalization === 'exclusive', hasComments: comments }
  const escapeIds = options.escapeIds === true
  const hasId = profile === 'xades' || options.id !== undefined
  return {
    form,
    profile,
    hash,
    id,
    hasId,
    escapeIds,
    target,
    parent,
    uri,
    resources,
    signingTime,
    mimeType,
    method,
    isExternal,
  }
}

async function prepare(
  content: string | Uint8Array,
  settings: Settings,
): Promise<{ readonly references: readonly Prepared[]; readonly place: Place; readonly object: string }> {
  const { form, uri, resources, mimeType, isExternal, id, hash } = settings
  const external = [
    ...(isExternal ? [{ uri: uri!, content: bytesOf(content), mimeType }] : []),
    ...resources.map((one) => ({ mimeType: 'application/octet-stream', ...one })),
  ].map((one, i): Prepared => {
    const state = hashing(hash)
    state.write(one.content)
    const more = { id: `${id}-resource-${i + 1}`, isEnveloped: false, method: undefined, digest: state.digest() }
    return { uri: one.uri, mimeType: one.mimeType ?? 'application/octet-stream', ...more }
  })
  const alone: Place = { before: '<?xml version="1.0" encoding="UTF-8"?>\n', after: '\n', parent: undefined }
  if (isExternal) return { references: external, place: alone, object: '' }

  const document = await documentOf(content)
  const own = [id, `${id}-properties`, `${id}-reference`, `${id}-object`, ...external.map((one) => one.id)]
  for (const one of own) {
    if (document.ids.has(one)) throw refused('duplicate-id', 'an id of the signature is in the document')
  }
  if (form === 'enveloping') {
    const declaration = /^<\?xml[^?]*\?>/.exec(document.text)?.[0] ?? ''
    const object = `<ds:Object Id="${id}-object">${document.text.slice(declaration.length).trim()}</ds:Object>`
    const whole = await parseXml(`<ds:Signature xmlns:ds="${dsig}">${object}</ds:Signature>`, xmlLimits)
    return { references: [digested(whole, `${id}-object`, false, settings), ...external], place: alone, object }
  }
  const parent = elementOf(document, settings.parent ?? (form === 'enveloped' ? settings.target : undefined))
  const signed = settings.target === undefined ? undefined : elementOf(document, settings.target)
  const isInner = signed === undefined || isInside(parent, signed)
  if (isInner !== (form === 'enveloped')) {
    throw new RangeError('parent must be inside the target for an enveloped signature, and outside for a detached one')
  }
  const reference = digested(document, settings.target, isInner, settings)
  return { references: [reference, ...external], place: placeIn(document, parent), object: '' }
}

const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content

async function documentOf(content: string | Uint8Array): Promise<XmlDocument> {
  const bytes = bytesOf(content)
  const text = decodeXml(bytes, xmlLimits)
  if (bytes[0] === 0xff || bytes[0] === 0xfe) throw refused('xml-encoding', 'documents are signed in UTF-8')
  return await parseXml(text, xmlLimits)
}

function elementOf(document: XmlDocument, id: string | undefined): XmlElement {
  if (id === undefined) return document.root
  if (id.startsWith('/')) {
    const element = elementAt(document, id)
    if (element === undefined) throw refused('reference-missing', 'no element has the path')
    return element
  }
  const apex = resolveSame(document, `#${id}`)?.apex
  if (apex?.kind !== 'element') throw refused('reference-missing', 'no element has the id')
  return apex
}

/** The reference to an element or the whole document, hashed. Exclusive: with the prefixes that only the content uses. */
function digested(
  document: XmlDocument,
  target: string | undefined,
  isEnveloped: boolean,
  { id, hash, method, mimeType, escapeIds }: Settings,
): Prepared {
  const apex = target === undefined ? document : elementOf(document, target)
  const budget = { left: xmlLimits.maxCanonicalBytes }
  const prefixes = method.isExclusive ? unusedPrefixes(apex, method) : []
  const complete = prefixes.length === 0 ? method : { ...method, prefixes }
  if (!method.hasComments) refuseSplitText(apex.kind === 'document' ? apex.root : apex)
  const state = hashing(hash)
  canonicalize(apex, complete, (part) => state.write(part), budget)
  // XML Signature 1.1, 4.4.3.3: comments are there in the full forms of a pointer only.
  const plain = target === undefined ? '' : `#${escapeIds ? encodeURIComponent(target) : target}`
  const full = target === undefined ? '#xpointer(/)' : `#xpointer(id('${target}'))`
  return {
    uri: method.hasComments ? full : plain,
    id: `${id}-reference`,
    isEnveloped,
    method: complete,
    digest: state.digest(),
    mimeType,
  }
}

/** Prefixes that are declared and used by no name: exclusive canonicalization leaves them out. */
function unusedPrefixes(apex: XmlDocument | XmlElement, method: Canonicalization): readonly string[] {
  const used = canonicalize(apex, method, () => {}, { left: xmlLimits.maxCanonicalBytes })
  const found = new Set<string>()
  for (const element of descendants(apex.kind === 'document' ? apex.root : apex)) {
    for (const prefix of element.declared.keys()) {
      if (used.get(element)?.has(prefix) !== true) found.add(prefix === '' ? '#default' : prefix)
    }
  }
  if (found.size > maxPrefixes) throw refused('limit', `more than ${maxPrefixes} prefixes that no name uses`)
  return [...found].sort()
}

/** A comment inside a text would make a document that verification refuses. */
function refuseSplitText(root: XmlElement): void {
  const isText = (node: XmlElement['children'][number] | undefined): boolean =>
    node?.kind === 'text' && /[^ \t\r\n]/.test(node.value)
  for (const { children } of descendants(root)) {
    if (children.some(({ kind }, i) => kind === 'comment' && (isText(children[i - 1]) || isText(children[i + 1])))) {
      throw refused('text-split-by-comment', 'a comment inside a text: sign comments as well, or remove it')
    }
  }
}

function placeIn({ text }: XmlDocument, parent: XmlElement): Place {
  const { endTag, isEmptyTag, name } = parent
  if (!isEmptyTag) return { before: text.slice(0, endTag), after: text.slice(endTag), parent }
  return { before: `${text.slice(0, endTag)}>`, after: `</${name}>${text.slice(endTag + 2)}`, parent }
}

/** All a signature is written with. */
interface Parts {
  readonly id: string
  readonly references: readonly Prepared[]
  readonly object: string
  readonly settings: Settings
  readonly key: 'rsa' | 'ec'
  readonly certificate: Uint8Array
  /** Hash of the signed properties. */
  readonly propertiesDigest?: Uint8Array | undefined
}

/** Hashes the signed properties, and makes the SignedInfo as it is signed: both in the namespaces around the signature. */
async function complete(
  parts: Parts,
  place: Place,
): Promise<{ readonly message: Uint8Array; readonly signed: Pick<Parts, 'propertiesDigest'> }> {
  const { settings, id } = parts
  const budget = { left: xmlLimits.maxCanonicalBytes }
  const method = { ...settings.method, hasComments: false }
  // What is enveloped needs no second reading: it has no influence on the rest.
  const light = { ...parts, object: '' }
  let signed: Pick<Parts, 'propertiesDigest'> = {}
  if (settings.profile === 'xades') {
    const draft = await parseXml(around(signatureText(light, new Uint8Array(), []), place), xmlLimits)
    const state = hashing(settings.hash)
    state.write(canonicalBytes(elementOf(draft, `${id}-properties`), method, budget))
    signed = { propertiesDigest: state.digest() }
  }
  const shell = await parseXml(around(signatureText({ ...light, ...signed }, new Uint8Array(), []), place), xmlLimits)
  const info = [...descendants(shell.root)].find(({ uri, local }) => uri === dsig && local === 'SignedInfo')!
  return { message: canonicalBytes(info, method, budget), signed }
}

/** The signature inside of the start tags around it, with nothing but their namespaces and `xml:` attributes. */
function around(signature: string, { parent }: Place): string {
  let text = signature
  for (let at = parent; at !== undefined; at = at.parent) {
    const declared = [...at.declared].map(
      ([prefix, uri]) => ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${attributeText(uri)}"`,
    )
    const inherited = at.attributes
      .filter(({ uri }) => uri === xmlNamespace)
      .map(({ name, value }) => ` ${name}="${attributeText(value)}"`)
    text = `<a${declared.join('')}${inherited.join('')}>${text}</a>`
  }
  return text
}

function signatureText(parts: Parts, value: Uint8Array, certificates: readonly Uint8Array[]): string {
  const { id, object, settings, key } = parts
  const isXades = settings.profile === 'xades'
  const algorithm = nameIn(algorithms, (one) => one.key === key && one.hash === settings.hash)
  const signedInfo = [
    '<ds:SignedInfo>',
    `<ds:CanonicalizationMethod Algorithm="${canonicalizationName({ ...settings.method, hasComments: false })}"/>`,
    `<ds:SignatureMethod Algorithm="${algorithm}"/>`,
    ...parts.references.map((reference) => referenceText(reference, settings.hash, isXades)),
    ...(isXades ? [propertiesReference(parts)] : []),
    '</ds:SignedInfo>',
  ]
  const keys = certificates.map((der) => `<ds:X509Certificate>${toBase64(der)}</ds:X509Certificate>`)
  return [
    `<ds:Signature xmlns:ds="${dsig}"${settings.hasId ? ` Id="${id}"` : ''}>`,
    ...signedInfo,
    `<ds:SignatureValue>${toBase64(value)}</ds:SignatureValue>`,
    `<ds:KeyInfo><ds:X509Data>${keys.join('')}</ds:X509Data></ds:KeyInfo>`,
    object,
    isXades ? propertiesText(parts) : '',
    '</ds:Signature>',
  ].join('')
}

function referenceText({ id, uri, isEnveloped, method, digest }: Prepared, hash: DocumentHash, hasId: boolean): string {
  const transforms = [
    ...(isEnveloped ? [`<ds:Transform Algorithm="${enveloped}"/>`] : []),
    ...(method === undefined ? [] : [canonicalizationText(method)]),
  ]
  return [
    `<ds:Reference${hasId ? ` Id="${id}"` : ''} URI="${attributeText(uri)}">`,
    transforms.length === 0 ? '' : `<ds:Transforms>${transforms.join('')}</ds:Transforms>`,
    digestText(hash, digest),
    '</ds:Reference>',
  ].join('')
}

function canonicalizationText(method: Canonicalization): string {
  const name = canonicalizationName(method)
  if (method.prefixes === undefined) return `<ds:Transform Algorithm="${name}"/>`
  const list = `<ec:InclusiveNamespaces xmlns:ec="${exclusive}" PrefixList="${method.prefixes.join(' ')}"/>`
  return `<ds:Transform Algorithm="${name}">${list}</ds:Transform>`
}

const digestText = (hash: DocumentHash, digest: Uint8Array): string =>
  `<ds:DigestMethod Algorithm="${nameIn(digests, (one) => one === hash)}"/>` +
  `<ds:DigestValue>${toBase64(digest)}</ds:DigestValue>`

function propertiesReference({ id, settings, propertiesDigest = new Uint8Array() }: Parts): string {
  const method = canonicalizationText({ ...settings.method, hasComments: false })
  return (
    `<ds:Reference Type="${signedPropertiesType}" URI="#${id}-properties">` +
    `<ds:Transforms>${method}</ds:Transforms>${digestText(settings.hash, propertiesDigest)}</ds:Reference>`
  )
}

/** The signed properties: time, certificate, and format of each reference. ETSI EN 319 132-1, 5.2.1, 5.2.2, 5.2.4. */
function propertiesText({ id, settings, certificate, references }: Parts): string {
  const formats = references.map(
    (one) =>
      `<xades:DataObjectFormat ObjectReference="#${one.id}">` +
      `<xades:MimeType>${attributeText(one.mimeType).replaceAll('>', '&gt;')}</xades:MimeType></xades:DataObjectFormat>`,
  )
  return [
    `<ds:Object><xades:QualifyingProperties xmlns:xades="${xades}" Target="#${id}">`,
    `<xades:SignedProperties Id="${id}-properties"><xades:SignedSignatureProperties>`,
    `<xades:SigningTime>${settings.signingTime.toISOString().slice(0, 19)}Z</xades:SigningTime>`,
    '<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>',
    digestText(settings.hash, certificateHash(settings.hash, certificate)),
    '</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>',
    `<xades:SignedDataObjectProperties>${formats.join('')}</xades:SignedDataObjectProperties>`,
    '</xades:SignedProperties></xades:QualifyingProperties></ds:Object>',
  ].join('')
}
