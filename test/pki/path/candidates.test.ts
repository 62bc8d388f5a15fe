import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import type { PathOptions } from '../../../src/pki/path/options.ts'
import { Certificate, type PublicKey, SignatureBudget } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, issue, type Keys, newKeys, type Plan, sequence } from '../../support/issue.ts'

/** Which certificate is tried as issuer, in which order, and what is reported when none leads to a valid path. */
const at = new Date('2026-06-01T00:00:00Z')
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000)
const [caKeys, otherKeys, rootKeys] = [newKeys(), newKeys(), newKeys()]
const make = (subject: string, issuer: string, keys: Keys, signer: Keys, plan: Partial<Plan> = {}) =>
  Certificate.fromDer(issue({ subject, issuer, keys, signer, extensions: ca(), ...plan }))

/** Notes whose key is tried, in order. */
class Recording extends SignatureBudget {
  readonly keys: string[] = []

  override spend(key: PublicKey): boolean {
    this.keys.push(key.id)
    return super.spend(key)
  }
}

function tried(end: Certificate, intermediates: readonly Certificate[]): readonly (readonly Certificate[])[] {
  const budget = new Recording(160)
  inspectPath(end, { anchors: [], intermediates, at, signatures: { budget } })
  return budget.keys.map((id) => intermediates.filter(({ key }) => key.id === id))
}

describe('issuers of one name are tried in an order of their own: RFC 4158 3.5', () => {
  const [wanted, another] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)]
  const keyIds = { fits: wanted, absent: undefined, other: another }
  const times: Readonly<Record<string, readonly [valid: boolean, plan: Partial<Plan>]>> = {
    'begins at that moment': [true, { notBefore: at }],
    'is in its last second': [true, { notAfter: at }],
    'begins a second later': [false, { notBefore: later(1) }],
    'ended a second before': [false, { notAfter: later(-1) }],
  }
  const kinds = Object.entries(keyIds).flatMap(([id, bytes]) =>
    Object.values(times).map(([valid, plan]) => ({ id, valid, bytes, plan })),
  )
  const made = (serials: (i: number) => number) =>
    kinds.map(({ id, valid, bytes, plan }, i) => {
      const keyId = bytes === undefined ? [] : [extension('2.5.29.14', der(0x04, bytes))]
      const [keys, extensions] = [newKeys(), [...ca(), ...keyId]]
      const certificate = make('CA', 'Root', keys, rootKeys, { ...plan, extensions, serial: serials(i) })
      return { id, valid, certificate }
    })
  const signedByAnother = (extensions: readonly Buffer[]) => make('Leaf', 'CA', newKeys(), otherKeys, { extensions })
  const withKeyId = signedByAnother([extension('2.5.29.35', sequence(der(0x80, wanted)))])
  const without = signedByAnother([])

  test.each([
    ['ascending', (i: number) => 1 + i],
    ['descending', (i: number) => 100 - i],
  ])('by key identifier, then by validity; serial numbers %s', (_, serials) => {
    const pool = made(serials)
    const order = tried(
      withKeyId,
      pool.map(({ certificate }) => certificate),
    ).map(([one]) => pool.find(({ certificate }) => certificate === one)!)
    const rank = (id: string, valid: boolean) => Array<string>(2).fill(`${id} ${valid ? 'valid' : 'not valid'}`)
    expect(order.map(({ id, valid }) => `${id} ${valid ? 'valid' : 'not valid'}`)).toEqual(
      Object.keys(keyIds).flatMap((id) => [...rank(id, true), ...rank(id, false)]),
    )
  })

  test('by validity alone where the certificate names no key', () => {
    for (const serials of [(i: number) => 1 + i, (i: number) => 100 - i]) {
      const pool = made(serials)
      const certificates = pool.map(({ certificate }) => certificate)
      const order = tried(without, certificates).map(([one]) => pool.find(({ certificate }) => certificate === one)!)
      expect(order.map(({ valid }) => valid)).toEqual([...Array(6).fill(true), ...Array(6).fill(false)])
    }
  })

  test('that the order they are given in does not change, nor do copies', () => {
    const pool = made(() => 1).map(({ certificate }) => certificate)
    const copies = pool.map((one) => Certificate.fromDer(one.der))
    const keys = (certificates: readonly Certificate[]) => tried(withKeyId, certificates).map(([one]) => one!.key.id)
    const expected = keys(pool)
    expect(expected).toHaveLength(pool.length)
    expect(keys([...pool].reverse())).toEqual(expected)
    expect(keys([...pool, ...copies])).toEqual(expected)
  })
})

