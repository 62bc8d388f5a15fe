import { asciiText, copyBytes } from '../bytes.ts'
import { DecodeError } from '../errors.ts'
import {
  counted,
  type FieldProblem,
  type FieldProblemCode,
  type FurtherField,
  formOf,
  type HolderSex,
  isPartialDay,
  maxFurther,
  plainText,
  sexOf,
  utf8Text,
} from '../holder-fields.ts'
import { type Template, valueOffset } from '../registry/index.ts'
import type { Tlv } from '../tlv/index.ts'

/** Why the value of a field cannot be read. */
export class Defect {
  readonly problem: FieldProblemCode
  /** For errors: without the value. */
  readonly message: string
  /** Where it is wrong, bytes from the start of the file. */
  readonly offset: number

  constructor(problem: FieldProblemCode, message: string, offset: number) {
    this.problem = problem
    this.message = message
    this.offset = offset
  }

  get error(): DecodeError {
    return new DecodeError('ERR_CARD_DATA', this.message, this.offset)
  }
}

/** A type whose fields can all be read. */
export type Whole<T> = { readonly [Field in keyof T]: Exclude<T[Field], undefined> }

/**
 * Reads the fields of a template one by one, by their tags and in any order. A field that cannot be read is `undefined` and noted
 * in {@link problems}; the others are not affected.
 */
export class FieldReader<Field extends string> {
  readonly problems: FieldProblem<Field | 'further'>[] = []
  readonly #template: Template
  readonly #tags: Readonly<Record<Field, number>>
  #first: Defect | undefined

  /** @param tags - tags of the fields by name. */
  constructor(template: Template, tags: Readonly<Record<Field, number>>) {
    this.#template = template
    this.#tags = tags
  }

  /** The value of a field. @param decode - returns a {@link Defect} when it cannot be read. */
  read<T>(name: Field, decode: (field: Tlv) => T | Defect): T | undefined {
    const tag = this.#tags[name]
    const found = this.#template.fields.filter((field) => field.tag === tag)
    const [field, again] = found
    if (field === undefined) return this.#note(name, 'nothing', absent(tag, this.#template.end))
    if (again !== undefined) {
      const defect = new Defect('duplicate', `duplicate data object ${hex(tag)}`, again.offset)
      return this.#note(name, counted(found.length, 'field'), defect)
    }
    const value = decode(field)
    return value instanceof Defect ? this.#note(name, formOf(field.value), value) : value
  }

