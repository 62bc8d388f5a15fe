/**
 * Magnetic stripes (磁気認証用): tracks 1 to 3 of ISO/IEC 7811 and the front stripe of JIS X 6302-2, from raw bits or from a
 * reader that types, and the fields a municipality wrote, described by profiles.
 */
export type { BitOrder } from './bits.ts'
export { bitsFromBytes, bytesFromBits, maxStripeBits } from './bits.ts'
export type { DecodeOptions } from './decode.ts'
export { decodeStripe } from './decode.ts'
export type { EncodeOptions } from './encode.ts'
export { encodeStripe } from './encode.ts'
export type { StripeFormat, StripeFormatId, StripeTrack, Swipe } from './formats.ts'
export { stripeFormatIds, stripeFormats } from './formats.ts'
export type { StripeProfile } from './load-profile.ts'
export { checkStripeProfile, loadStripeProfile, stripeProfileFormat } from './load-profile.ts'
export type { RawTrack } from './read-bits.ts'
export { readBits } from './read-bits.ts'
export type { KeyboardLayout, KeyboardOptions } from './read-keyboard.ts'
export { readKeyboard } from './read-keyboard.ts'
export type { StripeRecord } from './read-record.ts'
export { readStripeRecord } from './read-record.ts'
