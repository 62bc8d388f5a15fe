/** One element of DER, taken apart so that any part can be made wrong. Lengths are recomputed, unless given. */
export interface DerNode {
  tag: number
  /** Bytes in place of the length. */
  length?: Buffer
  /** Content of a primitive element, or in place of the children. */
  content?: Buffer
  children: DerNode[]
  /** Where it was written. */
  start: number
  inner: number
  end: number
}

/** One change of a certificate: of the element at `path`. Bytes are hexadecimal, or text after a quote mark. */
export interface DerEdit {
  readonly path: string
  readonly tag?: string
  readonly length?: string
  readonly content?: string
  /** Bytes put before or after it, or after its content. */
  readonly before?: string
  readonly after?: string
  readonly append?: string
  readonly remove?: boolean
  readonly repeat?: boolean
}

/** Parts of a certificate by name, as positions below the part before. RFC 5280 4.1. */
const places: Readonly<Record<string, number>> = {
  tbs: 0,
  algorithm: 1,
  signature: 2,
  'tbs/version': 0,
  'tbs/serial': 1,
  'tbs/algorithm': 2,
  'tbs/issuer': 3,
  'tbs/validity': 4,
  'tbs/subject': 5,
  'tbs/key': 6,
  'tbs/extensions': 7,
}

/**
 * Takes good DER apart, also the value of each extension, which is DER inside an OCTET STRING.
 *
 * @param below - levels below the extensions of a certificate: 3 is within one of them. 0 elsewhere.
 */
export function parseDer(bytes: Buffer, below = 0): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!
    const first = bytes[at + 1]!
    const count = first < 0x80 ? 0 : first & 0x7f
    const inner = at + 2 + count
    const end = inner + (count === 0 ? first : bytes.readUIntBE(at + 2, count))
    const content = bytes.subarray(inner, end)
    const value = below === 3 && tag === 0x04
    const apart = (tag & 0x20) !== 0 || value
    const next = tag === 0xa3 && below === 0 ? 1 : below > 0 && below < 3 ? below + 1 : value ? 4 : below
    const node = { tag, children: apart ? parseDer(content, next) : [], start: at, inner, end }
    nodes.push(apart && content.length > 0 ? node : { ...node, content })
    at = end
  }
  return nodes
}

/** Writes nodes one after another, and notes where each came to lie. */
export function encodeDer(nodes: readonly DerNode[], from = 0): Buffer {
  const parts: Buffer[] = []
  let at = from
  for (const node of nodes) {
    const body = node.content ?? encodeDer(node.children)
    const header =
      node.tag < 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([node.tag]), node.length ?? sizeOf(body)])
    node.start = at
    node.inner = at + header.length
    node.end = node.inner + body.length
    if (node.content === undefined) encodeDer(node.children, node.inner)
    parts.push(header, body)
    at = node.end
  }
  return Buffer.concat(parts)
}

function sizeOf({ length }: Buffer): Buffer {
  return Buffer.from(length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff])
}

/** Bytes that stand as they are among the elements. */
const loose = (content: Buffer): DerNode => ({ tag: -1, content, children: [], start: 0, inner: 0, end: 0 })

const bytesOf = (text: string): Buffer =>
  text.startsWith("'") ? Buffer.from(text.slice(1)) : Buffer.from(text.replaceAll(' ', ''), 'hex')

/** The element at a path of names and numbers: `tbs/validity/1`, `tbs/extensions/0/2`; the whole when empty. */
export function nodeAt(root: DerNode, path: string): { readonly node: DerNode; readonly siblings: DerNode[] } {
  let node = root
  let siblings: DerNode[] = []
  const names = path === '' ? [] : path.split('/')
  for (const [i, name] of names.entries()) {
    siblings = node.children
    const found = siblings[places[names.slice(0, i + 1).join('/')] ?? Number(name)]
    if (found === undefined) throw new TypeError(`no element ${path}`)
    node = found
  }
  return { node, siblings }
}

/** Makes one change and returns the nodes to write; the root first. */
export function editDer(root: DerNode, edit: DerEdit): DerNode[] {
  const top = [root]
  const { node, siblings } = edit.path === '' ? { node: root, siblings: top } : nodeAt(root, edit.path)
  const at = siblings.indexOf(node)
  if (edit.tag !== undefined) node.tag = Number.parseInt(edit.tag, 16)
  if (edit.length !== undefined) node.length = bytesOf(edit.length)
  if (edit.content !== undefined) node.content = bytesOf(edit.content)
  if (edit.append !== undefined) {
    if (node.content === undefined) node.children.push(loose(bytesOf(edit.append)))
    else node.content = Buffer.concat([node.content, bytesOf(edit.append)])
  }
  if (edit.repeat === true) siblings.splice(at, 0, structuredClone(node))
  if (edit.after !== undefined) siblings.splice(at + 1, 0, loose(bytesOf(edit.after)))
  if (edit.before !== undefined) siblings.splice(at, 0, loose(bytesOf(edit.before)))
  if (edit.remove === true) siblings.splice(at, 1)
  return top
}
