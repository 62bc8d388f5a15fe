import { concat, fromHex } from '../../bytes.ts'
import type { CardApplication, PinReference } from '../../card/index.ts'
import { DecodeError } from '../../errors.ts'
import { readTlv, type Tlv } from '../../tlv/index.ts'
import { encodings } from '../profile/encodings.ts'
import type { BlockLayout, Field } from '../profile/field.ts'
import {
  assembleBlock,
  fieldMembers,
  identifier,
  type PlacedField,
  readConstants,
  readFieldProfile,
  readLength,
} from '../profile/field-profile.ts'
import type { JsonObject, JsonValue } from '../profile/json-reader.ts'
import { headMembers, inspectProfile, type ProfileCheck, readHead, requireProfile } from '../profile/load.ts'
import { readResult, readValidity } from '../profile/read-block.ts'
import {
  type IssuanceProfile,
  issuanceProfileFormat,
  type ObjectSource,
  type PinRules,
  type ProfileObject,
  profileCards,
  type TaggedBlock,
} from './profile.ts'

/** A PIN as a profile describes it. */
interface ProfilePin {
  readonly rules: PinRules | undefined
  readonly reference: PinReference | undefined
}

const fidFormat = {
  match: /^(?!0000|3F00|3FFF|FFFF)[0-9A-F]{4}$/,
  say: 'must be a file identifier: 4 hexadecimal digits, upper case',
}
/** Specific reference data 1 to 30: ISO/IEC 7816-4 11.5.1, table 94, bit 8 set. */
const p2Format = { match: /^(8[1-9A-F]|9[0-9A-E])$/, say: 'must be P2 of VERIFY, 81 to 9E' }

/** Reads a file identifier. */
function readFid(value: JsonValue | undefined): number | undefined {
  const fid = value?.string(fidFormat)
  return fid === undefined ? undefined : Number.parseInt(fid, 16)
}

/** Reads `pin`: `none`, or its rules. */
function readPin(value: JsonValue | undefined, application: CardApplication): ProfilePin | undefined {
  if (value === undefined) return undefined
  if (!value.isObject) {
    value.string({ match: /^none$/, say: 'must be none, or an object' })
    return { rules: undefined, reference: undefined }
  }
  const object = value.object(['manager', 'file', 'p2', 'digits', 'tries'])
  const rules = object && readRules(object)
  if (object === undefined) return undefined
  if (rules === undefined) {
    // Other problems are reported together.
    if (object.optional('manager') !== undefined && object.self.member('manager') === 'card')
      object.only(['file', 'p2'])
    return undefined
  }
  if (rules.manager === 'card') return { rules, reference: readReference(object, rules, application) }
  for (const name of ['file', 'p2']) object.optional(name)?.refuse('allowed only where the card checks the PIN')
  return { rules, reference: undefined }
}

function readRules(object: JsonObject): PinRules | undefined {
  const manager = object.required('manager')?.choice(['card', 'municipality'])
  const tries = object.required('tries')?.integer(1, 15)
  const digits = object.required('digits')?.object(['min', 'max'])
  const min = digits?.required('min')?.integer(1, 16)
  const max = digits?.required('max')?.integer(1, 16)
  if (manager === undefined || tries === undefined || min === undefined || max === undefined) return undefined
  if (min > max) digits!.self.refuse('min exceeds max')
  return { manager, tries, digits: { min, max } }
}

function readReference(object: JsonObject, rules: PinRules, application: CardApplication): PinReference | undefined {
  const form = object.only(['file', 'p2'])
  const p2 = form === 'p2' ? object.required('p2')?.string(p2Format) : undefined
  const fid = form === 'file' ? readFid(object.required('file')) : p2 && Number.parseInt(p2, 16) & 0x1f
  if (typeof fid !== 'number') return undefined
  const { min, max } = rules.digits
  return {
    id: 'issuance',
    application,
    fid,
    ...(p2 !== undefined && { byReferenceOnly: true }),
    format: { kind: 'digits', length: min, max },
    triesMax: rules.tries,
  }
}

const format = {
  match: /^([0-9A-F]{2}){1,4}(\/([0-9A-F]{2}){1,4}){0,7}$/,
  say: 'must be a tag, or tags one inside the other as E1/C1: hexadecimal digits, upper case',
}

