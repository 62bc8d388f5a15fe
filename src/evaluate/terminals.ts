import { isIdentifier } from '../token/index.ts'
import type { EvaluationTerminal } from './options.ts'

/**
 * The two terminals of a JSON file: `[{ "name": "kiosk-1", "headers": { "authorization": "…" } }, { "name": "kiosk-2" }]`.
 *
 * @throws TypeError for anything else; its message holds nothing of the text.
 */
export function parseTerminals(text: string): readonly [EvaluationTerminal, EvaluationTerminal] {
  const list = parse(text)
  if (!Array.isArray(list) || list.length !== 2) throw new TypeError('terminals must be two')
  const [one, other] = list.map(terminalOf)
  if (one!.name === other!.name) throw new TypeError('terminals must be different')
  return [one!, other!]
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
