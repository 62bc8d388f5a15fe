import { assembleBlock, type PlacedField, readConstants, readLength } from '../layout/block-profile.ts'
import { fieldMembers, readFieldProfile } from '../layout/field-profile.ts'
import type { Encoding } from '../layout/index.ts'
import type { JsonObject, JsonValue } from '../layout/json-reader.ts'
import { headMembers, inspectProfile, type ProfileCheck, readHead, requireProfile } from '../layout/load.ts'
import { readResult, readValidity } from '../layout/outcome.ts'
import { type StripeFormatId, stripeFormatIds, stripeFormats } from './formats.ts'
import { type StripeProfile, stripeProfileFormat } from './profile.ts'

/**
 * Loads a profile of a magnetic track.
 *
 * @param text - JSON of the form `docs/schema/stripe-profile.schema.json`, at most 65 536 characters; what each member means
 *   is in `docs/stripe.md`.
 * @throws ProfileError `ERR_PROFILE` with line, column and reason of every mistake, of form or of meaning.
 */
export function loadStripeProfile(text: string): StripeProfile {
  return requireProfile(text, readProfile)
}

/** Looks for mistakes as {@link loadStripeProfile} does, and tells them. Throws for nothing but a `text` that is no string. */
export function checkStripeProfile(text: string): ProfileCheck {
  const { problems } = inspectProfile(text, readProfile)
  return { ok: problems.length === 0, problems }
}

const members = [...headMembers, 'track', 'length', 'constants', 'fields', 'result', 'validity']

function encodingsOf(track: StripeFormatId): readonly Encoding[] {
  return track === 'jis2' ? ['ascii', 'jis7'] : ['ascii']
}

function readProfile(root: JsonValue): StripeProfile | undefined {
  const object = root.object(members)
  if (object === undefined) return undefined
  const head = readHead(object, stripeProfileFormat)
  const track = object.required('track')?.choice(stripeFormatIds)
  const names = object.required('result')?.object(['userId', 'municipalityCode'])
  if (track === undefined) return undefined
  const most = stripeFormats[track].maxData
  const length = object.has('length') ? readLength(object.optional('length'), most) : { min: 1, max: most }
  const constants = readConstants(object, most)
  const fields = root.clean(() => readFields(object, track))
  const plain = fields?.map(({ field }) => field)
  const result = plain && readResult(names, plain)
  const validity = plain && readValidity(object.optional('validity'), plain)
  if (length === undefined || fields === undefined || result === undefined) return undefined
  return { ...head, track, layout: assembleBlock(length, constants, fields), result, validity }
}

function readFields(object: JsonObject, track: StripeFormatId): readonly PlacedField[] {
  const limits = { encodings: encodingsOf(track), maxLength: stripeFormats[track].maxData }
  const ids = new Map<string, JsonValue>()
  return (object.required('fields')?.list(1, 64) ?? []).flatMap((value) => {
    const found = value.object(fieldMembers)
    const field = found && readFieldProfile(found, limits)
    if (found === undefined || field === undefined) return []
    const other = ids.get(field.id)
    if (other !== undefined) found.required('id')?.refuse(`${other.path} has this name already`)
    ids.set(field.id, value)
    return [{ field, value }]
  })
}
