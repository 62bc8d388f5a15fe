import { IssuanceApplication, loadProfile } from '../../municipal/index.ts'
import { recordJson, recordRows } from '../applications/municipal-record.ts'
import { readProfileText } from '../bounded-file.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

/** `issuance read --profile F`: what a municipal application holds, read as the profile says. */
export const issuanceReadCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const profile = loadProfile(await readProfileText(options.get('profile')!))
  const pin = profile.objects.some((object) => object.pin) ? profile.pinReference : undefined
  if (pin !== undefined) pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await IssuanceApplication.open(session, profile)
    if (pin !== undefined) await app.verifyPin(await askPin(context, session, pin), verifyOptions(context))
    return app.read()
  })
  const checkedByServer = profile.pin?.manager === 'municipality'
  const pinCheckedBy = pin !== undefined ? 'card' : checkedByServer ? 'municipality' : 'nobody'
  return {
    json: { ...recordJson(value), pinCheckedBy, exchanges, clearedBy },
    text: table(recordRows(value, messages), ''),
    note: messages.profile.pinCheckedBy[pinCheckedBy],
  }
}
