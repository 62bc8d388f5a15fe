import { asciiBytes, fromHex } from '../../bytes.ts'
import { type CheckDigitRule, checkDigit, type Obfuscation, obfuscatedDigits, obfuscationModes } from './digits.ts'
import { type Encoding, encoded, encodings, mostCharacters, type Padding } from './encodings.ts'
import {
  type BlockLayout,
  type CharacterSet,
  type Constant,
  characterForms,
  characterSets,
  type Field,
} from './field.ts'
import type { JsonObject, JsonValue } from './json-reader.ts'

/** Members a field may have; a profile of a kind may add more. */
export const fieldMembers = [
  'id',
  'offset',
  'length',
  'encoding',
  'padding',
  'obfuscation',
  'characters',
  'size',
  'oneOf',
  'checkDigit',
  'optional',
  'personal',
] as const

/** Limits set by the kind of profile. */
export interface FieldLimits {
  readonly encodings: readonly Encoding[]
  /** Longest block, bytes or characters. */
  readonly maxLength: number
  /** Length of a field with neither offset nor length; without it both are required. */
  readonly wholeLength?: number | undefined
  /** Whether a code can occur in the block. Default: every code. */
  readonly isCode?: ((code: number) => boolean) | undefined
}

/** Form of the name of a field or an object. */
export const identifier: { readonly match: RegExp; readonly say: string } = {
  match: /^[a-z][0-9A-Za-z]{0,39}$/,
  say: 'must be a name: a letter a-z, then up to 39 letters and digits',
}

/** Encodings with a variable number of bytes per character. */
const variable: readonly Encoding[] = ['utf8', 'jis7']

/** Reads a field; `undefined` when a part of it is invalid. Parts that depend on an invalid one are not checked. */
export function readFieldProfile(object: JsonObject, limits: FieldLimits): Field | undefined {
  return object.self.clean(() => readForm(object, readPlace(object, limits), limits))
}

/** Position of a field; `undefined` for invalid parts. */
interface Place {
  readonly id: string
  readonly offset: number
  readonly length: number | undefined
  readonly encoding: Encoding | undefined
  readonly whole: boolean
}

function readPlace(object: JsonObject, { maxLength, wholeLength, encodings: possible }: FieldLimits): Place {
  const whole = wholeLength !== undefined
  const member = (name: string) => (whole ? object.optional(name) : object.required(name))
  return {
    id: object.required('id')?.string(identifier) ?? '',
    offset: member('offset')?.integer(0, maxLength - 1) ?? 0,
    length: member('length')?.integer(1, maxLength) ?? wholeLength,
    encoding: encodingOf(object.required('encoding'), possible),
    whole,
  }
}

function readForm(object: JsonObject, place: Place, limits: FieldLimits): Field {
  const { whole } = place
  const { encoding = 'utf8', length = limits.maxLength } = place
  const known = place.encoding !== undefined && place.length !== undefined
  const most = place.encoding === undefined ? 2 * length : mostCharacters(encoding, length)
  const padding =
    place.encoding !== undefined && object.has('padding')
      ? paddingOf(object.required('padding')!, encoding, limits)
      : undefined
  const characters = object.optional('characters')?.choice(characterSets) ?? 'printable'
  const obfuscation = object.has('obfuscation') ? obfuscationOf(object.required('obfuscation')!, most) : undefined
  const longest = obfuscation === undefined ? most : obfuscatedDigits
  // Without padding a field of one byte a character is always full.
  const full = known && !object.has('padding') && !variable.includes(encoding) && !whole
  const size = sizeOf(
    object.optional('size'),
    { min: full ? longest : 1, max: longest },
    full || obfuscation !== undefined,
  )
  const rule = object.optional('checkDigit')
  const checkDigitRule = rule && object.self.clean(() => checkDigitOf(rule, characters, size.max))
  const field: Field = {
    id: place.id,
    offset: place.offset,
    length,
    encoding,
    padding,
    obfuscation,
    characters,
    size,
    oneOf: undefined,
    checkDigit: checkDigitRule,
    optional: object.optional('optional')?.boolean() ?? false,
    personal: object.optional('personal')?.boolean() ?? true,
  }
  if (field.optional && !object.has('padding')) object.required('optional')!.refuse('an optional field needs padding')
  if (!object.has('oneOf')) return field
  // A value is checked against the valid parts only.
  const byPlace = known && !(object.has('padding') && padding === undefined) && !object.has('obfuscation')
  const reasonOf = (text: string): string | undefined =>
    misfit(field, text) ??
    (byPlace ? unwritable(field, text, { full: full || fixed(field, whole), ...limits }) : undefined)
  return { ...field, oneOf: oneOfOf(object.required('oneOf')!, reasonOf) }
}

