import type { CardSession, PinStatus } from '../card/index.ts'
import { StatusWordError } from '../errors.ts'
import { JpkiApplication, type JpkiKey, jpkiPins } from '../jpki/index.ts'
import type { Messages } from './messages/catalogue.ts'

/** One PIN as it was found. */
export interface PinReport {
  readonly id: JpkiKey
  readonly state: PinStatus['state']
  /** Left out when the card keeps no counter or does not tell it. */
  readonly triesLeft?: number
  readonly triesMax: number
}

/** The JPKI application, or `undefined` when the card has none. Keeps PINs that are verified in it already. */
export async function openJpkiIfPresent(session: CardSession): Promise<JpkiApplication | undefined> {
  try {
    return await JpkiApplication.open(session)
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}

/** The state of both PINs; one the card does not have is left out. Spends no try. */
export async function readPins(app: JpkiApplication): Promise<PinReport[]> {
  const reports: PinReport[] = []
  for (const id of ['auth', 'sign'] as const) {
    const report = await readPin(app, id)
    if (report !== undefined) reports.push(report)
  }
  return reports
}

/**
 * Adds the counters of PINs that were verified, which cannot be seen until they have been cleared. Their state stays
 * `verified`: as it was found.
 */
export async function completeCounters(app: JpkiApplication, reports: readonly PinReport[]): Promise<PinReport[]> {
  const complete: PinReport[] = []
  for (const report of reports) {
    const again = report.state === 'verified' ? await readPin(app, report.id) : undefined
    complete.push(again?.triesLeft === undefined ? report : { ...report, triesLeft: again.triesLeft })
  }
  return complete
}

/** One row of the table of PINs. */
export function pinRow({ id, state, triesLeft, triesMax }: PinReport, { pins, pinStates }: Messages): string[] {
  if (state === 'usable') return [pins[id], pinStates.usable(triesLeft ?? 0, triesMax)]
  return [pins[id], pinStates[state]]
}

async function readPin(app: JpkiApplication, id: JpkiKey): Promise<PinReport | undefined> {
  try {
    const status = await app.pinStatus(id)
    const triesLeft = 'triesLeft' in status ? { triesLeft: status.triesLeft } : {}
    return { id, state: status.state, ...triesLeft, triesMax: jpkiPins[id].triesMax }
  } catch (error) {
    if (error instanceof StatusWordError) return undefined
    throw error
  }
}