  /** The fields of other tags, in their order; at most {@link maxFurther}. @param known - tags that are read elsewhere. */
  further(known: readonly number[] = []): readonly FurtherField[] {
    const mine = new Set<number>([...Object.values<number>(this.#tags), ...known])
    const fields = this.#template.fields.filter(({ tag }) => !mine.has(tag))
    const beyond = fields[maxFurther]
    if (beyond !== undefined) {
      const defect = new Defect('too-many', `more than ${maxFurther} further fields`, beyond.offset)
      this.#note('further', counted(fields.length, 'field'), defect)
    }
    return fields.slice(0, maxFurther).map(({ tag, value }) => {
      const text = plainText(value)
      return { tag, ...(text !== undefined && { text }), bytes: copyBytes(value) }
    })
  }

  /** @throws DecodeError `ERR_CARD_DATA` for the first field that could not be read. */
  requireWhole(): void {
    if (this.#first !== undefined) throw this.#first.error
  }

  #note(field: Field | 'further', masked: string, defect: Defect): undefined {
    this.#first ??= defect
    this.problems.push({ field, problem: defect.problem, masked })
  }
}

/**
 * A field that authenticity rests on: a key, a signature.
 *
 * @throws DecodeError `ERR_CARD_DATA` when it is missing, or there more than once.
 */
export function requireField({ fields, end }: Template, tag: number): Tlv {
  const [field, again] = fields.filter((one) => one.tag === tag)
  if (field === undefined) throw absent(tag, end).error
  if (again !== undefined) throw new DecodeError('ERR_CARD_DATA', `duplicate data object ${hex(tag)}`, again.offset)
  return field
}

/**
 * Data objects of these tags, tags and lengths included, as they are in the file: a view.
 *
 * @returns `undefined` unless each is there once and they follow each other in this order.
 */
export function adjacentFields(
  file: Uint8Array,
  { fields }: Template,
  tags: readonly number[],
): Uint8Array | undefined {
  const at = fields.findIndex(({ tag }) => tags.includes(tag))
  const run = fields.slice(Math.max(at, 0), at + tags.length)
  const isRun = run.length === tags.length && run.every(({ tag }, i) => tag === tags[i])
  if (!isRun || fields.slice(at + tags.length).some(({ tag }) => tags.includes(tag))) return undefined
  const last = run.at(-1)!
  return file.subarray(run[0]!.offset, last.offset + last.totalLength)
}

/**
 * What is wrong with an offset table: 16-bit big-endian entries from the start of the file, or of the template where bytes come
 * before it; one for each other field, or for each of the known ones.
 *
 * @param known - tags of the fields that must have an entry.
 */
export function offsetsDefect({ fields, start }: Template, table: Tlv, known: readonly number[]): Defect | undefined {
  const others = fields.filter(({ offset }) => offset !== table.offset)
  const view = new DataView(table.value.buffer, table.value.byteOffset, table.value.byteLength)
  const fits = (list: readonly Tlv[]): boolean =>
    table.value.length === 2 * list.length &&
    [start, 0].some((base) => list.every(({ offset }, i) => view.getUint16(2 * i) + base === offset))
  if (fits(others) || fits(others.filter(({ tag }) => known.includes(tag)))) return undefined
  if (table.value.length !== 2 * others.length) {
    const message = `${table.value.length} bytes of offsets for ${others.length} fields`
    return new Defect('offsets-do-not-fit', message, table.offset)
  }
  const i = others.findIndex(({ offset }, at) => view.getUint16(2 * at) !== offset)
  const message = `the offset of field ${i + 1} is not where the field is`
  return new Defect('offsets-do-not-fit', message, valueOffset(table) + 2 * i)
}

/** Text of UTF-8. */
export function textOf(field: Tlv): string | Defect {
  const { value } = field
  return utf8Text(value) ?? new Defect('not-utf8', 'text is not valid UTF-8', valueOffset(field) + validUtf8(value))
}

/** Bytes of valid UTF-8 before the first invalid one. */
function validUtf8(bytes: Uint8Array): number {
  let valid = 0
  for (let end = 1; end <= bytes.length && end - valid <= 4; end++) {
    if (utf8Text(bytes.subarray(valid, end)) !== undefined) valid = end
  }
  return valid
}

/** A value of the one length it can have. */
function sized({ tag, value, offset }: Tlv, length: number): Defect | undefined {
  if (value.length === length) return undefined
  return new Defect('wrong-length', `${hex(tag)} of ${value.length} bytes, expected ${length}`, offset)
}

/** Text of digits. The message has the place of a wrong character, never the value. */
export function digitsOf(field: Tlv, length: number): string | Defect {
  const text = asciiText(field.value)
  const wrong = text.search(/[^0-9]/)
  return (
    sized(field, length) ??
    (wrong < 0 ? text : new Defect('not-digits', 'a character that is not a digit', valueOffset(field) + wrong))
  )
}

/** `YYYYMMDD` as `YYYY-MM-DD`: an existing date. */
export function dayOf(field: Tlv): string | Defect {
  return dateOf(field, (year, month, day) => year > 0 && month > 0 && day > 0 && isPartialDay(year, month, day))
}

/** The same for a birth date: an unknown part is zero, and the others must be possible with it. */
export function birthDateOf(field: Tlv): string | Defect {
  return dateOf(field, isPartialDay)
}

function dateOf(field: Tlv, isPossible: (year: number, month: number, day: number) => boolean): string | Defect {
  const text = digitsOf(field, 8)
  if (text instanceof Defect) return text
  const [year, month, day] = [text.slice(0, 4), text.slice(4, 6), text.slice(6)] as const
  if (isPossible(Number(year), Number(month), Number(day))) return `${year}-${month}-${day}`
  return new Defect('not-a-date', 'invalid date', valueOffset(field))
}

/** 性別 by its code, one digit. */
export function sexIn(field: Tlv): HolderSex | Defect {
  const sex = sexOf(asciiText(field.value))
  return sized(field, 1) ?? sex ?? new Defect('unknown-code', 'unknown sex code', valueOffset(field))
}

function absent(tag: number, end: number): Defect {
  return new Defect('missing', `data object ${hex(tag)} expected`, end)
}

const hex = (tag: number): string => tag.toString(16).toUpperCase()
