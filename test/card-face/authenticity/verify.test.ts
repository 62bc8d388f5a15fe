import { sign } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { concat, copyBytes } from '../../../src/bytes.ts'
import {
  type CardEvidence,
  cvcRootFromSpki,
  type EvidenceOptions,
  type EvidenceRecord,
  knownCvcRoots,
  verifyEvidence,
} from '../../../src/card-face/index.ts'
import { type ContentFault, contentFaults, type Identity } from '../../../src/emulator/index.ts'
import { thrown } from '../../support/vectors.ts'
import { identity } from '../../support/virtual.ts'
import { challenge, every, evidenceOf, failing, rootsOf, shown, trusting } from './card.ts'

let person: Identity
let evidence: CardEvidence
let options: EvidenceOptions
beforeAll(async () => {
  person = await identity()
  evidence = await evidenceOf()
  options = await trusting()
})

const without = (part: 'text' | 'visual', name: string): CardEvidence => ({
  ...evidence,
  [part]: { ...evidence[part], [name]: undefined },
})
const onlyVisual = (): CardEvidence => ({ visual: evidence.visual })

describe('an authentic card', () => {
  test('passes every check', () => {
    const report = verifyEvidence(evidence, options)
    expect(report.checks.map((check) => `${check.check} ${check.of} ${check.result}`)).toEqual([
      'issuer-certificate text passed',
      'record-signature digests passed',
      'digest individual-number passed',
      'digest attributes passed',
      'record-signature card-key passed',
      'challenge text passed',
      'issuer-certificate visual passed',
      'record-signature card-face passed',
      'record-signature birth-record passed',
      'record-signature number-image passed',
      'same-card-key visual passed',
      'challenge visual passed',
      'same-holder card passed',
      'same-expiry card passed',
    ])
    expect(report.ok).toBe(true)
    expect(report.failure).toBeUndefined()
    expect(report.issuers.visual).toEqual({ root: '9000023/000', hierarchy: 'virtual', key: '9999921/000' })
    expect(report.issuers.text?.root).toBe('9000033/000')
    expect(report.unproved).toEqual(['expiry', 'security-code-image', 'text-files-of-this-card'])
  })

  test('passes with one record of one application, and the rest is said not to be asked for', () => {
    const { issuerCertificate, cardFace, challengeSignature } = evidence.visual!
    const report = verifyEvidence(
      { visual: { issuerCertificate, cardFace, challengeSignature } },
      { ...options, records: ['card-face'] },
    )
    expect(report.ok).toBe(true)
    expect(report.checks.filter(({ result }) => result === 'passed').map(({ check, of }) => `${check} ${of}`)).toEqual([
      'issuer-certificate visual',
      'record-signature card-face',
      'challenge visual',
    ])
    expect(new Set(report.checks.map(({ reason }) => reason))).toEqual(
      new Set([undefined, 'not-asked', 'nothing-to-compare']),
    )
    expect(report.checks).toHaveLength(14)
    expect(report.issuers).not.toHaveProperty('text')
  })

  test('with 照合番号B there is no individual number, and none is asked for', () => {
    const report = verifyEvidence(without('text', 'individualNumber'), { ...options, records: ['attributes'] })
    expect(report.ok).toBe(true)
    expect(failing(report)).toEqual(['digest individual-number: not-asked'])
  })

  test('large, its face passes as well', async () => {
    expect(verifyEvidence(await evidenceOf({ cardFace: 'large' }), options).ok).toBe(true)
  })

  test('nothing that was given is changed or kept', () => {
    const before = JSON.stringify(evidence)
    const report = verifyEvidence(evidence, options)
    expect(JSON.stringify(evidence)).toBe(before)
    expect(JSON.stringify(report)).not.toContain('1990')
    expect(JSON.stringify(report).length).toBeLessThan(2_500)
  })
})

