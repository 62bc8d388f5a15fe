import { isDeepStrictEqual } from 'node:util'
import { CardSession, type ClearReport, Pin } from '../../src/card/index.ts'
import { type Fault, type LoggedExchange, type PinName, pinNames, type VirtualCard } from '../../src/emulator/index.ts'
import { JpkiCardError } from '../../src/errors.ts'
import type { CardConnection } from '../../src/transport/connection.ts'
import { carriesPin, kindOf } from './exchange-kind.ts'
import type { Flow } from './flows.ts'

/** More than any step of a flow may take; a call that is not over then hangs. */
export const patience = 20_000
/** A flow that recovers reads again, and one that meets a refusal may go on in short lengths. */
const maxExchanges = (without: number): number => 2 * without + 16

/** One session of a flow, closed. */
export interface Run {
  readonly card: VirtualCard
  readonly result: unknown
  readonly error: unknown
  readonly report: ClearReport
  readonly exchanges: readonly LoggedExchange[]
  readonly own: number
  /** Rules that were broken whatever the fault. */
  readonly broken: readonly string[]
}

/**
 * One session from connecting to closing.
 *
 * @param connect - to the card, on which the fault is set once it is connected to.
 * @param changed - see {@link Table}.
 */
export async function perform(
  job: Flow['run'],
  card: VirtualCard,
  connect: () => Promise<CardConnection>,
  fault: Fault | undefined,
  changed = false,
): Promise<Run> {
  const pins: Pin[] = []
  const pin = (text: string): Pin => {
    const made = Pin.fromText(text)
    pins.push(made)
    return made
  }
  const session = new CardSession(await connect())
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
  const broken: string[] = []
  if (pins.some(({ length }) => length > 0)) broken.push('a PIN is not wiped')
  const lied = typeof fault?.do === 'object' && 'status' in fault.do && fault.do.status === 0x9000
  // Nothing shows that a card which says so has not left its application; the next session clears it all the same.
  if (report.cleared && verifiedOf(card).length > 0 && !(lied && fault.at === card.log.length)) {
    broken.push(`cleared, but ${verifiedOf(card)} is verified`)
  }
  return { card, result, error, report, exchanges: [...card.log], own, broken }
}

/** What a run with a fault must not do. */
export function brokenBy(run: Run, without: number, fault: Fault, before: ReadonlyMap<PinName, number>): string[] {
  const broken = [...run.broken]
  const { card, error, report, exchanges } = run
  if (error !== undefined && !(error instanceof JpkiCardError)) broken.push(`no coded error: ${String(error)}`)
  if (!report.cleared && fault.do !== 'silent') broken.push('not cleared')
  for (const group of repeatedSecrets(exchanges)) broken.push(`${group} was sent twice`)
  for (const [name, tries] of triesOf(card)) {
    const had = before.get(name)!
    // The guard keeps two; what was fewer before is not touched.
    if (tries < Math.min(had, 2) || had - tries > 1) broken.push(`${name}: ${tries} tries left of ${had}`)
  }
  if (exchanges.length > maxExchanges(without)) broken.push(`${exchanges.length} exchanges`)
  return broken
}

/** Commands with a PIN, of which each PIN and each change has one: distinguished by kind and length. */
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

/** The code of the error, `done` for the right result, or `other result`. */
export function outcomeOf({ error, result }: Run, right: unknown): string {
  if (error !== undefined) return codeOf(error)
  return isDeepStrictEqual(result, right) ? 'done' : 'other result'
}

function codeOf(error: unknown): string {
  return error instanceof JpkiCardError ? error.code : String(error)
}

/** Whether a PIN change reached the card and was carried out. */
export function isChanged({ exchanges }: Run, fault: Fault | undefined): boolean {
  const at = exchanges.findIndex(({ command }) => kindOrNone(command) === 'change')
  if (at < 0) return false
  if (fault?.at === at + 1 && fault.when === 'after') return true
  if (fault?.at === at + 1 && !(typeof fault.do === 'object' && 'delayMs' in fault.do)) return false
  return exchanges[at]!.response[0] === 0x90
}

/** Tries left of every PIN the card has. */
export function triesOf(card: VirtualCard): ReadonlyMap<PinName, number> {
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
