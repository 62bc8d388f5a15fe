import { JukiApplication, jukiPin } from '../../juki/index.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { pinRow, readPinReport } from '../pin-report.ts'
import { withSession } from '../session.ts'

/** `juki status`: how many tries the PIN of the Juki application has left. */
export const jukiStatusCommand: Command = async (context) => {
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    await JukiApplication.open(session)
    return readPinReport(session, jukiPin)
  })
  return { json: { pins: [value], exchanges, clearedBy }, text: table([pinRow(value, context.messages)], '') }
}
