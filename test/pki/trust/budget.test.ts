import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { OcspResponse, ocspStatus, RevocationList } from '../../../src/pki/revocation/index.ts'
import {
  cachedSource,
  combinedSource,
  crlSource,
  inspectCertificate,
  ocspSource,
  type RevocationSource,
} from '../../../src/pki/trust/index.ts'
import { Certificate, SignatureBudget, verifySignature } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, integer, issue, type Keys, newKeys, oid, sequence } from '../../support/issue.ts'
import { issueList } from '../../support/lists.ts'
import { byName, ocspResponder } from '../../support/ocsp.ts'

const at = new Date('2026-06-01T00:00:00Z')
const root = newKeys()
const anchor = Certificate.fromDer(issue({ subject: 'CA', issuer: 'CA', keys: root, signer: root, extensions: ca() }))
const end = Certificate.fromDer(issue({ subject: 'End', issuer: 'CA', keys: newKeys(), signer: root, serial: 7 }))
const listOf = (revoked: readonly number[], signer: Keys = root) =>
  RevocationList.fromDer(issueList({ issuer: 'CA', signer, revoked, at }))
const required = (...sources: RevocationSource[]) => ({ mode: 'required', sources }) as const

describe('one budget of signatures for a question', () => {
  const lists = [listOf([]), listOf([9])]
  const source = crlSource({ lists, anchors: [anchor] })
  const ask = (maxSignatures: number, sources = [source]) =>
    inspectCertificate(end, { anchors: [anchor], at, maxSignatures, revocation: required(...sources) })

  test('counts path and lists together, the same whether a list was checked before or not', async () => {
    for (let i = 0; i < 2; i++) {
      expect((await ask(3)).ok).toBe(true)
      expect((await ask(2)).failure).toMatchObject({ check: 'budget', depth: 0 })
      expect((await ask(0)).failure).toMatchObject({ check: 'budget', depth: 0 })
    }
  })

  test('counts answers too', async () => {
    const response = OcspResponse.fromDer(ocspResponder(root, at).reply())
    const both = [combinedSource([ocspSource({ response }), source])]
    // Path, the certificate's own signature for OCSP, the answer, two lists.
    expect((await ask(5, both)).ok).toBe(true)
    expect((await ask(4, both)).failure).toMatchObject({ check: 'budget' })
  })

  test('that is spent refuses at best effort as well: what was not checked could revoke', async () => {
    const hidden = crlSource({ lists: [...lists, listOf([7])], anchors: [anchor] })
    const revocation = { mode: 'best-effort', sources: [hidden] } as const
    const report = await inspectCertificate(end, { anchors: [anchor], at, maxSignatures: 2, revocation })
    expect(report).toMatchObject({ ok: false, failure: { check: 'budget' } })
  })

  test('is its own for what a cache keeps, so that one question decides nothing for others', async () => {
    const kept = cachedSource(source)
    expect((await ask(1, [kept])).ok).toBe(true)
  })

  test('counts a check by the time it takes', () => {
    const left = new SignatureBudget(21)
    expect(left.spend({ kind: { kind: 'ec', curve: 'P-521' }, numbers: undefined })).toBe(true)
    expect(left.spend({ kind: { kind: 'ec', curve: 'P-384' }, numbers: undefined })).toBe(true)
    expect(left.spend({ kind: { kind: 'dsa', bits: 2048 }, numbers: undefined })).toBe(true)
    const slow = { kind: 'rsa', sound: true, exponentBits: 18 } as const
    expect(left.spend({ kind: { kind: 'rsa', bits: 2048 }, numbers: slow })).toBe(true)
    expect(left.spend({ kind: { kind: 'rsa', bits: 2048 }, numbers: { ...slow, exponentBits: 17 } })).toBe(true)
    expect(left.exceeded).toBe(false)
    expect(left.spend({ kind: { kind: 'ec', curve: 'P-256' }, numbers: undefined })).toBe(false)
    expect(left.exceeded).toBe(true)
  })
})

