import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import * as pkijs from 'pkijs'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../src/bytes.ts'
import { CertificateError } from '../../../src/errors.ts'
import { fingerprint } from '../../../src/pki/trust/index.ts'
import { Certificate, verifySigned } from '../../../src/pki/x509/index.ts'
import { type Facts, nodeFacts, ourFacts, pkijsFacts } from '../../support/other-readers.ts'
import { pkitsCases, readPkits } from '../../support/pkits.ts'
import { certificateOf, contextOf } from '../../support/plan/certificate.ts'
import { sharedFolder } from '../../support/shared.ts'
import { identity } from '../../support/virtual.ts'

const curves: Readonly<Record<string, string>> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }

/** What Node should say, from what this package says. */
function asNode(certificate: Certificate): Facts {
  const { extensions } = certificate
  const { keyUsage } = extensions
  return {
    // Node writes a negative number, which RFC 5280 4.1.2.2 forbids, with a sign; this package gives the bytes there are.
    serial: certificate.serial[0]! < 0x80 ? certificate.serialNumber : negative(certificate.serial),
    notBefore: certificate.notBeforeMs,
    notAfter: certificate.notAfterMs,
    fingerprint: fingerprint(certificate),
    raw: toHex(certificate.der),
    pem: certificate.toPem(),
    // OpenSSL's answer takes the key usage into account.
    ca: extensions.basicConstraints?.ca === true && (keyUsage === undefined || keyUsage.has('keyCertSign')),
    keyUsage: extensions.extendedKeyUsage,
    key: keyAsNode(certificate),
    altName: extensions.subjectAltName !== undefined,
  }
}

function negative(content: Uint8Array): string {
  const text = ((1n << BigInt(8 * content.length)) - BigInt(`0x${toHex(content)}`)).toString(16).toUpperCase()
  return `-${text.padStart(text.length + (text.length % 2), '0')}`
}

/** Node reads no DSA key that leaves its parameters to the issuer's (RFC 3279 2.3.2). */
function keyAsNode({ publicKey, publicKeyDer }: Certificate): readonly unknown[] | undefined {
  const der = toHex(publicKeyDer)
  if (publicKey.kind === 'ec') return ['ec', curves[publicKey.curve], der]
  if (publicKey.kind === 'other') return [publicKey.name, undefined, der]
  return publicKey.bits === undefined ? undefined : [publicKey.kind, publicKey.bits, der]
}

/** Compares everything all three readers say. */
function compare(der: Uint8Array, certificate: Certificate): void {
  expect(pkijsFacts(der)).toEqual(ourFacts(certificate))
  expect(nodeFacts(der)).toEqual(asNode(certificate))
}

test('the certificates of an invented person are read alike by three readers', async () => {
  const { auth, sign, authCa, signCa } = await identity()
  for (const { certificate } of [auth, sign, authCa, signCa]) compare(certificate, Certificate.fromDer(certificate))
})

const samples = sharedFolder('facts/samples/ca')
const sampleFiles = samples === undefined ? [] : readdirSync(samples)
describe.skipIf(sampleFiles.length === 0)('certificates of real authorities (skipped without the samples)', () => {
  test.each(sampleFiles)('%s is read alike, and verifies with its own key', (file) => {
    const der = readFileSync(join(samples!, file))
    const certificate = Certificate.fromDer(der)
    compare(der, certificate)
    expect(certificate.selfIssued && verified(certificate, certificate)).toBe(true)
    expect(new X509Certificate(der).verify(certificate.key.object)).toBe(true)
  })
})

const verified = ({ tbs, signatureAlgorithm, signature }: Certificate, { key }: Certificate): boolean =>
  verifySigned(tbs, signatureAlgorithm, signature, key, { allowDsa: true })

const files = [
  ...new Set(pkitsCases.flatMap(({ trustAnchors, intermediates, leaf }) => [...trustAnchors, ...intermediates, leaf])),
]

/** What is refused on reading although the other two readers take it, each with the rule it breaks. */
const refusedFor: Readonly<Record<string, string>> = {
  'certs/BadSignedCACert.der': 'a signature with unused bits',
  'certs/InvalidDSASignatureTest6EE.der': 'a signature with unused bits',
}

/** A certificate of the suite, or the reason why it is refused. */
function read(file: string): Certificate | string {
  try {
    return Certificate.fromDer(readPkits(file))
  } catch (error) {
    if (error instanceof CertificateError) return error.message
    throw error
  }
}

