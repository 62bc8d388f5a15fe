import { concat, fromHex } from '../../bytes.ts'
import { DecodeError } from '../../errors.ts'
import type { JsonValue } from '../profile/json-reader.ts'
import { readTlv, type Tlv } from '../../tlv/index.ts'

const format = {
  match: /^([0-9A-F]{2}){1,4}(\/([0-9A-F]{2}){1,4}){0,7}$/,
  say: 'must be a tag, or tags one inside the other as E1/C1: hexadecimal digits, upper case',
}

/** Reads `tag`: BER-TLV tags from the outermost to the one meant. */
export function readTags(value: JsonValue | undefined): readonly number[] | undefined {
  const text = value?.string(format)
  if (value === undefined || text === undefined) return undefined
  const parts = text.split('/')
  for (const [i, part] of parts.entries()) {
    const tlv = emptyObject(part)
    if (tlv === undefined) return value.refuse(`${part} is no BER-TLV tag`)
    if (i < parts.length - 1 && !tlv.constructed)
      return value.refuse(`${part} is a primitive tag, so nothing is inside`)
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