describe('keys that are slow to check with', () => {
  const rsa = (modulus: Uint8Array, exponent: Uint8Array): Buffer =>
    sequence(
      sequence(oid('1.2.840.113549.1.1.1'), der(0x05)),
      der(0x03, Buffer.from([0]), sequence(der(0x02, modulus), der(0x02, exponent))),
    )
  /** A certificate of CA with any public key. */
  const holding = (spki: Buffer): Certificate => {
    const keys = { publicKey: { export: () => spki }, privateKey: root.privateKey } as unknown as Keys
    return Certificate.fromDer(issue({ subject: 'CA', issuer: 'X', keys, signer: root, extensions: ca() }))
  }
  const number = (bits: number, low = 1): Buffer => {
    const bytes = Buffer.alloc(Math.ceil(bits / 8) + 1)
    bytes[bits % 8 === 0 ? 1 : 0] = 0
    bytes[bytes.length - 1 - ((bits - 1) >> 3)] = 1 << ((bits - 1) & 7)
    bytes[bytes.length - 1]! |= low
    return bytes[0] === 0 && bytes[1]! < 0x80 ? bytes.subarray(1) : bytes
  }
  const usual = Buffer.from('010001', 'hex')
  const spends = (spki: Buffer, policy = {}): boolean => {
    const budget = new SignatureBudget(4)
    const report = inspectPath(end, { anchors: [holding(spki)], at, signatures: { ...policy, budget } })
    expect(report.ok).toBe(false)
    return !budget.spend({ kind: { kind: 'ec', curve: 'P-384' }, numbers: undefined })
  }

  test.each<[string, Buffer, Buffer, object, boolean]>([
    ['the usual', number(2048), usual, {}, true],
    ['4096 bits and an exponent of 32', number(4096), number(32), {}, true],
    ['exponent 3', number(2048), Buffer.from([3]), {}, true],
    ['4097 bits', number(4097), usual, {}, false],
    ['4097 bits where they are allowed', number(4097), usual, { maxRsaBits: 8192 }, true],
    ['more than any policy may allow', number(16_392), usual, { maxRsaBits: 65_536 }, false],
    ['2047 bits', number(2047), usual, {}, false],
    ['an exponent of 33 bits', number(2048), number(33), {}, false],
    ['an exponent of 33 bits where they are allowed', number(2048), number(33), { maxExponentBits: 256 }, true],
    ['an exponent as long as the modulus', number(2048), number(2047), {}, false],
    ['exponent 1', number(2048), Buffer.from([1]), {}, false],
    ['exponent 0', number(2048), Buffer.from([0]), {}, false],
    ['an even exponent', number(2048), Buffer.from('010002', 'hex'), {}, false],
    ['a negative exponent', number(2048), Buffer.from([0x81]), {}, false],
    ['an even modulus', number(2048, 0), usual, {}, false],
    ['a negative modulus', Buffer.alloc(256, 0x81), usual, {}, false],
  ])('RSA with %s', (_, modulus, exponent, policy, checked) => {
    expect(spends(rsa(modulus, exponent), policy)).toBe(checked)
  })

  test.each<[string, number, number, number, boolean]>([
    ['as FIPS 186-4 has them', 2048, 256, 2048, true],
    ['a p of more bits', 4096, 256, 2048, false],
    ['a q as long as p', 2048, 2048, 2048, false],
    ['a g longer than p', 2048, 256, 4096, false],
    ['a short p', 1023, 160, 1023, false],
  ])('DSA with %s, where DSA is allowed', (_, p, q, g, checked) => {
    const parameters = sequence(...[p, q, g].map((bits) => der(0x02, number(bits))))
    const bits = der(0x03, Buffer.from([0]), der(0x02, number(2047)))
    const spki = sequence(sequence(oid('1.2.840.10040.4.1'), parameters), bits)
    const budget = new SignatureBudget(4)
    inspectPath(end, { anchors: [holding(spki)], at, signatures: { allowDsa: true, budget } })
    expect(!budget.spend({ kind: { kind: 'dsa', bits: 2048 }, numbers: undefined })).toBe(checked)
  })

  test('nor with curves given as numbers', () => {
    const spki = sequence(sequence(oid('1.2.840.10045.2.1'), sequence(integer(1))), der(0x03, Buffer.from([0, 4])))
    expect(spends(spki)).toBe(false)
  })
})

describe('the policy for signatures reaches', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 2048 }) as Keys
  const strict = { minRsaBits: 3072 }
  const responder = ocspResponder(root, at)
  const sha256Rsa = sequence(oid('1.2.840.113549.1.1.11'), der(0x05))
  const delegate = issue({
    subject: 'R',
    issuer: 'CA',
    keys: short,
    signer: root,
    extensions: [
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.9'))),
      extension('1.3.6.1.5.5.7.48.1.5', der(0x05)),
    ],
  })
  const good = responder.reply({ id: byName('R'), signer: short, certificates: [delegate], algorithm: sha256Rsa })
  const response = (): OcspResponse => OcspResponse.fromDer(good)

  test('the key of a delegated responder', () => {
    const found = (signatures?: object) => ocspStatus(end, anchor, response(), { at, signatures })
    expect(found().status).toBe('good')
    expect(found(strict)).toMatchObject({ status: 'unknown', problem: 'signature-invalid' })
  })

  test('every source through verifyCertificate, whose own policy can only be stricter', async () => {
    const seen: unknown[] = []
    const spy: RevocationSource = (...question) => {
      seen.push(question[4])
      return ocspSource({ response: response() })(...question)
    }
    const ask = (signatures?: object) =>
      inspectCertificate(end, { anchors: [anchor], at, signatures, revocation: required(spy) })
    expect((await ask()).ok).toBe(true)
    expect((await ask(strict)).failure).toMatchObject({ check: 'revocation', depth: 0 })
    expect(seen[1]).toMatchObject(strict)
    const own = ocspSource({ response: response(), signatures: strict })
    const report = await inspectCertificate(end, { anchors: [anchor], at, revocation: required(own) })
    expect(report.revocation[0]?.status).toBe('unknown')
  })

  test('the signature of a holder', () => {
    const holder = Certificate.fromDer(issue({ subject: 'S', issuer: 'CA', keys: short, signer: root }))
    const input = { padding: 'pkcs1', hash: 'SHA-256', message: Buffer.from('m') } as const
    const signature = new Uint8Array(sign('sha256', input.message, short.privateKey))
    expect(verifySignature(holder, input, signature)).toBe(true)
    expect(verifySignature(holder, input, signature, strict)).toBe(false)
  })
})
