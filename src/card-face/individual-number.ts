import { checkedDigits, requireBytes, SecretDigits, typedDigits } from '../registry/index.ts'

/**
 * What an individual number may be read for, by 番号法 9条. Stated by the program that reads it, not checked, and kept with
 * the number so that it can be logged:
 *
 * - `social-security`, `tax`, `disaster`: 社会保障, 税, 災害対策, the fields of paragraph 1 and its table (別表), with the
 *   related work (個人番号関係事務) of employers and others;
 * - `other-statute`: other work that the table or another law names;
 * - `ordinance`: work that an ordinance of the municipality names, paragraph 2;
 * - `holder`: the holders themselves, to whom the law leaves it.
 */
export const individualNumberPurposes = [
  'social-security',
  'tax',
  'disaster',
  'other-statute',
  'ordinance',
  'holder',
] as const

/** One of {@link individualNumberPurposes}. */
export type IndividualNumberPurpose = (typeof individualNumberPurposes)[number]

/** What for. Collecting and keeping numbers outside of what the law allows is forbidden (番号法 20条). */
export interface IndividualNumberOptions {
  readonly purpose: IndividualNumberPurpose
}

/** Digits of an individual number. */
export const individualNumberLength = 12

/**
 * An individual number (個人番号), whose check digit is right. It does not show itself; `reveal()` gives the 12 digits.
 */
export class IndividualNumber extends SecretDigits {
  readonly kind = 'individual-number'
  readonly purpose: IndividualNumberPurpose

  private constructor(digits: Uint8Array, purpose: IndividualNumberPurpose) {
    super(digits)
    this.purpose = purpose
  }

  /**
   * A number from ASCII digits. They are copied, then the given bytes are wiped.
   *
   * @param bytes - 12 bytes.
   * @throws DecodeError `ERR_CARD_DATA` with the place of what is wrong, 11 for the check digit.
   * @throws TypeError when `purpose` is missing or unknown.
   */
  static fromBytes(bytes: Uint8Array, options: IndividualNumberOptions): IndividualNumber {
    requireBytes(bytes)
    try {
      requirePurpose(options)
      return new IndividualNumber(checkedDigits(bytes, individualNumberLength, 'an individual number'), options.purpose)
    } finally {
      bytes.fill(0)
    }
  }

  /**
   * A number typed by a person: full-width digits are narrowed, blanks and hyphens left out, so `1234 5678 9018` as
   * printed is accepted.
   *
   * @throws DecodeError `ERR_CARD_DATA` for everything else; its offset is the place in the text, that of the check digit counts digits.
   * @throws TypeError when it is not text, or `purpose` is missing or unknown.
   */
  static fromText(text: string, options: IndividualNumberOptions): IndividualNumber {
    return IndividualNumber.fromBytes(typedDigits(text, individualNumberLength), options)
  }

  get mask(): string {
    return '[individual number]'
  }
}

/** @throws TypeError unless `purpose` is one of {@link individualNumberPurposes}. */
export function requirePurpose(options: IndividualNumberOptions): void {
  if (individualNumberPurposes.includes(options?.purpose)) return
  throw new TypeError(`purpose must be one of ${individualNumberPurposes.join(', ')}`)
}
