/** Contents of the text AP's files, card-facts sections 5.1 to 5.4. */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat, copyBytes, fromHex } from '../../bytes.ts'
import { compactDate } from '../issue/calendar.ts'
import { certify, cvcKeyId, publicKeyObjects, signRecord } from '../issue/cvc.ts'
import type { Identity } from '../issue/identity.ts'
import { withWrongCheckDigit } from '../issue/individual-number.ts'
import { sha256 } from '../rsa.ts'
import { filled, tlv } from '../tlv-writer.ts'
import type { CardContent } from './content.ts'
import { withOffsets } from './offset-table.ts'
import { cardOr } from './other-card.ts'

/** EF 0004 of the text and visual APs: the certificate of the key that signed their records, card-facts section 5.6. */
export function issuerCertificate({ identity, faults }: CardContent, application: 'text' | 'visual'): Uint8Array {
  const { root, issuer, certificate } = identity.cvc[application]
  const otherRoot = identity.cvc.manager.root
  if (faults.has(`${application}-certificate-foreign`)) return certify(otherRoot, issuer)
  if (faults.has(`${application}-certificate-forged`)) return certify({ ...otherRoot, keyId: root.keyId }, issuer)
  return certificate
}

/** Chosen here: no source gives the size of EF 0002, only that files end in FF filler. */
const attributesFileSize = 1024

/** 個人番号, EF 0001: 17 bytes with two of filler (three sources). */
export function individualNumberFile({ secrets: { individualNumber }, faults }: CardContent): Uint8Array {
  const digits = faults.has('text-number-check-digit') ? withWrongCheckDigit(individualNumber) : individualNumber
  return filled(tlv(0xff10, asciiBytes(digits)), 17)
}

/** 基本4情報, EF 0002 (five sources): offsets, name, address, birth date, sex; then filler. */
export function attributesFile(content: CardContent): Uint8Array {
  const { attributesPrefix, faults } = content
  const template = withOffsets(attributeFields(content), attributesPrefix.length, faults.has('text-attributes-offsets'))
  const file = concat(attributesPrefix, template)
  return faults.has('text-attributes-cut') ? copyBytes(file, 0, file.length - 20) : filled(file, attributesFileSize)
}

function attributeFields({ identity: { holder }, faults }: CardContent): readonly Uint8Array[] {
  const utf8 = new TextEncoder()
  const broken = faults.has('text-attributes-not-utf8') ? fromHex('C328') : new Uint8Array(0)
  const address = tlv(0xdf23, utf8.encode(holder.address))
  if (faults.has('text-attributes-overrun')) address[2]! += 0x40
  return [
    tlv(0xdf22, utf8.encode(holder.name), broken),
    address,
    tlv(0xdf24, asciiBytes(compactDate(holder.birthDate))),
    tlv(0xdf25, asciiBytes(holder.sex)),
  ]
}

/** EF 0003, 336 bytes: digest of all of EF 0001, digest of EF 0002 without its offsets, signature over both (one source). */
export function digestsFile(content: CardContent): Uint8Array {
  const { digests } = signedDigests(content)
  const { signature } = signedDigests(cardOr(content, 'text-signature-of-other-card'))
  return tlv(0xff30, digests, tlv(0xdf33, signature))
}

function signedDigests(content: CardContent): { digests: Uint8Array; signature: Uint8Array } {
  const number = sha256(individualNumberFile(content))
  if (content.faults.has('text-digest-wrong')) number[31]! ^= 1
  const digests = concat(tlv(0xdf31, number), tlv(0xdf32, sha256(concat(...attributeFields(content)))))
  return { digests, signature: signRecord(content.identity.cvc.text.issuer, digests) }
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
