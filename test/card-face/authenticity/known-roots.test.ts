import { createHash, createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/bytes.ts'
import { cvcRootFromSpki, decodeCvc, keyIdText, knownCvcRoots, verifyEvidence } from '../../../src/card-face/index.ts'
import { sharedFolder } from '../../support/shared.ts'
import { challenge } from './card.ts'

test('are six, two of each application, none officially published, each with its sources', () => {
  expect(knownCvcRoots.map(({ keyId, hierarchy, application }) => [keyIdText(keyId), hierarchy, application])).toEqual([
    ['5000020/001', 'production', 'manager'],
    ['5000023/001', 'production', 'visual'],
    ['5000033/001', 'production', 'text'],
    ['6000020/001', 'test', 'manager'],
    ['6000023/001', 'test', 'visual'],
    ['6000033/001', 'test', 'text'],
  ])
  for (const { officiallyPublished, sources } of knownCvcRoots) {
    expect(officiallyPublished).toBe(false)
    expect(sources.length).toBeGreaterThan(0)
  }
  expect(knownCvcRoots.filter(({ sources }) => sources.length > 1).map(({ keyId }) => keyIdText(keyId))).toEqual([
    '5000023/001',
    '5000033/001',
  ])
})

test('are RSA-2048 keys that differ, with exponent 65537', () => {
  const moduli = new Set(knownCvcRoots.map(({ publicKey }) => toHex(publicKey.modulus)))
  expect(moduli.size).toBe(6)
  for (const { publicKey } of knownCvcRoots) {
    expect(publicKey.modulus).toHaveLength(256)
    expect(publicKey.modulus[0]).toBeGreaterThanOrEqual(0x80)
    expect(publicKey.modulus[255]! & 1).toBe(1)
    expect(toHex(publicKey.exponent)).toBe('010001')
  }
})

/** SHA-256 of the SubjectPublicKeyInfo: so a slip in a value is found without the files beside the checkout. */
test.each([
  ['5000020/001', '1a39ddc72347ce4fa4e866700895d570d70b905735587c30a60bdafa5c193c5e'],
  ['5000023/001', '15a23f54d0a808d0c225436d0965a2d54115bb42b7beaff01d1516e0b1356084'],
  ['5000033/001', '37fcfbcc4dc3dffb58183136595c3161ebda8e332a4a767e6f8bea9f93b8115a'],
  ['6000020/001', '4bc5d6b196827dcb0ba33fd161577a932d05af2452ec9e23fe13b7ff2c1ea448'],
  ['6000023/001', '5f6db9c8c74130f724e3465963cb4ddfe10827e70f87aef969f50014dfd06f2e'],
  ['6000033/001', '1e55d728b1df6e609747fd964f33b950ac007cbbc1e43ee946ef4bf552455995'],
])('%s is the key with its fingerprint', (id, fingerprint) => {
  const { modulus, exponent } = knownCvcRoots.find(({ keyId }) => keyIdText(keyId) === id)!.publicKey
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  const key = createPublicKey({ key: { kty: 'RSA', n: text(modulus), e: text(exponent) }, format: 'jwk' })
  const spki = key.export({ type: 'spki', format: 'der' })
  expect(createHash('sha256').update(spki).digest('hex')).toBe(fingerprint)
})

const folder = sharedFolder('facts/samples/cvc')

describe.skipIf(folder === undefined)('public samples', () => {
  test.each(knownCvcRoots.map((root) => [keyIdText(root.keyId).slice(0, 7), root] as const))(
    'of key %s are the same',
    (digits, { keyId, publicKey, hierarchy }) => {
      const spki = readFileSync(join(folder!, `cvca_${digits}_spki.der`))
      expect(cvcRootFromSpki(spki, { keyId, hierarchy }).publicKey).toEqual(publicKey)
      const line = readFileSync(join(folder!, 'cv_ca_public_keys.txt'), 'utf8')
        .split('\n')
        .find((one) => one.startsWith(digits))!
      expect(line.split(' ')).toEqual([digits, toHex(keyId), toHex(publicKey.exponent), toHex(publicKey.modulus)])
    },
  )

  test('an intermediate certificate of 特定機関認証 reads, and no known root stands for it', () => {
    const bytes = readFileSync(join(folder!, 'tokutei_kikan_intermediate_full_7F21.bin'))
    const certificate = decodeCvc(bytes)
    expect(keyIdText(certificate.issuerKeyId)).toBe('9200073/001')
    expect(keyIdText(certificate.subjectKeyId)).toBe('9299774/001')
    expect(certificate.signed).toEqual(
      new Uint8Array(readFileSync(join(folder!, 'tokutei_kikan_intermediate_7F21_5F4E.bin')).subarray(10)),
    )
    const report = verifyEvidence(
      { visual: { issuerCertificate: bytes } },
      { roots: knownCvcRoots, hierarchies: ['production', 'test'], records: ['card-face'], challenge },
    )
    expect(report.failure).toMatchObject({ check: 'issuer-certificate', reason: 'unknown-root' })
  })
})
