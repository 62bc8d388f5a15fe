/** 券面事項入力補助AP (text AP), card-facts section 3.2. */

import { randomBytes } from 'node:crypto'
import { asciiBytes, concat, copyBytes, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { compactDate } from '../issue/calendar.ts'
import { certify, cvcKeyId, publicKeyObjects, signRecord } from '../issue/cvc.ts'
import { withWrongCheckDigit } from '../issue/holder.ts'
import type { Identity } from '../issue/identity.ts'
import { fourDigits } from '../options.ts'
import { privateKeyOf, sha256 } from '../rsa.ts'
import { type AccessRule, type Application, internalKey, transparent } from '../table.ts'
import { filled, tlv } from '../tlv-writer.ts'
import { printedCode, verificationCodeB, withOffsets } from './card-face-parts.ts'
import { type CardContent, cardOr, chipOf, contactAtrObject } from './content.ts'

// Contents of the text AP's files, card-facts sections 5.1 to 5.4.

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
function individualNumberFile({ secrets: { individualNumber }, faults }: CardContent): Uint8Array {
  const digits = faults.has('text-number-check-digit') ? withWrongCheckDigit(individualNumber) : individualNumber
  return filled(tlv(0xff10, asciiBytes(digits)), 17)
}

/** 基本4情報, EF 0002 (five sources): offsets, name, address, birth date, sex; then filler. */
function attributesFile(content: CardContent): Uint8Array {
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
function digestsFile(content: CardContent): Uint8Array {
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
function textInformationFile(): Uint8Array {
  const information = tlv(
    0xff40,
    tlv(0xdf41, Uint8Array.of(1, 3, 0x0e, 1)),
    tlv(0xdf42, cvcKeyId('9000034', '001', 0)),
    tlv(0xdf43, randomBytes(128)),
  )
  return filled(information, 256)
}

/** Secure-messaging key, EF 0006. */
function sessionKeyFile(identity: Identity): Uint8Array {
  return tlv(0xa1, publicKeyObjects(identity.sessionKey.publicKey))
}

/** The card's own key and the issuer's signature over it, EF 0007. */
function cardKeyFile(identity: Identity): Uint8Array {
  const key = tlv(0xdf51, publicKeyObjects(identity.textKey.publicKey))
  return tlv(0xff50, key, tlv(0xdf52, signRecord(identity.cvc.text.issuer, key)))
}

const pinOrCodes: AccessRule = ['text', 'text-code-a', 'text-code-b']

export function textApplication(content: CardContent): Application {
  const { identity, secrets } = content
  return {
    name: 'text',
    aid: fromHex('D3921000310001010408'),
    sessionKeyRefusal: sw.securityStatus,
    defaultKey: 0x0013,
    sessionKey: () => privateKeyOf(identity.sessionKey.privateKey),
    dataObjects: contactAtrObject(content, 'applications'),
    files: [
      transparent(0x0001, ['text', 'text-code-a'], () =>
        individualNumberFile(cardOr(content, 'text-number-of-other-card')),
      ),
      transparent(0x0002, ['text', 'text-code-b'], () =>
        attributesFile(cardOr(content, 'text-attributes-of-other-card')),
      ),
      transparent(0x0003, pinOrCodes, () => digestsFile(cardOr(content, 'text-digests-of-other-card'))),
      transparent(0x0004, 'free', () => issuerCertificate(content, 'text')),
      transparent(0x0005, 'free', textInformationFile),
      transparent(0x0006, pinOrCodes, () => sessionKeyFile(identity)),
      transparent(0x0007, pinOrCodes, () => cardKeyFile(identity)),
      transparent(0x0008, 'never', () => new Uint8Array(16).fill(0xff)),
      internalKey(0x0010),
      {
        structure: 'pin',
        fid: 0x0011,
        name: 'text',
        issued: asciiBytes(secrets.textPin),
        tries: 3,
        format: fourDigits,
        change: 'change-reference-data',
      },
      { ...printedCode(0x0012, 'text-reserved', ''), issuedTriesLeft: 0 },
      {
        structure: 'key',
        fid: 0x0013,
        purpose: 'sign',
        use: 'free',
        privateKey: () => privateKeyOf(chipOf(content, 'text-key-copied').textKey.privateKey),
      },
      printedCode(0x0014, 'text-code-a', secrets.individualNumber),
      printedCode(0x0015, 'text-code-b', verificationCodeB(identity)),
      internalKey(0x001c),
      internalKey(0x001e),
    ],
  }
}
