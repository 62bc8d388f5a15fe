import type { CardSession } from '../../card/index.ts'
import { JpkiApplication } from '../../jpki/index.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import {
  completeCounters,
  openJpkiIfPresent,
  type PinReport,
  pinRow,
  readPins,
  readRegistryPins,
} from '../pin-report.ts'
import { withSession } from '../session.ts'

/** `pin status`: how many tries each PIN of the card has left. A PIN of JPKI found verified is told so, and cleared. */
export const pinStatusCommand: Command = async (context) => {
  const { messages } = context
  const { value, exchanges } = await withSession(context, async (session) => {
    const found = [...(await readJpkiPins(session)), ...(await readRegistryPins(session))]
    // Nothing of ours on the card: said as ever.
    if (found.length === 0) await JpkiApplication.open(session)
    return found
  })
  return {
    json: { pins: value, exchanges },
    text: table(
      value.map((pin) => pinRow(pin, messages)),
      '',
    ),
  }
}

/** First, as selecting another application would clear what was verified here. */
async function readJpkiPins(session: CardSession): Promise<readonly PinReport[]> {
  const app = await openJpkiIfPresent(session)
  if (app === undefined) return []
  const found = await readPins(app)
  if (found.every(({ state }) => state !== 'verified')) return found
  await session.exclusively(() => session.clear())
  return completeCounters(app, found)
}
