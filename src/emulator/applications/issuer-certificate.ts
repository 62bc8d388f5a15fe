/** EF 0004 of the text and visual APs: the certificate of the key that signed their records, card-facts section 5.6. */

import { certify } from '../issue/cvc.ts'
import type { CardContent } from './content.ts'

export function issuerCertificate({ identity, faults }: CardContent, application: 'text' | 'visual'): Uint8Array {
  const { root, issuer, certificate } = identity.cvc[application]
  const stranger = identity.cvc.manager.root
  if (faults.has(`${application}-certificate-foreign`)) return certify(stranger, issuer)
  if (faults.has(`${application}-certificate-forged`)) return certify({ ...stranger, keyId: root.keyId }, issuer)
  return certificate
}
