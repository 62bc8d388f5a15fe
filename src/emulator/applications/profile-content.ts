/**
 * Content written after a profile of a municipality (docs/issuance.md, docs/stripe.md): fields in their encodings, with
 * padding, obfuscation and check digits. Shares nothing with the code that reads profiles.
 */

import { asciiBytes, fromHex } from '../../bytes.ts'

/** Values for the fields of a profile. */
export interface ProfileValues {
  /**
   * Profile as parsed JSON, in a form that `checkProfile` or `checkStripeProfile` accepts: it is not checked again.
   */
  readonly profile: object
  /**
   * Texts by the id of the field, without padding; without check digit, which is added; of an obfuscated field the plain
   * digits, 1 to 18. A field without one is empty if it is `optional`, else it has the first text of `oneOf`.
   */
  readonly values?: Readonly<Record<string, string>> | undefined
  /** Fields whose check digit is wrong. Default: none. */
  readonly wrongCheckDigits?: readonly string[] | undefined
}

/** Members of a profile's field that matter for writing. */
export interface FieldJson {
  readonly id: string
  readonly tag?: string
  readonly offset?: number
  readonly length?: number
  readonly encoding: 'ascii' | 'jis' | 'jis7' | 'bcd' | 'utf8' | 'hex'
  readonly padding?: { readonly fill: string; readonly side: 'start' | 'end' }
  readonly obfuscation?: { readonly mode: string; readonly modeAt?: number; readonly start: number }
  readonly oneOf?: readonly string[]
  readonly checkDigit?: {
    readonly modulus: number
    readonly weights: readonly number[]
    readonly digits: string
    readonly addDigits?: boolean
  }
  readonly optional?: boolean
}

/** Members of a block of fixed positions. */
export interface PositionsJson {
  readonly length?: number | { readonly min: number; readonly max: number }
  readonly constants?: readonly { readonly offset: number; readonly text?: string; readonly bytes?: string }[]
  readonly fields: readonly FieldJson[]
}

/** Writes the fields of one profile. */
export class ProfileWriter {
  readonly #values: Readonly<Record<string, string>>
  readonly #wrong: readonly string[]
  readonly #mode: string

  /**
   * @param fields - all fields of the profile.
   * @param mode - of obfuscated fields whose mode is one of their characters.
   * @throws TypeError for a value or a wrong check digit of a field that the profile has not.
   */
  constructor(fields: readonly FieldJson[], { values = {}, wrongCheckDigits = [] }: ProfileValues, mode = '0') {
    this.#values = values
    this.#wrong = wrongCheckDigits
    this.#mode = mode
    for (const id of Object.keys(values)) {
      if (!fields.some((field) => field.id === id)) throw new TypeError(`values.${id}: the profile has no such field`)
    }
    for (const id of wrongCheckDigits) {
      if (!fields.some((field) => field.id === id && field.checkDigit)) {
        throw new TypeError(`wrongCheckDigits: the profile has no field ${id} with a check digit`)
      }
    }
  }

  /**
   * A block of fixed positions.
   *
   * @param least - bytes it has at least, unless the profile gives its length.
   * @param rest - byte at places of no field and no constant.
   */
  positions({ length, constants = [], fields }: PositionsJson, least: number, rest: number): Uint8Array {
    const parts = [
      ...constants.map(({ offset, text, bytes = '' }) => ({
        at: offset,
        bytes: text ? asciiBytes(text) : fromHex(bytes),
      })),
      ...fields.map((field) => ({ at: field.offset ?? 0, bytes: this.field(field) })),
    ]
    const end = Math.max(0, ...parts.map((part) => part.at + part.bytes.length))
    const wanted = typeof length === 'number' ? length : Math.max(end, length?.min ?? least)
    const block = new Uint8Array(Math.max(end, wanted)).fill(rest)
    for (const part of parts) block.set(part.bytes, part.at)
    return block
  }

  /** The bytes of a field, padding included. */
  field(field: FieldJson): Uint8Array {
    const text = this.#text(field)
    const halves = field.encoding === 'bcd'
    const codes = codesOf(field, text)
    const { length, padding } = field
    const room = length === undefined ? codes.length : halves ? 2 * length : length
    if (codes.length > room) throw new RangeError(`values.${field.id}: does not fit ${length} bytes`)
    if (codes.length < room && padding === undefined)
      throw new RangeError(`values.${field.id}: does not fill its field`)
    const fill = new Array<number>(room - codes.length).fill(Number.parseInt(padding?.fill ?? '0', 16))
    const all = padding?.side === 'start' ? [...fill, ...codes] : [...codes, ...fill]
    return halves ? pairs(all) : Uint8Array.from(all)
  }

