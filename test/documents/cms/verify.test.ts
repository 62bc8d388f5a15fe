import { constants, createPrivateKey, sign as signBytes } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createCms, documentVerdict, hashesOfCms, verifyCms } from '../../../src/documents/index.ts'
import { Certificate } from '../../../src/pki/index.ts'
import { der, extension, integer, issue, newKeys, oid, sequence } from '../../support/issue.ts'
import {
  attribute,
  type Bench,
  cmsBench,
  content,
  type Draft,
  draftCms,
  good,
  hashed,
  ids,
  isClean,
  problemsOf,
  signerInfo,
  signingCertificateV2,
  signingTime,
} from './fixture.ts'

let bench: Bench
beforeAll(async () => {
  bench = await cmsBench()
})

const draft = (more: Partial<Draft> = {}): Uint8Array => draftCms({ bench, ...more })
const digestAttribute = (bytes: Uint8Array): Uint8Array => attribute(ids.messageDigest, der(0x04, bytes))

test('a CMS written by hand is as good as any', async () => {
  expect(isClean(await bench.verify(draft()))).toBe(true)
})

describe('attributes', () => {
  test.each([
    ['none at all', { bare: true }, 'signed-attributes-missing', 'INDETERMINATE'],
    [
      'no message digest',
      { signed: ([type, , ...rest]) => [type!, ...rest] },
      'message-digest-missing',
      'TOTAL-FAILED',
    ],
    ['no content type', { signed: ([, ...rest]) => rest }, 'content-type-missing', 'TOTAL-FAILED'],
    [
      'another content type',
      { signed: ([, ...rest]) => [attribute(ids.contentType, oid(ids.signedData)), ...rest] },
      'content-type-mismatch',
      'TOTAL-FAILED',
    ],
    [
      'a duplicate digest',
      { signed: (all) => [...all, digestAttribute(hashed('sha256', new Uint8Array()))] },
      'attribute-duplicate',
      'TOTAL-FAILED',
    ],
    [
      'a digest with two values',
      {
        signed: ([type, , ...rest]) => [
          type!,
          attribute(ids.messageDigest, der(0x04, hashed('sha256', content)), der(0x04, new Uint8Array(32))),
          ...rest,
        ],
      },
      'attribute-values',
      'TOTAL-FAILED',
    ],
    [
      'a counter-signature that is signed',
      { signed: (all) => [...all, attribute(ids.counterSignature, integer(1))] },
      'attribute-signed',
      'TOTAL-FAILED',
    ],
    [
      'a time that is none',
      { signed: ([a, b, , d]) => [a!, b!, attribute(ids.signingTime, der(0x17, Buffer.from('261332000000Z'))), d!] },
      'attribute-unreadable',
      'TOTAL-FAILED',
    ],
    [
      'the digest of another content',
      { digest: hashed('sha256', new Uint8Array(1)) },
      'digest-mismatch',
      'TOTAL-FAILED',
    ],
    [
      'the certificate of another signer',
      { signed: ([a, b, c]) => [a!, b!, c!, signingCertificateV2(Uint8Array.of(1))] },
      'signing-certificate-mismatch',
      'INDETERMINATE',
    ],
    [
      'a certificate by SHA-1 alone',
      {
        signed: ([a, b, c]) => [
          a!,
          b!,
          c!,
          attribute(
            ids.signingCertificate,
            sequence(sequence(sequence(der(0x04, hashed('sha1', bench.certificate.der))))),
          ),
        ],
      },
      'signing-certificate-weak-hash',
      'INDETERMINATE',
    ],
    [
      'a certificate by SHA-1 in the second version',
      {
        signed: ([a, b, c]) => [
          a!,
          b!,
          c!,
          attribute(
            ids.signingCertificateV2,
            sequence(sequence(sequence(sequence(oid(ids.sha1)), der(0x04, hashed('sha1', bench.certificate.der))))),
          ),
        ],
      },
      'signing-certificate-weak-hash',
      'INDETERMINATE',
    ],
    [
      'the serial number of another certificate',
      {
        signed: ([a, b, c]) => [
          a!,
          b!,
          c!,
          attribute(
            ids.signingCertificateV2,
            sequence(
              sequence(
                sequence(
                  der(0x04, hashed('sha256', bench.certificate.der)),
                  sequence(sequence(der(0xa4, bench.certificate.issuerName.der)), integer(7)),
                ),
              ),
            ),
          ),
        ],
      },
      'signing-certificate-mismatch',
      'INDETERMINATE',
    ],
    [
      'algorithms other than those protected',
      {
        signed: (all) => [
          ...all,
          attribute(
            ids.algorithmProtection,
            sequence(sequence(oid(ids.sha512)), der(0xa1, oid(ids.rsaSha256), der(0x05))),
          ),
        ],
      },
      'algorithm-protection-mismatch',
      'TOTAL-FAILED',
    ],
  ] as const satisfies readonly (readonly [string, Partial<Draft>, string, string])[])(
    '%s',
    async (_name, more, problem, indication) => {
      const report = await bench.verify(draft(more))
      expect(problemsOf(report)).toContain(problem)
      expect(report.signatures[0]).toMatchObject({ indication })
    },
  )

  test('not in the order of DER, or an empty set', async () => {
    expect(problemsOf(await bench.verify(draft({ unsorted: true })))).toEqual(['format'])
    expect(problemsOf(await bench.verify(draft({ signed: () => [] })))).toEqual(['format'])
    expect(problemsOf(await bench.verify(draft({ unsigned: [] })))).toEqual(['format'])
  })

  test('of another signature passed off as content are not a content', async () => {
    // The DER of the signed attributes is what was signed: without attributes it would verify as content.
    const standard = [
      attribute(ids.contentType, oid(ids.data)),
      digestAttribute(hashed('sha256', content)),
      signingTime(bench.certificate.notBefore),
      signingCertificateV2(bench.certificate.der),
    ].sort(Buffer.compare)
    const report = await bench.verify(draft({ bare: true, content: der(0x31, ...standard) }))
    expect(report.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      integrity: 'not-checked',
      coverage: { extent: 'none' },
    })
  })

  test.each([ids.contentType, ids.messageDigest, ids.signingTime, ids.signingCertificateV2, ids.algorithmProtection])(
    'that have to be signed are refused among the unsigned: %s',
    async (type) => {
      const report = await bench.verify(draft({ unsigned: [attribute(type, integer(1))] }))
      expect(problemsOf(report)).toEqual(['unsigned-attribute-smuggled'])
      expect(report.signatures[0]).toMatchObject({
        indication: 'INDETERMINATE',
        subIndication: 'SIG_CONSTRAINTS_FAILURE',
      })
    },
  )

  test('that are unknown and unsigned are named, and were not checked', async () => {
    const report = await bench.verify(draft({ unsigned: [attribute('1.2.3', integer(1))] }))
    expect(problemsOf(report)).toEqual(['unsigned-attribute'])
    expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', notChecked: ['unsigned-attributes'] })
  })
})

