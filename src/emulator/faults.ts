/** Faults injected into the card by tests, as JSON-compatible data. */

import { fromHex } from '../bytes.ts'

/** The effect of a fault. */
export type FaultAction =
  /** The card is removed permanently. */
  | 'pull'
  /** Another program resets the card (warm). */
  | 'reset'
  /** No response at all. */
  | 'silent'
  /** An empty response. */
  | 'empty'
  /** A delayed response. 0 to 600 000 milliseconds. */
  | { readonly delayMs: number }
  /** Only the first n bytes of the response APDU arrive, 0 to 65 538. The card executes the command. */
  | { readonly truncate: number }
  /** This status word (0 to 0xFFFF) and nothing else. */
  | { readonly status: number }
  /** These bytes, as hexadecimal text, in place of the response APDU. */
  | { readonly garbage: string }

/** One fault. */
export interface Fault {
  /** The n-th exchange since the script was set, from 1; with `on`, the n-th with a matching INS; or every one. */
  readonly at: number | 'every'
  /** Only commands with this INS, or one of these, 0 to 255. */
  readonly on?: number | readonly number[]
  readonly do: FaultAction
  /**
   * `before`: the card does not execute the command. `after`: it does, and the response is changed. Default `before`.
   */
  readonly when?: 'before' | 'after'
}

/** Faults in order; the first that matches an exchange applies. */
export type FaultScript = readonly Fault[]

const fields = new Set(['at', 'on', 'do', 'when'])

/**
 * Checks a script, for example one that was read from JSON.
 *
 * @throws TypeError with the position of the error, such as `faults[2].at`.
 */
export function checkFaultScript(script: unknown): asserts script is FaultScript {
  if (!Array.isArray(script)) throw new TypeError('faults: must be an array')
  script.forEach((fault: unknown, i) => {
    checkFault(fault, `faults[${i}]`)
  })
}

function checkFault(fault: unknown, where: string): void {
  if (!isRecord(fault)) throw new TypeError(`${where}: must be an object`)
  for (const field of Object.keys(fault))
    if (!fields.has(field)) throw new TypeError(`${where}.${field}: unknown member`)
  const { at, on, when, do: action } = fault
  if (at !== 'every' && !isInteger(at, 1, Number.MAX_SAFE_INTEGER)) {
    throw new TypeError(`${where}.at: must be a number from 1 or 'every'`)
  }
  if (on !== undefined && !(Array.isArray(on) ? on : [on]).every((ins) => isInteger(ins, 0, 255))) {
    throw new TypeError(`${where}.on: must be an INS byte or an array of them`)
  }
  if (when !== undefined && when !== 'before' && when !== 'after') {
    throw new TypeError(`${where}.when: must be 'before' or 'after'`)
  }
  checkAction(action, `${where}.do`)
}

const actionRanges: Readonly<Record<string, number>> = { delayMs: 600_000, truncate: 65_538, status: 0xffff }

function checkAction(action: unknown, where: string): void {
  if (typeof action === 'string' && ['pull', 'reset', 'silent', 'empty'].includes(action)) return
  const entries = isRecord(action) ? Object.entries(action) : []
  const [name, value] = entries[0] ?? []
  if (entries.length !== 1 || name === undefined) throw new TypeError(`${where}: must be one known action`)
  if (name === 'garbage') {
    if (typeof value !== 'string') throw new TypeError(`${where}.garbage: must be hexadecimal text`)
    try {
      fromHex(value)
    } catch (cause) {
      throw new TypeError(`${where}.garbage: must be hexadecimal text`, { cause })
    }
    return
  }
  const highest = Object.hasOwn(actionRanges, name) ? actionRanges[name] : undefined
  if (highest === undefined) throw new TypeError(`${where}.${name}: unknown action`)
  if (!isInteger(value, 0, highest)) throw new TypeError(`${where}.${name}: must be an integer from 0 to ${highest}`)
}

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isInteger(value: unknown, low: number, high: number): boolean {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high
}

/** Counts exchanges against a fault script. */
export class FaultPlayer {
  readonly #faults: readonly { readonly fault: Fault; seen: number }[]

  /** @throws TypeError for an invalid script. */
  constructor(script: FaultScript) {
    checkFaultScript(script)
    this.#faults = structuredClone(script).map((fault) => ({ fault, seen: 0 }))
  }

  /** The fault of this exchange, if any. Every entry counts, even when an earlier one applies. */
  next(ins: number | undefined): Fault | undefined {
    let happening: Fault | undefined
    for (const entry of this.#faults) {
      const { on, at } = entry.fault
      if (on !== undefined && !(typeof on === 'number' ? on === ins : on.some((one) => one === ins))) continue
      entry.seen++
      if (at === 'every' || at === entry.seen) happening ??= entry.fault
    }
    return happening
  }
}
