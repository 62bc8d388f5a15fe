import { TextApplication } from '../../card-face/index.ts'
import { unlockText, verifyUnlock } from '../applications/unlock.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'

/** `text attributes`: name, address, birth date and sex, after the PIN or 照合番号B. */
export const textAttributesCommand: Command = async (context) => {
  const { messages, pins } = context
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await TextApplication.open(session)
    await verifyUnlock(app, await unlockText(context, session))
    return app.readAttributes()
  })
  const { holder, sexes, notProved } = messages.applicationTexts
  const { name, address, birthDate, sex } = value
  return {
    json: { name, address, birthDate, sex, exchanges, clearedBy },
    text: table(
      [
        [holder.name, name],
        [holder.address, address],
        [holder.birthDate, birthDate],
        [holder.sex, sexes[sex]],
      ],
      '',
    ),
    note: notProved('text verify'),
  }
}