describe('what is not there is not passed', () => {
  const cases: readonly [string, () => CardEvidence, readonly string[]][] = [
    ['the text application', () => ({ ...evidence, text: undefined }), ['issuer-certificate text: missing']],
    ['the visual application', () => ({ ...evidence, visual: undefined }), ['issuer-certificate visual: missing']],
    ['its certificate', () => without('visual', 'issuerCertificate'), ['issuer-certificate visual: missing']],
    ['the text certificate', () => without('text', 'issuerCertificate'), ['issuer-certificate text: missing']],
    ['the digests', () => without('text', 'digests'), ['record-signature digests: missing']],
    ['the number', () => without('text', 'individualNumber'), ['digest individual-number: missing']],
    ['the attributes', () => without('text', 'attributes'), ['digest attributes: missing']],
    ['the text card key', () => without('text', 'cardKey'), ['record-signature card-key: missing']],
    ['the text answer', () => without('text', 'challengeSignature'), ['challenge text: missing']],
    ['the card face', () => without('visual', 'cardFace'), ['record-signature card-face: missing']],
    ['the birth record', () => without('visual', 'birthRecord'), ['record-signature birth-record: missing']],
    ['the number image', () => without('visual', 'numberImage'), ['record-signature number-image: missing']],
    ['the visual answer', () => without('visual', 'challengeSignature'), ['challenge visual: missing']],
    ['the expiry', () => ({ ...evidence, cardExpiry: undefined }), ['same-expiry card: missing']],
    ['everything', () => ({}), ['issuer-certificate text: missing']],
  ]
  test.each(cases)('without %s', (_name, make, first) => {
    const report = verifyEvidence(make(), options)
    expect(report.ok).toBe(false)
    expect([report.failure!].map(shown)).toEqual(first)
    expect(report.checks.some(({ result, reason }) => result === 'passed' && reason !== undefined)).toBe(false)
  })

  test.each(every)('nothing passes when only %s is asked for and nothing is there', (record) => {
    if (record === 'card-expiry') return
    expect(verifyEvidence({}, { ...options, records: [record] }).ok).toBe(false)
  })

  test('what is there and was not asked for must pass as well', () => {
    const number = copyBytes(evidence.visual!.numberImage!)
    number[20]! ^= 1
    const report = verifyEvidence(
      { visual: { ...evidence.visual!, numberImage: number } },
      { ...options, records: ['card-face'] },
    )
    expect(report.ok).toBe(false)
    expect(report.failure).toMatchObject({ check: 'record-signature', of: 'number-image' })
  })
})

describe('the challenge', () => {
  test('another one is not answered', () => {
    const report = verifyEvidence(evidence, { ...options, challenge: new Uint8Array(32).fill(1) })
    expect(failing(report)).toEqual(['challenge text: wrong-signature', 'challenge visual: wrong-signature'])
  })

  test('not asked for, it is not done and said so; a copied record passes', async () => {
    const copied = await evidenceOf({ contentFaults: ['visual-key-copied', 'text-key-copied'] })
    expect(verifyEvidence(copied, options).ok).toBe(false)
    const report = verifyEvidence(copied, { ...options, challenge: 'not-asked' })
    expect(report.ok).toBe(true)
    expect(failing(report)).toEqual(['challenge text: not-asked', 'challenge visual: not-asked'])
  })

  test('answered by the key of the other application it does not pass', () => {
    const swapped = {
      text: { ...evidence.text!, challengeSignature: evidence.visual!.challengeSignature },
      visual: { ...evidence.visual!, challengeSignature: evidence.text!.challengeSignature },
    }
    const report = verifyEvidence(swapped, { ...options, records: ['attributes', 'card-face'] })
    expect(failing(report)).toContain('challenge text: wrong-signature')
    expect(failing(report)).toContain('challenge visual: wrong-signature')
  })

  test('a signature of another length does not pass', () => {
    for (const length of [0, 1, 255, 257, 4096]) {
      const visual = { ...evidence.visual!, challengeSignature: new Uint8Array(length) }
      const report = verifyEvidence({ visual }, { ...options, records: ['card-face'] })
      expect(report.failure).toMatchObject({ check: 'challenge', reason: 'wrong-signature' })
    }
  })
})

