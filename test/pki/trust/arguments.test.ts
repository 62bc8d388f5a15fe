import { beforeAll, describe, expect, test } from 'vitest'
import { cvcRootFromSpki, verifyEvidence } from '../../../src/card-face/index.ts'
import { type Identity, virtualRoots } from '../../../src/emulator/index.ts'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { crlSource, inspectCertificate, ocspSource, verifyCertificate } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { identity } from '../../support/virtual.ts'

let person: Identity
let leaf: Certificate
let anchor: Certificate
beforeAll(async () => {
  person = await identity()
  leaf = Certificate.fromDer(person.auth.certificate)
  anchor = Certificate.fromDer(person.authCa.certificate)
})

const records = ['card-face'] as const
const at = new Date('2026-06-01T00:00:00Z')
const none = { mode: 'none' } as const

describe('roots of a virtual card', () => {
  test('are taken by verifyEvidence as they are, and are those of the identity', () => {
    const roots = virtualRoots(person)
    expect(roots.map(({ application, hierarchy }) => [application, hierarchy])).toEqual([
      ['manager', 'virtual'],
      ['text', 'virtual'],
      ['visual', 'virtual'],
    ])
    const { keyId, publicKey } = person.cvc.text.root
    expect(roots[1]).toEqual(cvcRootFromSpki(publicKey, { keyId, hierarchy: 'virtual', application: 'text' }))
    expect(verifyEvidence({}, { roots, hierarchies: ['virtual'], records, challenge: 'not-asked' }).ok).toBe(false)
  })

  test('of something else are a TypeError that names identity', () => {
    for (const wrong of [undefined, {}, leaf]) expect(() => virtualRoots(wrong as never)).toThrow(/^identity must be/)
  })
})

describe('a wrong argument of a verification is a TypeError that names it', () => {
  const evidence = (options: object) =>
    verifyEvidence({}, { roots: virtualRoots(person), records, challenge: 'not-asked', ...options } as never)

  test.each<[string, () => object]>([
    ['roots', () => ({ roots: person.cvc.text.root })],
    ['roots', () => ({ roots: undefined })],
    ['roots[0].publicKey', () => ({ roots: [person.cvc.text.root] })],
    ['roots[0]', () => ({ roots: ['known'] })],
    ['roots[1].keyId', () => ({ roots: [virtualRoots(person)[0], { ...virtualRoots(person)[0], keyId: '00' }] })],
    ['roots[0].hierarchy', () => ({ roots: [{ ...virtualRoots(person)[0], hierarchy: 'real' }] })],
    ['roots[0].application', () => ({ roots: [{ ...virtualRoots(person)[0], application: 'juki' }] })],
    ['hierarchies', () => ({ hierarchies: 'virtual' })],
    ['hierarchies', () => ({ hierarchies: ['real'] })],
    ['challenge', () => ({ challenge: 'abc' })],
    ['records', () => ({ records: 'card-face' })],
  ])('verifyEvidence: %s', (name, options) => {
    expect(() => evidence(options())).toThrow(expect.objectContaining({ name: 'TypeError' }))
    expect(() => evidence(options())).toThrow(name)
  })

  test.each<[string, (der: Uint8Array) => readonly [unknown, object]]>([
    ['certificate', (der) => [der, {}]],
    ['anchors', (der) => [leaf, { anchors: [der] }]],
    ['anchors', () => [leaf, { anchors: anchor }]],
    ['intermediates', (der) => [leaf, { intermediates: [der] }]],
    ['at', () => [leaf, { at: '2026-06-01' }]],
    ['revocation.mode', () => [leaf, { revocation: undefined }]],
    ['revocation.sources', () => [leaf, { revocation: { mode: 'required' } }]],
    ['revocation.sources', () => [leaf, { revocation: { mode: 'required', sources: [{}] } }]],
    ['use', () => [leaf, { use: 'login' }]],
  ])('verifyCertificate, inspectCertificate: %s', async (name, given) => {
    const [certificate, change] = given(person.auth.certificate)
    const options = { anchors: [anchor], at, revocation: none, ...change } as never
    const wrong = expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(`^${name} must be`) })
    await expect(verifyCertificate(certificate as never, options)).rejects.toThrow(wrong)
    await expect(inspectCertificate(certificate as never, options)).rejects.toThrow(wrong)
  })

  test('inspectPath, crlSource, ocspSource, Certificate.fromDer, cvcRootFromSpki', () => {
    const der = person.auth.certificate
    expect(() => inspectPath(der as never, { anchors: [anchor], at })).toThrow(/^certificate must be/)
    expect(() => inspectPath(leaf, undefined as never)).toThrow(/^anchors must be/)
    expect(() => crlSource({ lists: [der as never], anchors: [anchor] })).toThrow(/^lists must be/)
    expect(() => crlSource({ lists: [], anchors: [der as never] })).toThrow(/^anchors must be/)
    expect(() => crlSource({ lists: [], anchors: [anchor], intermediates: [der as never] })).toThrow(
      /^intermediates must/,
    )
    expect(() => ocspSource({ response: der as never })).toThrow(/^response must be/)
    expect(() => Certificate.fromDer('MII' as never)).toThrow(/^der must be bytes/)
    expect(() => cvcRootFromSpki('MII' as never, { keyId: new Uint8Array(16), hierarchy: 'virtual' })).toThrow(
      /^spki must/,
    )
  })
})
