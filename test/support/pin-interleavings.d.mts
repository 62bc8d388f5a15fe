import type { MunicipalPins } from '../../src/server/municipal-pin/municipal-pins.ts'
import type { CounterStore } from '../../src/server/stores/store.ts'

interface Call {
  readonly what: string
  readonly server: number
  readonly pin: string
  readonly next: string
}

export interface Plan {
  readonly maxTries: number
  readonly maxWrongTries: number | undefined
  readonly rotated: boolean
  readonly before: readonly Call[]
  readonly callers: readonly (readonly Call[])[]
}

export function seeded(seed: number): () => number
export function drawPlan(random: () => number): Plan
export function playInterleaving(given: {
  readonly MunicipalPins: typeof MunicipalPins
  readonly stores: readonly CounterStore[]
  readonly user: string
  readonly plan: Plan
  readonly pick: (count: number) => number
}): Promise<unknown>