describe('roots', () => {
  const visual = (roots: EvidenceOptions['roots'], more: Partial<EvidenceOptions> = {}) =>
    verifyEvidence(onlyVisual(), { ...options, records: ['card-face'], roots, ...more }).failure?.reason

  test('none given, nothing passes', () => {
    expect(visual([])).toBe('unknown-root')
  })

  test('of real cards do not serve for a virtual one', () => {
    expect(visual(knownCvcRoots, { hierarchies: ['production', 'test', 'virtual'] })).toBe('unknown-root')
  })

  test.each([
    ['by default', undefined, 'refused-root'],
    ['for production', ['production'], 'refused-root'],
    ['for none', [], 'refused-root'],
    ['for virtual cards', ['virtual'], undefined],
    ['for both', ['production', 'virtual'], undefined],
  ] as const)('of virtual cards are accepted only where asked for: %s', (_name, hierarchies, reason) => {
    expect(visual(rootsOf(person), { hierarchies })).toBe(reason)
  })

  test('of the text application do not serve for the visual one', () => {
    const { keyId, publicKey } = person.cvc.visual.root
    const root = (application: 'text' | 'visual' | 'manager' | undefined) =>
      cvcRootFromSpki(publicKey, { keyId, hierarchy: 'virtual', application })
    expect(visual([root('text')])).toBe('refused-root')
    expect(visual([root('manager')])).toBe('refused-root')
    expect(visual([root(undefined)])).toBeUndefined()
    expect(visual([root('visual')])).toBeUndefined()
  })

  test('a certificate under the root of the card manager passes only where that root is for everything', async () => {
    const foreign = await evidenceOf({ contentFaults: ['visual-certificate-foreign'] })
    const { keyId, publicKey } = person.cvc.manager.root
    const reasonWith = (application: 'manager' | undefined) => {
      const roots = [...rootsOf(person), cvcRootFromSpki(publicKey, { keyId, hierarchy: 'virtual', application })]
      return verifyEvidence({ visual: foreign.visual }, { ...options, records: ['card-face'], roots }).failure?.reason
    }
    expect(reasonWith('manager')).toBe('refused-root')
    expect(reasonWith(undefined)).toBeUndefined()
  })

  test('two may bear one identifier, and every byte of it counts', () => {
    const { keyId } = person.cvc.visual.root
    const other = cvcRootFromSpki(person.cvc.text.root.publicKey, { keyId, hierarchy: 'virtual' })
    expect(visual([other])).toBe('wrong-signature')
    expect(visual([other, ...rootsOf(person)])).toBeUndefined()
    const pad = copyBytes(keyId)
    pad[15]! ^= 1
    const padded = rootsOf(person).map((root) => ({ ...root, keyId: pad }))
    expect(visual(padded)).toBe('unknown-root')
  })
})

describe('misuse', () => {
  test.each([
    ['no records', { records: [] }],
    ['an unknown record', { records: ['photo' as EvidenceRecord] }],
    ['an expiry alone', { records: ['card-expiry'] as const }],
    ['a challenge that is text', { challenge: 'AAAA' as 'not-asked' }],
    ['no challenge', { challenge: undefined as unknown as 'not-asked' }],
    ['an unknown hierarchy', { roots: [{ ...knownCvcRoots[0]!, hierarchy: 'mine' as 'test' }] }],
  ] as const)('%s is a TypeError', async (_name, change) => {
    expect((await thrown(() => verifyEvidence(evidence, { ...options, ...change }))).name).toBe('TypeError')
  })

  test.each([
    ['a short challenge', { challenge: new Uint8Array(15) }],
    ['a short identifier', { roots: [{ ...knownCvcRoots[0]!, keyId: new Uint8Array(15) }] }],
    [
      'a short key',
      { roots: [{ ...knownCvcRoots[0]!, publicKey: { exponent: new Uint8Array(3), modulus: new Uint8Array(128) } }] },
    ],
  ])('%s is a RangeError', async (_name, change) => {
    expect((await thrown(() => verifyEvidence(evidence, { ...options, ...change }))).name).toBe('RangeError')
  })

  test('evidence that is not bytes is a TypeError', async () => {
    const strange = { visual: { ...evidence.visual!, cardFace: 'FF20' as unknown as Uint8Array } }
    expect((await thrown(() => verifyEvidence(strange, options))).name).toBe('TypeError')
  })

  test('a root key of another kind is a TypeError', async () => {
    const more = { keyId: new Uint8Array(16), hierarchy: 'virtual' } as const
    expect((await thrown(() => cvcRootFromSpki(new Uint8Array(10), more))).name).toBe('TypeError')
    expect(
      (await thrown(() => cvcRootFromSpki(person.cvc.text.root.publicKey, { ...more, keyId: new Uint8Array(3) }))).name,
    ).toBe('RangeError')
  })
})

