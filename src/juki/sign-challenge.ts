import { computeDigitalSignature } from '../apdu/index.ts'
import type { CardSession } from '../card/index.ts'
import { digestInfo } from '../x509/index.ts'
import { sha256 } from './sha256.ts'

/** P1 of COMPUTE DIGITAL SIGNATURE: a DigestInfo, padded by the card as it is. */
const asGiven = 0x00

/**
 * Has the current application sign a challenge with its own key, which needs no PIN: `80 2A 00 00`, RSASSA-PKCS1-v1_5 with
 * SHA-256. Text and visual application (one public source). The signature is not checked here.
 *
 * @param challenge - fresh random bytes of any length but none; hashed here.
 * @throws RangeError for no bytes; StatusWordError.
 */
export function signWithDefaultKey(session: CardSession, challenge: Uint8Array): Promise<Uint8Array> {
  if (challenge.length === 0) return Promise.reject(new RangeError('a challenge has at least one byte'))
  return session.send(computeDigitalSignature(asGiven, 'default', digestInfo('SHA-256', sha256(challenge))))
}
