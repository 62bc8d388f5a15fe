import { type IndividualNumberPurpose, TextApplication, textPins, verifyAuthenticity } from '../../card-face/index.ts'
import { usageError } from '../cli-error.ts'
import type { Context, Result } from '../context.ts'
import { codeB, numberPurpose } from '../options.ts'
import { table } from '../output.ts'
import { askPin } from '../pin-question.ts'
import { verifyOptions, withSession } from '../session.ts'
import { authenticityResult } from './authenticity-report.ts'
import { fieldRow, furtherJson, furtherRows } from './holder-rows.ts'
import { namedRoots, virtualRoots } from './roots.ts'
import { unlockText, verifyUnlock } from './unlock.ts'

/** `text verify`: verifies the text application, its attributes and, with `--purpose`, its number; shows neither. */
export async function textVerify(context: Context): Promise<Result> {
  const { options, messages, pins } = context
  const purpose = options.get(numberPurpose)
  if (purpose !== undefined && options.has(codeB)) throw usageError('not-together', '--code-b, --purpose')
  const named = await namedRoots(options)
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const trusted = named ?? virtualRoots(context)
    const unlock = await unlockText(context, session)
    const number = purpose && { purpose }
    const report = await verifyAuthenticity(session, { ...trusted, text: { attributes: true, number, unlock } })
    report.evidence.text?.individualNumber?.fill(0)
    return { report, trusted }
  })
  return authenticityResult(value.report, 'text', value.trusted, messages)
}

/** `text attributes`: name, address, birth date, sex and further fields, after the PIN or 照合番号B. */
export async function textAttributes(context: Context): Promise<Result> {
  const { messages, pins } = context
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const app = await TextApplication.open(session)
    await verifyUnlock(app, await unlockText(context, session))
    return app.readAttributes()
  })
  const { holder, sexes, notProved } = messages.applicationTexts
  const { name, address, birthDate, sex, further, problems } = value
  const row = (field: keyof typeof holder, shown: string | undefined): string[] =>
    fieldRow(holder[field], shown, problems, field, messages)
  return {
    json: {
      name: name ?? null,
      address: address ?? null,
      birthDate: birthDate ?? null,
      sex: sex ?? null,
      further: further.map(furtherJson),
      problems,
    },
    text: table(
      [
        row('name', name),
        row('address', address),
        row('birthDate', birthDate),
        row('sex', sex && sexes[sex]),
        ...furtherRows(further, problems, messages),
      ],
      '',
    ),
    note: notProved('text verify'),
  }
}

const masked = '*'.repeat(12)

/**
 * `text number --purpose P`: the individual number, shown with `--reveal` only; otherwise only the result of its check
 * digit.
 */
export async function textNumber(
  context: Context,
  { purpose, reveal }: { readonly purpose: IndividualNumberPurpose; readonly reveal: boolean },
): Promise<Result> {
  const { messages, pins } = context
  pins.requireSource()
  const { value } = await withSession(context, async (session) => {
    const app = await TextApplication.open(session)
    await app.verifyPin('pin', await askPin(context, session, textPins.pin), verifyOptions(context))
    using number = await app.readIndividualNumber({ purpose })
    return reveal ? number.reveal() : undefined
  })
  const { number: texts, notProved } = messages.applicationTexts
  return {
    json: { purpose, ...(value !== undefined && { number: value }), checkDigit: true },
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
