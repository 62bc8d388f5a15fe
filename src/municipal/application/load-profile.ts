import { fromHex } from '../../bytes.ts'
import type { Field } from '../profile/index.ts'
import type { JsonValue } from '../profile/json-reader.ts'
import { headMembers, inspectProfile, type ProfileCheck, readHead, requireProfile } from '../profile/load.ts'
import { readResult, readValidity } from '../profile/outcome.ts'
import { readObjectProfile } from './object-profile.ts'
import { readPin } from './pin-profile.ts'
import { type IssuanceProfile, issuanceProfileFormat, type ProfileObject, profileCards } from './profile.ts'

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
