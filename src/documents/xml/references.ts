import { createHash } from 'node:crypto'
import { equalBytes } from '../../bytes.ts'
import type { DocumentHash } from '../signer.ts'
import { type CanonicalBudget, type Canonicalization, canonicalize, type NamespacesUsed } from './canonical.ts'
import { defaultCanonicalization } from './names.ts'
import type { XmlReference, XmlSignature } from './structure.ts'
import {
  decodeXml,
  isInside,
  parseXml,
  pathOf,
  refused,
  type XmlDocument,
  type XmlElement,
  type XmlLimits,
  type XmlNode,
} from './tree.ts'

/** Other documents that references may name, by URI exactly as written. Nothing else is fetched. */
export type XmlResources = Readonly<Record<string, Uint8Array>>

/** What references are resolved in. */
export interface ReferenceContext {
  readonly document: XmlDocument
  readonly resources: XmlResources
  readonly limits: XmlLimits
  readonly budget: CanonicalBudget
}

/** What a part of the document is covered with. */
interface Region {
  readonly apex: XmlDocument | XmlElement
  readonly method: Canonicalization
  readonly without: XmlElement | undefined
  readonly used: NamespacesUsed
}

/** What a reference resolved to. */
export interface ResolvedReference {
  readonly reference: XmlReference
  /** Path of the element, `/` for the whole document, `detached` for another resource. */
  readonly element: string
  readonly apex: XmlDocument | XmlElement | undefined
  readonly region: Region | undefined
  readonly matches: boolean
  /** Bytes that were hashed. */
  readonly bytes: number
}

const nodeHashes = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const

/** A running hash and what was hashed. */
export function hashing(hash: DocumentHash): { write(part: Uint8Array): void; digest(): Uint8Array; bytes: number } {
  const state = createHash(nodeHashes[hash])
  return {
    bytes: 0,
    write(part) {
      state.update(part)
      this.bytes += part.length
    },
    digest: () => new Uint8Array(state.digest()),
  }
}

/**
 * Resolves a reference of the same document: the whole document, or exactly one element by its id. As text, and with
 * comments only in the forms `#xpointer(/)` and `#xpointer(id('…'))`. XML Signature 1.1, 4.4.3.3.
 *
 * @returns undefined for a reference to another resource.
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`; reasons `reference-refused`, `reference-missing`, `duplicate-id`.
 */
