/** What `JSON.parse` leaves to its callers. A leaf: imports nothing. */

/** Whether a value is an object of JSON: neither `null` nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A string with the colon that makes it a name, or a brace. Unrolled, so that a long string takes no stack. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(?:[\t\n\r ]*:)?|[{}]/gs

/**
 * Whether an object in a JSON text has a name twice. RFC 8259 4 leaves open which value counts then, so two readers of
 * one text may disagree. `\u0061` and `a` are the same name.
 *
 * @param text - valid JSON: what `JSON.parse` accepts.
 */
export function hasDuplicateName(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (token.endsWith(':')) {
      const names = open.at(-1)!
      const { size } = names
      if (names.add(JSON.parse(token.slice(0, token.lastIndexOf('"') + 1))).size === size) return true
    }
  }
  return false
}
