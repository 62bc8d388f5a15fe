import { concat, fromHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import { readTlv, type Tlv } from '../../tlv/index.ts'
import { assembleBlock, type PlacedField, readConstants, readLength } from '../profile/block-profile.ts'
import { fieldMembers, identifier, readFieldProfile } from '../profile/field-profile.ts'
import { type BlockLayout, encodings } from '../profile/index.ts'
import type { JsonObject, JsonValue } from '../profile/json-reader.ts'
import { readFid } from './pin-profile.ts'
import type { ObjectSource, ProfileObject, TaggedBlock } from './profile.ts'

const format = {
  match: /^([0-9A-F]{2}){1,4}(\/([0-9A-F]{2}){1,4}){0,7}$/,
  say: 'must be a tag, or tags one inside the other as E1/C1: hexadecimal digits, upper case',
}

/** Reads `tag`: BER-TLV tags from the outermost to the innermost. */
export function readTags(value: JsonValue | undefined): readonly number[] | undefined {
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
export interface ObjectContext {
  readonly cardHasPin: boolean
  /** Names of objects and fields so far. */
  readonly ids: Map<string, JsonValue>
  /** Names of fields, also of invalid ones. */
  readonly declared: Set<string>
}

/** Reads one element of `objects`. */
export function readObjectProfile(value: JsonValue, context: ObjectContext): ProfileObject | undefined {
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
