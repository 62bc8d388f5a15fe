import { type CardSession, type PinReference, type PinStatus, readPinStatus } from '../card/index.ts'
import { textPins, visualPins } from '../card-face/index.ts'
import { StatusWordError } from '../errors.ts'
import { commonPin } from '../identify/index.ts'
import { JpkiApplication, type JpkiKey, jpkiPins } from '../jpki/index.ts'
import { jukiPin } from '../juki/index.ts'
import { type CardPinId, pins } from '../pins.ts'
import type { Messages } from './messages/catalogue.ts'

/** State of one PIN. */
export interface PinReport {
  readonly id: CardPinId
  readonly state: PinStatus['state']
  /** Absent when the card has no retry counter or does not report it. */
  readonly triesLeft?: number
  readonly triesMax: number
}

/** PINs of the applications of the resident-registry network, application by application. */
const registryPins: readonly PinReference[] = [
  ...Object.values(textPins),
  ...Object.values(visualPins),
  jukiPin,
  commonPin,
]

/** The JPKI application, or `undefined` when the card has none. Leaves PINs already verified in it unchanged. */
export async function openJpkiIfPresent(session: CardSession): Promise<JpkiApplication | undefined> {
  try {
    return await JpkiApplication.open(session)
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}

/** The state of both PINs of JPKI; PINs the card does not have are omitted. Spends no try. */
export async function readPins({ session }: JpkiApplication): Promise<PinReport[]> {
  return readAll(session, [jpkiPins.auth, jpkiPins.sign])
}

/**
 * The state of the PINs of every other application, including those printed on the card; PINs the card does not have
 * are omitted. Spends no try, and clears PINs verified in another application.
 */
export async function readRegistryPins(session: CardSession): Promise<PinReport[]> {
  return readAll(session, registryPins)
}

/**
 * Adds the counters of PINs found verified, which are not readable until cleared. Their state stays `verified`, as
 * found.
 */
export async function completeCounters(app: JpkiApplication, reports: readonly PinReport[]): Promise<PinReport[]> {
  const complete: PinReport[] = []
  for (const report of reports) {
    const again = report.state === 'verified' ? await readPin(app.session, jpkiPins[report.id as JpkiKey]) : undefined
    complete.push(again?.triesLeft === undefined ? report : { ...report, triesLeft: again.triesLeft })
  }
  return complete
}

/** One row of the table of PINs. */
export function pinRow({ id, state, triesLeft, triesMax }: PinReport, messages: Messages): string[] {
  const { pinStates } = messages
  const label = pins[id].names[messages.language]
  return [label, state === 'usable' ? pinStates.usable(triesLeft ?? 0, triesMax) : pinStates[state]]
}

async function readAll(session: CardSession, pins: readonly PinReference[]): Promise<PinReport[]> {
  const reports: PinReport[] = []
  for (const pin of pins) {
    const report = await readPin(session, pin)
    if (report !== undefined) reports.push(report)
  }
  return reports
}

/** One PIN of the current application, or of one that can be selected; `undefined` when the card does not have it. */
async function readPin(session: CardSession, pin: PinReference): Promise<PinReport | undefined> {
  try {
    return await readPinReport(session, pin)
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}

/** The state of one PIN. Spends no try. @throws StatusWordError when the card does not have it. */
export async function readPinReport(session: CardSession, pin: PinReference): Promise<PinReport> {
  const { state, ...counter } = await session.within(pin.application, () => readPinStatus(session, pin))
  return { id: pin.id as CardPinId, state, ...counter, triesMax: pin.triesMax }
}
