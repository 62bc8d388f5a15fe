import { fromBase64 } from '../bytes.ts'
import { RefusalError } from '../errors.ts'
import { hasDuplicateName, isRecord } from '../json.ts'

/** Longest token as text, characters. */
const maxText = 16_384

/**
 * Parses an object of exactly the named fields, all strings.
 *
 * @param json - an object, or its JSON text of at most 16 384 characters.
 * @throws RefusalError `ERR_TOKEN`; its message names an expected field, never what was sent.
 */
export function textFields<Required extends string, Optional extends string>(
  json: unknown,
  required: readonly Required[],
  optional: readonly Optional[],
): Readonly<Record<Required, string>> & Readonly<Partial<Record<Optional, string>>> {
  const value = typeof json === 'string' ? parse(json) : json
  if (!isRecord(value)) throw new RefusalError('ERR_TOKEN', 'not an object')
  // A caller's object may have getters that return something else next time.
  const object: object = typeof json === 'string' ? value : { ...value }
  const given = optional.filter((name) => Object.hasOwn(object, name))
  for (const name of required) requireText(object, name)
  for (const name of given) requireText(object, name)
  if (Object.keys(object).length !== required.length + given.length) {
    throw new RefusalError('ERR_TOKEN', 'unknown field')
  }
  return object as Readonly<Record<Required, string>> & Readonly<Partial<Record<Optional, string>>>
}

function requireText(object: object, name: string): void {
  const value: unknown = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
  if (typeof value !== 'string') throw new RefusalError('ERR_TOKEN', `${name}: missing, or not a string`)
  if (value.length > maxText) throw new RefusalError('ERR_TOKEN', `${name}: too long`)
}

function parse(text: string): unknown {
  if (text.length > maxText) throw new RefusalError('ERR_TOKEN', 'longer than 16 384 characters')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    // The message of a syntax error quotes the text.
    throw new RefusalError('ERR_TOKEN', `not JSON${cause instanceof SyntaxError ? '' : ': unreadable'}`)
  }
  if (hasDuplicateName(text)) throw new RefusalError('ERR_TOKEN', 'duplicate field')
  return value
}

/**
 * Decodes a text in canonical encoding, with a length within bounds.
 *
 * @throws RefusalError `ERR_TOKEN`.
 */
export function decodeExact(
  text: string,
  encoding: 'base64' | 'base64url',
  name: string,
  least: number,
  most: number,
): Uint8Array {
  // Four characters for three bytes, rounded up. Longer texts are not decoded.
  const isLong = text.length > Math.ceil(most / 3) * 4
  const bytes = isLong ? new Uint8Array() : fromBase64(text, encoding)
  if (bytes === undefined) throw new RefusalError('ERR_TOKEN', `${name}: not canonical ${encoding}`)
  if (isLong || bytes.length < least || bytes.length > most) {
    throw new RefusalError('ERR_TOKEN', `${name}: not ${least === most ? least : `${least} to ${most}`} bytes`)
  }
  return bytes
}