describe('content faults of the virtual card', () => {
  const certificate = (application: 'text' | 'visual', reason: string): string[] => [
    `issuer-certificate ${application}: ${reason}`,
    ...(application === 'text'
      ? ['record-signature digests', 'digest individual-number', 'digest attributes', 'record-signature card-key']
      : [
          'record-signature card-face',
          'record-signature birth-record',
          'record-signature number-image',
          'same-card-key visual',
        ]
    ).map((check) => `${check}: depends`),
    `challenge ${application}: depends`,
    'same-holder card: depends',
    ...(application === 'visual' ? ['same-expiry card: depends'] : []),
  ]
  const face = (reason: string): string[] => [
    `record-signature card-face: ${reason}`,
    'same-card-key visual: depends',
    'same-holder card: depends',
    'same-expiry card: depends',
  ]
  const attributes = (reason: string): string[] => [`digest attributes: ${reason}`, 'same-holder card: depends']
  const otherKey = ['same-card-key visual: differs', 'challenge visual: wrong-signature']
  /** Checks that do not pass; or the error with which reading ends. */
  const expected: Record<ContentFault, readonly string[] | { readonly code: string; readonly offset: number }> = {
    'text-number-of-other-card': ['digest individual-number: wrong-digest'],
    'text-number-check-digit': ['digest individual-number: malformed at 14'],
    'text-attributes-of-other-card': attributes('wrong-digest'),
    'text-attributes-cut': { code: 'ERR_CARD_DATA', offset: 87 },
    'text-attributes-overrun': attributes('malformed at 35'),
    'text-attributes-offsets': attributes('malformed at 6'),
    'text-attributes-not-utf8': attributes('malformed at 32'),
    'text-digests-of-other-card': ['digest individual-number: wrong-digest', ...attributes('wrong-digest')],
    'text-digest-wrong': ['digest individual-number: wrong-digest'],
    'text-signature-of-other-card': [
      'record-signature digests: wrong-signature',
      'digest individual-number: depends',
      ...attributes('depends'),
    ],
    'text-certificate-foreign': certificate('text', 'unknown-root'),
    'text-certificate-forged': certificate('text', 'wrong-signature'),
    'text-key-copied': ['challenge text: wrong-signature'],
    'visual-birth-of-other-card': [...otherKey, 'same-holder card: differs'],
    'visual-face-of-other-card': [...otherKey, 'same-holder card: differs', 'same-expiry card: differs'],
    'visual-face-cut': { code: 'ERR_CARD_DATA', offset: 807 },
    'visual-face-offsets': face('malformed at 8'),
    'visual-photo-of-other-card': face('wrong-signature'),
    'visual-signature-of-other-card': face('wrong-signature'),
    'visual-expiry-changed': ['same-expiry card: differs'],
    'visual-number-of-other-card': otherKey,
    'visual-certificate-foreign': certificate('visual', 'unknown-root'),
    'visual-certificate-forged': certificate('visual', 'wrong-signature'),
    'visual-key-copied': ['challenge visual: wrong-signature'],
    'common-record-of-other-card': ['same-expiry card: differs'],
    'common-record-cut': { code: 'ERR_CARD_DATA', offset: 24 },
  }
  test.each(contentFaults)('%s', async (fault) => {
    const wanted = expected[fault]
    if ('code' in wanted) {
      expect(await thrown(() => evidenceOf({ contentFaults: [fault] }))).toMatchObject(wanted)
      return
    }
    const report = verifyEvidence(await evidenceOf({ contentFaults: [fault] }), options)
    expect(failing(report)).toEqual(wanted)
    expect(report.ok).toBe(false)
    expect(shown(report.failure!)).toBe(wanted[0])
  })

  test('an expiry that was changed passes where nothing is compared with it, as it is not signed', async () => {
    const { visual } = await evidenceOf({ contentFaults: ['visual-expiry-changed'] })
    const report = verifyEvidence({ visual }, { ...options, records: ['card-face'] })
    expect(report.ok).toBe(true)
    expect(report.unproved).toContain('expiry')
  })

  test('text files of one card and the chip of another pass together: nothing ties them', async () => {
    const other = person.commonKey
    const key = { key: Buffer.from(person.cvc.text.issuer.privateKey), format: 'der', type: 'pkcs8' } as const
    const { cardKey } = evidence.text!
    // FF50 { DF51 { 90 e, 91 n }, DF52 }: the modulus of another chip, signed as the issuer signs every chip of its cards.
    const modulus = Buffer.from(
      cvcRootFromSpki(other.publicKey, { keyId: new Uint8Array(16), hierarchy: 'virtual' }).publicKey.modulus,
    )
    const object = concat(cardKey.subarray(5, 5 + 14), modulus)
    const forged = concat(cardKey.subarray(0, 5), object, cardKey.subarray(275, 280), sign('sha256', object, key))
    const chip = { key: Buffer.from(other.privateKey), format: 'der', type: 'pkcs8' } as const
    const text = { ...evidence.text!, cardKey: forged, challengeSignature: sign('sha256', challenge, chip) }
    const report = verifyEvidence({ text }, { ...options, records: ['attributes'] })
    expect(report.ok).toBe(true)
    expect(report.unproved).toEqual(['text-files-of-this-card'])
  })
})

test('a weak or made-up issuer key is never accepted without a root that signed it', () => {
  const certificate = copyBytes(evidence.visual!.issuerCertificate)
  certificate.set(person.cvc.text.certificate.subarray(10 + 32, 10 + 297), 10 + 32)
  const visual = { ...evidence.visual!, issuerCertificate: certificate }
  expect(verifyEvidence({ visual }, { ...options, records: ['card-face'] }).failure).toMatchObject({
    check: 'issuer-certificate',
    reason: 'wrong-signature',
  })
})
