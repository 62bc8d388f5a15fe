import { createHash } from 'node:crypto'
import { carriesData, classifyStatus, computeDigitalSignature, type ResponseApdu } from '../apdu/index.ts'
import { type CardSession, statusError } from '../card/index.ts'
import { ResponseError } from '../errors.ts'
import { digestInfo } from '../pki/index.ts'

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** P1 of COMPUTE DIGITAL SIGNATURE: a DigestInfo, padded by the card as it is. */
const asGiven = 0x00
/** Length of a signature by a card's own key, RSA-2048, bytes. */
const signatureLength = 256

/**
 * Has the current application sign a challenge with its own key, which needs no PIN: `80 2A 00 00`, RSASSA-PKCS1-v1_5 with
 * SHA-256. Text and visual application (one public source). The signature is not checked here.
 *
 * @param challenge - fresh random bytes at least 1; hashed here.
 * @throws RangeError for an empty challenge; StatusWordError; ResponseError `ERR_RESPONSE_MALFORMED` for an answer of
 *   another length.
 */
export async function signWithDefaultKey(session: CardSession, challenge: Uint8Array): Promise<Uint8Array> {
  if (challenge.length === 0) throw new RangeError('a challenge has at least one byte')
  const command = computeDigitalSignature(asGiven, 'default', digestInfo('SHA-256', sha256(challenge)))
  return cardSignature(command.name, await session.transmit(command))
}

/** The signature in a response. @param name - of the command. @throws StatusWordError, ResponseError. */
export function cardSignature(name: string, { sw, data }: ResponseApdu): Uint8Array {
  if (!carriesData(classifyStatus(sw))) throw statusError(name, sw)
  if (data.length === signatureLength) return data
  const message = `a signature of ${data.length} bytes, expected ${signatureLength}`
  throw new ResponseError('ERR_RESPONSE_MALFORMED', message)
}
