import { isIdentifier } from '../token/index.ts'
import type { EvaluationTerminal, EvaluationTerminals } from './options.ts'

/** Terminals of a run, at most. */
const mostTerminals = 64

/**
 * The terminals of a JSON file, 2 to 64: `[{ "name": "kiosk-1", "headers": { "authorization": "…" } }, { "name":
 * "kiosk-2" }]`.
 *
 * @throws TypeError for anything else; its message contains nothing of the text.
 */
export function parseTerminals(text: string): EvaluationTerminals {
  const list = parse(text)
  if (!Array.isArray(list) || list.length < 2 || list.length > mostTerminals) {
    throw new TypeError('terminals must be 2 to 64')
  }
  const [one, other, ...more] = list.map(terminalOf)
  if (new Set(list.map(({ name }) => name)).size !== list.length) throw new TypeError('terminals must be different')
  return [one!, other!, ...more]
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('terminals must be JSON')
  }
}

function terminalOf(json: unknown): EvaluationTerminal {
  const { name, headers = {}, ...rest } = Object(json) as Record<string, unknown>
  if (!isIdentifier(name)) throw new TypeError('terminals must have names')
  const known = Object.entries(Object(headers) as Record<string, unknown>)
  const right = known.every(([key, value]) => /^[a-z0-9-]{1,64}$/i.test(key) && isHeader(value))
  if (!right || Object.keys(rest).length > 0) throw new TypeError('terminals must have a name and headers only')
  return { name, headers: Object.fromEntries(known) as Record<string, string> }
}

function isHeader(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{1,4096}$/.test(value)
}
