import { createHash } from 'node:crypto'
import type { RevocationAnswer, RevocationSource } from '../../../../src/pki/trust/index.ts'
import { Certificate } from '../../../../src/pki/x509/index.ts'
import * as asn1 from '../../../support/issue.ts'
import { certificate, entry, extension, integer, keys, list } from '../../revocation/crl-der.ts'

/** A certification authority, a holder, and lists. */

export { keys }
export const at = new Date('2020-01-01T12:00:00Z')
export const ca = Certificate.fromDer(certificate(1, 'CA'))
export const options = { anchors: [ca] }

const uri = (text: string): Buffer => asn1.der(0x86, Buffer.from(text))
const point = (uris: readonly string[]): Buffer =>
  asn1.sequence(asn1.der(0xa0, asn1.der(0xa0, ...uris.map((one) => uri(one)))))

/** A certificate with serial number 7 whose distribution points have these addresses. */
export const leaf = (...points: readonly (readonly string[])[]): Certificate => {
  const named = points.length === 0 ? [] : [extension(31, false, asn1.sequence(...points.map(point)))]
  return Certificate.fromDer(certificate(7, 'H', ...named))
}

/** One that names responders, and where certificates of its issuer are. */
export const leafOf = (...responders: readonly string[]): Certificate => {
  const describe = (method: number, text: string) => asn1.sequence(asn1.oid(`1.3.6.1.5.5.7.48.${method}`), uri(text))
  const descriptions = [describe(2, 'http://issuers.example/ca.cer'), ...responders.map((one) => describe(1, one))]
  const access = asn1.extension('1.3.6.1.5.5.7.1.1', asn1.sequence(...descriptions))
  return Certificate.fromDer(certificate(7, 'H', new Uint8Array(access)))
}

/** Lists of the authority by number, 0 to 99: one a minute from the start of `at`'s day, current for ten days. */
export const listOf = (number: number, serials: readonly number[] = []): Uint8Array =>
  list(
    serials.map((serial) => entry(serial, 1)),
    [extension(20, false, integer(number))],
    [`20010101${String(number).padStart(2, '0')}00Z`, '200111000000Z'],
  )

export const pem = (...lists: readonly Uint8Array[]): string =>
  lists
    .map((der) => Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n'))
    .map((text) => `Issuer: CA\n-----BEGIN X509 CRL-----\n${text}\n-----END X509 CRL-----\n`)
    .join('')

/** A list with the right name and a wrong signature. */
export function forged(number: number, serials: readonly number[] = []): Uint8Array {
  const bytes = listOf(number, serials)
  bytes[bytes.length - 1]! ^= 1
  return bytes
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').toUpperCase()

/** Asks a source about the holder's certificate. */
export const ask = async (source: RevocationSource, about = leaf(), when = at): Promise<RevocationAnswer> =>
  source(about, ca, when)

/** Asks again and again, as a source looks at what it knows in the background. @throws when the answer never comes. */
export async function askUntil(
  source: RevocationSource,
  wanted: (answer: RevocationAnswer) => boolean,
): Promise<RevocationAnswer> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = await ask(source)
    if (wanted(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the answer never came')
}
