import { refused, type XmlAttribute, type XmlDocument, type XmlElement, type XmlNode, xmlNamespace } from './tree.ts'

/** A canonicalization: Canonical XML 1.0 or Exclusive XML Canonicalization 1.0, each with or without comments. */
export interface Canonicalization {
  readonly isExclusive: boolean
  readonly hasComments: boolean
  /** Exclusive: prefixes treated as in Canonical XML, `#default` for the default namespace. Exclusive C14N, 3. */
  readonly prefixes?: readonly string[] | undefined
}

/** Characters that may still be written and steps that may be made for it; shared by all references of a verification. */
export interface CanonicalBudget {
  left: number
}

/**
 * Canonical XML of a document or of an element with all it contains.
 *
 * @param apex - a document or an element.
 * @param without - an element left out with all it contains: that of the enveloped signature.
 * @param write - gets the canonical form as UTF-8, in parts.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, reason `limit`, when the budget is spent.
 * @see https://www.w3.org/TR/2001/REC-xml-c14n-20010315, https://www.w3.org/TR/2002/REC-xml-exc-c14n-20020718/
 */
export function canonicalize(
  apex: XmlDocument | XmlElement,
  method: Canonicalization,
  write: (bytes: Uint8Array) => void,
  budget: CanonicalBudget,
  without?: XmlElement,
): NamespacesUsed {
  const writer = new Writer(method, write, budget, without)
  if (apex.kind === 'document') writer.document(apex)
  else writer.element(apex, undefined, true)
  writer.flush()
  return writer.used
}

/**
 * Declarations, by element and prefix, that exclusive canonicalization wrote or compared. The others are not covered: a
 * prefix that only the content uses, such as that of `xsi:type="p:name"`, could be bound to another namespace.
 */
export type NamespacesUsed = ReadonlyMap<XmlElement, ReadonlySet<string>>

/** As {@link canonicalize}, in one piece. */
export function canonicalBytes(
  apex: XmlDocument | XmlElement,
  method: Canonicalization,
  budget: CanonicalBudget,
): Uint8Array {
  const parts: Uint8Array[] = []
  canonicalize(apex, method, (part) => parts.push(part), budget)
  return new Uint8Array(Buffer.concat(parts))
}

/** Declarations written around an element, from the inside out. A copy for each element would cost their product. */
interface Rendered {
  readonly own: ReadonlyMap<string, string>
  readonly outer: Rendered | undefined
}

class Writer {
  readonly #method: Canonicalization
  readonly #write: (bytes: Uint8Array) => void
  readonly #budget: CanonicalBudget
  readonly #without: XmlElement | undefined
  readonly #prefixes: readonly string[]
  readonly used = new Map<XmlElement, Set<string>>()
  #parts: string[] = []
  #length = 0

  constructor(
    method: Canonicalization,
    write: (bytes: Uint8Array) => void,
    budget: CanonicalBudget,
    without: XmlElement | undefined,
  ) {
    this.#method = method
    this.#write = write
    this.#budget = budget
    this.#without = without
    this.#prefixes = [...new Set(method.prefixes ?? [])].map((prefix) => (prefix === '#default' ? '' : prefix))
  }

  document({ children, root }: XmlDocument): void {
    let isBeforeRoot = true
    for (const node of children) {
      if (node.kind === 'element') {
        this.element(root, undefined, true)
        isBeforeRoot = false
      } else if (node.kind === 'instruction' || this.#method.hasComments) {
        if (!isBeforeRoot) this.#put('\n')
        this.#node(node, undefined)
        if (isBeforeRoot) this.#put('\n')
      }
    }
  }