/** Whether text of a variable encoding fills the field, which has neither padding nor the length of its value. */
function fixed({ encoding, padding }: Field, whole: boolean): boolean {
  return encoding === 'utf8' && padding === undefined && !whole
}

/** Why a text can never be the value of a field. */
function misfit({ characters, size, checkDigit: rule }: Field, text: string): string | undefined {
  const all = [...text]
  const mayEndInX = rule?.digits.includes('X') === true
  const possible = all.every(
    (one, i) => characterForms[characters].test(one) || (mayEndInX && one === 'X' && i === all.length - 1),
  )
  if (!possible || all.length < size.min || all.length > size.max) return 'the field cannot hold this value'
  if (rule === undefined || characters !== 'digits') return undefined
  const right = checkDigit(rule, text.slice(0, -1))
  return right === all.at(-1) ? undefined : `the field cannot hold this value: its check digit must be ${right}`
}

/** Why a text can never be decoded from the bytes of a field. */
function unwritable(
  { encoding, length, padding }: Field,
  text: string,
  { full, isCode }: { readonly full: boolean; readonly isCode?: FieldLimits['isCode'] },
): string | undefined {
  const codes = encoded(encoding, text)
  if (codes === undefined) return `the field cannot hold this value: not in ${encoding}`
  if (isCode !== undefined && !codes.every(isCode))
    return 'the field cannot hold this value: not characters of the track'
  const [room, unit] = encoding === 'bcd' ? [2 * length, 'digits'] : [length, 'bytes']
  if (codes.length > room || (full && codes.length < room)) {
    return `the field cannot hold this value: it needs ${codes.length} ${unit} of ${room}`
  }
  if (padding === undefined) return undefined
  const edge = padding.side === 'start' ? codes[0] : codes.at(-1)
  return edge === padding.fill
    ? `the field cannot hold this value: its ${padding.side} would be read as padding`
    : undefined
}

function encodingOf(value: JsonValue | undefined, possible: readonly Encoding[]): Encoding | undefined {
  const encoding = value?.choice(encodings)
  if (encoding !== undefined && !possible.includes(encoding)) {
    return value!.refuse(`${encoding} is not allowed here; allowed: ${possible.join(', ')}`)
  }
  return encoding
}

function paddingOf(value: JsonValue, encoding: Encoding, { isCode }: FieldLimits): Padding | undefined {
  const object = value.object(['fill', 'side'])
  const half = { match: /^[A-F]$/, say: 'must be a hexadecimal digit A to F, as bcd is padded' }
  const byte = { match: /^[0-9A-F]{2}$/, say: 'must be a byte: two hexadecimal digits, upper case' }
  const fill = object?.required('fill')?.string(encoding === 'bcd' ? half : byte)
  const side = object?.required('side')?.choice(['start', 'end'])
  if (fill === undefined || side === undefined) return undefined
  const code = Number.parseInt(fill, 16)
  if (isCode !== undefined && !isCode(code)) return object!.required('fill')!.refuse('not a character of the track')
  return { fill: code, side }
}

function obfuscationOf(value: JsonValue, most: number): Obfuscation | undefined {
  const object = value.object(['mode', 'modeAt', 'start'])
  const mode = object?.required('mode')?.choice([...obfuscationModes, 'from-character'])
  const start = object?.required('start')?.integer(0, most)
  if (object === undefined || mode === undefined || start === undefined) return undefined
  if (start + obfuscatedDigits > most) {
    return value.refuse(`${obfuscatedDigits} digits from character ${start} on do not fit into ${most} characters`)
  }
  if (mode !== 'from-character') {
    return object.has('modeAt') ? value.refuse('modeAt is allowed with mode from-character only') : { mode, start }
  }
  const at = object.required('modeAt')?.integer(0, most - 1)
  if (at === undefined) return undefined
  if (at >= start && at < start + obfuscatedDigits) return value.refuse('modeAt is one of the obscured digits')
  return { mode: { at }, start }
}

/** @param always - the field always has its maximum number of characters. */
function sizeOf(value: JsonValue | undefined, otherwise: Field['size'], always: boolean): Field['size'] {
  if (value === undefined) return otherwise
  const longest = otherwise.max
  const object = value.object(['min', 'max'])
  const min = object?.required('min')?.integer(1, longest)
  const max = object?.required('max')?.integer(1, longest)
  if (min === undefined || max === undefined) return otherwise
  if (min > max) value.refuse('min exceeds max')
  else if (always && max < longest) value.refuse(`the field always has ${longest} characters`)
  return { min, max }
}

function oneOfOf(value: JsonValue, reasonOf: (text: string) => string | undefined): readonly string[] | undefined {
  const form = { match: /^.+$/su, say: 'must be text' }
  return value.list(1, 64)?.flatMap((one) => {
    const found = one.string(form)
    if (found === undefined) return []
    const reason = reasonOf(found)
    if (reason !== undefined) one.refuse(reason)
    return [found]
  })
}

