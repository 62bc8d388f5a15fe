import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCms, documentHashes, keyDocumentSigner } from '../../../src/documents/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { basicConstraints, issue, newKeys } from '../../support/issue.ts'
import { pem } from '../../support/openssl.ts'
import { type Bench, cmsBench, content, good, hashed, isClean } from './fixture.ts'
import { createTsa, type Tsa } from './openssl-authority.ts'

let bench: Bench
let openssl: Tsa

beforeAll(async () => {
  bench = await cmsBench()
  openssl = createTsa()
  openssl.write('content', content)
  openssl.write('root.pem', pem('CERTIFICATE', bench.ca.der))
})
afterAll(() => openssl.close())

/** Verification by openssl, CAdES rules included. */
function verified(cms: Uint8Array, ...more: readonly string[]): { readonly code: number; readonly text: string } {
  openssl.write('s.der', cms)
  const args = [
    '-verify',
    '-inform',
    'DER',
    '-in',
    's.der',
    '-binary',
    '-CAfile',
    'root.pem',
    '-purpose',
    'any',
    '-cades',
  ]
  return openssl.run('cms', ...args, '-out', 'got', ...more)
}

describe('a signature that is made', () => {
  test.each(documentHashes)('verifies with openssl and here, attached and detached: %s', async (hash) => {
    const attached = await createCms({ signer: bench.signer, hash, content: { bytes: content, attach: true } })
    expect(verified(attached.der)).toMatchObject({ code: 0 })
    expect(openssl.read('got')).toEqual(content)
    const report = await bench.verify(attached.der)
    expect(isClean(report)).toBe(true)
    expect(report.signatures[0]).toMatchObject({
      profile: 'CAdES-B-B',
      hash,
      coverage: { extent: 'whole', bytes: content.length },
    })

    const detached = await createCms({ signer: bench.signer, hash, content: { bytes: content } })
    expect(verified(detached.der, '-content', 'content')).toMatchObject({ code: 0 })
    expect(isClean(await bench.verify(detached.der, {}, content))).toBe(true)
    expect(verified(detached.der).code).not.toBe(0)
    expect((await bench.verify(detached.der)).signatures[0]!.indication).toBe('INDETERMINATE')
  })

  test('altered verifies on neither side', async () => {
    const { der } = await createCms({ signer: bench.signer, content: { bytes: content } })
    openssl.write('other', 'another application')
    expect(verified(der, '-content', 'other').code).not.toBe(0)
    const other = await bench.verify(der, {}, openssl.read('other'))
    expect(other.signatures[0]).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'HASH_FAILURE',
      integrity: 'broken',
    })
    expect(other.signatures[0]!.coverage.extent).toBe('none')
  })

  test('has the attributes of CAdES-B-B, and what was asked for', async () => {
    const signingTime = new Date('2026-04-01T00:00:00.900Z')
    const { der } = await createCms({
      signer: bench.signer,
      content: { bytes: content, attach: true },
      signingTime,
      contentHints: { description: 'application.txt' },
    })
    openssl.write('s.der', der)
    const { text } = openssl.run('cms', '-cmsout', '-print', '-inform', 'DER', '-in', 's.der')
    for (const name of [
      'contentType',
      'messageDigest',
      'signingTime',
      'id-smime-aa-signingCertificateV2',
      'id-smime-aa-contentHint',
    ])
      expect(text).toContain(name)
    expect(text).toContain('Apr  1 00:00:00 2026 GMT')
    const { signatures } = await bench.verify(der, { at: new Date('2026-12-01T00:00:00Z') })
    expect(signatures[0]!.claimedTime).toEqual(new Date('2026-04-01T00:00:00Z'))
  })

  test('without a signing time has none: the CMS of a PDF', async () => {
    const { der } = await createCms({ signer: bench.signer, content: { bytes: content }, signingTime: false })
    const { signatures } = await bench.verify(der, {}, content)
    expect(signatures[0]).toMatchObject({
      profile: 'CMS',
      indication: 'TOTAL-PASSED',
      verifiedAt: { by: 'verification' },
    })
    expect(signatures[0]!.claimedTime).toBeUndefined()
  })

  test('by an EC key verifies as well', async () => {
    const keys = newKeys()
    const certificate = issue({
      subject: 'EC signer',
      issuer: 'EC signer',
      keys,
      signer: keys,
      extensions: [basicConstraints(false)],
    })
    const anchor = issue({
      subject: 'EC signer',
      issuer: 'EC signer',
      keys,
      signer: keys,
      serial: 2,
      extensions: [basicConstraints(true)],
    })
    const signer = keyDocumentSigner(keys.privateKey, certificate, anchor)
    const { der } = await createCms({ signer, content: { bytes: content, attach: true } })
    const report = await bench.verify(der, { anchors: [Certificate.fromDer(anchor)], use: undefined })
    expect(report.signatures[0]).toMatchObject({ integrity: 'intact', indication: 'TOTAL-PASSED' })
    openssl.write('ec.der', der)
    expect(openssl.run('cms', '-verify', '-inform', 'DER', '-in', 'ec.der', '-noverify', '-out', 'got').code).toBe(0)
  })

  test('of a digest made elsewhere is the same as of the bytes', async () => {
    const digest = hashed('sha256', content)
    const signingTime = new Date('2026-04-01T00:00:00Z')
    const [a, b] = await Promise.all([
      createCms({ signer: bench.signer, content: { digest }, signingTime }),
      createCms({ signer: bench.signer, content: { bytes: content }, signingTime }),
    ])
    expect(a.der).toEqual(b.der)
  })
})

