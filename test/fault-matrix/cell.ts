import { isDeepStrictEqual } from 'node:util'
import { CardSession, type ClearReport, Pin } from '../../src/card/index.ts'
import {
  createVirtualCard,
  type Fault,
  type LoggedExchange,
  type PinName,
  pinNames,
  type VirtualCard,
  type VirtualCardOptions,
  VirtualTransport,
} from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import { identity } from '../support/virtual.ts'
import { carriesPin, kindOf } from './exchange-kind.ts'
import type { Flow } from './flows.ts'

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
  /** A card that is as it was made: making one signs its files anew. */
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

/** More than any step of a flow may take; a call that is not over then hangs. */
const patience = 20_000
/** A flow that recovers reads again, and one that meets a refusal may go on in short lengths. */
const maxExchanges = (without: number): number => 2 * without + 16

interface Run {
  readonly card: VirtualCard
  readonly result: unknown
  readonly error: unknown
  readonly report: ClearReport
  readonly exchanges: readonly LoggedExchange[]
  readonly own: number
  readonly left: readonly string[]
}

/** The flow without faults. */
export async function baselineOf(flow: Flow, options: VirtualCardOptions): Promise<Baseline> {
  const card = await newCard(options)
  const { transport, reader } = await placed(card)
  const run = await perform(flow.run, card, transport, reader, undefined)
  if (run.error !== undefined) throw run.error
  const next = await perform(flow.next ?? flow.run, card, transport, reader, undefined, isChanged(run, undefined))
  if (next.error !== undefined) throw next.error
  const { result, exchanges, own } = run
  return { flow, options, result, nextResult: next.result, exchanges, own, spare: undefined }
}

/** The flow with one fault, and the next customer's flow after it. */
export async function runCell(baseline: Baseline, fault: Fault): Promise<Outcome> {
  const { flow, options, spare } = baseline
  const card = spare ?? (await newCard(options))
  const { transport, reader } = await placed(card, fault.do === 'silent' ? 5 : undefined)
  const before = triesOf(card)
  const run = await perform(flow.run, card, transport, reader, fault)
  const broken = [...run.left, ...brokenBy(run, baseline, fault, before)]
  // A reader whose card has fallen silent is taken until the card is out.
  if (card.pulled || !card.powered || fault.do === 'silent') {
    transport.remove()
    transport.insert(card)
  }
  const next = await perform(flow.next ?? flow.run, card, transport, reader, undefined, isChanged(run, fault))
  const right = isDeepStrictEqual(next.result, baseline.nextResult)
  if (!right) broken.push(`the next session: ${next.error === undefined ? 'another result' : codeOf(next.error)}`)
  broken.push(...next.left.map((rule) => `the next session: ${rule}`))
  transport.remove()
  await transport.close()
  const changed = isChanged(run, fault) || isChanged(next, undefined)
  baseline.spare = !changed && isDeepStrictEqual(triesOf(card), before) ? card : undefined
  return { outcome: outcomeOf(run, baseline), broken, exchanges: run.exchanges.length + next.exchanges.length }
}

async function newCard(options: VirtualCardOptions): Promise<VirtualCard> {
  return createVirtualCard({ identity: await identity(), ...options })
}

async function placed(card: VirtualCard, apduTimeoutMs = patience) {
  const transport = new VirtualTransport({ card, apduTimeoutMs })
  const reader = (await transport.readers())[0]!.name
  return { transport, reader }
}