  element(element: XmlElement, rendered: Rendered | undefined, isApex = false): void {
    if (element === this.#without) return
    const declarations = this.#declarations(element, rendered, isApex)
    this.#put(`<${element.name}`)
    for (const [prefix, uri] of declarations) {
      this.#put(prefix === '' ? ` xmlns="${attributeText(uri)}"` : ` xmlns:${prefix}="${attributeText(uri)}"`)
    }
    for (const { name, value } of this.#attributes(element, isApex)) this.#put(` ${name}="${attributeText(value)}"`)
    this.#put('>')
    const inner = declarations.length === 0 ? rendered : { own: new Map(declarations), outer: rendered }
    for (const child of element.children) this.#node(child, inner)
    this.#put(`</${element.name}>`)
  }

  flush(): void {
    if (this.#parts.length === 0) return
    const bytes = new TextEncoder().encode(this.#parts.join(''))
    this.#parts = []
    this.#length = 0
    this.#write(bytes)
  }

  #node(node: XmlNode, rendered: Rendered | undefined): void {
    if (node.kind === 'element') this.element(node, rendered)
    else if (node.kind === 'text') this.#put(contentText(node.value))
    else if (node.kind === 'instruction') this.#put(`<?${node.target}${node.value === '' ? '' : ` ${node.value}`}?>`)
    else if (this.#method.hasComments) this.#put(`<!--${node.value}-->`)
  }

  /** Namespace declarations of the start tag, sorted. Canonical XML, 2.3; Exclusive C14N, 3. */
  #declarations(
    element: XmlElement,
    rendered: Rendered | undefined,
    isApex: boolean,
  ): readonly (readonly [string, string])[] {
    const candidates = new Set<string>()
    if (this.#method.isExclusive) {
      candidates.add(element.prefix)
      for (const { name, uri } of element.attributes) if (uri !== '') candidates.add(name.slice(0, name.indexOf(':')))
      for (const prefix of this.#prefixes) candidates.add(prefix)
    } else {
      for (let at: XmlElement | undefined = element; at !== undefined; at = isApex ? at.parent : undefined) {
        for (const prefix of at.declared.keys()) candidates.add(prefix)
      }
    }
    candidates.delete('xml')
    const found: (readonly [string, string])[] = []
    for (const prefix of candidates) {
      const uri = this.#inScope(element, prefix)
      if (uri !== this.#written(rendered, prefix)) found.push([prefix, uri])
    }
    return found.sort(([a], [b]) => compareText(a, b))
  }

  /** URI of a prefix in scope, empty without one. Exclusive: its declaration is used. */
  #inScope(element: XmlElement, prefix: string): string {
    for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
      this.#spend(1)
      const uri = at.declared.get(prefix)
      if (uri === undefined) continue
      if (this.#method.isExclusive) {
        const prefixes = this.used.get(at)
        if (prefixes === undefined) this.used.set(at, new Set([prefix]))
        else prefixes.add(prefix)
      }
      return uri
    }
    return ''
  }

  #written(rendered: Rendered | undefined, prefix: string): string {
    for (let at = rendered; at !== undefined; at = at.outer) {
      this.#spend(1)
      const uri = at.own.get(prefix)
      if (uri !== undefined) return uri
    }
    return ''
  }

  /** Attributes, sorted by namespace and local name; at the apex of Canonical XML with the `xml:` ones of ancestors. */
  #attributes(element: XmlElement, isApex: boolean): readonly XmlAttribute[] {
    const all = [...element.attributes]
    if (isApex && !this.#method.isExclusive) {
      const names = new Set(all.filter(({ uri }) => uri === xmlNamespace).map(({ local }) => local))
      for (let at = element.parent; at !== undefined; at = at.parent) {
        for (const attribute of at.attributes) {
          if (attribute.uri !== xmlNamespace || names.has(attribute.local)) continue
          names.add(attribute.local)
          all.push(attribute)
        }
      }
    }
    return all.sort((a, b) => compareText(a.uri, b.uri) || compareText(a.local, b.local))
  }

  #spend(units: number): void {
    this.#budget.left -= units
    if (this.#budget.left < 0) throw refused('limit', 'too much canonical XML to make')
  }

  #put(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
    this.#spend(text.length)
    if (this.#length >= 65_536) this.flush()
  }
}

/** By code points, not by UTF-16 units. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : isSurrogate(x) ? 1 : -1
  }
  return a.length - b.length
}

// A character beyond the basic plane comes after U+E000 to U+FFFF.
const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

const contentEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#xD;' }
const contentText = (text: string): string => text.replace(/[&<>\r]/g, (char) => contentEscapes[char]!)

const attributeEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}
/** An attribute value of canonical XML, without its quotes. */
export const attributeText = (text: string): string => text.replace(/[&<"\t\n\r]/g, (char) => attributeEscapes[char]!)