export function resolveSame(
  document: XmlDocument,
  uri: string,
): { readonly apex: XmlDocument | XmlElement; readonly hasComments: boolean } | undefined {
  if (uri === '') return { apex: document, hasComments: false }
  if (!uri.startsWith('#')) return undefined
  if (uri === '#xpointer(/)') return { apex: document, hasComments: true }
  const pointer = /^#xpointer\(id\((['"])([^'"()]+)\1\)\)$/.exec(uri)?.[2]
  const id = pointer ?? unescaped(uri.slice(1))
  if (pointer === undefined && !/^[^\s()'"%#]+$/.test(id))
    throw refused('reference-refused', 'a pointer that is not an id')
  const found = document.ids.get(id) ?? []
  if (found.length === 0) throw refused('reference-missing', 'no element has the id of a reference')
  if (found.length > 1) throw refused('duplicate-id', 'more than one element has the id of a reference')
  return { apex: found[0]!, hasComments: pointer !== undefined }
}

/** An id in a URI, where other characters than those of ASCII may be written as percent and hexadecimal. RFC 3986, 2.1. */
function unescaped(fragment: string): string {
  if (!/^(?:[^%]|%[0-9A-Fa-f]{2})*$/.test(fragment)) throw refused('reference-refused', 'a pointer that is not an id')
  try {
    return decodeURIComponent(fragment)
  } catch {
    throw refused('reference-refused', 'a pointer that is not an id')
  }
}

/**
 * Resolves a reference and compares its hash.
 *
 * @throws RefusalError `ERR_SIGNED_DOCUMENT`, as {@link resolveSame}, and with `resource-not-given`, `limit` and the reasons of a
 *   resource that cannot be parsed.
 */
export async function digestReference(
  reference: XmlReference,
  signature: XmlElement,
  context: ReferenceContext,
): Promise<ResolvedReference> {
  const same = resolveSame(context.document, reference.uri)
  if (same === undefined) return await digestResource(reference, context)
  const { apex } = same
  if (reference.isEnveloped && apex.kind === 'element' && !isInside(signature, apex)) {
    throw refused('transform-refused', 'the transform of an enveloped signature outside of what is signed')
  }
  const chosen = reference.canonicalization ?? defaultCanonicalization
  const method = { ...chosen, hasComments: chosen.hasComments && same.hasComments }
  const without = reference.isEnveloped ? signature : undefined
  const state = hashing(reference.hash)
  const used = canonicalize(apex, method, (part) => state.write(part), context.budget, without)
  return {
    reference,
    element: apex.kind === 'document' ? '/' : pathOf(apex),
    apex,
    region: { apex, method, without, used },
    matches: equalBytes(state.digest(), reference.digest),
    bytes: state.bytes,
  }
}

async function digestResource(
  reference: XmlReference,
  { resources, limits, budget }: ReferenceContext,
): Promise<ResolvedReference> {
  if (!Object.hasOwn(resources, reference.uri)) {
    throw refused('resource-not-given', 'a reference to another resource, which was not given')
  }
  if (reference.isEnveloped) throw refused('transform-refused', 'an enveloped signature in another resource')
  const content = resources[reference.uri]!
  const state = hashing(reference.hash)
  if (reference.canonicalization === undefined) state.write(content)
  else {
    const other = await parseXml(decodeXml(content, limits), limits)
    canonicalize(other, reference.canonicalization, (part) => state.write(part), budget)
  }
  const matches = equalBytes(state.digest(), reference.digest)
  return { reference, element: 'detached', apex: undefined, region: undefined, matches, bytes: state.bytes }
}

/** What of a document the references of a signature leave out. */
export interface Uncovered {
  /** Elements, attributes, text or instructions. */
  content: boolean
  comments: boolean
  /** A comment inside a text: readers that take the first text node only see another value. */
  splitText: boolean
  /** Declarations that exclusive canonicalization left out. */
  namespaces: boolean
}

/**
 * Walks the document and finds what no reference covers. The signature itself is its own affair: all but its objects is
 * read strictly. An object must be covered, but for that of the XAdES properties.
 */
export function uncovered(
  document: XmlDocument,
  { element: signature, objects }: Pick<XmlSignature, 'element' | 'objects'>,
  resolved: readonly ResolvedReference[],
  properties: XmlElement | undefined,
): Uncovered {
  const found: Uncovered = { content: false, comments: false, splitText: false, namespaces: false }
  const regions = resolved.flatMap(({ region }) => (region === undefined ? [] : [region]))
  const begins = new Map<XmlDocument | XmlElement, Region[]>()
  for (const region of regions) begins.set(region.apex, [...(begins.get(region.apex) ?? []), region])
  const visit = (node: XmlNode, outer: readonly Region[], siblings: readonly XmlNode[], at: number): void => {
    if (node.kind === 'comment') {
      if (outer.some(({ method }) => method.hasComments)) return
      found.comments = true
      if (outer.length > 0 && isSplit(siblings, at)) found.splitText = true
      return
    }
    if (node.kind !== 'element') {
      if (outer.length === 0) found.content = true
      return
    }
    const begun = begins.get(node)
    let active = begun === undefined ? outer : [...outer, ...begun]
    if (node === signature) active = active.filter(({ without }) => without !== node)
    if (node === signature) {
      for (const object of objects) if (object !== properties) visit(object, active, [object], 0)
      return
    }
    if (active.length === 0) found.content = true
    else if (active.every(({ method }) => method.isExclusive)) {
      const isUsed = (prefix: string): boolean => active.some(({ used }) => used.get(node)?.has(prefix) === true)
      for (const prefix of node.declared.keys()) if (!isUsed(prefix)) found.namespaces = true
    }
    for (const [i, child] of node.children.entries()) visit(child, active, node.children, i)
  }
  const whole = begins.get(document) ?? []
  for (const [i, child] of document.children.entries()) visit(child, whole, document.children, i)
  return found
}

/** Whether a comment stands beside text that is not white space. */
function isSplit(siblings: readonly XmlNode[], at: number): boolean {
  return [siblings[at - 1], siblings[at + 1]].some((node) => node?.kind === 'text' && /[^ \t\r\n]/.test(node.value))
}
