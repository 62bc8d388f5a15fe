// Apart, because the declarations of @libpdf/core do not compile here.
import { webcrypto } from 'node:crypto'
import { CryptoKeySigner, PDF } from '@libpdf/core'

/** Signs with @libpdf/core, with an RSA key. */
export async function signWithLibpdf(bytes, { privateKey, certificate, subFilter }) {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await webcrypto.subtle.importKey('pkcs8', privateKey, algorithm, false, ['sign'])
  const signer = new CryptoKeySigner(key, certificate, 'RSA', 'RSASSA-PKCS1-v1_5', [])
  const pdf = await PDF.load(bytes)
  const signed = await pdf.sign({ signer, subFilter })
  return signed.bytes
}
