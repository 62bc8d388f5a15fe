import { isDeepStrictEqual } from 'node:util'
import {
  createVirtualCard,
  type Fault,
  type LoggedExchange,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import { identity } from '../support/virtual.ts'
import type { Flow } from './flows.ts'
import { brokenBy, isChanged, outcomeOf, patience, perform, triesOf } from './run.ts'

/** A flow on a card without faults, which its cells are held against. */
export interface Baseline {
  readonly flow: Flow
  readonly options: VirtualCardOptions
  readonly result: unknown
  readonly nextResult: unknown
  /** Every exchange, that of the closing clear included. */
  readonly exchanges: readonly LoggedExchange[]
  /** How many of them belong to the flow itself. */
  readonly own: number
  /** A card as created: creating one signs its files again. */
  spare: VirtualCard | undefined
}

/** What became of a cell. */
export interface Outcome {
  /** The code of the error, `done` for the right result, `other result` for what the card made it believe. */
  readonly outcome: string
  /** Rules that were broken; none when all is well. */
  readonly broken: readonly string[]
  readonly exchanges: number
}

/** The flow without faults. */
export async function baselineOf(flow: Flow, options: VirtualCardOptions): Promise<Baseline> {
  const card = await newCard(options)
  const { connect } = await placed(card)
  const run = await perform(flow.run, card, connect, undefined)
  if (run.error !== undefined) throw run.error
  const next = await perform(flow.next ?? flow.run, card, connect, undefined, isChanged(run, undefined))
  if (next.error !== undefined) throw next.error
  const { result, exchanges, own } = run
  return { flow, options, result, nextResult: next.result, exchanges, own, spare: undefined }
}

/** The flow with one fault, and the next customer's flow after it. */
export async function runCell(baseline: Baseline, fault: Fault): Promise<Outcome> {
  const { flow, options, spare } = baseline
  const card = spare ?? (await newCard(options))
  flow.prepare?.(card)
  const { transport, connect } = await placed(card, fault.do === 'silent' ? 5 : undefined)
  const before = triesOf(card)
  const timers = timersRunning()
  const run = await perform(flow.run, card, connect, fault)
  const broken = brokenBy(run, baseline.exchanges.length, fault, before)
  // A reader whose card has fallen silent is taken until the card is out.
  if (card.pulled || !card.powered || fault.do === 'silent') {
    transport.remove()
    transport.insert(card)
  }
  const next = await perform(flow.next ?? flow.run, card, connect, undefined, isChanged(run, fault))
  const nextOutcome = outcomeOf(next, baseline.nextResult)
  if (nextOutcome !== 'done') broken.push(`the next session ended in ${nextOutcome}`)
  broken.push(...next.broken.map((rule) => `the next session: ${rule}`))
  if ((await transport.readers()).some(({ busy }) => busy)) broken.push('the reader is still taken')
  if (timersRunning() > timers) broken.push('a timer is left')
  transport.remove()
  await transport.close()
  const changed = isChanged(run, fault) || isChanged(next, undefined)
  baseline.spare = !changed && isDeepStrictEqual(triesOf(card), before) ? card : undefined
  return {
    outcome: outcomeOf(run, baseline.result),
    broken,
    exchanges: run.exchanges.length + next.exchanges.length,
  }
}

async function newCard(options: VirtualCardOptions): Promise<VirtualCard> {
  return createVirtualCard({ identity: await identity(), ...options })
}

async function placed(card: VirtualCard, apduTimeoutMs = patience) {
  const transport = new VirtualTransport({ card, apduTimeoutMs })
  const reader = (await transport.readers())[0]!.name
  return { transport, connect: () => transport.connect(reader) }
}

function timersRunning(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}
