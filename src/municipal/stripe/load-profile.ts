import type { Encoding } from '../profile/encodings.ts'
import type { BlockLayout } from '../profile/field.ts'
import {
  assembleBlock,
  type FieldLimits,
  fieldMembers,
  type PlacedField,
  readConstants,
  readFieldProfile,
  readLength,
} from '../profile/field-profile.ts'
import type { JsonObject, JsonValue } from '../profile/json-reader.ts'
import { headMembers, inspectProfile, type ProfileCheck, readHead, requireProfile } from '../profile/load.ts'
import { type ResultFields, readResult, readValidity, type ValidityRule } from '../profile/read-block.ts'
import { isData, type StripeFormatId, stripeFormatIds, stripeFormats } from './formats.ts'

/** `format` of a profile of this kind. */
export const stripeProfileFormat = 'jpki-card/stripe-profile@1'

/** The data of a municipality on a track. Made by `loadStripeProfile` only. */
export interface StripeProfile {
  readonly name: string
  readonly description: string | undefined
  readonly track: StripeFormatId
  /** Offsets are in characters from the one after the start sentinel. */
  readonly layout: BlockLayout
  readonly result: ResultFields
  readonly validity: ValidityRule | undefined
}

/**
 * Loads a profile of a magnetic track.
 *
 * @param text - JSON of the form `docs/schema/stripe-profile.schema.json`, at most 65 536 characters; what each member
 *   means is in `docs/stripe.md`.
 * @throws ProfileError `ERR_PROFILE` with line, column and reason of every problem, syntactic or semantic.
 */
export function loadStripeProfile(text: string): StripeProfile {
  return requireProfile(text, readProfile)
}

/**
 * Checks as {@link loadStripeProfile} does, and reports the problems. Throws only a TypeError when `text` is not a
 * string.
 */
export function checkStripeProfile(text: string): ProfileCheck {
  const { problems } = inspectProfile(text, readProfile)
  return { ok: problems.length === 0, problems }
}

const members = [...headMembers, 'track', 'length', 'constants', 'fields', 'result', 'validity']

function encodingsOf(track: StripeFormatId): readonly Encoding[] {
  return track === 'jis2' ? ['ascii', 'jis7'] : ['ascii']
}

/** Until the track is known: the maximum length, and the characters of all tracks. */
const anyTrack = { maxLength: stripeFormats.iso3.maxData, encodings: ['ascii', 'jis7'] as const, isCode: undefined }

function readProfile(root: JsonValue): StripeProfile | undefined {
  const object = root.object(members)
  if (object === undefined) return undefined
  const head = readHead(object, stripeProfileFormat)
  const track = object.required('track')?.choice(stripeFormatIds)
  const names = object.required('result')?.object(['userId', 'municipalityCode'])
  const limits = track === undefined ? anyTrack : limitsOf(track)
  const most = limits.maxLength
  const length = object.has('length') ? readLength(object.optional('length'), most) : { min: 1, max: most }
  const constants = readConstants(object, most, limits.isCode)
  const { placed, declared } = readFields(object, limits)
  const known = { fields: placed.map(({ field }) => field), declared }
  const result = readResult(names, known)
  const validity = readValidity(object.optional('validity'), known)
  const layout = assembleBlock(length ?? { min: 1, max: most }, constants, placed)
  return track && result && { ...head, track, layout, result, validity }
}

function limitsOf(track: StripeFormatId): FieldLimits {
  const format = stripeFormats[track]
  return {
    encodings: encodingsOf(track),
    maxLength: format.maxData,
    isCode: (code) => isData(format, code - format.base),
  }
}

function readFields(
  object: JsonObject,
  limits: FieldLimits,
): { readonly placed: readonly PlacedField[]; readonly declared: ReadonlySet<string> } {
  const ids = new Map<string, JsonValue>()
  const placed = (object.required('fields')?.list(1, 64) ?? []).flatMap((value) => {
    const id = value.member('id')
    const other = id === undefined ? undefined : ids.get(id)
    if (id !== undefined && other === undefined) ids.set(id, value)
    const found = value.object(fieldMembers)
    const field = found && readFieldProfile(found, limits)
    if (other !== undefined) found?.required('id')?.refuse(`duplicate name, already that of ${other.path}`)
    return field === undefined ? [] : [{ field, value }]
  })
  return { placed, declared: new Set(ids.keys()) }
}
