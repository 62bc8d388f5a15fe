import { daysInMonth } from '../../days.ts'
import { CertificateError, DecodeError } from '../../errors.ts'
import { DerReader, tags } from '../x509/der.ts'
import type { Certificate } from '../x509/index.ts'

/** The attributes of the holder in a signature certificate (基本4情報). Personal data. */
export interface HolderAttributes {
  /** 氏名, full-width, family and given name separated by U+3000. */
  readonly name: string
  /** Positions, from 0, of substitute characters (代替文字) in {@link name}. */
  readonly nameSubstitutes: readonly number[]
  /** 1 男, 2 女, 9 適用不能. */
  readonly sex: 'male' | 'female' | 'not-applicable' | 'other'
  readonly birthDate: BirthDate
  /** 住所. */
  readonly address: string
  readonly addressSubstitutes: readonly number[]
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
const sexes = { '1': 'male', '2': 'female', '3': 'other', '9': 'not-applicable' } as const

/**
 * Reads the holder's attributes of a signature certificate. The result is personal data: do not log it.
 *
 * Source: card facts 6.3, three public sources: 1 name, 2 its substitutes, 3 sex, 4 birth date, 5 address, 6 its
 * substitutes.
 *
 * @throws CertificateError `ERR_CERTIFICATE_ABSENT` when the certificate has none (a user-authentication certificate),
 *   `ERR_CERTIFICATE` when they are malformed.
 */
export function holderAttributes(certificate: Certificate): HolderAttributes {
  const texts = new Map<string, string>()
  for (const name of certificate.extensions.subjectAltName ?? []) {
    if (name.kind !== 'other' || !name.type.startsWith(base)) continue
    const number = name.type.slice(base.length)
    if (texts.has(number)) throw malformed(`attribute ${number} is a duplicate`)
    texts.set(number, utf8String(name.value, number))
  }
  if (texts.size === 0) {
    throw new CertificateError('ERR_CERTIFICATE_ABSENT', 'this certificate holds no attributes of its holder')
  }
  const text = (number: string): string => texts.get(number) ?? raise(malformed(`attribute ${number} is missing`))
  const sex = sexes[text('3') as keyof typeof sexes]
  if (sex === undefined) throw malformed('attribute 3 is not a sex code')
  return {
    name: text('1'),
    nameSubstitutes: positions(text('2'), text('1'), '2'),
    sex,
    birthDate: birthDate(text('4')),
    address: text('5'),
    addressSubstitutes: positions(text('6'), text('5'), '6'),
  }
}

function raise(error: Error): never {
  throw error
}

function malformed(why: string, cause?: unknown): CertificateError {
  return new CertificateError('ERR_CERTIFICATE', `the holder's attributes are malformed: ${why}`, { cause })
}

function utf8String(der: Uint8Array, number: string): string {
  try {
    const reader = new DerReader(der)
    const element = reader.read(tags.utf8String)
    reader.finish()
    return new TextDecoder('utf-8', { fatal: true }).decode(reader.value(element))
  } catch (cause) {
    if (cause instanceof DecodeError || cause instanceof TypeError) {
      throw malformed(`attribute ${number} is not UTF-8 text`, cause)
    }
    throw cause
  }
}

/** One flag per character. */
function positions(flags: string, text: string, number: string): readonly number[] {
  const wrong = !/^[01]*$/.test(flags) || flags.length !== [...text].length
  if (wrong) throw malformed(`attribute ${number} has not one flag per character`)
  return [...flags].flatMap((flag, i) => (flag === '1' ? [i] : []))
}

/** `EYYYYMMDD`: era digit, then the Gregorian date; zeros for unknown parts. */
function birthDate(text: string): BirthDate {
  const parts = /^([0-5])(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (parts === null) throw malformed('attribute 4 is not a birth date')
  const [year, month, day] = parts.slice(2).map(Number) as [number, number, number]
  const lastDay = month >= 1 && month <= 12 ? daysInMonth(year || 2000, month) : 31
  if (month > 12 || day > lastDay) throw malformed('attribute 4 is not a valid date')
  const known = (number: number): number | undefined => (number === 0 ? undefined : number)
  return { era: eras[Number(parts[1])]!, year: known(year), month: known(month), day: known(day) }
}
