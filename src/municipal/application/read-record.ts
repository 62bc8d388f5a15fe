import { DecodeError, WrongCardError } from '../../errors.ts'
import { readTlvs, type Tlv } from '../../tlv/index.ts'
import type { BlockLayout, Field, FieldValue, PersonalText } from '../profile/field.ts'
import { applyValidity, handedOut, type ReadValidity, readBlock } from '../profile/read-block.ts'
import type { IssuanceProfile, ProfileObject, TaggedBlock } from './profile.ts'

/** Content of a municipal application. Personal values are not printed. */
export interface IssuanceRecord {
  /** Name of the profile it was read with. */
  readonly profile: string
  /** 利用者ID; in known systems the 宛名番号. */
  readonly userId: PersonalText
  /** 全国地方公共団体コード, if defined by the profile. */
  readonly municipalityCode: string | undefined
  readonly validity: ReadValidity | undefined
  /** Every field by its id. */
  readonly fields: Readonly<Record<string, FieldValue>>
}

/** Texts of fields, with their offsets. */
interface Found {
  readonly texts: Map<Field, string | undefined>
  readonly places: Map<string, { readonly object: string; readonly offset: number }>
}

/**
 * Interprets the objects of an application by its profile. Needs no card.
 *
 * @param objects - content of each object by its id, as read from the card.
 * @throws DecodeError `ERR_CARD_DATA` with the offset in the object at which it differs from the profile, `ERR_TLV`.
 * @throws WrongCardError `ERR_WRONG_CARD` when the municipality code is not one of the profile's.
 */
export function readIssuanceRecord(
  profile: IssuanceProfile,
  objects: Readonly<Record<string, Uint8Array>>,
): IssuanceRecord {
  const found: Found = { texts: new Map(), places: new Map() }
  for (const object of profile.objects) {
    const bytes = objects[object.id]
    if (bytes === undefined) throw new TypeError(`the object ${object.id} of the profile is missing`)
    readObject(profile, object, bytes, found)
  }
  const text = (id: string): string => [...found.texts].find(([field]) => field.id === id)![1]!
  const fields = handedOut(found.texts)
  const { userId, municipalityCode } = profile.result
  return {
    profile: profile.name,
    userId: fields[userId] as PersonalText,
    municipalityCode: municipalityCode && text(municipalityCode),
    validity: validityOf(profile, found, text),
    fields,
  }
}

function readObject(profile: IssuanceProfile, object: ProfileObject, bytes: Uint8Array, found: Found): void {
  const { content } = object
  if (content.form === 'positions') {
    readPart(profile, object, content.layout, { bytes, offset: 0 }, found)
    return
  }
  const tlvs = readTlvs(bytes)
  for (const block of content.blocks) {
    const tlv = findTagged(object, tlvs, block.tags, bytes.length)
    const offset = tlv.offset + tlv.totalLength - tlv.value.length
    readPart(profile, object, layoutOf(block, tlv), { bytes: tlv.value, offset }, found)
  }
}

/** A field that is the whole value has the length found on the card. */
function layoutOf({ layout, whole }: TaggedBlock, { value }: Tlv): BlockLayout {
  if (!whole) return layout
  const field = layout.fields[0]!
  return { ...layout, length: { min: 0, max: field.length }, fields: [{ ...field, length: value.length }] }
}

function readPart(
  profile: IssuanceProfile,
  object: ProfileObject,
  layout: BlockLayout,
  part: { readonly bytes: Uint8Array; readonly offset: number },
  { texts, places }: Found,
): void {
  const read = readBlock(layout, part.bytes)
  if (!('reason' in read)) {
    for (const [field, value] of read) {
      texts.set(field, value)
      places.set(field.id, { object: object.id, offset: part.offset + field.offset })
    }
    return
  }
  const { check, field, offset, reason } = read
  if (check === 'value' && field === profile.result.municipalityCode) {
    throw new WrongCardError('the profile is not for the municipality that issued the card')
  }
  throw wrong(field === undefined ? object.id : `${object.id}.${field}`, reason, part.offset + offset)
}

function findTagged(object: ProfileObject, all: readonly Tlv[], tags: readonly number[], end: number): Tlv {
  let level = all
  let found: Tlv | undefined
  for (const tag of tags) {
    const [first, second] = level.filter((tlv) => tlv.tag === tag)
    const name = tag.toString(16).toUpperCase()
    if (first === undefined) throw wrong(object.id, `data object ${name} missing`, found?.offset ?? end)
    if (second !== undefined) throw wrong(object.id, `duplicate data object ${name}`, second.offset)
    found = first
    level = first.children
  }
  return found!
}

function validityOf(
  { validity: rule }: IssuanceProfile,
  { places }: Found,
  text: (id: string) => string,
): ReadValidity | undefined {
  if (rule === undefined) return undefined
  const applied = applyValidity(rule, text)
  if ('validity' in applied) return applied.validity
  const { object, offset } = places.get(applied.notADay)!
  throw wrong(`${object}.${applied.notADay}`, 'nonexistent date', offset)
}

function wrong(where: string, reason: string, offset: number): DecodeError {
  return new DecodeError('ERR_CARD_DATA', `${where}: ${reason}`, offset)
}
