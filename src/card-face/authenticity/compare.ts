import { asciiText } from '../../bytes.ts'
import type { Asked } from './evidence.ts'
import { type Checks, failed, notDone, type Outcome, passed } from './outcome.ts'
import type { TextResult } from './text.ts'
import type { VisualResult } from './visual.ts'

/** Compares what the records of both applications say of the holder and the card. */
export function compareRecords(
  text: TextResult,
  visual: VisualResult,
  cardExpiry: Uint8Array | undefined,
  asked: Asked,
  checks: Checks,
): void {
  checks.note('same-holder', 'card', compareHolder(text, visual, asked))
  checks.note('same-expiry', 'card', compareExpiry(visual, cardExpiry, asked))
}

function compareHolder({ attributes }: TextResult, { cardFace, birthRecord }: VisualResult, asked: Asked): Outcome {
  const count = (['attributes', 'card-face', 'birth-record'] as const).filter(asked).length
  if (count < 2) return notDone('nothing-to-compare')
  const records = [attributes, cardFace, birthRecord].filter((one) => one !== undefined)
  if (records.length < count) return notDone('depends')
  if (differ(records.map(({ birthDate }) => birthDate)))
    return failed('differs', 'the records have different birth dates')
  const sexes = [attributes?.sex, cardFace?.sex].filter((sex) => sex !== undefined)
  return differ(sexes) ? failed('differs', 'the records have different sexes') : passed
}

function compareExpiry({ cardFace }: VisualResult, cardExpiry: Uint8Array | undefined, asked: Asked): Outcome {
  if (!asked('card-face') || !asked('card-expiry')) return notDone('nothing-to-compare')
  if (cardExpiry === undefined) return notDone('missing')
  if (cardFace === undefined) return notDone('depends')
  const same = cardFace.unsigned.expiry.replaceAll('-', '') === asciiText(cardExpiry)
  return same ? passed : failed('differs', 'the card face and the common application have different expiry dates')
}

function differ(values: readonly string[]): boolean {
  return values.some((value) => value !== values[0])
}
