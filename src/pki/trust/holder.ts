import { copyBytes } from '../../bytes.ts'
import { DerReader, tags } from '../../der/index.ts'
import { CertificateError } from '../../errors.ts'
import {
  counted,
  type FieldProblem,
  type FieldProblemCode,
  formOf,
  type HolderSex,
  isPartialDay,
  maxFurther,
  plainText,
  sexOf,
  utf8Text,
} from '../../holder-fields.ts'
import type { Certificate } from '../x509/index.ts'

/** Names of the attributes in {@link HolderAttributes}. */
export type HolderAttribute = 'name' | 'nameSubstitutes' | 'sex' | 'birthDate' | 'address' | 'addressSubstitutes'

/**
 * The attributes of the holder in a signature certificate (基本4情報). Personal data. An attribute that cannot be read is
 * `undefined`, with a reason in {@link problems}.
 */
export interface HolderAttributes {
  /** 氏名, full-width, family and given name separated by U+3000. */
  readonly name: string | undefined
  /** Positions, from 0, of substitute characters (代替文字) in {@link name}; by the flags alone when the name cannot be read. */
  readonly nameSubstitutes: readonly number[] | undefined
  /** 1 男, 2 女, 3 その他, 9 適用不能. */
  readonly sex: HolderSex | undefined
  readonly birthDate: BirthDate | undefined
  /** 住所. */
  readonly address: string | undefined
  readonly addressSubstitutes: readonly number[] | undefined
  /** Any other otherName of the certificate, at most 32: what later certificates have (フリガナ, ローマ字). */
  readonly further: readonly FurtherAttribute[]
  /** What cannot be read, without its value. */
  readonly problems: readonly FieldProblem<HolderAttribute | 'further'>[]
}

/** An otherName of a certificate besides the known attributes. Personal data. */
export interface FurtherAttribute {
  /** Its object identifier. */
  readonly oid: string
  /** Its text, when it is a UTF8String, PrintableString or IA5String without control characters. */
  readonly text?: string | undefined
  /** DER of the value, a copy. */
  readonly bytes: Uint8Array
}

/** A birth date as registered; unknown parts are `undefined`. */
export interface BirthDate {
  /** The era it was registered in, 不明 when unknown. The year below is Gregorian. */
  readonly era: '明治' | '大正' | '昭和' | '平成' | '令和' | '不明'
  readonly year: number | undefined
  readonly month: number | undefined
  readonly day: number | undefined
}

const base = '1.2.392.200149.8.5.5.'
const eras = ['不明', '明治', '大正', '昭和', '平成', '令和'] as const

/** The attributes by their object identifiers. */
const attributes: ReadonlyMap<string, HolderAttribute> = new Map([
  [`${base}1`, 'name'],
  [`${base}2`, 'nameSubstitutes'],
  [`${base}3`, 'sex'],
  [`${base}4`, 'birthDate'],
  [`${base}5`, 'address'],
  [`${base}6`, 'addressSubstitutes'],
])
/** Kinds of string whose bytes are UTF-8; ASCII is. */
const furtherStrings: ReadonlySet<number> = new Set([tags.utf8String, tags.printableString, tags.ia5String])

/** A value, or why there is none. */
type Reading<T> = { readonly value: T } | { readonly problem: FieldProblemCode }

/**
 * Reads the holder's attributes of a signature certificate. The result is personal data: do not log it. An attribute that
 * cannot be read does not affect the others.
 *
 * Source: card facts 6.3, three public sources: 1 name, 2 its substitutes, 3 sex, 4 birth date, 5 address, 6 its
 * substitutes.
 *
 * @throws CertificateError `ERR_CERTIFICATE_ABSENT` when the certificate has none (a user-authentication certificate).
 */
