/**
 * Municipal credentials, described by profiles because their layouts are not public: applications of a card
 * (証明書等自動交付AP, 条例利用AP), magnetic stripes (磁気認証用), and the fields both are made of.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { municipalStripe, swipeStripe } from 'jpki-card/emulator'
 * import { loadStripeProfile, readBits, readStripeRecord } from 'jpki-card/municipal'
 *
 * const example = new URL('examples/profiles/stripe-example.json', import.meta.resolve('jpki-card/package.json'))
 * const profile = loadStripeProfile(await readFile(example, 'utf8'))
 * const data = municipalStripe({ municipalityCode: '99999', issuedAt: new Date().toISOString() })
 * const swipe = readBits([{ format: 'jis2', bits: swipeStripe({ track: 'jis2', data }) }])
 * // Personal values print as [personal].
 * console.log(readStripeRecord(profile, swipe))
 * ```
 * @module jpki-card/municipal
 */
export { IssuanceApplication } from './application/application.ts'
export { checkProfile, loadProfile } from './application/load-profile.ts'
export {
  type IssuanceProfile,
  issuanceProfileFormat,
  type ObjectSource,
  type PinRules,
  type ProfileCard,
  type ProfileObject,
  profileCards,
  type TaggedBlock,
  type TlvContent,
} from './application/profile.ts'
export { type IssuanceRecord, readIssuanceRecord } from './application/read-record.ts'
export {
  type CheckDigitRule,
  checkDigit,
  type Obfuscation,
  type ObfuscationMode,
  obfuscationModes,
} from './profile/digits.ts'
export { type Encoding, encodings, type Padding } from './profile/encodings.ts'
export {
  type BlockLayout,
  type CharacterSet,
  type Constant,
  characterSets,
  type Field,
  type FieldValue,
  PersonalText,
} from './profile/field.ts'
export { maxProfileLength } from './profile/json-reader.ts'
export { type ProfileCheck, profileFormat } from './profile/load.ts'
export type { ReadValidity, ResultFields, ValidityRule } from './profile/read-block.ts'
export { type DecodeOptions, decodeStripe, type RawTrack, readBits } from './stripe/decode.ts'
export { type EncodeOptions, encodeStripe } from './stripe/encode.ts'
export {
  type BitOrder,
  bitsFromBytes,
  bytesFromBits,
  maxStripeBits,
  type StripeFormat,
  type StripeFormatId,
  type StripeTrack,
  type Swipe,
  stripeFormatIds,
  stripeFormats,
} from './stripe/formats.ts'
export {
  checkStripeProfile,
  loadStripeProfile,
  type StripeProfile,
  stripeProfileFormat,
} from './stripe/load-profile.ts'
export { type KeyboardLayout, type KeyboardOptions, readKeyboard } from './stripe/read-keyboard.ts'
export { readStripeRecord, type StripeRecord } from './stripe/read-record.ts'
