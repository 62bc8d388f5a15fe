import { Buffer } from 'node:buffer'
import { RefusalError } from '../errors.ts'

/** Longest token as text, characters. */
const maxText = 16_384

/**
 * An object of exactly the fields named, all texts.
 *
 * @param json - an object, or its JSON text of at most 16 384 characters.
 * @throws RefusalError `ERR_TOKEN`; its message names a field known here, never what was sent.
 */
export function textFields<Required extends string, Optional extends string>(
  json: unknown,
  required: readonly Required[],
  optional: readonly Optional[],
): Readonly<Record<Required, string>> & Readonly<Partial<Record<Optional, string>>> {
  const object = typeof json === 'string' ? parse(json) : json
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new RefusalError('ERR_TOKEN', 'not an object')
  }
  const known: readonly string[] = required
  const allowed: readonly string[] = optional
  if (Object.keys(object).some((name) => !known.includes(name) && !allowed.includes(name))) {
    throw new RefusalError('ERR_TOKEN', 'a field that is not known here')
  }
  const fields: Record<string, string> = {}
  for (const name of required) fields[name] = textOf(object, name)
  for (const name of optional) {
    if (Object.hasOwn(object, name)) fields[name] = textOf(object, name)
  }
  return fields as Readonly<Record<Required, string>> & Readonly<Partial<Record<Optional, string>>>
}

function textOf(object: object, name: string): string {
  const value: unknown = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined
  if (typeof value !== 'string') throw new RefusalError('ERR_TOKEN', `${name}: missing, or not a text`)
  if (value.length > maxText) throw new RefusalError('ERR_TOKEN', `${name}: too long`)
  return value
}

function parse(text: string): unknown {
  if (text.length > maxText) throw new RefusalError('ERR_TOKEN', 'longer than 16 384 characters')
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The cause of a syntax error quotes the text.
    throw new RefusalError('ERR_TOKEN', `not JSON${cause instanceof SyntaxError ? '' : ': unreadable'}`)
  }
}

/**
 * Bytes of a text in the one form that encoding them gives; so nobody can send the same bytes in two ways. A view of shared
 * memory: do not hand its `buffer` on.
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
  // Four characters for three bytes, rounded up. What is longer is not decoded.
  const bytes = text.length > Math.ceil(most / 3) * 4 ? undefined : Buffer.from(text, encoding)
  if (bytes === undefined || bytes.length < least || bytes.length > most) {
    throw new RefusalError('ERR_TOKEN', `${name}: not ${least === most ? least : `${least} to ${most}`} bytes`)
  }
  if (bytes.toString(encoding) !== text) throw new RefusalError('ERR_TOKEN', `${name}: not ${encoding} in its one form`)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}
