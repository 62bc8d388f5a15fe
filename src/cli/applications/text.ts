import { verifyAuthenticity } from '../../card-face/index.ts'
import { authenticityResult } from '../applications/authenticity-report.ts'
import { numberPurpose } from '../applications/number-purpose.ts'
import { namedRoots, virtualRoots } from '../applications/roots.ts'
import { unlockText } from '../applications/unlock.ts'
import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { withSession } from '../session.ts'

/** `text verify`: whether the text application is authentic, its attributes and, with `--purpose`, its number; shows neither. */
export const textVerifyCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const purpose = options.has('purpose') ? numberPurpose(options) : undefined
  if (purpose !== undefined && options.has('code-b')) throw usageError('not-together', '--code-b, --purpose')
  const named = await namedRoots(options)
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const trusted = named ?? virtualRoots(context)
    const unlock = await unlockText(context, session)
    const number = purpose && { purpose }
    const report = await verifyAuthenticity(session, { ...trusted, text: { attributes: true, number, unlock } })
    report.evidence.text?.individualNumber?.fill(0)
    return { report, trusted }
  })
  const { json, ...rest } = authenticityResult(value.report, 'text', value.trusted, messages)
  return { ...rest, json: { ...json, exchanges, clearedBy } }
}
