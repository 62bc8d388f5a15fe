import type { Node } from 'jsonc-parser'
import type { JsonDocument } from './json-document.ts'

/** One value of a document and its position. Every reading method reports a problem and then returns `undefined`. */
export class JsonValue {
  readonly #document: JsonDocument
  readonly #node: Node
  readonly path: string

  constructor(document: JsonDocument, node: Node, path: string) {
    this.#document = document
    this.#node = node
    this.path = path
  }

  /** Reports a problem with this value. */
  refuse(reason: string): undefined {
    this.#document.report(this.#node.offset, this.path, reason)
    return undefined
  }

  /** The result of `read`, if it reported no problem; otherwise `undefined`. */
  clean<T>(read: () => T): T | undefined {
    const before = this.#document.problemCount
    const result = read()
    return this.#document.problemCount === before ? result : undefined
  }

  /** Text of a member, also of an invalid object; reports no problem. */
  member(name: string): string | undefined {
    const found = this.#node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1]
    return found?.type === 'string' ? (found.value as string) : undefined
  }

  get isObject(): boolean {
    return this.#node.type === 'object'
  }

  /** @param format - the pattern of the text, and the message for a mismatch. */
  string(format: { readonly match: RegExp; readonly say: string }): string | undefined {
    const { type, value } = this.#node
    if (type !== 'string' || !format.match.test(value as string)) return this.refuse(format.say)
    return value as string
  }

  integer(min: number, max: number): number | undefined {
    const { type, value } = this.#node
    const fits = type === 'number' && Number.isInteger(value) && (value as number) >= min && (value as number) <= max
    return fits ? (value as number) : this.refuse(`must be an integer from ${min} to ${max}`)
  }

  boolean(): boolean | undefined {
    const { type, value } = this.#node
    return type === 'boolean' ? (value as boolean) : this.refuse('must be true or false')
  }

  choice<const C extends string>(choices: readonly C[]): C | undefined {
    const { type, value } = this.#node
    const found = type === 'string' ? choices.find((choice) => choice === value) : undefined
    return found ?? this.refuse(`must be one of ${choices.join(', ')}`)
  }

  list(min: number, max: number): readonly JsonValue[] | undefined {
    const { type, children = [] } = this.#node
    if (type !== 'array' || children.length < min || children.length > max) {
      return this.refuse(`must be a list of ${min} to ${max} elements`)
    }
    return children.map((child, i) => new JsonValue(this.#document, child, `${this.path}[${i}]`))
  }

  /** @param names - every allowed member; unknown and duplicate ones are reported. */
  object(names: readonly string[]): JsonObject | undefined {
    const { type, children = [] } = this.#node
    if (type !== 'object') return this.refuse('must be an object')
    const members = new Map<string, JsonValue>()
    for (const { children: [key, value] = [] } of children) {
      if (key === undefined || value === undefined) continue
      const name = key.value as string
      const path = this.path === '' ? name : `${this.path}.${name}`
      if (!names.includes(name)) this.#document.report(key.offset, path, `unknown member; allowed: ${names.join(', ')}`)
      else if (members.has(name)) this.#document.report(key.offset, path, 'duplicate member')
      else members.set(name, new JsonValue(this.#document, value, path))
    }
    return new JsonObject(this, members)
  }
}

/** Members of an object by name. */
export class JsonObject {
  readonly self: JsonValue
  readonly #members: ReadonlyMap<string, JsonValue>

  constructor(self: JsonValue, members: ReadonlyMap<string, JsonValue>) {
    this.self = self
    this.#members = members
  }

  has(name: string): boolean {
    return this.#members.has(name)
  }

  /** The member, if present. */
  optional(name: string): JsonValue | undefined {
    return this.#members.get(name)
  }

  /** The member; its absence is a problem of the object. */
  required(name: string): JsonValue | undefined {
    return this.#members.get(name) ?? this.self.refuse(`${name} is missing`)
  }

  /** The name of the only present member of several alternatives. */
  only<const N extends string>(names: readonly N[]): N | undefined {
    const [first, ...more] = names.filter((name) => this.has(name))
    if (first !== undefined && more.length === 0) return first
    return this.self.refuse(`needs exactly one of ${names.join(', ')}`)
  }
}

/** The value of a document; `undefined` when it is not JSON. */
export function rootOf(document: JsonDocument): JsonValue | undefined {
  return document.root === undefined ? undefined : new JsonValue(document, document.root, '')
}
