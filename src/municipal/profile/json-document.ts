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
