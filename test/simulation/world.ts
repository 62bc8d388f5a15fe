import { Oracle } from './oracle.ts'
import type { Fault, Plan } from './plan.ts'
import { type Random, streamOf } from './random.ts'
import { type Event, Scheduler } from './scheduler.ts'
import type { Variant } from './variants.ts'

/** When a schedule begins, milliseconds since 1970. */
export const epoch = Date.UTC(2026, 5, 1)

/** How often something occurred, by name: `fault:crash`, `state:sealed`, `refusal:ERR_CASE_STATE`, `visit:collected`. */
export type Counts = Map<string, number>

/** What all parts of a schedule share: time, randomness, faults, the trace, and the invariants. */
export class World {
  readonly scheduler = new Scheduler()
  readonly oracle: Oracle
  /** Faults have ended. */
  isQuiet = false
  /** Faults that have occurred. */
  faultCount = 0
  /** Called when a stop is in a store. */
  onStop: (() => void) | undefined
  /** Calls of ports and messages without an answer yet. */
  busy = 0
  /** For choices that are no faults: routing, durations. */
  readonly random: Random
  readonly #delays: Random
  readonly #streams = new Map<Fault, Random>()

  readonly plan: Plan
  readonly variant: Variant | undefined
  readonly counts: Counts
  /** Gets the events, one a line. */
  readonly trace: string[] | undefined

  constructor(plan: Plan, variant: Variant | undefined, counts: Counts, trace: string[] | undefined) {
    this.plan = plan
    this.variant = variant
    this.counts = counts
    this.trace = trace
    this.random = streamOf(plan.seed, 'choices')
    this.#delays = streamOf(plan.seed, 'delays')
    this.oracle = new Oracle(this)
  }

  get now(): number {
    return this.scheduler.now
  }

  after(delay: number, run: () => void): Event {
    return this.scheduler.after(delay, run)
  }

  /** How long the next message takes, milliseconds. */
  delay(): number {
    const { pace } = this.plan
    if (pace === 'at-once') return 0
    if (pace === 'local' || this.isQuiet) return this.#delays.integer(1, 20)
    return this.#delays.chance(0.8) ? this.#delays.integer(1, 100) : this.#delays.integer(1, 2_000)
  }

  /** Whether a fault occurs at this occasion. */
  fault(kind: Fault, actor: string): boolean {
    const rate = this.plan.rates[kind]
    if (rate === 0 || this.isQuiet) return false
    if (!this.stream(kind).chance(rate)) return false
    this.faultCount += 1
    this.count('fault:', kind)
    if (this.trace !== undefined) this.log(actor, `FAULT ${kind}`)
    return true
  }

  /** For what a fault chooses. */
  stream(kind: Fault): Random {
    let stream = this.#streams.get(kind)
    if (stream === undefined) {
      stream = streamOf(this.plan.seed, kind)
      this.#streams.set(kind, stream)
    }
    return stream
  }

  count(group: string, name: string): void {
    const key = group + name
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
  }

  /** One line of the trace. Callers test `trace` first where the text costs something. */
  log(actor: string, text: string): void {
    this.trace?.push(`${String(this.now).padStart(7)}  ${actor.padEnd(12)} ${text}`)
  }
}
