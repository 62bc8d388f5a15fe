import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../src/bytes.ts'
import { CertificateError } from '../../src/errors.ts'
import { Certificate, digestInfo, digestLength, type SignedInput, verifySignature } from '../../src/x509/index.ts'
import { thrown } from '../support/vectors.ts'
import { identity } from '../support/virtual.ts'

let certificate: Certificate
let privateKey: { key: Buffer; format: 'der'; type: 'pkcs8' }

beforeAll(async () => {
  const { auth } = await identity()
  certificate = Certificate.fromDer(auth.certificate)
  privateKey = { key: Buffer.from(auth.privateKey), format: 'der', type: 'pkcs8' }
})

describe('Certificate', () => {
  test('tells what X.509 tells', () => {
    const other = new X509Certificate(certificate.der)
    expect(certificate.subject).toBe(other.subject.split('\n').join(', '))
    expect(certificate.serialNumber).toBe(other.serialNumber)
    expect(certificate.notAfter).toEqual(new Date(other.validTo))
    expect(certificate.publicKey).toEqual({ kind: 'rsa', bits: 2048 })
    expect(certificate.toPem()).toBe(other.toString())
    expect(certificate.publicKeyDer).toEqual(new Uint8Array(other.publicKey.export({ type: 'spki', format: 'der' })))
  })

  test('cannot be changed through what it hands out', () => {
    const { der } = certificate
    der.fill(0)
    expect(certificate.der[0]).toBe(0x30)
  })

  test('refuses bytes after it, cut-off ones, and anything else', async () => {
    const { der } = certificate
    for (const bytes of [
      Uint8Array.of(...der, 0),
      der.subarray(0, -1),
      new Uint8Array(),
      fromHex('3000'),
      Buffer.from(certificate.toPem()),
      new Uint8Array(1900),
    ]) {
      const error = await thrown<CertificateError>(() => Certificate.fromDer(bytes))
      expect(error).toBeInstanceOf(CertificateError)
      expect(error.code).toBe('ERR_CERTIFICATE')
    }
  })
})

describe('verifySignature', () => {
  const message = randomBytes(100)
  const digestOf = (hash: string) => createHash(hash.replace('-', '')).update(message).digest()

  function cases(): [SignedInput, Uint8Array][] {
    const list: [SignedInput, Uint8Array][] = []
    for (const hash of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
      const name = hash.replace('-', '')
      const pkcs1 = sign(name, message, privateKey)
      const pss = sign(name, message, { ...privateKey, padding: 6, saltLength: digestLength[hash] })
      list.push([{ padding: 'pkcs1', hash, message }, pkcs1])
      list.push([{ padding: 'pkcs1', hash, digest: digestOf(hash) }, pkcs1])
      list.push([{ padding: 'pss', hash, digest: digestOf(hash) }, pss])
      list.push([{ padding: 'pkcs1-raw', block: digestInfo(hash, digestOf(hash)) }, pkcs1])
    }
    return list
  }

  test('accepts what OpenSSL made, for every padding and hash', () => {
    for (const [input, signature] of cases()) expect(verifySignature(certificate, input, signature)).toBe(true)
  })

  test('refuses every one-bit change of signature and input', () => {
    for (const [input, signature] of cases()) {
      fc.assert(
        fc.property(fc.nat(signature.length * 8 - 1), (bit) => {
          const changed = Uint8Array.from(signature)
          changed[bit >> 3]! ^= 1 << (bit & 7)
          expect(verifySignature(certificate, input, changed)).toBe(false)
        }),
        { numRuns: 20 },
      )
      const other = {
        ...input,
        ...('digest' in input && { digest: new Uint8Array(input.digest.length) }),
      } as SignedInput
      if ('digest' in input) expect(verifySignature(certificate, other, signature)).toBe(false)
    }
  })

  test('refuses another padding, hash, length and key kind', () => {
    const [input, signature] = cases()[1]!
    expect(verifySignature(certificate, { ...input, padding: 'pss' } as SignedInput, signature)).toBe(false)
    expect(verifySignature(certificate, { padding: 'ecdsa', hash: 'SHA-256', message }, signature)).toBe(false)
    expect(verifySignature(certificate, input, signature.subarray(1))).toBe(false)
    expect(verifySignature(certificate, input, new Uint8Array())).toBe(false)
    const wrongSalt = sign('SHA256', message, { ...privateKey, padding: 6, saltLength: 20 })
    expect(
      verifySignature(certificate, { padding: 'pss', hash: 'SHA-256', digest: digestOf('SHA-256') }, wrongSalt),
    ).toBe(false)
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(verifySignature(certificate, input, sign('SHA256', message, stranger))).toBe(false)
  })
})

describe('digestInfo', () => {
  test.each([
    ['SHA-256', '3031300D060960864801650304020105000420', 51],
    ['SHA-384', '3041300D060960864801650304020205000430', 67],
    ['SHA-512', '3051300D060960864801650304020305000440', 83],
  ] as const)('of %s has the DER prefix of RFC 8017', (hash, prefix, length) => {
    const info = digestInfo(hash, new Uint8Array(digestLength[hash]).fill(0xab))
    expect(toHex(info)).toBe(prefix + 'AB'.repeat(digestLength[hash]))
    expect(info.length).toBe(length)
    expect(() => digestInfo(hash, new Uint8Array(20))).toThrow(RangeError)
  })
})
