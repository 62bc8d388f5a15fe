import type { VirtualCardOptions } from '../../src/emulator/index.ts'
import { type Baseline, baselineOf, type Outcome, runCell } from './cell.ts'
import { carriesPin, type ExchangeKind, kindOf } from './exchange-kind.ts'
import { matrixFaults } from './faults.ts'
import { flows } from './flows.ts'

/** One cell: a flow on a card, an exchange of it, and what happens there. */
export interface Cell extends Outcome {
  readonly flow: string
  readonly card: string
  /** From 1. */
  readonly at: number
  readonly kind: ExchangeKind
  readonly fault: string
  /** A PIN is verified for what happens here, so that it is lost with a reset. */
  readonly holdsPin: boolean
}

/** The cards every flow is performed on. */
export const matrixCards: Readonly<Record<string, VirtualCardOptions>> = {
  'every capability': {},
  'no capability': { capabilities: { shortFileId: false, extendedLength: false, directReference: false } },
}

/** All cells of a flow on a card, in order. */
export async function runFlow(flow: string, card: string): Promise<readonly Cell[]> {
  const baseline = await baselineOf(flows[flow]!, { ...matrixCards[card], ...flows[flow]!.options })
  const places = placesOf(baseline)
  const cells: Cell[] = []
  for (const [i, exchange] of baseline.exchanges.entries()) {
    for (const { title, when, at } of matrixFaults) {
      const action = at(exchange)
      if (action === undefined) continue
      const outcome = await runCell(baseline, { at: i + 1, do: action, when })
      const { kind, holdsPin } = places[i]!
      cells.push({ flow, card, at: i + 1, kind, fault: title, holdsPin, ...outcome })
    }
  }
  return cells
}

/** What each exchange of a flow is, and whether a PIN is verified for it. */
export function placesOf({ exchanges, own }: Baseline): readonly Pick<Cell, 'kind' | 'holdsPin'>[] {
  let holdsPin = false
  return exchanges.map(({ command, response }, i) => {
    const kind: ExchangeKind = i < own ? kindOf(command) : 'clear'
    const place = { kind, holdsPin }
    if (kind === 'select') holdsPin = false
    if (carriesPin(command) && response.at(-2) === 0x90) holdsPin = true
    return place
  })
}