function checkDigitOf(value: JsonValue, characters: CharacterSet, longest: number): CheckDigitRule | undefined {
  const object = value.object(['modulus', 'weights', 'digits', 'addDigits'])
  const modulus = object?.required('modulus')?.integer(10, 11) as 10 | 11 | undefined
  const list = object?.required('weights')
  const weights = list?.list(1, 64)?.flatMap((one) => weightOf(one, modulus) ?? [])
  const digits = object?.required('digits')
  const table = digits?.string({ match: /^[0-9X]+$/, say: 'must be check digits: 0 to 9, or X' })
  const addDigits = object?.optional('addDigits')?.boolean() ?? false
  if (modulus === undefined || weights === undefined || table === undefined) return undefined
  if (table.length !== modulus)
    digits!.refuse(`has ${table.length} check digits; one for each remainder makes ${modulus}`)
  if (weights.length > longest - 1) list!.refuse(`${weights.length} weights for at most ${longest - 1} digits`)
  if (addDigits && modulus !== 10) value.refuse('addDigits is allowed with modulus 10 only')
  if (characters !== 'digits') value.refuse('a check digit needs characters: digits')
  return { modulus, weights, digits: table, addDigits }
}

function weightOf(value: JsonValue, modulus: number | undefined): number | undefined {
  const weight = value.integer(1, 99)
  if (weight === undefined || modulus === undefined || weight % modulus !== 0) return weight
  return value.refuse(`a weight that is a multiple of ${modulus} checks nothing`)
}

/** A part of a block and the value that occupies it. */
interface Claim {
  readonly offset: number
  readonly length: number
  readonly value: JsonValue
}

/** A parsed field, and its position in the document. */
export interface PlacedField {
  readonly field: Field
  readonly value: JsonValue
}

/** Reads `length`: a number, or minimum and maximum. */
export function readLength(value: JsonValue | undefined, most: number): BlockLayout['length'] | undefined {
  if (value === undefined) return undefined
  if (value.isObject) {
    const object = value.object(['min', 'max'])
    const min = object?.required('min')?.integer(1, most)
    const max = object?.required('max')?.integer(1, most)
    if (min === undefined || max === undefined) return undefined
    return min > max ? value.refuse('min exceeds max') : { min, max }
  }
  const length = value.integer(1, most)
  return length === undefined ? undefined : { min: length, max: length }
}

/**
 * Reads `constants`: bytes as hexadecimal digits, or text.
 *
 * @param isCode - whether a code can occur in the block.
 */
export function readConstants(
  object: JsonObject,
  most: number,
  isCode: (code: number) => boolean = () => true,
): readonly (Constant & { readonly value: JsonValue })[] {
  const list = object.optional('constants')?.list(0, 64) ?? []
  return list.flatMap((value) => {
    const constant = value.object(['offset', 'bytes', 'text'])
    const offset = constant?.required('offset')?.integer(0, most - 1)
    const form = constant?.only(['bytes', 'text'])
    const hex = { match: /^([0-9A-F]{2}){1,256}$/, say: 'must be pairs of hexadecimal digits, upper case' }
    const ascii = { match: /^[\x20-\x7e]{1,256}$/, say: 'must be ASCII text' }
    const text = form && constant?.required(form)?.string(form === 'bytes' ? hex : ascii)
    if (offset === undefined || text === undefined) return []
    const bytes = form === 'bytes' ? fromHex(text) : asciiBytes(text)
    if (!bytes.every(isCode)) value.refuse('not a character of the track')
    return [{ offset, bytes, value }]
  })
}

/** Assembles a block; refuses overlapping parts, and parts beyond its maximum length. */
export function assembleBlock(
  length: BlockLayout['length'],
  constants: readonly (Constant & { readonly value: JsonValue })[],
  fields: readonly PlacedField[],
): BlockLayout {
  const claims: Claim[] = [
    ...constants.map(({ offset, bytes, value }) => ({ offset, length: bytes.length, value })),
    ...fields.map(({ field: { offset, length }, value }) => ({ offset, length, value })),
  ]
  for (const { offset, length: size, value } of claims) {
    if (offset + size > length.max) value.refuse(`ends at ${offset + size}, beyond the length of ${length.max}`)
  }
  const inOrder = claims.toSorted((a, b) => a.offset - b.offset)
  for (const [i, claim] of inOrder.entries()) {
    const before = inOrder[i - 1]
    if (before !== undefined && before.offset + before.length > claim.offset) {
      claim.value.refuse(`overlaps ${before.value.path}`)
    }
  }
  return {
    length,
    constants: constants.map(({ offset, bytes }) => ({ offset, bytes })),
    fields: fields.map(({ field }) => field),
  }
}
