import { JpkiApplication } from '../../jpki/index.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { completeCounters, pinRow, readPins } from '../pin-report.ts'
import { withSession } from '../session.ts'

/** `pin status`: how many tries each PIN has left. A PIN found verified is told so, and cleared. */
export const pinStatusCommand: Command = async (context) => {
  const { messages } = context
  const { value, exchanges } = await withSession(context, async (session) => {
    const app = await JpkiApplication.open(session)
    const found = await readPins(app)
    if (found.every(({ state }) => state !== 'verified')) return found
    await session.exclusively(() => session.clear())
    return completeCounters(app, found)
  })
  return {
    json: { pins: value, exchanges },
    text: table(
      value.map((pin) => pinRow(pin, messages)),
      '',
    ),
  }
}
