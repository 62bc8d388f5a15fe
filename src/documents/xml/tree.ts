import { RefusalError } from '../../errors.ts'
import { load } from '../../optional-package.ts'

/** Bounds of an XML document. */
export interface XmlLimits {
  /** Bytes of a document or resource. Default 32 MiB. */
  readonly maxBytes: number
  /** Elements inside each other. Default 256. */
  readonly maxDepth: number
  /** Attributes, texts, comments and processing instructions, and elements, each as four of them. Default 1 000 000. */
  readonly maxNodes: number
  /** Characters of canonical XML and steps to make it, over all references and signatures of a verification. Default 256 MiB. */
  readonly maxCanonicalBytes: number
  /** Signatures of a document. Default 32. */
  readonly maxSignatures: number
}

/** The default bounds. */
export const xmlLimits: XmlLimits = {
  maxBytes: 32 * 1024 * 1024,
  maxDepth: 256,
  maxNodes: 1_000_000,
  maxCanonicalBytes: 256 * 1024 * 1024,
  maxSignatures: 32,
}

/** Character data; CDATA sections and character references are resolved, neighbours are joined. */
export interface XmlText {
  readonly kind: 'text'
  value: string
}

export interface XmlComment {
  readonly kind: 'comment'
  readonly value: string
}

export interface XmlInstruction {
  readonly kind: 'instruction'
  readonly target: string
  readonly value: string
}

/** An attribute that is no namespace declaration. */
export interface XmlAttribute {
  /** As written, with its prefix. */
  readonly name: string
  readonly local: string
  /** Empty without a prefix. */
  readonly uri: string
  readonly value: string
}

export interface XmlElement {
  readonly kind: 'element'
  /** As written, with its prefix. */
  readonly name: string
  readonly prefix: string
  readonly local: string
  /** Empty in no namespace. */
  readonly uri: string
  readonly attributes: readonly XmlAttribute[]
  /** Namespaces declared here: prefix, or empty for the default one, to URI, or empty to undo the default one. */
  readonly declared: ReadonlyMap<string, string>
  readonly parent: XmlElement | undefined
  readonly children: XmlNode[]
  /** Position of the end tag in the text; of `/>` for an empty element. */
  endTag: number
  /** Whether it is written as `<a/>`. */
  readonly isEmptyTag: boolean
}

export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction

/** A parsed document. */
export interface XmlDocument {
  readonly kind: 'document'
  /** As decoded, without a byte order mark. */
  readonly text: string
  readonly root: XmlElement
  /** The root, and comments and instructions beside it. */
  readonly children: readonly (XmlElement | XmlComment | XmlInstruction)[]
  /** Encoding named in the XML declaration. */
  readonly encoding: string | undefined
  /** Elements by id: attributes `Id`, `ID` and `id` without a namespace, and `xml:id`. */
  readonly ids: ReadonlyMap<string, readonly XmlElement[]>
}

/** Namespaces that need no declaration. Namespaces in XML 1.0, 3. */
export const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/** What makes an element referable without a document type: the names in use with XML signatures. */
export const isId = ({ uri, local }: Pick<XmlAttribute, 'uri' | 'local'>): boolean =>
  uri === '' ? local === 'Id' || local === 'ID' || local === 'id' : uri === xmlNamespace && local === 'id'

/** The error for XML that is not processed; `reason` is the identifier that a report has. */
export const refused = (reason: string, message: string, cause?: unknown): RefusalError =>
  new RefusalError('ERR_SIGNED_DOCUMENT', `XML: ${message}`, { reason, cause })

/**
 * Decodes UTF-8, or UTF-16 with a byte order mark. XML 1.0, 4.3.3.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, reason `xml-encoding` or `limit`.
 */
