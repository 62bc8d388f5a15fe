// A revocation list of any size, written straight into one buffer: no library at hand writes a million entries.
import { generateKeyPairSync, sign } from 'node:crypto'

const header = (tag, length) => {
  if (length < 0x80) return [tag, length]
  const bytes = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return [tag, 0x80 | bytes.length, ...bytes]
}
const der = (tag, ...parts) => {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(header(tag, body.length)), body])
}
const hex = (text) => Buffer.from(text, 'hex')
const time = (text) => der(0x17, Buffer.from(text))
const sha256WithRsa = der(0x30, hex('06092a864886f70d01010b'), hex('0500'))
const name = (common) => der(0x30, der(0x31, der(0x30, hex('0603550403'), der(0x0c, Buffer.from(common)))))
const keyCompromise = der(0x30, der(0x30, hex('0603551d15'), der(0x04, hex('0a0101'))))

/** The nth serial number, below 2 000 000: 4 bytes as on JPKI certificates. The list holds the even ones. */
export const serialOf = (n) => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, 0x1000_0000 + n * 800)
  return bytes
}

/** A list and the certificate whose key signed it, DER. Every third entry gives a reason, as real lists do. */
export function largeList(count) {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const issuer = name('Bench CA')
  const signed = (tbs) => der(0x30, tbs, sha256WithRsa, der(0x03, hex('00'), sign('sha256', tbs, keys.privateKey)))
  const certificate = signed(
    der(
      0x30,
      hex('a003020102020101'),
      sha256WithRsa,
      issuer,
      der(0x30, time('260101000000Z'), time('360101000000Z')),
      issuer,
      keys.publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, der(0x30, der(0x30, hex('0603551d13'), hex('0101ff'), der(0x04, hex('30030101ff'))))),
    ),
  )
  const date = time('260301000000Z')
  const entries = Buffer.allocUnsafe(count * 40)
  let at = 0
  for (let n = 0; n < count; n++) {
    const reason = n % 3 === 0 ? keyCompromise.length : 0
    entries.set([0x30, 6 + date.length + reason, 0x02, 4], at)
    entries.set(serialOf(2 * n), at + 4)
    entries.set(date, at + 8)
    if (reason > 0) entries.set(keyCompromise, at + 8 + date.length)
    at += 8 + date.length + reason
  }
  const tbs = der(
    0x30,
    hex('020101'),
    sha256WithRsa,
    issuer,
    time('260501000000Z'),
    time('460501000000Z'),
    der(0x30, entries.subarray(0, at)),
    der(0xa0, der(0x30, der(0x30, hex('0603551d14'), der(0x04, hex('020101'))))),
  )
  return { certificate: new Uint8Array(certificate), list: new Uint8Array(signed(tbs)) }
}
