import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { ProfileProblem } from '../../errors.ts'

/** Longest profile, UTF-16 units. */
export const maxProfileLength = 65_536
const maxDepth = 16
/** Problems beyond this many are not collected: the file is probably not a profile. */
const maxProblems = 100

/** Tokens of the scanner by number; its enumeration is a constant one, which cannot be imported. */
const token = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const

/** Reasons by the parser's error names. */
const reasons: Readonly<Record<string, string>> = {
  InvalidNumberFormat: 'this is not a number',
  PropertyNameExpected: 'a member name in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected',
  CommaExpected: 'a comma is expected',
  CloseBraceExpected: 'a closing brace is expected',
  CloseBracketExpected: 'a closing bracket is expected',
  EndOfFileExpected: 'text after the document',
  InvalidCommentToken: 'JSON has no comments',
  UnexpectedEndOfComment: 'JSON has no comments',
  UnexpectedEndOfString: 'the string is not closed',
  UnexpectedEndOfNumber: 'the number is not complete',
  InvalidUnicode: 'a \\u escape has four hexadecimal digits',
  InvalidEscapeCharacter: 'unknown escape',
  InvalidCharacter: 'a control character in a string must be escaped',
}

/** A JSON text as a tree with the position of every value, and the problems found so far. */
export class JsonDocument {
  /** Undefined without any value. */
  readonly root: Node | undefined
  readonly #lineStarts: readonly number[]
  readonly #problems: { readonly offset: number; readonly path: string; readonly reason: string }[] = []

  constructor(text: string) {
    if (typeof text !== 'string') throw new TypeError('text must be a string')
    const json = text.startsWith('\uFEFF') ? text.slice(1) : text
    this.#lineStarts = startsOfLines(json)
    const tooDeep = json.length > maxProfileLength ? undefined : deepest(json)
    if (json.length > maxProfileLength) {
      this.report(maxProfileLength, '', `a profile has at most ${maxProfileLength} characters`)
    } else if (tooDeep !== undefined) {
      this.report(tooDeep, '', `nesting deeper than ${maxDepth}`)
    } else {
      this.root = this.#parse(json)
    }
    const lost = json.indexOf('\ufffd')
    if (lost >= 0) this.report(lost, '', 'U+FFFD in place of a character: the file is not UTF-8')
  }

  /** How many problems there are. */
  get problemCount(): number {
    return this.#problems.length
  }

  report(offset: number, path: string, reason: string): void {
    if (this.#problems.length < maxProblems) this.#problems.push({ offset, path, reason })
  }

  /** All problems in the order of the text. */
  problems(): readonly ProfileProblem[] {
    return this.#problems
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path, reason }) => ({ ...this.#position(offset), path, reason }))
  }

  #parse(json: string): Node | undefined {
    const errors: ParseError[] = []
    const root = parseTree(json, errors, { disallowComments: true, allowTrailingComma: false })
    // Problems after the first syntax error are unreliable.
    const [first] = errors
    if (first !== undefined)
      this.report(first.offset, '', reasons[printParseErrorCode(first.error)] ?? 'not valid JSON')
    else if (root === undefined) this.report(0, '', 'the text is empty')
    return first === undefined ? root : undefined
  }

  #position(offset: number): { line: number; column: number } {
    const line = this.#lineStarts.findLastIndex((start) => start <= offset)
    return { line: line + 1, column: offset - this.#lineStarts[line]! + 1 }
  }
}

function startsOfLines(text: string): readonly number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((match) => match.index + match[0].length)]
}

/** Offset at which the nesting is too deep for the recursive parser. */
function deepest(json: string): number | undefined {
  const scanner = createScanner(json, true)
  let depth = 0
  for (let kind: number = scanner.scan(); kind !== token.end; kind = scanner.scan()) {
    if (kind === token.openBrace || kind === token.openBracket) {
      if (++depth > maxDepth) return scanner.getTokenOffset()
    } else if (kind === token.closeBrace || kind === token.closeBracket) depth--
  }
  return undefined
}

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