export function holderAttributes(certificate: Certificate): HolderAttributes {
  const { found, further } = otherNames(certificate)
  const problems: FieldProblem<HolderAttribute | 'further'>[] = []
  const read = <T>(field: HolderAttribute, decode: (text: string) => Reading<T>): T | undefined => {
    const values = found.get(field) ?? []
    const [der] = values
    if (der === undefined || values.length > 1) {
      const missing = der === undefined
      const masked = missing ? 'nothing' : counted(values.length, 'field')
      problems.push({ field, problem: missing ? 'missing' : 'duplicate', masked })
      return undefined
    }
    const text = der[0] === tags.utf8String ? utf8Text(contentOf(der)) : undefined
    const reading: Reading<T> = text === undefined ? { problem: 'not-utf8' } : decode(text)
    if ('value' in reading) return reading.value
    problems.push({ field, problem: reading.problem, masked: formOf(contentOf(der)) })
    return undefined
  }
  const asText = (value: string): Reading<string> => ({ value })
  const name = read('name', asText)
  const nameSubstitutes = read('nameSubstitutes', (flags) => positions(flags, name))
  const sex = read('sex', (code) => {
    const value = sexOf(code)
    return value === undefined ? { problem: 'unknown-code' } : { value }
  })
  const birthDate = read('birthDate', birthDateOf)
  const address = read('address', asText)
  const addressSubstitutes = read('addressSubstitutes', (flags) => positions(flags, address))
  if (further.length > maxFurther) {
    problems.push({ field: 'further', problem: 'too-many', masked: counted(further.length, 'field') })
  }
  return {
    name,
    nameSubstitutes,
    sex,
    birthDate,
    address,
    addressSubstitutes,
    further: further.slice(0, maxFurther),
    problems,
  }
}

/** The otherNames: DER of the known ones by attribute, and the others. @throws CertificateError `ERR_CERTIFICATE_ABSENT`. */
function otherNames(certificate: Certificate): {
  readonly found: ReadonlyMap<HolderAttribute, readonly Uint8Array[]>
  readonly further: readonly FurtherAttribute[]
} {
  const found = new Map<HolderAttribute, Uint8Array[]>()
  const further: FurtherAttribute[] = []
  let hasAttributes = false
  for (const name of certificate.extensions.subjectAltName ?? []) {
    if (name.kind !== 'other') continue
    const { type: oid, value } = name
    hasAttributes ||= oid.startsWith(base)
    const attribute = attributes.get(oid)
    if (attribute === undefined) {
      const text = furtherStrings.has(value[0]!) ? plainText(contentOf(value)) : undefined
      further.push({ oid, ...(text !== undefined && { text }), bytes: copyBytes(value) })
    } else {
      const values = found.get(attribute) ?? []
      values.push(value)
      found.set(attribute, values)
    }
  }
  if (hasAttributes) return { found, further }
  throw new CertificateError('ERR_CERTIFICATE_ABSENT', 'this certificate holds no attributes of its holder')
}

/** Content of a DER element, which decoding the certificate has checked. */
function contentOf(der: Uint8Array): Uint8Array {
  const reader = new DerReader(der)
  return reader.value(reader.read())
}

/** One flag per character. @param text - `undefined` when it cannot be read: then their number is not compared. */
function positions(flags: string, text: string | undefined): Reading<readonly number[]> {
  const fits = /^[01]*$/.test(flags) && (text === undefined || flags.length === [...text].length)
  if (!fits) return { problem: 'flags-do-not-fit' }
  return { value: [...flags].flatMap((flag, i) => (flag === '1' ? [i] : [])) }
}

/** `EYYYYMMDD`: era digit, then the Gregorian date; zeros for unknown parts. */
function birthDateOf(text: string): Reading<BirthDate> {
  if ([...text].length !== 9) return { problem: 'wrong-length' }
  const parts = /^(\d)(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (parts === null) return { problem: 'not-digits' }
  const [eraDigit, year, month, day] = parts.slice(1).map(Number) as [number, number, number, number]
  const era = eras[eraDigit]
  if (era === undefined) return { problem: 'unknown-code' }
  if (!isPartialDay(year, month, day)) return { problem: 'not-a-date' }
  const known = (number: number): number | undefined => (number === 0 ? undefined : number)
  return { value: { era, year: known(year), month: known(month), day: known(day) } }
}