describe.skipIf(files.length === 0)('all certificates of PKITS (skipped without the suite; set PKITS_DIR)', () => {
  test('are read alike by three readers, but for those that break a named rule', () => {
    const refused = new Map<string, string>()
    for (const file of files) {
      const found = read(file)
      if (typeof found === 'string') refused.set(file, found)
      else compare(readPkits(file), found)
    }
    expect([...refused.keys()].sort()).toEqual(Object.keys(refusedFor).sort())
    for (const [file, message] of refused) {
      expect(message).toContain(refusedFor[file])
      expect(() => new X509Certificate(readPkits(file))).not.toThrow()
    }
  })

  test('verify with the key of every certificate of the issuer name, exactly when they do for Node', () => {
    const all = files.flatMap((file) => {
      const found = read(file)
      return typeof found === 'string' ? [] : [found]
    })
    const byName = new Map<string, Certificate[]>()
    for (const one of all) {
      const key = toHex(one.subjectName.der)
      byName.set(key, [...(byName.get(key) ?? []), one])
    }
    let good = 0
    let bad = 0
    for (const certificate of all) {
      const other = new X509Certificate(certificate.der)
      for (const issuer of byName.get(toHex(certificate.issuerName.der)) ?? []) {
        if (issuer.publicKey.kind === 'dsa' && issuer.publicKey.bits === undefined) continue
        const mine = verified(certificate, issuer)
        expect(mine, certificate.subject).toBe(other.verify(issuer.key.object))
        if (mine) good++
        else bad++
      }
    }
    expect(good).toBeGreaterThan(300)
    expect(bad).toBeGreaterThan(0)
  })
})

const at = new Date('2026-06-01T00:00:00Z')
const kinds = ['P-256', 'P-384', 'P-521', 'rsa-2048', 'rsa-1024', 'secp256k1'] as const
const hashes = ['sha1', 'sha256', 'sha384', 'sha512'] as const
const usages = ['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'keyCertSign', 'cRLSign']
const labels = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/)
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const name = fc.array(fc.record({ O: word, CN: word }, { noNullPrototype: true }), { minLength: 1, maxLength: 3 })
const alternative = fc.oneof(
  labels.map((label) => ({ dns: `${label}.example` })),
  labels.map((label) => ({ email: `${label}@example.jp` })),
  labels.map((label) => ({ uri: `https://${label}.example/` })),
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map((address) => ({ ip: toHex(address) })),
  name.map((directory) => ({ directory })),
)
const plans = fc.record({
  subject: name,
  issuer: name,
  kind: fc.constantFrom(...kinds),
  hash: fc.constantFrom(...hashes),
  serial: fc.integer({ min: 1, max: 127 }),
  days: fc.tuple(fc.nat(9000), fc.nat(20_000)),
  extensions: fc.record(
    {
      basicConstraints: fc.oneof(
        fc.constant({ ca: false }),
        fc.record({ ca: fc.constant(true), pathLength: fc.nat(9) }),
      ),
      keyUsage: fc.uniqueArray(fc.constantFrom(...usages), { minLength: 1 }),
      extendedKeyUsage: fc.uniqueArray(
        labels.map((label) => `1.3.6.1.5.5.7.3.${label.length}`),
        { minLength: 1 },
      ),
      subjectAltName: fc.array(alternative, { minLength: 1, maxLength: 4 }),
      policies: fc.uniqueArray(
        labels.map((label) => `1.2.3.${label.length}`),
        { minLength: 1 },
      ),
      subjectKeyId: fc.constant('key'),
      unknown: fc.constant(true),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
})

describe('generated certificates', () => {
  test('are read alike by three readers', () => {
    const property = fc.property(plans, ({ kind, hash, days: [before, after], ...plan }) => {
      const times = { notBefore: `-${before}d`, notAfter: `${after}d` }
      const context = contextOf({ key: kind }, at)
      const der = certificateOf({ ...plan, ...times, key: 'key', signer: 'key', signature: { hash } }, context)
      const certificate = Certificate.fromDer(der)
      const curve = certificate.publicKey.kind === 'ec' && curves[certificate.publicKey.curve] === undefined
      // The curve has a name here only if certificates may be verified with it.
      expect(curve).toBe(kind === 'secp256k1')
      if (!curve) compare(der, certificate)
    })
    fc.assert(property, { numRuns: 150 })
  })

  test('verify for all three, or are refused here for a rule of strength', async () => {
    for (const kind of kinds) {
      for (const hash of hashes) {
        for (const spoil of [undefined, 'bit'] as const) {
          const context = contextOf({ key: kind }, at)
          const signature = { hash, ...(spoil && { spoil }) }
          const plan = {
            subject: 'A',
            issuer: 'A',
            key: 'key',
            signer: 'key',
            serial: 1,
            notBefore: '-1d',
            notAfter: '1d',
          }
          const der = certificateOf({ ...plan, signature }, context)
          const certificate = Certificate.fromDer(der)
          const others = [new X509Certificate(der).verify(certificate.key.object)]
          if (kind !== 'secp256k1') others.push(await pkijs.Certificate.fromBER(new Uint8Array(der)).verify())
          expect(new Set(others)).toEqual(new Set([spoil === undefined]))
          const weak = hash === 'sha1' || kind === 'rsa-1024' || kind === 'secp256k1'
          expect(verified(certificate, certificate), `${kind} ${hash} ${spoil}`).toBe(spoil === undefined && !weak)
        }
      }
    }
  })
})