/** One session from connecting to closing. */
async function perform(
  job: Flow['run'],
  card: VirtualCard,
  transport: VirtualTransport,
  reader: string,
  fault: Fault | undefined,
  changed = false,
): Promise<Run> {
  const timers = timersRunning()
  const pins: Pin[] = []
  const pin = (text: string): Pin => {
    const made = Pin.fromText(text)
    pins.push(made)
    return made
  }
  const session = new CardSession(await transport.connect(reader))
  card.clearLog()
  card.setFaults(fault && [fault])
  let result: unknown
  let error: unknown
  try {
    result = await inTime(job({ card, session, pin, changed }))
  } catch (thrown) {
    error = thrown ?? new Error('nothing was thrown')
  }
  const own = card.log.length
  const report = await inTime(session.close())
  card.setFaults(undefined)
  const left: string[] = []
  if (pins.some(({ length }) => length > 0)) left.push('a PIN is not wiped')
  if ((await transport.readers()).some(({ busy }) => busy)) left.push('the reader is still taken')
  if (timersRunning() > timers) left.push('a timer is left')
  const lied = typeof fault?.do === 'object' && 'status' in fault.do && fault.do.status === 0x9000
  // Nothing shows that a card which says so has not left its application; the next session clears it all the same.
  if (report.cleared && verifiedOf(card).length > 0 && !(lied && fault.at === card.log.length)) {
    left.push(`cleared, but ${verifiedOf(card)} is verified`)
  }
  return { card, result, error, report, exchanges: [...card.log], own, left }
}

function brokenBy(run: Run, baseline: Baseline, fault: Fault, before: ReadonlyMap<PinName, number>): string[] {
  const broken: string[] = []
  const { card, error, report, exchanges } = run
  if (error !== undefined && !(error instanceof JpkiCardError)) broken.push(`no coded error: ${String(error)}`)
  if (!report.cleared && fault.do !== 'silent') broken.push('not cleared')
  for (const group of repeatedSecrets(exchanges)) broken.push(`${group} was sent twice`)
  for (const [name, tries] of triesOf(card)) {
    const had = before.get(name)!
    // The guard keeps two; what was fewer before is not touched.
    if (tries < Math.min(had, 2) || had - tries > 1) broken.push(`${name}: ${tries} tries left of ${had}`)
  }
  if (exchanges.length > maxExchanges(baseline.exchanges.length)) broken.push(`${exchanges.length} exchanges`)
  return broken
}

/** Commands with a PIN, of which each PIN and each change has one: told apart by kind and length. */
function repeatedSecrets(exchanges: readonly LoggedExchange[]): string[] {
  const secrets = exchanges
    .map(({ command }) => command)
    .filter((one) => carriesPin(one) || kindOrNone(one) === 'change')
  const groups = secrets.map((command) => `${kindOrNone(command)} of ${command.length} bytes`)
  return groups.filter((group, i) => groups.indexOf(group) !== i)
}

function kindOrNone(command: Uint8Array): string {
  try {
    return kindOf(command)
  } catch {
    return 'other'
  }
}

function outcomeOf({ error, result }: Run, baseline: Baseline): string {
  if (error !== undefined) return codeOf(error)
  return isDeepStrictEqual(result, baseline.result) ? 'done' : 'other result'
}

function codeOf(error: unknown): string {
  return error instanceof JpkiCardError ? error.code : String(error)
}

/** Whether a PIN change reached the card and was carried out. */
function isChanged({ exchanges }: Run, fault: Fault | undefined): boolean {
  const at = exchanges.findIndex(({ command }) => kindOrNone(command) === 'change')
  if (at < 0) return false
  if (fault?.at === at + 1 && fault.when === 'after') return true
  if (fault?.at === at + 1 && !(typeof fault.do === 'object' && 'delayMs' in fault.do)) return false
  return exchanges[at]!.response[0] === 0x90
}

function triesOf(card: VirtualCard): ReadonlyMap<PinName, number> {
  return new Map(pinsOf(card).map((name) => [name, card.triesLeft(name)]))
}

function verifiedOf(card: VirtualCard): PinName[] {
  return pinsOf(card).filter((name) => card.verified(name))
}

/** The PINs that the card has. */
function pinsOf(card: VirtualCard): PinName[] {
  return pinNames.filter((name) => {
    try {
      return name !== 'text-reserved' && card.triesLeft(name) >= 0
    } catch {
      return false
    }
  })
}

function timersRunning(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), patience + 5_000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
