import { isDay } from '../../days.ts'
import { type Field, type FieldValue, PersonalText } from './field.ts'
import type { JsonObject, JsonValue } from './json-reader.ts'
import type { BlockTexts } from './read-block.ts'

/** The fields with a defined meaning. */
export interface ResultFields {
  /** 利用者ID, a personal field. */
  readonly userId: string
  /** 全国地方公共団体コード, of 5 or 6 digits. */
  readonly municipalityCode: string | undefined
}

/** How the end of validity is determined. */
export type ValidityRule =
  /** To the end of the day in a field, `YYYYMMDD`. */
  | { readonly until: string }
  /** A number of years, from the day in a field if present. Each municipality has its own rule for counting them. */
  | { readonly years: number; readonly from: string | undefined }

/** A {@link ValidityRule} applied: days as `YYYY-MM-DD`. No clock is read. */
export type ReadValidity = { readonly until: string } | { readonly years: number; readonly from: string | undefined }

interface NamedField {
  readonly field: Field
  readonly value: JsonValue
}

const fieldName = { match: /^.+$/, say: 'must be the id of a field' }

/** Parsed fields, and the names of invalid ones, for which no further problems are reported. */
export interface KnownFields {
  readonly fields: readonly Field[]
  readonly declared: ReadonlySet<string>
}

/** Reads `result`. */
export function readResult(object: JsonObject | undefined, known: KnownFields): ResultFields | undefined {
  const user = namedField(object?.required('userId'), known)
  const municipality = namedField(object?.optional('municipalityCode'), known)
  if (user?.field.personal === false) user.value.refuse('a user id is personal')
  if (municipality !== undefined) requireMunicipality(municipality)
  for (const named of [user, municipality]) {
    if (named?.field.optional === true) named.value.refuse('this field may not be optional')
  }
  return user && { userId: user.field.id, municipalityCode: municipality?.field.id }
}

function requireMunicipality({ field: { personal, characters, size }, value }: NamedField): void {
  if (personal) value.refuse('a municipality code is not personal; set personal: false on its field')
  if (characters !== 'digits' || size.min !== size.max || size.min < 5 || size.max > 6) {
    value.refuse('a municipality code is a field of digits, of size 5 or of size 6')
  }
}

/** Reads `validity`. */
export function readValidity(value: JsonValue | undefined, known: KnownFields): ValidityRule | undefined {
  const object = value?.object(['until', 'years', 'from'])
  const form = object?.only(['until', 'years'])
  if (object === undefined || form === undefined) return undefined
  const from = object.optional('from')
  if (form === 'until') {
    if (from !== undefined) return from.refuse('from is allowed with years only')
    const until = dateField(object.required('until'), known)
    return until === undefined ? undefined : { until }
  }
  const years = object.required('years')?.integer(1, 100)
  const start = dateField(from, known)
  return years === undefined ? undefined : { years, from: start }
}

function namedField(value: JsonValue | undefined, { fields, declared }: KnownFields): NamedField | undefined {
  const id = value?.string(fieldName)
  if (value === undefined || id === undefined) return undefined
  const field = fields.find((one) => one.id === id)
  if (field !== undefined) return { field, value }
  return declared.has(id) ? undefined : value.refuse('unknown field')
}

function dateField(value: JsonValue | undefined, known: KnownFields): string | undefined {
  const named = namedField(value, known)
  if (named === undefined) return undefined
  const { characters, size, id, optional, oneOf = [] } = named.field
  if (characters !== 'digits' || size.min !== 8 || size.max !== 8 || optional) {
    return named.value.refuse('a date is a field of digits, of size 8, that is not optional')
  }
  const wrong = oneOf.find((text) => dayOf(text) === undefined)
  return wrong === undefined ? id : named.value.refuse(`the field can hold ${wrong}, which is not a date`)
}

/** Values of fields as returned: personal ones as {@link PersonalText}. */
export function handedOut(texts: BlockTexts): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(
    [...texts].map(([{ id, personal }, text]) => [id, text !== undefined && personal ? new PersonalText(text) : text]),
  )
}

/** Applies a validity rule; `undefined` with the field whose value is not a date. */
export function applyValidity(
  rule: ValidityRule,
  text: (id: string) => string,
): { readonly validity: ReadValidity } | { readonly notADay: string } {
  const id = 'until' in rule ? rule.until : rule.from
  if (id === undefined) return { validity: rule as ReadValidity }
  const day = dayOf(text(id))
  if (day === undefined) return { notADay: id }
  return { validity: 'until' in rule ? { until: day } : { years: rule.years, from: day } }
}

/** `YYYY-MM-DD` of `YYYYMMDD`, if it is a date in the years 0001 to 9999. */
function dayOf(digits: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(digits) ?? []
  return isDay(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : undefined
}
