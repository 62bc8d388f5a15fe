import { isDay } from '../../days.ts'
import { checkDigit, reveal } from './digits.ts'
import { type Character, decode } from './encodings.ts'
import {
  type BlockLayout,
  characterForms,
  type Fault,
  type FaultCheck,
  type Field,
  type FieldValue,
  PersonalText,
} from './field.ts'
import type { JsonObject, JsonValue } from './json-reader.ts'

/** Texts of a block by field; `undefined` for an optional field that is empty. */
type BlockTexts = ReadonlyMap<Field, string | undefined>

/** Reads all fields of a block, or returns the first difference from the layout. */
export function readBlock(layout: BlockLayout, block: Uint8Array): BlockTexts | Fault {
  const { length, constants, fields } = layout
  if (block.length < length.min)
    return fault('length', block.length, undefined, `cut off: at least ${length.min} are needed`)
  if (block.length > length.max)
    return fault('length', length.max, undefined, `too long: at most ${length.max} are expected`)
  for (const { offset, bytes } of constants) {
    const wrong = bytes.findIndex((byte, i) => block[offset + i] !== byte)
    if (wrong >= 0) return fault('constant', offset + wrong, undefined, 'the constant is missing')
  }
  const texts = new Map<Field, string | undefined>()
  for (const field of fields) {
    const read = readField(field, block)
    if ('reason' in read) return read
    texts.set(field, read.text)
  }
  return texts
}

/** `text` is undefined for an optional field that is empty. */
function readField(field: Field, block: Uint8Array): { readonly text: string | undefined } | Fault {
  const { id, offset, length, encoding, padding, obfuscation } = field
  if (block.length < offset + length) return fault('length', block.length, id, 'the field is cut off')
  const decoded = decode(encoding, block, offset, length, padding)
  if ('reason' in decoded) return fault('encoding', decoded.offset, id, decoded.reason)
  let { characters } = decoded
  if (characters.length === 0) {
    return field.optional ? { text: undefined } : fault('empty', offset, id, 'the field is empty')
  }
  if (obfuscation !== undefined) {
    const revealed = reveal(obfuscation, characters)
    if ('reason' in revealed) return fault('obfuscation', revealed.offset, id, revealed.reason)
    characters = revealed
  }
  const text = characters.map((one) => one.text).join('')
  return faultOf(field, characters, text) ?? { text }
}

/** The first rule of the field that its text breaks. */
function faultOf(field: Field, characters: readonly Character[], text: string): Fault | undefined {
  const { id, offset, size, oneOf } = field
  const [last] = characters.slice(-1)
  const mayEndInX = field.checkDigit?.digits.includes('X') ?? false
  const wrong = characters.find(
    (one) => !characterForms[field.characters].test(one.text) && !(mayEndInX && one === last && one.text === 'X'),
  )
  if (wrong !== undefined) return fault('characters', wrong.offset, id, `a character outside ${field.characters}`)
  const count = characters.length
  if (count < size.min || count > size.max) {
    return fault('size', offset, id, `${count} characters where ${size.min} to ${size.max} are allowed`)
  }
  if (oneOf !== undefined && !oneOf.includes(text)) return fault('value', offset, id, 'not one of the allowed values')
  const rule = field.checkDigit
  if (rule !== undefined && checkDigit(rule, text.slice(0, -1)) !== last!.text) {
    return fault('check-digit', last!.offset, id, 'the check digit is wrong')
  }
  return undefined
}

function fault(check: FaultCheck, offset: number, field: string | undefined, reason: string): Fault {
  return { check, offset, field, reason }
}

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
interface KnownFields {
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