describe('of several failures', () => {
  const leaf = make('Leaf', 'CA', newKeys(), caKeys, { extensions: [] })
  const ended = { notAfter: later(-1) }
  const unrelated = make('CA', 'Root', otherKeys, rootKeys)
  const endedAnchor = make('CA', 'CA', caKeys, caKeys, ended)
  const noCa = make('CA', 'CA', caKeys, caKeys, { extensions: [extension('2.5.29.14', der(0x04, Buffer.alloc(20)))] })
  const ofMissing = make('CA', 'Missing', caKeys, rootKeys)
  const endedCa = make('CA', 'Root', caKeys, rootKeys, ended)
  const root = make('Root', 'Root', rootKeys, rootKeys)

  type Case = Partial<PathOptions> & { readonly expected: string; readonly depth: number }
  test.each<[string, Case]>([
    [
      'a complete path is nearer than a signature that was tried before',
      { anchors: [unrelated, endedAnchor], expected: 'validity', depth: 1 },
    ],
    ['or after', { anchors: [endedAnchor], intermediates: [unrelated], expected: 'validity', depth: 1 }],
    [
      'a complete path is nearer than a missing issuer that was found before',
      { anchors: [root], intermediates: [ofMissing, endedCa], expected: 'validity', depth: 1 },
    ],
    ['or after', { anchors: [endedAnchor], intermediates: [ofMissing], expected: 'validity', depth: 1 }],
    [
      'the first of two complete paths is reported',
      { anchors: [endedAnchor, noCa], expected: 'basic-constraints', depth: 1 },
    ],
    [
      'the first of two incomplete paths is reported',
      { anchors: [unrelated], intermediates: [ofMissing], expected: 'signature', depth: 0 },
    ],
    [
      'a path that is too long is nearer than a signature',
      {
        anchors: [unrelated],
        intermediates: [ofMissing],
        maxIntermediates: 0,
        expected: 'path-length',
        depth: 0,
      },
    ],
    [
      'a spent budget is reported whatever came before',
      { anchors: [endedAnchor], intermediates: [unrelated], maxSignatures: 1, expected: 'budget', depth: 0 },
    ],
    [
      'a missing issuer is reported where no longer path is allowed either',
      { anchors: [], intermediates: [], maxIntermediates: 0, expected: 'trust-anchor', depth: 0 },
    ],
    [
      'a missing issuer is reported at its own place',
      { anchors: [root], intermediates: [ofMissing], expected: 'trust-anchor', depth: 1 },
    ],
  ])('%s', (_, { expected, depth, ...options }) => {
    const found = inspectPath(leaf, { anchors: [], at, ...options })
    expect(found).toMatchObject({ ok: false, failure: { check: expected, depth } })
  })
})

describe('certificates between the end certificate and the anchor', () => {
  const keys = Array.from({ length: 11 }, newKeys)
  /** The one of that place; 0 is the anchor. */
  const chain = keys.map((own, i) => make(`C${i}`, `C${Math.max(i - 1, 0)}`, own, keys[Math.max(i - 1, 0)]!))

  test.each([
    ['eight are allowed', undefined, 8, true],
    ['nine are too many', undefined, 9, false],
    ['two are allowed where that is asked', 2, 2, true],
    ['three are then too many', 2, 3, false],
    ['nine are allowed where that is asked', 9, 9, true],
  ] as const)('%s', (_, maxIntermediates, count, ok) => {
    const end = chain[count + 1]!
    const found = inspectPath(end, { anchors: [chain[0]!], intermediates: chain.slice(1), at, maxIntermediates })
    expect(found.ok ? found.path.length - 2 : found.failure).toEqual(
      ok ? count : { check: 'path-length', depth: maxIntermediates ?? 8, message: 'the path is too long' },
    )
  })
})
