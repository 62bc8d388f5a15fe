import {
  type CheckedCard,
  decodeCardFace,
  decodeNumberImage,
  type VisualPin,
  type VisualRecord,
  verifyAuthenticity,
} from '../../card-face/index.ts'
import { authenticityResult } from '../applications/authenticity-report.ts'
import { deliverImages, imagesOf, type NamedImage } from '../applications/images.ts'
import { namedRoots, virtualRoots } from '../applications/roots.ts'
import { unlockVisual, visualPinOf } from '../applications/unlock.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { withSession } from '../session.ts'

/** What each code opens. */
const records: Readonly<Record<VisualPin, readonly VisualRecord[]>> = {
  'birth-date': ['birth-record'],
  'code-a': ['card-face', 'number-image'],
  'code-b': ['card-face'],
}

/** `visual verify`: whether what the code opens is authentic; its images are written with `--out` only when it is. */
export const visualVerifyCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const pin = visualPinOf(context, ['birth-date', 'code-a', 'code-b'])
  const named = await namedRoots(options)
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const trusted = named ?? virtualRoots(context)
    const visual = { records: records[pin], unlock: await unlockVisual(context, session, pin) }
    const report = await verifyAuthenticity(session, { ...trusted, visual, cardExpiry: pin !== 'birth-date' })
    return { report, trusted }
  })
  const { json, text, refused } = authenticityResult(value.report, 'visual', value.trusted, messages)
  const images = await deliverImages(context, options.has('out') ? provedImages(value.report) : [])
  return {
    json: { ...json, images: images.json, exchanges, clearedBy },
    text: `${text}${table(images.rows, '')}`,
    refused,
  }
}

function provedImages({ ok, evidence }: CheckedCard): readonly NamedImage[] {
  const { cardFace, numberImage } = evidence.visual ?? {}
  if (!ok) return []
  return imagesOf(cardFace && decodeCardFace(cardFace), numberImage && decodeNumberImage(numberImage))
}
