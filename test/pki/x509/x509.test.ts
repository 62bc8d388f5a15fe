import { constants, createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { fromHex, toHex } from '../../../src/bytes.ts'
import { Algorithm, DerReader } from '../../../src/der/index.ts'
import { CertificateError } from '../../../src/errors.ts'
import {
  Certificate,
  digestInfo,
  digestLength,
  PublicKey,
  type SignedInput,
  verifySignature,
  verifySigned,
} from '../../../src/pki/x509/index.ts'
import { der, integer, issue, newKeys, oid, sequence } from '../../support/issue.ts'
import { thrown } from '../../support/vectors.ts'
import { identity } from '../../support/virtual.ts'

let certificate: Certificate
let privateKey: { key: Buffer; format: 'der'; type: 'pkcs8' }

beforeAll(async () => {
  const { auth } = await identity()
  certificate = Certificate.fromDer(auth.certificate)
  privateKey = { key: Buffer.from(auth.privateKey), format: 'der', type: 'pkcs8' }
})

describe('Certificate', () => {
  test('has the facts of X.509', () => {
    const other = new X509Certificate(certificate.der)
    expect(certificate.subject).toBe(other.subject.split('\n').join(', '))
    expect(certificate.serialNumber).toBe(other.serialNumber)
    expect(certificate.notAfter).toEqual(new Date(other.validTo))
    expect(certificate.publicKey).toEqual({ kind: 'rsa', bits: 2048 })
    expect(certificate.toPem()).toBe(other.toString())
    expect(certificate.publicKeyDer).toEqual(new Uint8Array(other.publicKey.export({ type: 'spki', format: 'der' })))
  })

  test('cannot be changed through what it returns', () => {
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
    const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(verifySignature(certificate, input, sign('SHA256', message, otherKey))).toBe(false)
  })
})

describe('a signature that lost its leading zero: RFC 8017 8.1.2 and 8.2.2, step 1', () => {
  // With a modulus of 2050 bits the first byte is 0 to 3.
  const keys = generateKeyPairSync('rsa', { modulusLength: 2050 })
  const holder = Certificate.fromDer(issue({ subject: 'S', issuer: 'S', keys, signer: newKeys() }))
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

  test.each(['pkcs1', 'pkcs1-raw', 'pss'] as const)('is refused, %s', (padding) => {
    const sealed = Array.from({ length: 64 }, (_, i) => {
      const message = Buffer.of(i)
      const signature = sign('sha256', message, { key: keys.privateKey, ...(padding === 'pss' && pss) })
      return { digest: createHash('sha256').update(message).digest(), signature }
    })
    const { digest, signature } = sealed.find((one) => one.signature[0] === 0)!
    const input: SignedInput =
      padding === 'pkcs1-raw' ? { padding, block: digestInfo('SHA-256', digest) } : { padding, hash: 'SHA-256', digest }
    expect(verifySignature(holder, input, signature)).toBe(true)
    expect(verifySignature(holder, input, signature.subarray(1))).toBe(false)
  })
})

describe('parameters of RSASSA-PSS, RFC 4055 3.1', () => {
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const message = Buffer.from('message')
  const signature = sign('sha256', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  const spki = PublicKey.read(new DerReader(publicKey.export({ type: 'spki', format: 'der' })))
  const [derNull, sha256, sha384, mgf1] = [
    der(0x05),
    oid('2.16.840.1.101.3.4.2.1'),
    oid('2.16.840.1.101.3.4.2.2'),
    oid('1.2.840.113549.1.1.8'),
  ]
  const [hash, salt] = [sequence(sha256, derNull), der(0xa2, integer(32))]
  const whole = [der(0xa0, hash), der(0xa1, sequence(mgf1, hash)), salt]

  test.each<[string, readonly Uint8Array[], boolean]>([
    ['as they must be', whole, true],
    ['without NULL', [der(0xa0, sequence(sha256)), der(0xa1, sequence(mgf1, sequence(sha256))), salt], true],
    ['with the trailer field written out', [...whole, der(0xa3, integer(1))], true],
    ['with another trailer field', [...whole, der(0xa3, integer(2))], false],
    ['with another salt length', [...whole.slice(0, 2), der(0xa2, integer(31))], false],
    ['with another mask hash', [whole[0]!, der(0xa1, sequence(mgf1, sequence(sha384, derNull))), salt], false],
    ['with another mask function', [whole[0]!, der(0xa1, sequence(sha256, hash)), salt], false],
    ['with parameters of the hash', [der(0xa0, sequence(sha256, integer(0))), ...whole.slice(1)], false],
    ['with more after the hash', [der(0xa0, hash, derNull), ...whole.slice(1)], false],
    ['with more after the mask hash', [whole[0]!, der(0xa1, sequence(mgf1, hash, derNull)), salt], false],
    ['with more after the mask', [whole[0]!, der(0xa1, sequence(mgf1, hash), derNull), salt], false],
    ['with more after the salt length', [...whole.slice(0, 2), der(0xa2, integer(32), derNull)], false],
    ['with more at the end', [...whole, derNull], false],
  ])('%s', (_, parameters, good) => {
    const algorithm = sequence(oid('1.2.840.113549.1.1.10'), sequence(...parameters))
    expect(verifySigned(message, new Algorithm(new DerReader(algorithm)), signature, spki)).toBe(good)
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