export function decodeXml(bytes: Uint8Array, limits: XmlLimits): string {
  if (bytes.length > limits.maxBytes) throw refused('limit', `more than ${limits.maxBytes} bytes`)
  const [a, b] = bytes
  const label = a === 0xff && b === 0xfe ? 'utf-16le' : a === 0xfe && b === 0xff ? 'utf-16be' : 'utf-8'
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(bytes)
    const { encoding } = prologOf(text)
    // In upper or in lower case throughout: no other spelling is in use.
    const name = label.slice(0, 6) === 'utf-16' ? 'utf-16' : 'utf-8'
    if (encoding !== undefined && encoding !== name && encoding !== name.toUpperCase()) {
      throw refused('xml-encoding', 'the XML declaration names another encoding than the one in use, UTF-8 or UTF-16')
    }
    return text
  } catch (cause) {
    if (cause instanceof RefusalError) throw cause
    throw refused('xml-encoding', `not ${label}`, cause)
  }
}

/**
 * The prolog, read before the parser runs: a document type is refused, and with it every entity but the five predefined
 * ones.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, reason `doctype` or `xml-malformed`.
 */
function prologOf(text: string): { readonly encoding: string | undefined } {
  const declaration = /^<\?xml[ \t\r\n][^?]*\?>/.exec(text)?.[0] ?? ''
  const encoding = /[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*(["'])([^"']*)\1/.exec(declaration)?.[2]
  const version = /[ \t\r\n]version[ \t\r\n]*=[ \t\r\n]*(["'])([^"']*)\1/.exec(declaration)?.[2]
  if (declaration !== '' && version !== '1.0') throw refused('xml-malformed', 'not XML 1.0')
  for (let at = declaration.length; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a) at++
    else if (text.startsWith('<!--', at)) at = past(text, '-->', at + 4)
    else if (text.startsWith('<?', at)) at = past(text, '?>', at + 2)
    else if (text.startsWith('<!', at)) throw refused('doctype', 'a document type declaration')
    else break
  }
  return { encoding }
}

const past = (text: string, end: string, from: number): number => {
  const found = text.indexOf(end, from)
  return found < 0 ? text.length : found + end.length
}

/**
 * Parses a document strictly: XML 1.0 with namespaces, no document type, no entities but the predefined ones, namespace
 * names absolute (Canonical XML 1.0, 1.3 refuses relative ones) and without white space.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, reasons `doctype`, `xml-malformed`, `namespace` and `limit`.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` without the package `saxes`.
 */
export async function parseXml(text: string, limits: XmlLimits): Promise<XmlDocument> {
  const { SaxesParser } = await load('saxes', () => import('saxes'))
  const { encoding } = prologOf(text)
  if (text.startsWith('\uFEFF')) throw refused('xml-malformed', 'a second byte order mark')
  if (!isWellFormedText(text)) throw refused('xml-malformed', 'an unpaired surrogate')
  const parser = new SaxesParser({ xmlns: true, position: true, defaultXMLVersion: '1.0', forceXMLVersion: true })
  const top: (XmlElement | XmlComment | XmlInstruction)[] = []
  const ids = new Map<string, XmlElement[]>()
  const open: XmlElement[] = []
  let root: XmlElement | undefined
  let nodes = 0
  const count = (more: number): void => {
    nodes += more
    if (nodes > limits.maxNodes) throw refused('limit', `more than ${limits.maxNodes} nodes`)
  }
  const add = (node: XmlNode): void => {
    count(node.kind === 'element' ? 4 : 1)
    const parent = open[open.length - 1]
    if (parent !== undefined) parent.children.push(node)
    else if (node.kind !== 'text') top.push(node)
  }
  const text_ = (value: string): void => {
    const parent = open[open.length - 1]
    if (parent === undefined || value === '') return
    const last = parent.children[parent.children.length - 1]
    if (last?.kind === 'text') last.value += value
    else add({ kind: 'text', value })
  }
  parser.on('doctype', () => {
    throw refused('doctype', 'a document type declaration')
  })
  parser.on('text', text_)
  parser.on('cdata', text_)
  parser.on('comment', (value) => add({ kind: 'comment', value }))
  parser.on('processinginstruction', ({ target, body }) => add({ kind: 'instruction', target, value: body }))
  let own = 0
  parser.on('opentagstart', () => {
    own = 0
  })
  // Before the parser has all of them.
  parser.on('attribute', () => {
    count(1)
    if (++own > maxAttributes) throw refused('limit', `more than ${maxAttributes} attributes of one element`)
  })
  parser.on('opentag', (tag) => {
    if (open.length >= limits.maxDepth) throw refused('limit', `elements deeper than ${limits.maxDepth}`)
    const found = Object.values(tag.attributes)
    // Most elements have none: two collections for each of them would take most of the memory.
    let declared = noDeclarations
    const attributes: XmlAttribute[] = found.length === 0 ? noAttributes : []
    for (const { name, prefix, local, uri, value } of found) {
      if (uri === xmlnsNamespace || name === 'xmlns' || prefix === 'xmlns') {
        requireNamespace(value, prefix === '')
        if (prefix === 'xmlns' && local === 'xml') continue
        if (declared === noDeclarations) declared = new Map()
        declared.set(prefix === '' ? '' : local, value)
      } else attributes.push({ name, local, uri, value })
    }
    const { name, prefix, local, uri, isSelfClosing } = tag
    const parent = open[open.length - 1]
    const isEmptyTag = isSelfClosing
    const element: XmlElement = {
      kind: 'element',
      name,
      prefix,
      local,
      uri,
      attributes,
      declared,
      parent,
      isEmptyTag,
      children: [],
      endTag: 0,
    }
    for (const attribute of attributes) {
      if (!isId(attribute)) continue
      const others = ids.get(attribute.value)
      if (others === undefined) ids.set(attribute.value, [element])
      // The same id by two names is still one element.
      else if (others[others.length - 1] !== element) others.push(element)
    }
    add(element)
    if (parent === undefined) root = element
    open.push(element)
  })
  parser.on('closetag', () => {
    const element = open.pop()!
    element.endTag = element.isEmptyTag ? parser.position - 2 : text.lastIndexOf('</', parser.position - 1)
  })
  try {
    parser.write(text).close()
  } catch (cause) {
    if (cause instanceof RefusalError) throw cause
    // Its message may hold content of the document.
    throw refused('xml-malformed', `not well-formed near character ${parser.position}`)
  }
  if (root === undefined) throw refused('xml-malformed', 'no root element')
  return { kind: 'document', text, root, children: top, encoding, ids }
}

/** Attributes and declarations of one element. */
const maxAttributes = 16_384
const noDeclarations: Map<string, string> = new Map()
const noAttributes: XmlAttribute[] = []

function requireNamespace(uri: string, isDefault: boolean): void {
  if (uri === '' && isDefault) return
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]*$/.test(uri)) {
    throw refused('namespace', 'the name of a namespace is relative or has white space')
  }
}

/** Whether no surrogate stands alone; `String.prototype.isWellFormed` of later targets. */
const isWellFormedText = (text: string): boolean =>
  !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)

/** Child elements. */
export const elementsOf = (parent: XmlElement): readonly XmlElement[] =>
  parent.children.filter((node): node is XmlElement => node.kind === 'element')

/** Path of an element as in XPath: names as written, with a position where siblings have the same name. */
export function pathOf(element: XmlElement): string {
  const { parent } = element
  if (parent === undefined) return `/${element.name}`
  const same = elementsOf(parent).filter(({ name }) => name === element.name)
  const position = same.length > 1 ? `[${same.indexOf(element) + 1}]` : ''
  return `${pathOf(parent)}/${element.name}${position}`
}

/** All elements in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  yield element
  for (const child of element.children) if (child.kind === 'element') yield* descendants(child)
}

/** Whether `element` is `ancestor` or inside it. */
export function isInside(element: XmlElement, ancestor: XmlElement): boolean {
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) if (at === ancestor) return true
  return false
}

/** The element at a path as {@link pathOf} gives it. */
export function elementAt({ root }: XmlDocument, path: string): XmlElement | undefined {
  const [, first, ...steps] = path.split('/')
  let at: XmlElement | undefined = first === root.name ? root : undefined
  for (const step of steps) {
    const [, name, position] = /^([^[\]]+)(?:\[(\d{1,7})\])?$/.exec(step) ?? []
    const same: readonly XmlElement[] = at === undefined ? [] : elementsOf(at).filter((child) => child.name === name)
    at = position === undefined ? (same.length === 1 ? same[0] : undefined) : same[Number(position) - 1]
  }
  return at
}