describe('algorithms', () => {
  test.each([
    ['SHA-1', { digestAlgorithm: ids.sha1, hash: 'sha1', signatureAlgorithm: ids.rsaSha1 }, 'weak-hash'],
    ['MD5', { digestAlgorithm: ids.md5, hash: 'md5' }, 'weak-hash'],
    ['another hash in the signature algorithm', { signatureAlgorithm: ids.rsaSha512 }, 'signature-algorithm'],
    ['SHA-1 in the signature algorithm', { signatureAlgorithm: ids.rsaSha1 }, 'signature-algorithm'],
    ['an unknown one', { signatureAlgorithm: '1.2.3.4' }, 'signature-algorithm'],
    ['not listed', { listed: [ids.sha512] }, 'digest-algorithm-not-listed'],
  ] as const)('%s', async (_name, more, problem) => {
    const report = await bench.verify(draft(more))
    expect(problemsOf(report)).toContain(problem)
    expect(report.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
  })

  test('of another hash than the one that is named do not verify', async () => {
    const report = await bench.verify(draft({ digestAlgorithm: ids.sha512 }))
    expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' })
  })
})

describe('RSASSA-PSS', () => {
  const [pss, mgf1] = ['1.2.840.113549.1.1.10', '1.2.840.113549.1.1.8']
  const hashOf = (id: string): Uint8Array => sequence(oid(id), der(0x05))
  const parameters = ({ hash = ids.sha256 as string, mask = ids.sha256 as string, salt = 32, trailer = 1 } = {}) =>
    sequence(
      der(0xa0, hashOf(hash)),
      der(0xa1, sequence(oid(mgf1!), hashOf(mask))),
      der(0xa2, integer(salt)),
      ...(trailer === 1 ? [] : [der(0xa3, integer(trailer))]),
    )
  const signWith = (saltLength: number) => (bytes: Uint8Array) =>
    signBytes('sha256', bytes, { key: bench.key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
  const verified = (given: Uint8Array | undefined, saltLength = 32) =>
    bench.verify(
      draft({
        algorithm: sequence(oid(pss!), ...(given === undefined ? [] : [given])),
        signWith: signWith(saltLength),
      }),
    )

  test('with the parameters that were used is read', async () => {
    const report = await verified(parameters())
    expect(report.signatures[0]).toMatchObject({ integrity: 'intact', indication: 'TOTAL-PASSED' })
  })

  test.each<[string, Uint8Array | undefined, number?]>([
    ['none, which means SHA-1', undefined],
    ['empty, which means SHA-1', sequence()],
    ['null', der(0x05)],
    ['the mask by SHA-1', parameters({ mask: ids.sha1 })],
    ['another hash than that of the signer', parameters({ hash: ids.sha512 })],
    ['SHA-1', parameters({ hash: ids.sha1 })],
    ['another salt length', parameters({ salt: 20 })],
    ['a salt length that is negative', parameters({ salt: 0x80 - 0x100 })],
    ['no salt at all', parameters({ salt: 0 }), 32],
    ['another trailer', parameters({ trailer: 2 })],
    ['bytes after them', Buffer.concat([parameters(), der(0x05)])],
  ])('%s is not', async (_, given, salt) => {
    const report = await verified(given, salt)
    expect(isClean(report)).toBe(false)
    expect(report.signatures.map(({ indication }) => indication)).not.toContain('TOTAL-PASSED')
  })
})

describe('the certificate of a signer', () => {
  const keyId = () => bench.certificate.extensions.subjectKeyId!
  const byKey = (more: Partial<Draft> = {}): Uint8Array =>
    draft({ signerId: der(0x80, keyId()), signerVersion: 3, version: 3, ...more })

  test('by its key, alone and with another of the same key identifier', async () => {
    expect(isClean(await bench.verify(byKey()))).toBe(true)
    // Self-signed, with the key identifier of the signer.
    const keys = newKeys()
    const extensions = [extension('2.5.29.14', der(0x04, keyId()))]
    const twin = issue({ subject: 'twin', issuer: 'twin', keys, signer: keys, extensions })
    for (const certificates of [
      [twin, bench.certificate.der],
      [bench.certificate.der, twin],
    ]) {
      const report = await bench.verify(byKey({ certificates }))
      expect(problemsOf(report)).toEqual(['certificate-unused'])
      expect(report.signatures[0]!.signer!.certificate).toEqual(bench.certificate.der)
    }
    const alone = await bench.verify(byKey({ certificates: [twin] }))
    expect(problemsOf(alone)).toContain('signing-certificate-mismatch')
    expect(alone.signatures[0]!.indication).toBe('TOTAL-FAILED')
    // Nor when nothing says which of the two it is.
    const unbound = byKey({ certificates: [twin, bench.certificate.der], signed: ([a, b, c]) => [a!, b!, c!] })
    expect((await bench.verify(unbound)).signatures[0]!.signer!.certificate).toEqual(bench.certificate.der)
  })

  test('named second in signing-certificate-v2 is another certificate', async () => {
    const id = (certificate: Uint8Array): Uint8Array => sequence(der(0x04, hashed('sha256', certificate)))
    const both = attribute(ids.signingCertificateV2, sequence(sequence(id(bench.ca.der), id(bench.certificate.der))))
    const report = await bench.verify(draft({ signed: ([a, b, c]) => [a!, b!, c!, both] }))
    expect(problemsOf(report)).toContain('signing-certificate-mismatch')
    expect(report.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
  })

  test('of two signers, one of whom is not trusted', async () => {
    const { auth } = bench.person
    const other = Certificate.fromDer(auth.certificate)
    const key = createPrivateKey({ key: Buffer.from(auth.privateKey), format: 'der', type: 'pkcs8' })
    const second = signerInfo({
      bench,
      key,
      signerId: sequence(other.issuerName.der, der(0x02, other.serial)),
      signed: ([a, b, c]) => [a!, b!, c!, signingCertificateV2(other.der)],
    }).der
    const report = await bench.verify(
      draft({ moreSigners: [second], certificates: [bench.certificate.der, other.der] }),
    )
    expect(report.signatures.map(({ indication }) => indication).sort()).toEqual(['INDETERMINATE', 'TOTAL-PASSED'])
    expect(documentVerdict(report)).toBe('refused')
  })
})

test('signed attributes that are not understood were not checked', async () => {
  const policy = attribute('1.2.840.113549.1.9.16.2.15', der(0x05))
  const report = await bench.verify(draft({ signed: (all) => [...all, policy] }))
  expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', notChecked: ['signed-attributes'] })
  expect(documentVerdict(report)).toBe('gaps')
})

describe('structure', () => {
  test.each([
    ['no signer', { noSigners: true }, 'no-signer'],
    ['a wrong version', { version: 3 }, 'version'],
    ['a wrong version of a signer', { signerVersion: 3 }, 'signer-version'],
    ['a hash without a signer', { listed: [ids.sha256, ids.sha512] }, 'digest-algorithm-unused'],
    ['a duplicate hash', { listed: [ids.sha256, ids.sha256] }, 'digest-algorithm-duplicate'],
    ['no certificate', { certificates: [] }, 'signer-certificate-missing'],
    ['the certificate of another', { serial: Uint8Array.of(9) }, 'signer-certificate-missing'],
    ['a certificate that is none', { certificates: [sequence(integer(1))] }, 'certificate-unreadable'],
    ['a list that is none', { crls: [sequence(integer(1))] }, 'revocation-value-unreadable'],
  ] as const satisfies readonly (readonly [string, Partial<Draft>, string])[])('%s', async (_name, more, problem) => {
    const report = await bench.verify(draft(more))
    expect(problemsOf(report)).toContain(problem)
    expect(isClean(report)).toBe(false)
  })

  test('certificates that were not needed, and duplicates, are named', async () => {
    const certificates = [bench.certificate.der, bench.person.auth.certificate, bench.certificate.der]
    expect(problemsOf(await bench.verify(draft({ certificates })))).toEqual([
      'certificate-duplicate',
      'certificate-unused',
    ])
  })

  test('attribute certificates are not checked, and the report says so', async () => {
    const report = await bench.verify(
      draft({ certificates: [bench.certificate.der, der(0xa2, integer(1))], version: 4 }),
    )
    expect(report.notChecked).toContain('attribute-certificates')
  })

  test('bytes after the end, other types and nothing at all', async () => {
    const whole = draft()
    for (const bytes of [
      Buffer.concat([whole, Uint8Array.of(0)]),
      whole.subarray(0, -1),
      new Uint8Array(),
      sequence(oid(ids.data), der(0xa0, der(0x04))),
    ]) {
      expect(problemsOf(await bench.verify(bytes))).toEqual(['format'])
    }
    expect(hashesOfCms(new Uint8Array(3))).toEqual([])
    expect(hashesOfCms(whole)).toEqual(['SHA-256'])
  })

  test('a content that is attached and given', async () => {
    const report = await bench.verify(draft(), {}, content)
    expect(problemsOf(report)).toContain('content-twice')
    expect(report.signatures[0]!.indication).not.toBe('TOTAL-PASSED')
  })

  test('more of anything than a document has', async () => {
    const many = Array.from({ length: 200 }, (_, i) => attribute(`1.2.3.${i}`, integer(1)))
    expect(problemsOf(await bench.verify(draft({ unsigned: many })))).toEqual(['format'])
    const certificates = Array.from({ length: 200 }, () => bench.certificate.der)
    expect(problemsOf(await bench.verify(draft({ certificates })))).toEqual(['format'])
    const moreSigners = Array.from({ length: 100 }, () => signerInfo({ bench }).der)
    expect(problemsOf(await bench.verify(draft({ moreSigners })))).toEqual(['format'])
  })

  test('a program that gives no digest is wrong', async () => {
    const { der: detached } = await createCms({ signer: bench.signer, content: { bytes: content } })
    await expect(verifyCms(detached, { trust: bench.trust(), content: () => new Uint8Array(3) })).rejects.toThrow(
      TypeError,
    )
    await expect(verifyCms('text' as never, { trust: bench.trust() })).rejects.toThrow(TypeError)
  })
})

describe('several signers', () => {
  test('one that is broken does not hide behind one that is right', async () => {
    const broken = signerInfo({ bench, digest: new Uint8Array(32) }).der
    const report = await bench.verify(draft({ moreSigners: [broken] }))
    expect(report.signatures.map(({ indication }) => indication).sort()).toEqual(['TOTAL-FAILED', 'TOTAL-PASSED'])
  })

  test('one signature repeated is named', async () => {
    const report = await bench.verify(draft({ moreSigners: [signerInfo({ bench }).der] }))
    expect(problemsOf(report)).toEqual(['signer-duplicate'])
    expect(isClean(report)).toBe(false)
  })

  test('counter-signatures are verified over the signature they are of', async () => {
    const first = signerInfo({ bench })
    const counter = (over: Uint8Array, more: Partial<Draft> = {}) =>
      signerInfo({ bench, digest: hashed('sha256', over), signed: ([, ...rest]) => rest, ...more }).der
    const signedBy = (info: Uint8Array): Promise<Awaited<ReturnType<Bench['verify']>>> =>
      bench.verify(draft({ unsigned: [attribute(ids.counterSignature, info)] }))
    const right = await signedBy(counter(first.signature))
    expect(right.signatures[0]).toMatchObject({
      indication: 'TOTAL-PASSED',
      counterSignatures: [{ indication: 'TOTAL-PASSED', integrity: 'intact', coverage: { extent: 'part' } }],
    })
    const wrong = await signedBy(counter(content))
    expect(wrong.signatures[0]!.counterSignatures[0]).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'HASH_FAILURE',
    })
    const typed = await signedBy(counter(first.signature, { signed: (all) => all }))
    expect(typed.signatures[0]!.counterSignatures[0]).toMatchObject({ indication: 'TOTAL-FAILED' })
    expect(problemsOf(await signedBy(integer(1)))).toContain('counter-signature-unreadable')
  })

  test('counter-signatures of counter-signatures end at a depth', async () => {
    let inner = signerInfo({ bench, signed: ([, ...rest]) => rest }).der
    for (let i = 0; i < 8; i++)
      inner = signerInfo({
        bench,
        signed: ([, ...rest]) => rest,
        unsigned: [attribute(ids.counterSignature, inner)],
      }).der
    const report = await bench.verify(draft({ unsigned: [attribute(ids.counterSignature, inner)] }))
    let depth = 0
    for (let one = report.signatures[0]; one !== undefined; one = one.counterSignatures[0]) depth++
    expect(depth).toBe(5)
  })
})

describe('keys', () => {
  test('the certificate of a CA that signs certificates only, or of another holder', async () => {
    const caKey = createPrivateKey({ key: Buffer.from(bench.person.signCa.privateKey), format: 'der', type: 'pkcs8' })
    const report = await bench.verify(draft({ key: caKey }))
    expect(report.signatures[0]).toMatchObject({
      indication: 'TOTAL-FAILED',
      subIndication: 'SIG_CRYPTO_FAILURE',
      integrity: 'broken',
    })
  })
})

describe('altered copies', () => {
  test.each(['attached', 'detached'])(
    'each byte changed in turn: none passes as unchanged and fully covered (%s)',
    async (form) => {
      const attach = form === 'attached'
      const { der: whole } = await createCms({
        signer: bench.signer,
        content: { bytes: content, attach },
        certificates: [bench.ca.der],
      })
      const given = attach ? undefined : content
      expect(isClean(await bench.verify(whole, {}, given))).toBe(true)
      const accepted: number[] = []
      for (let i = 0; i < whole.length; i++) {
        const copy = new Uint8Array(whole)
        copy[i] = copy[i]! ^ (1 << (i % 8))
        if (isClean(await bench.verify(copy, {}, given))) accepted.push(i)
      }
      expect(accepted).toEqual([])
    },
    120_000,
  )

  test('any mutation is reported, and never thrown', async () => {
    const { der: whole } = await createCms({ signer: bench.signer, content: { bytes: content, attach: true } })
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      remove: fc.nat(6),
      insert: fc.uint8Array({ maxLength: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        let bytes: Uint8Array = whole
        for (const { at, remove, insert } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)])
        const report = await bench.verify(bytes, { revocation: good })
        expect(isClean(report)).toBe(Buffer.compare(bytes, whole) === 0)
      }),
      { numRuns: 400 },
    )
  })

  test('random bytes, and DER nested as deep as it goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await bench.verify(bytes)).signatures).toEqual([])
      }),
      { numRuns: 300 },
    )
    let deep: Uint8Array = der(0x05)
    for (let i = 0; i < 5_000; i++)
      deep = Buffer.concat([
        Uint8Array.of(0x30, 0x83, deep.length >> 16, (deep.length >> 8) & 0xff, deep.length & 0xff),
        deep,
      ])
    expect(problemsOf(await bench.verify(deep))).toEqual(['format'])
  })
})
