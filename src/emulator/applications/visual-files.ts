/** Contents of the visual AP's files besides the card face, card-facts sections 5.4 and 5.5. */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat } from '../../bytes.ts'
import { png, stripes } from '../images/png.ts'
import { compactDate } from '../issue/calendar.ts'
import { cvcKeyId, publicKeyObjects, signRecord } from '../issue/cvc.ts'
import type { Identity } from '../issue/identity.ts'
import { tlv } from '../tlv-writer.ts'

/** Age-verification record, EF 0001: birth date, card key, signature over both (one source). */
export function birthRecord(identity: Identity): Uint8Array {
  const signed = concat(
    tlv(0xdf11, asciiBytes(compactDate(identity.holder.birthDate))),
    tlv(0xdf12, publicKeyObjects(identity.visualKey.publicKey)),
  )
  return tlv(0xff10, signed, tlv(0xdf13, signRecord(identity.cvc.visual.issuer, signed)))
}

/** AP basic information, EF 0003 (two sources). DF35 is opaque. */
export function visualInformation(identity: Identity): Uint8Array {
  return tlv(
    0xff30,
    tlv(0xdf31, Uint8Array.of(6, 3, 0x0e, 1)),
    tlv(0xdf32, cvcKeyId('9000024', '000', 0)),
    tlv(0xdf33, Uint8Array.of(1)),
    tlv(0xdf34, asciiBytes(identity.municipalityCode)),
    tlv(0xdf35, cvcKeyId('9900025', '001', 0), randomBytes(256)),
  )
}

/** 個人番号 image, EF 0005: PNG, card key, signature over both (one source). The picture is of stripes. */
export function numberImage(identity: Identity): Uint8Array {
  const signed = concat(
    tlv(0xdf41, png(72, 12, stripes(1 + Number(identity.serialNumber[0])))),
    tlv(0xdf42, publicKeyObjects(identity.visualKey.publicKey)),
  )
  return tlv(0xff40, signed, tlv(0xdf43, signRecord(identity.cvc.visual.issuer, signed)))
}
