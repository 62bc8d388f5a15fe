import { assembleBlock, type PlacedField, readConstants, readLength } from '../layout/block-profile.ts'
import { fieldMembers, identifier, readFieldProfile } from '../layout/field-profile.ts'
import { type BlockLayout, encodings } from '../layout/index.ts'
import type { JsonObject, JsonValue } from '../layout/json-reader.ts'
import { readFid } from './pin-profile.ts'
import type { ObjectSource, ProfileObject, TaggedBlock } from './profile.ts'
import { readTags } from './tag-path.ts'

/** READ RECORD and GET DATA with short lengths give so many bytes at most. */
const shortAnswer = 256
const longestFile = 4096
/** Longest field that is the whole value of a data object. */
const wholeValue = 255

/** What is known before the objects are read. */
export interface ObjectContext {
  readonly cardHasPin: boolean
  /** Names of objects and fields so far. */
  readonly ids: Map<string, JsonValue>
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
  if (id === undefined || source === undefined || form === undefined) return undefined
  if (form === 'positions') {
    const layout = readPositions(object, source, context.ids)
    return layout && { id, source, pin, content: { form, layout } }
  }
  for (const name of ['length', 'constants']) object.optional(name)?.refuse('goes with form positions only')
  if (source.kind === 'bytes') object.required('read')!.refuse('a file of data objects is read as object, not as bytes')
  return { id, source, pin, content: { form, blocks: readTlvFields(object, context.ids) } }
}

function readSource(value: JsonValue | undefined): ObjectSource | undefined {
  const object = value?.object(['getData', 'file', 'record', 'bytes', 'object'])
  if (object?.only(['getData', 'file']) === 'getData') {
    for (const name of ['record', 'bytes', 'object']) object.optional(name)?.refuse('goes with file only')
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

function readPositions(object: JsonObject, source: ObjectSource, ids: ObjectContext['ids']): BlockLayout | undefined {
  const most = mostBytes(source)
  const whole = source.kind === 'bytes' ? { min: most, max: most } : { min: 1, max: most }
  const length = object.has('length') ? readLength(object.required('length'), most) : whole
  const constants = readConstants(object, most)
  const fields = readFields(object, ids, () => ({ maxLength: most }), fieldMembers)
  return length && assembleBlock(length, constants, fields)
}

function mostBytes(source: ObjectSource): number {
  if (source.kind === 'bytes') return source.bytes
  return source.kind === 'object' ? source.maxBytes : shortAnswer
}

function readTlvFields(object: JsonObject, ids: ObjectContext['ids']): readonly TaggedBlock[] {
  const groups = new Map<string, { readonly tags: readonly number[]; readonly fields: PlacedField[] }>()
  const whole = new Set<PlacedField>()
  const limits = (field: JsonObject) => ({
    maxLength: longestFile,
    wholeLength: field.has('offset') || field.has('length') ? undefined : wholeValue,
  })
  for (const placed of readFields(object, ids, limits, [...fieldMembers, 'tag'])) {
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
  ids: ObjectContext['ids'],
  limits: (field: JsonObject) => { readonly maxLength: number; readonly wholeLength?: number | undefined },
  members: readonly string[],
): readonly (PlacedField & { readonly object: JsonObject })[] {
  return (object.required('fields')?.list(1, 64) ?? []).flatMap((value) => {
    const found = value.object(members)
    const field = found && readFieldProfile(found, { encodings, ...limits(found) })
    if (found === undefined || field === undefined) return []
    claimed(found.required('id'), ids)
    return [{ field, value, object: found }]
  })
}

/** A name that nothing else has. */
function claimed(value: JsonValue | undefined, ids: ObjectContext['ids']): string | undefined {
  const id = value?.string(identifier)
  if (value === undefined || id === undefined) return undefined
  const other = ids.get(id)
  if (other !== undefined) return value.refuse(`${other.path} has this name already`)
  ids.set(id, value)
  return id
}
