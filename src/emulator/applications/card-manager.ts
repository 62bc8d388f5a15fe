/**
 * Card manager (GlobalPlatform ISD): the state after a reset, with GET DATA objects; card-facts section 3.6 (one
 * source).
 */

import { asciiBytes, fromHex } from '../../bytes.ts'
import { sw } from '../apdu.ts'
import { compactDate } from '../issue/calendar.ts'
import { certify, cvcKeyId } from '../issue/cvc.ts'
import { type Application, internalKey, lazy } from '../table.ts'
import { tlv } from '../tlv-writer.ts'
import { type CardContent, contactAtrObject } from './content.ts'

/** GlobalPlatform card recognition data: object identifiers under 1.2.840.114283. */
const cardRecognition = tlv(0x66, tlv(0x73, fromHex('06072A864886FC6B01600C060A2A864886FC6B02020101')))
const headerOfTemplate = 5

export function cardManager(content: CardContent): Application {
  const { identity } = content
  const { manager } = identity.cvc
  // For a key no terminal can use: the public key of key 0019 is not on the card (one source).
  const lowerKey = { keyId: cvcKeyId('9000021', '000', 0xa8), ...identity.sessionKey }
  const { municipalityCode, serialNumber, cardExpiry } = identity
  return {
    name: 'manager',
    aid: fromHex('A000000151000000'),
    manager: true,
    sessionKeyRefusal: sw.sessionKeyUnsupported,
    files: [internalKey(0x001e)],
    dataObjects: new Map([
      [0x0042, () => manager.root.keyId],
      [0x0045, () => asciiBytes(serialNumber)],
      [0x0066, () => cardRecognition],
      [0x00f0, () => asciiBytes(municipalityCode)],
      [0x00f2, () => asciiBytes(compactDate(cardExpiry))],
      [0x00f7, () => manager.issuer.keyId],
      [0x00f8, () => contents(manager.certificate)],
      [0x7f21, lazy(() => contents(certify(manager.issuer, lowerKey)))],
      ...contactAtrObject(content, 'manager'),
    ]),
  }
}

/** Content of the template 7F21: GET DATA returns it without the template. */
function contents(certificate: Uint8Array): Uint8Array {
  return certificate.subarray(headerOfTemplate)
}
