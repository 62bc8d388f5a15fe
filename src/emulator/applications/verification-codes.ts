/** 照合番号: what is printed on the card, as PINs (card-facts section 3.3). */

import { asciiBytes } from '../../bytes.ts'
import { eraDigits } from '../issue/calendar.ts'
import type { Identity } from '../issue/identity.ts'
import type { PinFile, PinName } from '../table.ts'

/** 照合番号B of the card: 和暦 YYMMDD ‖ expiry year ‖ security code, 14 digits (four sources). */
export function verificationCodeB(identity: Identity): string {
  return eraDigits(identity.holder.birthDate) + identity.cardExpiry.slice(0, 4) + identity.securityCode
}

/** A PIN that cannot be changed, with 10 tries: official for code B, one source for A, inferred for the birth date. */
export function printedCode(fid: number, name: PinName, digits: string): PinFile {
  return { structure: 'pin', fid, name, issued: asciiBytes(digits), tries: 10, format: /^$/, change: 'never' }
}
