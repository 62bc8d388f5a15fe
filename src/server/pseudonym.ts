import { Buffer } from 'node:buffer'
import { createHmac, type KeyObject } from 'node:crypto'
import type { Certificate } from '../pki/x509/index.ts'

const domain = Buffer.from('jpki-card-holder:1\0', 'latin1')

/**
 * Who a certificate belongs to, without its serial number, whose collection the law restricts: the same for the same
 * certificate and key, of no use at another server, and not to be guessed without the key. A renewed certificate has
 * another one.
 *
 * @param key - secret of the server, of at least 32 bytes.
 * @param issuer - certificate of the CA, from a verified path: generations share one name, so its key counts.
 * @returns 43 characters, base64url.
 */
export function pseudonymOf(key: KeyObject, certificate: Certificate, issuer: Certificate): string {
  const { serial } = certificate
  const { bits } = issuer.key
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(bits.length, 0)
  lengths.writeUInt32BE(serial.length, 4)
  const whole = Buffer.concat([domain, lengths, bits, serial])
  return createHmac('sha256', key).update(whole).digest('base64url')
}
