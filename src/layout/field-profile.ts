import type { CheckDigitRule } from './check-digit.ts'
import { type Encoding, encodings, mostCharacters, type Padding } from './encodings.ts'
import { type CharacterSet, characterForms, characterSets, type Field } from './field.ts'
import type { JsonObject, JsonValue } from './json-reader.ts'
import { type Obfuscation, obfuscatedDigits, obfuscationModes } from './obfuscation.ts'

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

/** What the kind of profile allows. */
export interface FieldLimits {
  readonly encodings: readonly Encoding[]
  /** Longest block, bytes or characters. */
  readonly maxLength: number
  /** Length of a field that names neither place nor length; without it both have to be named. */
  readonly wholeLength?: number | undefined
}

/** What a name of a field or an object is. */
export const identifier: { readonly match: RegExp; readonly say: string } = {
  match: /^[a-z][0-9A-Za-z]{0,39}$/,
  say: 'must be a name: a letter a-z, then up to 39 letters and digits',
}

/** Encodings in which a character may take another number of bytes. */
const variable: readonly Encoding[] = ['utf8', 'jis7']

/** Reads a field; `undefined` when something in it is wrong. */
export function readFieldProfile(object: JsonObject, limits: FieldLimits): Field | undefined {
  return object.self.clean(() => {
    const place = object.self.clean(() => readPlace(object, limits))
    // What the rest may be depends on how much there is room for.
    return place && readForm(object, place)
  })
}

interface Place extends Pick<Field, 'id' | 'offset' | 'length' | 'encoding'> {
  readonly whole: boolean
}

function readPlace(object: JsonObject, { maxLength, wholeLength, encodings: possible }: FieldLimits): Place {
  const whole = wholeLength !== undefined
  const member = (name: string) => (whole ? object.optional(name) : object.required(name))
  return {
    id: object.required('id')?.string(identifier) ?? '',
    offset: member('offset')?.integer(0, maxLength - 1) ?? 0,
    length: member('length')?.integer(1, maxLength) ?? wholeLength ?? 1,
    encoding: encodingOf(object.required('encoding'), possible),
    whole,
  }
}

function readForm(object: JsonObject, { whole, ...place }: Place): Field {
  const { encoding } = place
  const most = mostCharacters(encoding, place.length)
  const padding = object.has('padding') ? paddingOf(object.required('padding')!, encoding) : undefined
  const characters = object.optional('characters')?.choice(characterSets) ?? 'printable'
  const obfuscation = object.has('obfuscation') ? obfuscationOf(object.required('obfuscation')!, most) : undefined
  const longest = obfuscation === undefined ? most : obfuscatedDigits
  // Without padding a field of one byte a character is always full.
  const full = padding === undefined && !variable.includes(encoding) && !whole
  const size = sizeOf(object.optional('size'), { min: full ? longest : 1, max: longest })
  const oneOf = object.has('oneOf') ? oneOfOf(object.required('oneOf')!, characters, size) : undefined
  const rule = object.optional('checkDigit')
  const checkDigit = rule && checkDigitOf(rule, characters, size.max)
  const optional = object.optional('optional')?.boolean() ?? false
  if (optional && padding === undefined) object.required('optional')!.refuse('an optional field needs padding')
  const personal = object.optional('personal')?.boolean() ?? true
  return { ...place, padding, obfuscation, characters, size, oneOf, checkDigit, optional, personal }
}

function encodingOf(value: JsonValue | undefined, possible: readonly Encoding[]): Encoding {
  const encoding = value?.choice(encodings)
  if (encoding !== undefined && !possible.includes(encoding)) {
    value!.refuse(`${encoding} is not possible here; there are ${possible.join(', ')}`)
  }
  return encoding ?? 'ascii'
}

function paddingOf(value: JsonValue, encoding: Encoding): Padding | undefined {
  const object = value.object(['fill', 'side'])
  const half = { match: /^[A-F]$/, say: 'fills bcd, so it must be a hexadecimal digit A to F' }
  const byte = { match: /^[0-9A-F]{2}$/, say: 'must be a byte: two hexadecimal digits, upper case' }
  const fill = object?.required('fill')?.string(encoding === 'bcd' ? half : byte)
  const side = object?.required('side')?.choice(['start', 'end'])
  return fill === undefined || side === undefined ? undefined : { fill: Number.parseInt(fill, 16), side }
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
    return object.has('modeAt') ? value.refuse('modeAt goes with mode from-character only') : { mode, start }
  }
  const at = object.required('modeAt')?.integer(0, most - 1)
  if (at === undefined) return undefined
  if (at >= start && at < start + obfuscatedDigits) return value.refuse('modeAt is one of the obscured digits')
  return { mode: { at }, start }
}

function sizeOf(value: JsonValue | undefined, otherwise: Field['size']): Field['size'] {
  if (value === undefined) return otherwise
  const longest = otherwise.max
  const object = value.object(['min', 'max'])
  const min = object?.required('min')?.integer(1, longest) ?? 1
  const max = object?.required('max')?.integer(1, longest) ?? longest
  if (min > max) value.refuse('min is more than max')
  return { min, max }
}

function oneOfOf(value: JsonValue, characters: CharacterSet, size: Field['size']): readonly string[] | undefined {
  const text = { match: /^.+$/su, say: 'must be text' }
  return value.list(1, 64)?.flatMap((one) => {
    const found = one.string(text)
    if (found === undefined) return []
    const all = [...found]
    const possible = all.every((character) => characterForms[characters].test(character))
    if (!possible || all.length < size.min || all.length > size.max) one.refuse('the field can never hold this')
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
    digits!.refuse(`has ${table.length} check digits, one for each remainder are ${modulus}`)
  if (weights.length > longest - 1) list!.refuse(`${weights.length} weights for at most ${longest - 1} digits`)
  if (addDigits && modulus !== 10) value.refuse('addDigits goes with modulus 10 only')
  if (characters !== 'digits') value.refuse('a check digit needs characters digits')
  return { modulus, weights, digits: table, addDigits }
}

function weightOf(value: JsonValue, modulus: number | undefined): number | undefined {
  const weight = value.integer(1, 99)
  if (weight === undefined || modulus === undefined || weight % modulus !== 0) return weight
  return value.refuse(`a weight that is a multiple of ${modulus} checks nothing`)
}
