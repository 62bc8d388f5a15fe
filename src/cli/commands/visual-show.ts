import { type CardFace, VisualApplication } from '../../card-face/index.ts'
import { deliverImages, imagesOf } from '../applications/images.ts'
import { unlockVisual, verifyUnlock, visualPinOf } from '../applications/unlock.ts'
import type { Command } from '../context.ts'
import type { Messages } from '../messages/catalogue.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'

/** `visual show`: what is printed on the card, as far as the code opens it; images by their sizes, written with `--out`. */
export const visualShowCommand: Command = async (context) => {
  const { messages, pins } = context
  const pin = visualPinOf(context, ['birth-date', 'code-a', 'code-b'])
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await VisualApplication.open(session)
    await verifyUnlock(app, await unlockVisual(context, session, pin))
    if (pin === 'birth-date') return { birthDate: (await app.readBirthRecord()).birthDate }
    const face = await app.readCardFace()
    const number = pin === 'code-a' ? await app.readNumberImage() : undefined
    return { birthDate: face.birthDate, face, number }
  })
  const { birthDate, face, number } = value
  const images = await deliverImages(context, imagesOf(face, number))
  const { holder, notProved } = messages.applicationTexts
  return {
    json: {
      with: pin,
      birthDate,
      ...(face !== undefined && { sex: face.sex, expiry: face.unsigned.expiry }),
      images: images.json,
      exchanges,
      clearedBy,
    },
    text: table([[holder.birthDate, birthDate], ...faceRows(face, messages), ...images.rows], ''),
    note: notProved('visual verify'),
  }
}

function faceRows(face: CardFace | undefined, { applicationTexts }: Messages): string[][] {
  if (face === undefined) return []
  const { holder, sexes } = applicationTexts
  return [
    [holder.sex, sexes[face.sex]],
    [holder.cardExpiry, face.unsigned.expiry],
  ]
}