/** Reads `tag`: BER-TLV tags from the outermost to the innermost. */
function readTags(value: JsonValue | undefined): readonly number[] | undefined {
  const text = value?.string(format)
  if (value === undefined || text === undefined) return undefined
  const parts = text.split('/')
  for (const [i, part] of parts.entries()) {
    const tlv = emptyObject(part)
    if (tlv === undefined) return value.refuse(`${part} is not a BER-TLV tag`)
    if (i < parts.length - 1 && !tlv.constructed)
      return value.refuse(`${part} is a primitive tag, which contains no objects`)
  }
  return parts.map((part) => Number.parseInt(part, 16))
}

/** The data object with this tag and no value, if the tag is one. */
function emptyObject(tag: string): Tlv | undefined {
  try {
    return readTlv(concat(fromHex(tag), Uint8Array.of(0)))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** Longest response of READ RECORD and GET DATA with short length. */
const shortAnswer = 256
const longestFile = 4096
/** Longest field that is the whole value of a data object. */
const wholeValue = 255

/** Context of the objects of a profile. */
interface ObjectContext {
  readonly cardHasPin: boolean
  /** Names of objects and fields so far. */
  readonly ids: Map<string, JsonValue>
  /** Names of fields, also of invalid ones. */
  readonly declared: Set<string>
}

/** Reads one element of `objects`. */
function readObjectProfile(value: JsonValue, context: ObjectContext): ProfileObject | undefined {
  const object = value.object(['id', 'read', 'pin', 'form', 'length', 'constants', 'fields'])
  if (object === undefined) return undefined
  const id = claimed(object.required('id'), context.ids)
  const source = readSource(object.required('read'))
  const pin = object.optional('pin')?.boolean() ?? false
  if (pin && !context.cardHasPin) object.required('pin')!.refuse('the profile has no PIN that the card checks')
  const form = object.required('form')?.choice(['positions', 'tlv'])
  // The fields of an invalid object are read too, so that all problems are reported together.
  const content = readContent(object, form, source, context)
  return id === undefined || source === undefined || content === undefined ? undefined : { id, source, pin, content }
}

function readContent(
  object: JsonObject,
  form: 'positions' | 'tlv' | undefined,
  source: ObjectSource | undefined,
  context: ObjectContext,
): ProfileObject['content'] | undefined {
  if (form === undefined) {
    for (const field of object.optional('fields')?.list(1, 64) ?? []) declare(field, context)
    return undefined
  }
  if (form === 'positions') {
    const layout = readPositions(object, source, context)
    return layout && { form, layout }
  }
  for (const name of ['length', 'constants']) object.optional(name)?.refuse('allowed with form positions only')
  if (source?.kind === 'bytes') object.required('read')!.refuse('read a file of data objects as object, not as bytes')
  return { form, blocks: readTlvFields(object, context) }
}

function declare(field: JsonValue, { declared }: ObjectContext): void {
  const id = field.member('id')
  if (id !== undefined) declared.add(id)
}

function readSource(value: JsonValue | undefined): ObjectSource | undefined {
  const object = value?.object(['getData', 'file', 'record', 'bytes', 'object'])
  if (object?.only(['getData', 'file']) === 'getData') {
    for (const name of ['record', 'bytes', 'object']) object.optional(name)?.refuse('allowed with file only')
    const tag = object.required('getData')?.string({
      match: /^(?!0000)[0-9A-F]{4}$/,
      say: 'must be a tag in P1 and P2 of GET DATA: 4 hexadecimal digits, upper case',
    })
    return tag === undefined ? undefined : { kind: 'data-object', tag: Number.parseInt(tag, 16) }
  }
  const fid = readFid(object?.optional('file'))
  const form = object?.has('file') ? object.only(['record', 'bytes', 'object']) : undefined
  const number = form && object?.required(form)?.integer(1, form === 'record' ? 254 : longestFile)
  if (fid === undefined || form === undefined || number === undefined) return undefined
  if (form === 'record') return { kind: 'record', fid, record: number }
  return form === 'bytes' ? { kind: 'bytes', fid, bytes: number } : { kind: 'object', fid, maxBytes: number }
}

function readPositions(
  object: JsonObject,
  source: ObjectSource | undefined,
  context: ObjectContext,
): BlockLayout | undefined {
  const most = source === undefined ? longestFile : mostBytes(source)
  const whole = source?.kind === 'bytes' ? { min: most, max: most } : { min: 1, max: most }
  const length = object.has('length') ? readLength(object.required('length'), most) : whole
  const constants = readConstants(object, most)
  const fields = readFields(object, context, () => ({ maxLength: most }), fieldMembers)
  const layout = assembleBlock(length ?? { min: 1, max: most }, constants, fields)
  return length && layout
}

function mostBytes(source: ObjectSource): number {
  if (source.kind === 'bytes') return source.bytes
  return source.kind === 'object' ? source.maxBytes : shortAnswer
}

function readTlvFields(object: JsonObject, context: ObjectContext): readonly TaggedBlock[] {
  const groups = new Map<string, { readonly tags: readonly number[]; readonly fields: PlacedField[] }>()
  const whole = new Set<PlacedField>()
  const limits = (field: JsonObject) => ({
    maxLength: longestFile,
    wholeLength: field.has('offset') || field.has('length') ? undefined : wholeValue,
  })
  for (const placed of readFields(object, context, limits, [...fieldMembers, 'tag'])) {
    const tags = readTags(placed.object.required('tag'))
    if (tags === undefined) continue
    if (limits(placed.object).wholeLength !== undefined) whole.add(placed)
    const group = groups.get(tags.join()) ?? { tags, fields: [] }
    groups.set(tags.join(), group)
    group.fields.push(placed)
  }
  return [...groups.values()].map(({ tags, fields }) => ({
    tags,
    layout: assembleBlock({ min: 0, max: longestFile }, [], fields),
    whole: whole.has(fields[0]!),
  }))
}

function readFields(
  object: JsonObject,
  context: ObjectContext,
  limits: (field: JsonObject) => { readonly maxLength: number; readonly wholeLength?: number | undefined },
  members: readonly string[],
): readonly (PlacedField & { readonly object: JsonObject })[] {
  return (object.required('fields')?.list(1, 64) ?? []).flatMap((value) => {
    declare(value, context)
    const found = value.object(members)
    const field = found && readFieldProfile(found, { encodings, ...limits(found) })
    if (found === undefined || field === undefined) return []
    claimed(found.required('id'), context.ids)
    return [{ field, value, object: found }]
  })
}

/** Claims a unique name. */
function claimed(value: JsonValue | undefined, ids: ObjectContext['ids']): string | undefined {
  const id = value?.string(identifier)
  if (value === undefined || id === undefined) return undefined
  const other = ids.get(id)
  if (other !== undefined) return value.refuse(`duplicate name, already that of ${other.path}`)
  ids.set(id, value)
  return id
}

/**
 * Loads a profile of a municipal application.
 *
 * @param text - JSON of the form `docs/schema/issuance-profile.schema.json`, at most 65 536 characters; what each
 *   member means is in `docs/issuance.md`.
 * @throws ProfileError `ERR_PROFILE` with line, column and reason of every problem, syntactic or semantic.
 */
export function loadProfile(text: string): IssuanceProfile {
  return requireProfile(text, readProfile)
}

/**
 * Checks as {@link loadProfile} does, and reports the problems. Throws only a TypeError when `text` is not a string.
 */
export function checkProfile(text: string): ProfileCheck {
  const { problems } = inspectProfile(text, readProfile)
  return { ok: problems.length === 0, problems }
}

const members = [...headMembers, 'cards', 'aid', 'objects', 'pin', 'result', 'validity']
const aidFormat = {
  match: /^([0-9A-F]{2}){5,16}$/,
  say: 'must be 5 to 16 bytes: pairs of hexadecimal digits, upper case',
}

function readProfile(root: JsonValue): IssuanceProfile | undefined {
  const object = root.object(members)
  if (object === undefined) return undefined
  const head = readHead(object, issuanceProfileFormat)
  const cards = object.required('cards')?.list(1, profileCards.length)
  const aid = object.required('aid')?.string(aidFormat)
  const application = { id: 'issuance', aid: fromHex(aid ?? '') }
  const pin = readPin(object.required('pin'), application)
  const context = {
    cardHasPin: pin === undefined || pin.rules?.manager === 'card',
    ids: new Map<string, JsonValue>(),
    declared: new Set<string>(),
  }
  const objects = (object.required('objects')?.list(1, 16) ?? []).flatMap(
    (one) => readObjectProfile(one, context) ?? [],
  )
  const names = object.required('result')?.object(['userId', 'municipalityCode'])
  const known = { fields: objects.flatMap(fieldsOf), declared: context.declared }
  const result = readResult(names, known)
  const validity = readValidity(object.optional('validity'), known)
  const chosen = (cards ?? []).flatMap((card) => card.choice(profileCards) ?? [])
  return (
    result && {
      ...head,
      cards: chosen,
      application,
      objects,
      pin: pin?.rules,
      pinReference: pin?.reference,
      result,
      validity,
    }
  )
}

function fieldsOf({ content }: ProfileObject): readonly Field[] {
  return content.form === 'positions' ? content.layout.fields : content.blocks.flatMap(({ layout }) => layout.fields)
}
