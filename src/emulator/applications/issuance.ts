/**
 * Municipal applications. On a My Number card one in the free area, read as the one whose reader is public (one source,
 * card-facts section 1.3). On a Juki card 証明書等自動交付AP, whose layout is not public: AID, files and PIN are invented, and
 * no real card has them.
 */

import { asciiBytes, concat, copyBytes, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { compactDate, dayInJapan } from '../issue/calendar.ts'
import { type AccessRule, type Application, type CardFile, type PinFile, transparent } from '../table.ts'
import { filled, tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'
import type { IssuanceContent, IssuanceProfileJson, ProfileIssuanceContent } from './issuance-options.ts'
import { type FieldJson, ProfileWriter } from './profile-content.ts'

// Check digits and obscured digits of municipal applications, card-facts section 1.3 (one source for the latter).

/**
 * Check digit modulus 11, weights from the right. A result of 10 or 11 becomes 0, or its last digit.
 */
function eleven(digits: string, weights: readonly number[], beyondNine: 'zero' | 'last-digit'): string {
  let total = 0
  let turn = 0
  for (const digit of [...digits].reverse()) {
    total += Number(digit) * weights[turn]!
    turn = turn + 1 === weights.length ? 0 : turn + 1
  }
  const rest = 11 - (total % 11)
  if (rest < 10) return String(rest)
  return beyondNine === 'zero' ? '0' : String(rest - 10)
}

/** Position, from 1, of the digit at each of the 18 places in modes 1 and 2. */
const order = [18, 2, 16, 4, 14, 6, 12, 8, 9, 10, 11, 7, 13, 5, 15, 3, 17, 1]

/** 18 digits as stored on the card. */
function obscured(mode: 0 | 1 | 2, digits: string): string {
  if (mode === 0) return digits
  return order
    .map((from, i) => {
      const digit = Number(digits[from - 1])
      return String(mode === 1 ? 9 - digit : (20 + (i + 1) - digit) % 10)
    })
    .join('')
}

/** An unassigned municipality code, different from that of the identity. */
const otherMunicipality = '88888'
/** Half-width katakana of JIS X 0201: ｶｿｳ ﾊﾅｺ. */
const nameInKana = fromHex('B6BFB320CAC5BA')

/** The applications of one card: none or one. */
export function issuanceApplications(content: CardContent): readonly Application[] {
  const { issuance, kind } = content
  if (issuance === undefined) return []
  if ('profile' in issuance) return [profileApplication(issuance)]
  return [kind === 'juki' ? automaticIssuance(content, issuance) : freeArea(content, issuance)]
}

/** The application that a profile describes. @throws TypeError, RangeError for values that do not fit it. */
function profileApplication({ profile, values, pin, obfuscation }: ProfileIssuanceContent): Application {
  const fields = profile.objects.flatMap((object) => object.fields)
  const writer = new ProfileWriter(fields, values, String(obfuscation))
  const dataObjects = new Map<number, () => Uint8Array>()
  const dataAccess = new Map<number, AccessRule>()
  const files = new Map<number, CardFile>()
  for (const object of profile.objects) {
    const { read } = object
    const access: AccessRule = object.pin ? ['issuance'] : 'free'
    const content = object.form === 'tlv' ? dataObjectsOf(object.fields, writer) : blockOf(object, writer)
    if (read.getData !== undefined) {
      const tag = Number.parseInt(read.getData, 16)
      dataObjects.set(tag, () => content)
      dataAccess.set(tag, access)
      continue
    }
    const fid = Number.parseInt(read.file!, 16)
    const known = files.get(fid)
    if (read.record !== undefined && (known === undefined || known.structure === 'record')) {
      const records = Array.from(
        { length: Math.max(read.record, known?.records.length ?? 0) },
        (_, i) => known?.records[i] ?? Uint8Array.of(0),
      )
      records[read.record - 1] = content
      files.set(fid, { structure: 'record', fid, read: access, records })
    } else if (known === undefined) {
      const size = Math.max(content.length, read.bytes ?? read.object ?? 0)
      files.set(
        fid,
        transparent(fid, access, () => filled(content, size)),
      )
    } else {
      throw new RangeError(`issuance.profile: two objects of file ${read.file} cannot be written`)
    }
  }
  const secret = pinOf(profile, pin)
  if (secret !== undefined && files.has(secret.fid))
    throw new RangeError('issuance.profile: the PIN and a file are one')
  return {
    name: 'issuance',
    aid: fromHex(profile.aid),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    dataObjects,
    dataAccess,
    files: [...files.values(), ...(secret === undefined ? [] : [secret])],
  }
}

function blockOf(object: IssuanceProfileJson['objects'][number], writer: ProfileWriter): Uint8Array {
  return writer.positions(object, object.read.bytes ?? 0, 0)
}

/** Data objects in the order in which the fields name them. */
function dataObjectsOf(fields: readonly FieldJson[], writer: ProfileWriter): Uint8Array {
  const first = new Map<string, FieldJson[]>()
  for (const field of fields) {
    const outer = field.tag!.split('/')[0]!
    first.set(outer, [...(first.get(outer) ?? []), field])
  }
  const objects = [...first].map(([outer, own]) => {
    const isInner = (field: FieldJson): boolean => field.tag === outer
    if (own.every(isInner)) return tlv(Number.parseInt(outer, 16), writer.positions({ fields: own }, 0, 0))
    if (own.some(isInner))
      throw new RangeError(`issuance.profile: fields and data objects in ${outer} cannot be written`)
    const inside = own.map((field) => ({ ...field, tag: field.tag!.slice(outer.length + 1) }))
    return tlv(Number.parseInt(outer, 16), dataObjectsOf(inside, writer))
  })
  return concat(...objects)
}

/** The PIN, if the card verifies it: by default `1234`, continued to the least number of digits. */
function pinOf({ pin: rules }: IssuanceProfileJson, given: string | undefined): PinFile | undefined {
  if (rules === 'none' || rules.manager !== 'card') {
    if (given !== undefined) throw new RangeError('issuance.pin: the profile has no PIN that the card verifies')
    return undefined
  }
  const { min, max } = rules.digits
  const format = new RegExp(`^[0-9]{${min},${max}}$`)
  const value = given ?? '1234567890123456'.slice(0, Math.min(max, Math.max(4, min)))
  if (!format.test(value)) throw new TypeError(`issuance.pin must be ${min} to ${max} digits`)
  const fid = rules.file === undefined ? Number.parseInt(rules.p2!, 16) & 0x1f : Number.parseInt(rules.file, 16)
  return { ...municipalPin(value), fid, tries: rules.tries, format }
}

/** GET DATA 0066: 2 bytes, 13 bytes "RID" (content invented here), 2 bytes, the user id in 20 bytes. */
function freeArea({ identity }: CardContent, issuance: IssuanceContent): Application {
  const { userId, obfuscation, pin, faults } = issuance
  const municipality = faults.has('municipality') ? otherMunicipality : identity.municipalityCode
  const digits = spoilt(`${obfuscation}0${obscured(obfuscation, userId.padStart(18, '0'))}`, faults.has('digits'))
  const value = concat(tlv(0xc1, asciiBytes(`${municipality}00000017`)), tlv(0xc2, asciiBytes(digits)))
  return {
    name: 'issuance',
    // PIX inferred from one AID: EE, municipality behind three zeros, service 04, number 0001.
    aid: fromHex(`D392F00024EE000${identity.municipalityCode}040001`),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    dataAccess: new Map([[0x0066, pin === undefined ? 'free' : ['issuance']]]),
    dataObjects: new Map([[0x0066, () => (faults.has('cut') ? copyBytes(value, 0, value.length - 6) : value)]]),
    files: pin === undefined ? [] : [municipalPin(pin)],
  }
}

/** EF 0001 free: mark, municipality and day of issue in BCD. EF 0002 after the PIN: user id and name. EF 0011: PIN. */
function automaticIssuance({ identity }: CardContent, issuance: IssuanceContent): Application {
  const { faults, pin } = issuance
  const municipality = faults.has('municipality') ? otherMunicipality : identity.municipalityCode
  const code = municipality + eleven(municipality, [2, 3, 4, 5, 6], 'last-digit')
  const issued = compactDate(dayInJapan(new Date(identity.issuedAt)))
  return {
    name: 'issuance',
    // F0: proprietary, unregistered.
    aid: fromHex('F04A554B4945580001'),
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    files: [
      transparent(0x0001, 'free', () => filled(concat(asciiBytes('JX'), Uint8Array.of(1), fromHex(code + issued)), 16)),
      transparent(0x0002, pin === undefined ? 'free' : ['issuance'], () => holderFile(issuance)),
      ...(pin === undefined ? [] : [municipalPin(pin)]),
    ],
  }
}

function holderFile({ userId, faults }: IssuanceContent): Uint8Array {
  const right = eleven(userId, [2, 3, 4, 5, 6, 7], 'zero')
  const check = faults.has('check-digit') ? String((Number(right) + 1) % 10) : right
  const id = spoilt(userId + check, faults.has('digits')).padEnd(20, ' ')
  const template = tlv(0xe1, tlv(0xc1, asciiBytes(id)), tlv(0xc2, nameInKana))
  return faults.has('cut') ? copyBytes(template, 0, template.length - 6) : filled(template, 64)
}

/** Replaces the second last digit by a letter. */
function spoilt(digits: string, wanted: boolean): string {
  return wanted ? `${digits.slice(0, -2)}A${digits.slice(-1)}` : digits
}

function municipalPin(value: string): PinFile {
  return {
    structure: 'pin',
    fid: 0x0011,
    name: 'issuance',
    issued: asciiBytes(value),
    tries: 3,
    format: /^[0-9]{4,8}$/,
    change: 'never',
  }
}
