import type { CardApplication, PinReference } from '../../card/index.ts'
import type { JsonObject, JsonValue } from '../profile/json-reader.ts'
import type { PinRules } from './profile.ts'

/** A PIN as a profile describes it. */
export interface ProfilePin {
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
export function readFid(value: JsonValue | undefined): number | undefined {
  const fid = value?.string(fidFormat)
  return fid === undefined ? undefined : Number.parseInt(fid, 16)
}

/** Reads `pin`: `none`, or its rules. */
export function readPin(value: JsonValue | undefined, application: CardApplication): ProfilePin | undefined {
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
