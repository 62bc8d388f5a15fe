import { Pin } from '../card/index.ts'
import { PinError } from '../errors.ts'

/**
 * A PIN from UTF-8 bytes, without a string in between that could not be wiped. As `Pin.fromText`: full-width forms
 * become ASCII, and `upperCase` raises letters. The bytes are wiped.
 *
 * @throws PinError `ERR_PIN_FORMAT` when a character is not printable ASCII.
 */
export function pinFromBytes(bytes: Uint8Array, options: { readonly upperCase: boolean }): Pin {
  const narrow = new Uint8Array(bytes.length)
  try {
    let length = 0
    for (let at = 0; at < bytes.length; ) {
      const wide = fullWidth(bytes, at)
      let code = wide ?? bytes[at]!
      at += wide === undefined ? 1 : 3
      if (options.upperCase && code >= 0x61 && code <= 0x7a) code -= 0x20
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

/** ASCII code of a full-width form, U+FF01 to U+FF5E: EF BC 81 to EF BD 9E. */
function fullWidth(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0xef || (bytes[at + 1]! & 0xfe) !== 0xbc) return undefined
  const code = 0xf000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f)
  return code - 0xfee0
}