describe('refused before or after the signer', () => {
  const never = { sign: () => Promise.reject(new Error('asked')) }

  test.each([
    [{ hash: 'SHA-1' as never }, TypeError],
    [{ content: { digest: new Uint8Array(20) } }, RangeError],
    [{ signingTime: new Date(Number.NaN) }, RangeError],
  ])('wrong arguments: %#', async (wrong, kind) => {
    await expect(createCms({ signer: never, content: { bytes: content }, ...wrong })).rejects.toThrow(kind)
  })

  test('a signature or certificate of something else', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const wrong = keyDocumentSigner(other, bench.certificate.der)
    await expect(createCms({ signer: wrong, content: { bytes: content } })).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_INVALID',
    })
    const swaps = {
      sign: async (_hash: string, toSign: (one: { certificate: Uint8Array }) => Uint8Array | Promise<Uint8Array>) => {
        const bytes = await toSign({ certificate: bench.certificate.der })
        return { certificate: bench.ca.der, signature: sign('sha256', bytes, bench.key) }
      },
    }
    await expect(createCms({ signer: swaps, content: { bytes: content } })).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_INVALID',
    })
    const lazy = { sign: async () => ({ certificate: bench.certificate.der, signature: new Uint8Array(256) }) }
    await expect(createCms({ signer: lazy, content: { bytes: content } })).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_INVALID',
    })
  })

  test('keys of other kinds', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    expect(() => keyDocumentSigner(privateKey, bench.certificate.der)).toThrow(TypeError)
    expect(() => keyDocumentSigner(publicKey, bench.certificate.der)).toThrow(TypeError)
    expect(() => keyDocumentSigner(bench.key, new Uint8Array(3))).toThrow(
      expect.objectContaining({ code: 'ERR_CERTIFICATE' }),
    )
  })
})

describe('signatures of openssl', () => {
  beforeAll(() => {
    openssl.write('key.der', bench.person.sign.privateKey)
    openssl.write('cert.pem', pem('CERTIFICATE', bench.certificate.der))
    openssl.write('auth.der', bench.person.auth.privateKey)
    openssl.write('auth.pem', pem('CERTIFICATE', bench.person.auth.certificate))
    openssl.run('pkey', '-inform', 'DER', '-in', 'key.der', '-out', 'key.pem')
    openssl.run('pkey', '-inform', 'DER', '-in', 'auth.der', '-out', 'authkey.pem')
  })
  const signed = (...flags: readonly string[]): Uint8Array => {
    const args = [
      '-sign',
      '-binary',
      '-in',
      'content',
      '-signer',
      'cert.pem',
      '-inkey',
      'key.pem',
      '-outform',
      'DER',
      '-out',
      'o.der',
    ]
    expect(openssl.run('cms', ...args, ...flags)).toMatchObject({ code: 0 })
    return openssl.read('o.der')
  }

  test.each([
    [['-cades'], 'CAdES-B-B', true],
    [['-cades', '-md', 'sha512'], 'CAdES-B-B', true],
    [['-cades', '-nodetach'], 'CAdES-B-B', true],
    [[], 'CMS', false],
    [['-keyid'], 'CMS', false],
    [['-keyopt', 'rsa_padding_mode:pss'], 'CMS', false],
  ])('verify here: %j', async (flags, profile, clean) => {
    const cms = signed(...flags)
    const report = await bench.verify(cms, {}, flags.includes('-nodetach') ? undefined : content)
    expect(report.signatures[0]).toMatchObject({ profile, indication: 'TOTAL-PASSED', integrity: 'intact' })
    expect(isClean(report)).toBe(clean)
    if (!clean) expect(report.signatures[0]!.notChecked).toContain('signing-certificate')
  })

  test.each([
    [['-md', 'sha1'], 'CRYPTO_CONSTRAINTS_FAILURE'],
    [['-md', 'md5'], 'CRYPTO_CONSTRAINTS_FAILURE'],
    [['-noattr'], 'SIG_CONSTRAINTS_FAILURE'],
    [['-nocerts'], 'NO_SIGNING_CERTIFICATE_FOUND'],
  ])('are refused: %j', async (flags, subIndication) => {
    const report = await bench.verify(signed(...flags), {}, content)
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication })
    expect(report.signatures[0]!.integrity).not.toBe('intact')
  })

  test('with indefinite lengths are refused with that reason', async () => {
    const report = await bench.verify(signed('-stream', '-nodetach'))
    expect(report).toMatchObject({ signatures: [], problems: [{ id: 'ber-encoding', severity: 'refused' }] })
  })

  test('of two signers are reported each', async () => {
    const cms = signed('-cades', '-signer', 'auth.pem', '-inkey', 'authkey.pem')
    const report = await bench.verify(
      cms,
      { anchors: [bench.ca, Certificate.fromDer(bench.person.authCa.certificate)], revocation: good, use: undefined },
      content,
    )
    expect(report.signatures.map(({ indication }) => indication)).toEqual(['TOTAL-PASSED', 'TOTAL-PASSED'])
    const strict = await bench.verify(cms, {}, content)
    expect(strict.signatures.map(({ indication }) => indication).sort()).toEqual(['INDETERMINATE', 'TOTAL-PASSED'])
  })
})
