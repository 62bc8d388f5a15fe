import { VisualApplication } from '../../card-face/index.ts'
import { asPng, imageJson, imageRow, writeImage } from '../applications/images.ts'
import { unlockVisual, verifyUnlock, visualPinOf } from '../applications/unlock.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'

/** `visual photo --out FILE`: the photo, JPEG 2000 as the card has it, or PNG. */
export const visualPhotoCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const pin = visualPinOf(context, ['code-a', 'code-b'])
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await VisualApplication.open(session)
    await verifyUnlock(app, await unlockVisual(context, session, pin))
    return { id: 'photo', ...(await app.readCardFace()).photo } as const
  })
  const photo = options.has('png') ? await asPng(value) : value
  const out = options.get('out')!
  await writeImage(out, photo)
  return {
    json: { ...imageJson(photo, out), exchanges, clearedBy },
    text: table([imageRow(photo, out, messages)], ''),
    note: messages.applicationTexts.notProved('visual verify'),
  }
}
