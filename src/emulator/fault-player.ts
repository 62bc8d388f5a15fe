/** Counts exchanges against a fault script. */

import { checkFaultScript, type Fault, type FaultScript } from './faults.ts'

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
