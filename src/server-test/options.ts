import { isIdentifier } from '../token/index.ts'
import type { EvaluationPki } from './pki/create.ts'

/** A terminal the server knows. */
export interface EvaluationTerminal {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots only. */
  readonly name: string
  /** Headers that authenticate it, such as `authorization`. Secret; never reported. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** Terminals of a run: at least two. */
export type EvaluationTerminals = readonly [EvaluationTerminal, EvaluationTerminal, ...EvaluationTerminal[]]

/** Options of a run. */
export interface EvaluateOptions {
  /** Address of the server under evaluation, to which `v1/challenges` is added. */
  readonly url: string
  /** As `readEvaluationPki` reads it. */
  readonly pki: EvaluationPki
  /** Origin of its challenges. Default: that of the address. */
  readonly origin?: string | undefined
  /** Two terminals the server serves, or more. Default `evaluation-1` and `evaluation-2`, without headers. */
  readonly terminals?: EvaluationTerminals | undefined
  /** Two purposes it serves. Default `evaluation-1` and `evaluation-2`. */
  readonly purposes?: readonly [string, string] | undefined
  /** Cases to run, by id. Default: all. The good token, without which refusals prove nothing, is always submitted. */
  readonly only?: readonly string[] | undefined
  /** Longest wait for one response, milliseconds. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** Longest wait for a challenge to expire or a slow body to be cut off, milliseconds. Default 180 000. */
  readonly maxWaitMs?: number | undefined
  /** Time within which a slow body must be cut off, milliseconds. Default 60 000. */
  readonly cutOffMs?: number | undefined
  /** Acceptances compared by each case of many persons at once, 1 to 1 000 000. Default 200. */
  readonly transactions?: number | undefined
  readonly now?: Date | undefined
  /** Ends the run early: cases not run are reported as such. */
  readonly signal?: AbortSignal | undefined
}

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
