import { TextApplication, textPins } from '../../card-face/index.ts'
import { numberPurpose } from '../applications/number-purpose.ts'
import type { Command } from '../context.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'

const masked = '*'.repeat(12)

/** `text number --purpose P`: the individual number, shown with `--reveal` only; without, that its check digit is right. */
export const textNumberCommand: Command = async (context) => {
  const { options, messages, pins } = context
  const purpose = numberPurpose(options)
  pins.requireSource()
  const { value, exchanges, clearedBy } = await withSession(context, async (session) => {
    const app = await TextApplication.open(session)
    await app.verifyPin('pin', await askPin(context, session, textPins.pin), verifyOptions(context))
    using number = await app.readIndividualNumber({ purpose })
    return options.has('reveal') ? number.reveal() : undefined
  })
  const { number: texts, notProved } = messages.applicationTexts
  return {
    json: { purpose, ...(value !== undefined && { number: value }), checkDigit: true, exchanges, clearedBy },
    text: table(
      [
        [texts.heading, value ?? masked],
        [texts.checkDigit, texts.right],
        [texts.purpose, texts.purposes[purpose]],
      ],
      '',
    ),
    note: [...(value === undefined ? [texts.masked] : []), texts.law, notProved('text verify')].join('\n'),
  }
}