  /** The text as written: with check digit and obfuscation. */
  #text(field: FieldJson): string {
    const { id, oneOf, optional, checkDigit, obfuscation } = field
    const given = this.#values[id]
    if (given === undefined) {
      if (optional) return ''
      if (oneOf === undefined) throw new TypeError(`values.${id}: is missing`)
      return oneOf[0]!
    }
    const text = checkDigit === undefined ? given : given + this.#checkDigit(field, given)
    return obfuscation === undefined ? text : obscured(obfuscation, text, this.#mode)
  }

  #checkDigit({ id, checkDigit }: FieldJson, text: string): string {
    const { modulus, weights, digits, addDigits = false } = checkDigit!
    if (!/^[0-9]+$/.test(text)) throw new TypeError(`values.${id}: must be digits`)
    let sum = 0
    for (let place = 0; place < text.length; place++) {
      const product = Number(text.at(-1 - place)) * weights[place % weights.length]!
      sum += addDigits ? [...String(product)].reduce((digitSum, digit) => digitSum + Number(digit), 0) : product
    }
    const right = digits[sum % modulus]!
    if (!this.#wrong.includes(id)) return right
    return [...digits].find((digit) => digit !== right)!
  }
}

function pairs(halves: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: halves.length / 2 }, (_, i) => halves[2 * i]! * 16 + halves[2 * i + 1]!)
}

/** Bytes of a text, half bytes for `bcd`. */
function codesOf({ id, encoding, padding, length }: FieldJson, text: string): readonly number[] {
  const refuse = (): never => {
    throw new TypeError(`values.${id}: has a character that ${encoding} has not`)
  }
  switch (encoding) {
    case 'utf8':
      return [...new TextEncoder().encode(text)]
    case 'hex':
      return /^(?:[0-9A-F]{2})*$/.test(text) ? [...fromHex(text)] : refuse()
    case 'bcd':
      return /^[0-9]*$/.test(text) ? Array.from(text, Number) : refuse()
    case 'ascii':
      return /^[ -~]*$/.test(text) ? [...asciiBytes(text)] : refuse()
    case 'jis':
      return Array.from(text, (character) => jisCode(character) ?? refuse())
    case 'jis7':
      return shifted(
        Array.from(text, (character) => jisCode(character) ?? refuse()),
        padding === undefined ? length : undefined,
      )
  }
}

/** JIS X 0201 in 8 bits: half-width katakana A1 to DF, the yen sign for 5C, the overline for 7E. */
function jisCode(character: string): number | undefined {
  const point = character.codePointAt(0)!
  if (point >= 0xff61 && point <= 0xff9f) return point - 0xff61 + 0xa1
  if (character === '¥') return 0x5c
  if (character === '‾') return 0x7e
  return point >= 0x20 && point < 0x7e && point !== 0x5c ? point : undefined
}

/** The same in 7 bits: SO before katakana, SI after them; without the last SI where it would not fit. */
function shifted(codes: readonly number[], room: number | undefined): readonly number[] {
  const written: number[] = []
  let kana = false
  for (const code of codes) {
    const isKana = code >= 0xa1
    if (isKana !== kana && code !== 0x20) {
      written.push(isKana ? 0x0e : 0x0f)
      kana = isKana
    }
    written.push(isKana ? code - 0x80 : code)
  }
  if (kana && written.length !== room) written.push(0x0f)
  return written
}

/** Characters before the digits, then 18 digits obscured by a mode: card-facts section 1.3 (one source). */
function obscured(
  { mode, modeAt, start }: NonNullable<FieldJson['obfuscation']>,
  text: string,
  chosen: string,
): string {
  const used = modeAt === undefined ? mode : chosen
  const head = Array.from({ length: start }, (_, i) => (i === modeAt ? used : '0')).join('')
  const digits = Array.from(text.padStart(18, '0'), Number)
  if (used === '0') return head + digits.join('')
  for (const [i, j] of [
    [0, 17],
    [2, 15],
    [4, 13],
    [6, 11],
  ] as const) {
    const kept = digits[i]!
    digits[i] = digits[j]!
    digits[j] = kept
  }
  return head + digits.map((digit, i) => (used === '1' ? 9 - digit : (20 + i + 1 - digit) % 10)).join('')
}
