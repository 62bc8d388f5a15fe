import { constants, createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Certificate } from '../../src/pki/x509/index.ts'
import { fitsKey, isSignedBy } from '../../src/server/token-service.ts'
import { type TokenAlgorithm, tokenAlgorithms } from '../../src/token/index.ts'
import { issue } from '../support/issue.ts'
import { keyOf, read, user } from './fixture.ts'

const rsa = { certificate: read(user.auth), privateKey: keyOf(user.auth) }
function holder(namedCurve: string): typeof rsa {
  const keys = generateKeyPairSync('ec', { namedCurve })
  const plan = { subject: 'holder', issuer: 'holder', keys, signer: keys }
  return { certificate: Certificate.fromDer(issue(plan)), privateKey: keys.privateKey }
}
const ec = {
  ES256: holder('P-256'),
  ES384: holder('P-384'),
  ES512: holder('P-521'),
} as const

describe('the algorithm of a token', () => {
  test.each(tokenAlgorithms)('%s fits the keys RFC 7518 3 gives it, and no other', (algorithm) => {
    expect(fitsKey(algorithm, rsa.certificate)).toBe(!algorithm.startsWith('ES'))
    for (const [name, { certificate }] of Object.entries(ec))
      expect(fitsKey(algorithm, certificate)).toBe(algorithm === name)
  })

  test('fits a curve of an EC key only', () => {
    const odd = { publicKey: { kind: 'other', curve: 'P-256' } } as unknown as Certificate
    expect(fitsKey('ES256', odd)).toBe(false)
    const unknown = { publicKey: { kind: 'ec', curve: undefined } } as unknown as Certificate
    for (const algorithm of ['ES256', 'ES384', 'ES512'] as const) expect(fitsKey(algorithm, unknown)).toBe(false)
  })
})

describe('a signature', () => {
  const message = Buffer.from('signed by the card')
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const made: Readonly<Record<TokenAlgorithm, readonly [typeof rsa, string, object]>> = {
    RS256: [rsa, 'sha256', {}],
    RS384: [rsa, 'sha384', {}],
    RS512: [rsa, 'sha512', {}],
    PS256: [rsa, 'sha256', pss],
    ES256: [ec.ES256, 'sha256', {}],
    ES384: [ec.ES384, 'sha384', {}],
    ES512: [ec.ES512, 'sha512', {}],
  }
  const signatureOf = (algorithm: TokenAlgorithm): Uint8Array => {
    const [{ privateKey }, hash, more] = made[algorithm]
    return sign(hash, message, { key: privateKey, ...more })
  }

  test.each(tokenAlgorithms)('of %s verifies over its message with its key, and nothing else', (algorithm) => {
    const [{ certificate }] = made[algorithm]
    const signature = signatureOf(algorithm)
    expect(isSignedBy(certificate, algorithm, message, signature, undefined)).toBe(true)
    expect(isSignedBy(certificate, algorithm, Buffer.from('another'), signature, undefined)).toBe(false)
    const digest = createHash('sha256').update(message).digest()
    expect(isSignedBy(certificate, algorithm, digest, signature, undefined)).toBe(false)
    for (const other of tokenAlgorithms.filter((one) => one !== algorithm)) {
      expect(isSignedBy(certificate, other, message, signature, undefined), other).toBe(false)
    }
    const [{ certificate: foreign }] = made[algorithm.startsWith('ES') ? 'RS256' : 'ES256']
    expect(isSignedBy(foreign, algorithm, message, signature, undefined)).toBe(false)
  })

  test('by a key the policy does not accept is none', () => {
    const [{ certificate }] = made.RS256
    const signature = signatureOf('RS256')
    expect(isSignedBy(certificate, 'RS256', message, signature, { minRsaBits: 2048 })).toBe(true)
    expect(isSignedBy(certificate, 'RS256', message, signature, { minRsaBits: 3072 })).toBe(false)
  })
})
