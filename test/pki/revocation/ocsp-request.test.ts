import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { buildOcspRequest, CertId } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, integer, issue, name, newKeys, oid, sequence } from '../../support/issue.ts'
import { thrown } from '../../support/vectors.ts'

const [root, holder] = [newKeys(), newKeys()]
const issuer = Certificate.fromDer(issue({ subject: 'CA', issuer: 'CA', keys: root, signer: root, extensions: ca() }))
const certificate = Certificate.fromDer(issue({ subject: 'H', issuer: 'CA', keys: holder, signer: root, serial: 7 }))

function expected(hash: 'sha1' | 'sha256', id: string, nonce?: Uint8Array): Buffer {
  const digest = (bytes: Uint8Array) => der(0x04, createHash(hash).update(bytes).digest())
  const key = root.publicKey.export({ type: 'spki', format: 'der' }).subarray(26)
  const certId = sequence(sequence(oid(id), der(0x05)), digest(name('CA')), digest(key), integer(7))
  const nonceExtension = nonce && extension('1.3.6.1.5.5.7.48.1.2', der(0x04, nonce))
  const extensions = nonceExtension === undefined ? [] : [der(0xa2, sequence(nonceExtension))]
  return sequence(sequence(sequence(sequence(certId)), ...extensions))
}

describe('an OCSP request', () => {
  test('is these bytes and no others', () => {
    const nonce = Buffer.alloc(16, 5)
    const sha1 = buildOcspRequest(certificate, issuer, { nonce })
    expect(Buffer.from(sha1.der)).toEqual(expected('sha1', '1.3.14.3.2.26', nonce))
    const sha256 = buildOcspRequest(certificate, issuer, { nonce: false, hash: 'SHA-256' })
    expect(Buffer.from(sha256.der)).toEqual(expected('sha256', '2.16.840.1.101.3.4.2.1'))
    expect(sha256.nonce).toBeUndefined()
    expect(sha256.certId.fits(certificate, issuer)).toBe(true)
    expect(sha256.certId.fits(issuer, issuer)).toBe(false)
    expect(CertId.of(certificate, issuer, 'SHA-1').serialNumber).toEqual(Uint8Array.of(7))
  })

  test('has a fresh nonce of 32 bytes', () => {
    const [one, two] = [buildOcspRequest(certificate, issuer), buildOcspRequest(certificate, issuer)]
    expect(one.nonce).toHaveLength(32)
    expect(one.nonce).not.toEqual(two.nonce)
    expect(Buffer.from(one.der).includes(Buffer.from(one.nonce!))).toBe(true)
  })

  test('keeps its nonce when the caller reuses the bytes', () => {
    const nonce = Buffer.alloc(16)
    const request = buildOcspRequest(certificate, issuer, { nonce })
    nonce.fill(1)
    expect(request.nonce).toEqual(new Uint8Array(16))
  })

  test('is not made of wrong arguments', async () => {
    for (const length of [0, 15, 33]) {
      expect(() => buildOcspRequest(certificate, issuer, { nonce: new Uint8Array(length) })).toThrow(RangeError)
    }
    expect(() => buildOcspRequest(certificate, issuer, { hash: 'MD5' as 'SHA-1' })).toThrow(TypeError)
    const error = await thrown(() => buildOcspRequest(issuer, certificate))
    expect(error).toMatchObject({ code: 'ERR_CERTIFICATE' })
  })
})
