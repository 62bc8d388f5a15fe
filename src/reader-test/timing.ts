import type { ExchangeEvent } from '../card/index.ts'

/** How long something took, in milliseconds. */
export interface Timing {
  readonly count: number
  readonly medianMs: number
  /** 95 of 100 took this long or less. */
  readonly p95Ms: number
  readonly maxMs: number
}

/** How long one command took, GET RESPONSE included. */
export interface CommandTiming extends Timing {
  /** Name of the command, as in ISO/IEC 7816-4: `READ BINARY`. */
  readonly command: string
}

/** Median, 95th percentile (nearest rank) and longest of some durations. @throws RangeError for an empty list. */
export function timingOf(durations: readonly number[]): Timing {
  if (durations.length === 0) throw new RangeError('no durations')
  const sorted = durations.toSorted((a, b) => a - b)
  const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!
  return { count: sorted.length, medianMs: rank(0.5), p95Ms: rank(0.95), maxMs: sorted.at(-1)! }
}

/** Collects the durations of commands by name. Meant for thousands of exchanges, not for millions: it keeps each. */
export class CommandTimes {
  readonly #durations = new Map<string, number[]>()

  /** For `onExchange` of a session. */
  readonly add = ({ command, milliseconds }: Pick<ExchangeEvent, 'command' | 'milliseconds'>): void => {
    const known = this.#durations.get(command)
    if (known === undefined) this.#durations.set(command, [milliseconds])
    else known.push(milliseconds)
  }

  /** By command, in the order of their first use. */
  timings(): readonly CommandTiming[] {
    return [...this.#durations].map(([command, durations]) => ({ command, ...timingOf(durations) }))
  }
}
