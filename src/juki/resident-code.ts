import { checkedDigits, requireBytes, SecretDigits, typedDigits } from '../registry/index.ts'

/** Digits of a 住民票コード: ten at random and a check digit. */
export const residentCodeLength = 11

/**
 * A 住民票コード whose check digit is right, for systems that are allowed to handle it (住民基本台帳法 30条の37, 30条の38 forbid it
 * to everyone else). This package reads none from a card: the file that holds it is undocumented. It does not show itself;
 * `reveal()` gives the 11 digits.
 */
export class ResidentCode extends SecretDigits {
  readonly kind = 'resident-code'

  private constructor(digits: Uint8Array) {
    super(digits)
  }

  /**
   * A code from ASCII digits. They are copied, then the given bytes are wiped.
   *
   * @param bytes - 11 bytes.
   * @throws DecodeError `ERR_CARD_DATA` with the place of what is wrong, 10 for the check digit.
   */
  static fromBytes(bytes: Uint8Array): ResidentCode {
    requireBytes(bytes)
    try {
      return new ResidentCode(checkedDigits(bytes, residentCodeLength, 'a resident code'))
    } finally {
      bytes.fill(0)
    }
  }

  /**
   * A code typed by a person: full-width digits are narrowed, blanks and hyphens left out.
   *
   * @throws DecodeError `ERR_CARD_DATA` for everything else; its offset is the place in the text, that of the check digit counts digits. TypeError when it is not text.
   */
  static fromText(text: string): ResidentCode {
    return ResidentCode.fromBytes(typedDigits(text, residentCodeLength))
  }

  get mask(): string {
    return '[resident code]'
  }
}
