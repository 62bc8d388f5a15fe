import { typedCode } from '../bytes.ts'
import { Pin } from '../card/index.ts'
import { PinError } from '../errors.ts'

/** Conversion of typed characters to a PIN. */
export interface PinTyping {
  /** Letters are converted to upper case. */
  readonly upperCase: boolean
  /** Digits printed in groups: blanks and hyphens are removed. */
  readonly grouped?: boolean
}

/**
 * A PIN from UTF-8 bytes, without an intermediate string, which could not be wiped. As `Pin.fromText`: full-width
 * characters become ASCII, and `upperCase` converts letters. The bytes are wiped.
 *
 * @throws PinError `ERR_PIN_FORMAT` when a character is not printable ASCII.
 */
export function pinFromBytes(bytes: Uint8Array, { upperCase, grouped = false }: PinTyping): Pin {
  const narrow = new Uint8Array(bytes.length)
  try {
    let length = 0
    for (let at = 0; at < bytes.length; ) {
      const wide = threeBytes(bytes, at) ?? twoBytes(bytes, at)
      const character = wide?.code ?? bytes[at]!
      at += wide?.size ?? 1
      const typed = typedCode(character)
      if (typed === undefined && grouped) continue
      let code = typed ?? (character === fullWidthHyphen ? hyphen : character)
      if (upperCase && code >= 0x61 && code <= 0x7a) code -= 0x20
      if (code < 0x21 || code > 0x7e) {
        throw new PinError('ERR_PIN_FORMAT', 'a PIN has letters and digits only; no try was spent', { pin: 'unknown' })
      }
      narrow[length++] = code
    }
    return Pin.fromBytes(narrow.subarray(0, length))
  } finally {
    bytes.fill(0)
    narrow.fill(0)
  }
}

const hyphen = 0x2d
const fullWidthHyphen = 0xff0d

interface Wide {
  readonly code: number
  readonly size: number
}

/** A character of three bytes in UTF-8, U+0800 to U+FFFF. */
function threeBytes(bytes: Uint8Array, at: number): Wide | undefined {
  const [first, second, third] = [bytes[at]!, bytes[at + 1], bytes[at + 2]]
  if ((first & 0xf0) !== 0xe0 || !continues(second) || !continues(third)) return undefined
  return { code: ((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f), size: 3 }
}

/** A character of two bytes, U+0080 to U+07FF. */
function twoBytes(bytes: Uint8Array, at: number): Wide | undefined {
  const [first, second] = [bytes[at]!, bytes[at + 1]]
  if ((first & 0xe0) !== 0xc0 || !continues(second)) return undefined
  return { code: ((first & 0x1f) << 6) | (second & 0x3f), size: 2 }
}

function continues(byte: number | undefined): byte is number {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
