/** Contents of the text AP's files, card-facts sections 5.1 to 5.4. */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat } from '../../bytes.ts'
import { compactDate } from '../issue/calendar.ts'
import { cvcKeyId, publicKeyObjects, signRecord } from '../issue/cvc.ts'
import type { Holder } from '../issue/holder.ts'
import type { Identity } from '../issue/identity.ts'
import { sha256 } from '../rsa.ts'
import { filled, tlv } from '../tlv-writer.ts'

/** 個人番号, EF 0001: 17 bytes with two of filler (three sources). */
export function individualNumberFile(digits: string): Uint8Array {
  return filled(tlv(0xff10, asciiBytes(digits)), 17)
}

/** 基本4情報 without filler, EF 0002 (five sources): offsets, name, address, birth date, sex. */
export function attributes(holder: Holder): Uint8Array {
  const fields = attributeFields(holder)
  const body = concat(...fields)
  const offsetTable = 3 + 8
  const head = tlv(0xff20, new Uint8Array(offsetTable), body).length - offsetTable - body.length
  let at = head + offsetTable
  const offsets = fields.flatMap((field) => {
    const start = at
    at += field.length
    return [start >> 8, start & 0xff]
  })
  return tlv(0xff20, tlv(0xdf21, Uint8Array.from(offsets)), body)
}

function attributeFields(holder: Holder): readonly Uint8Array[] {
  const utf8 = new TextEncoder()
  return [
    tlv(0xdf22, utf8.encode(holder.name)),
    tlv(0xdf23, utf8.encode(holder.address)),
    tlv(0xdf24, asciiBytes(compactDate(holder.birthDate))),
    tlv(0xdf25, asciiBytes(holder.sex)),
  ]
}

/** EF 0003, 336 bytes: digest of all of EF 0001, digest of EF 0002 without its offsets, signature over both (one source). */
export function digestsFile(numberFile: Uint8Array, identity: Identity): Uint8Array {
  const digests = concat(
    tlv(0xdf31, sha256(numberFile)),
    tlv(0xdf32, sha256(concat(...attributeFields(identity.holder)))),
  )
  return tlv(0xff30, digests, tlv(0xdf33, signRecord(identity.cvc.text.issuer, digests)))
}

/** AP basic information, EF 0005, 256 bytes. */
export function textInformationFile(): Uint8Array {
  const information = tlv(
    0xff40,
    tlv(0xdf41, Uint8Array.of(1, 3, 0x0e, 1)),
    tlv(0xdf42, cvcKeyId('9000034', '001', 0)),
    tlv(0xdf43, randomBytes(128)),
  )
  return filled(information, 256)
}

/** Secure-messaging key, EF 0006. */
export function sessionKeyFile(identity: Identity): Uint8Array {
  return tlv(0xa1, publicKeyObjects(identity.sessionKey.publicKey))
}

/** The card's own key and the issuer's signature over it, EF 0007. */
export function cardKeyFile(identity: Identity): Uint8Array {
  const key = tlv(0xdf51, publicKeyObjects(identity.textKey.publicKey))
  return tlv(0xff50, key, tlv(0xdf52, signRecord(identity.cvc.text.issuer, key)))
}
