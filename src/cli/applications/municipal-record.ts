import type { IssuanceRecord, StripeRecord } from '../../municipal/index.ts'
import { type FieldValue, PersonalText, type ReadValidity } from '../../municipal/index.ts'
import type { Messages } from '../messages/catalogue.ts'

/** The record of a municipality, for `--json`: requested by the holder, so personal data is shown. */
export function recordJson(record: IssuanceRecord | StripeRecord): Readonly<Record<string, unknown>> {
  const { profile, userId, municipalityCode, validity, fields } = record
  const shown = Object.fromEntries(Object.entries(fields).map(([id, value]) => [id, fieldText(value) ?? null]))
  return { profile, userId: userId.reveal(), municipalityCode, validity, fields: shown }
}

/** The same in rows. */
export function recordRows(record: IssuanceRecord | StripeRecord, { profile: texts }: Messages): string[][] {
  const { profile, userId, municipalityCode, validity, fields } = record
  return [
    [texts.name, profile],
    [texts.userId, userId.reveal()],
    ...(municipalityCode === undefined ? [] : [[texts.municipalityCode, municipalityCode]]),
    ...(validity === undefined ? [] : [[texts.validity, validityText(validity, texts)]]),
    ...Object.entries(fields).map(([id, value]) => [texts.field(id), fieldText(value) ?? texts.empty]),
  ]
}

function fieldText(value: FieldValue): string | undefined {
  return value instanceof PersonalText ? value.reveal() : value
}

function validityText(validity: ReadValidity, texts: Messages['profile']): string {
  return 'until' in validity ? texts.until(validity.until) : texts.years(validity.years, validity.from)
}
