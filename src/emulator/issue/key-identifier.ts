/** Key identifiers of certificates, lists and OCSP answers. */

import { createHash } from 'node:crypto'
import { type Asn1, exactBuffer } from './asn1.ts'

/** SHA-1 of the BIT STRING contents of a SubjectPublicKeyInfo (RFC 5280, 4.2.1.2, method 1). */
export function keyIdentifier(spki: Uint8Array, { pkijs }: Asn1): Uint8Array {
  const info = pkijs.PublicKeyInfo.fromBER(exactBuffer(spki))
  return new Uint8Array(createHash('sha1').update(info.subjectPublicKey.valueBlock.valueHexView).digest())
}
