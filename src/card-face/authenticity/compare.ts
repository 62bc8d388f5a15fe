import { asciiText } from '../../bytes.ts'
import type { Asked } from './evidence.ts'
import { type Checks, failed, notDone, type Outcome, passed } from './outcome.ts'
import type { JudgedText } from './text.ts'
import type { JudgedVisual } from './visual.ts'

/** Compares what the records of both applications say of the holder and the card. */
export function compareRecords(
  text: JudgedText,
  visual: JudgedVisual,
  cardExpiry: Uint8Array | undefined,
  asked: Asked,
  checks: Checks,
): void {
  checks.note('same-holder', 'card', judgeHolder(text, visual, asked))
  checks.note('same-expiry', 'card', judgeExpiry(visual, cardExpiry, asked))
}

function judgeHolder({ attributes }: JudgedText, { cardFace, birthRecord }: JudgedVisual, asked: Asked): Outcome {
  const count = (['attributes', 'card-face', 'birth-record'] as const).filter(asked).length
  if (count < 2) return notDone('nothing-to-compare')
  const records = [attributes, cardFace, birthRecord].filter((one) => one !== undefined)
  if (records.length < count) return notDone('depends')
  if (differ(records.map(({ birthDate }) => birthDate)))
    return failed('differs', 'the records tell different birth dates')
  const sexes = [attributes?.sex, cardFace?.sex].filter((sex) => sex !== undefined)
  return differ(sexes) ? failed('differs', 'the records tell different sexes') : passed
}

function judgeExpiry({ cardFace }: JudgedVisual, cardExpiry: Uint8Array | undefined, asked: Asked): Outcome {
  if (!asked('card-face') || !asked('card-expiry')) return notDone('nothing-to-compare')
  if (cardExpiry === undefined) return notDone('missing')
  if (cardFace === undefined) return notDone('depends')
  const same = cardFace.unsigned.expiry.replaceAll('-', '') === asciiText(cardExpiry)
  return same ? passed : failed('differs', 'the card face and the common application tell different expiries')
}

function differ(values: readonly string[]): boolean {
  return values.some((value) => value !== values[0])
}
