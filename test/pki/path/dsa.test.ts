import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DerReader, tags } from '../../../src/der/index.ts'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import type { PathOptions } from '../../../src/pki/path/options.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, issue, type Keys, newKeys, oid, type Plan, sequence } from '../../support/issue.ts'

/** DSA keys that leave their parameters to the issuer's key. RFC 3279 2.3.2, RFC 5280 6.1.4 (d) to (f). */
const at = new Date('2026-06-01T00:00:00Z')
const newDsa = (): Keys => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
const [dsa, otherDsa, ec] = [newDsa(), newDsa(), newKeys()]

/** The same keys, written without parameters. */
function bare(keys: Keys): Keys {
  const spki = keys.publicKey.export({ type: 'spki', format: 'der' })
  const bits = spki.subarray(new DerReader(spki).enter(tags.sequence).read().end)
  const without = sequence(sequence(oid('1.2.840.10040.4.1')), bits)
  return { ...keys, publicKey: { export: () => without } as unknown as Keys['publicKey'] }
}

const make = (subject: string, issuer: string, keys: Keys, signer: Keys, plan: Partial<Plan> = {}) =>
  Certificate.fromDer(issue({ subject, issuer, keys, signer, extensions: ca(), ...plan }))
const root = make('Root', 'Root', dsa, dsa)
const upper = (signer = dsa) => make('Upper', 'Root', bare(dsa), signer)
const mid = (issuer: string, signer = dsa) => make('Mid', issuer, bare(dsa), signer)
const leaf = (signer = dsa, keys = bare(dsa)) => make('Leaf', 'Mid', keys, signer, { extensions: [] })

function inspect(end: Certificate, intermediates: readonly Certificate[], options: Partial<PathOptions> = {}) {
  return inspectPath(end, { anchors: [root], intermediates, at, signatures: { allowDsa: true }, ...options })
}

describe('a DSA key without parameters', () => {
  test.each([
    ['one CA', [mid('Root')]],
    ['two CAs', [mid('Upper'), upper()]],
  ])('has those of the anchor above %s', (_, pool) => {
    const found = inspect(leaf(), pool)
    expect(found).toMatchObject({ ok: true })
    const complete = found.ok ? found.path.map(({ publicKey }) => publicKey) : []
    expect(complete).toEqual([leaf(), ...pool, root].map(() => ({ kind: 'dsa', bits: 1024 })))
  })

  test('leaves another key on the path as it is', () => {
    const found = inspect(leaf(dsa, ec), [mid('Root')])
    expect(found.ok && found.path[0]!.publicKey).toEqual({ kind: 'ec', curve: 'P-256' })
  })

  test.each<[string, Certificate, readonly Certificate[], number]>([
    ['on the end certificate', leaf(otherDsa), [mid('Root')], 0],
    ['on the CA', leaf(), [mid('Root', otherDsa)], 1],
    ['on the lower of two CAs', leaf(), [mid('Upper', otherDsa), upper()], 1],
    ['on the upper of two CAs', leaf(), [mid('Upper'), upper(otherDsa)], 2],
    ['on the end certificate below two CAs', leaf(otherDsa), [mid('Upper'), upper()], 0],
    ['of another kind, on the end certificate', leaf(ec), [mid('Root')], 0],
  ])('verifies no signature by another key %s', (_, end, pool, depth) => {
    expect(inspect(end, pool)).toMatchObject({ ok: false, failure: { check: 'signature', depth } })
  })

  test.each([
    ['nothing above has them', make('Root', 'Root', ec, ec), mid('Root', ec)],
    ['the anchor lacks them', make('Root', 'Root', bare(dsa), dsa), mid('Root')],
    ['the anchor has others', make('Root', 'Root', otherDsa, otherDsa), mid('Root', otherDsa)],
  ])('verifies nothing where %s, and only a certificate beside the path has them', (_, anchor, issuer) => {
    for (const signer of [dsa, otherDsa]) {
      const found = inspect(leaf(signer), [issuer, root], { anchors: [anchor] })
      expect(found).toMatchObject({ ok: false, failure: { check: 'signature' } })
    }
  })

  test('verifies nothing where DSA is not allowed, which is the default', () => {
    for (const signatures of [undefined, {}, { allowDsa: false }]) {
      const found = inspect(leaf(), [mid('Root')], { signatures })
      expect(found).toMatchObject({ ok: false, failure: { check: 'signature', depth: 0 } })
    }
  })

  // Each check by DSA counts 4: of the end certificate before its key is complete and after, and of the CA.
  test.each([
    [3, 0],
    [4, 1],
    [7, 1],
    [8, 0],
    [11, 0],
    [12, 'valid'],
  ] as const)('with a budget of %i ends at depth %s', (maxSignatures, expected) => {
    const found = inspect(leaf(), [mid('Root')], { maxSignatures })
    if (expected === 'valid') expect(found).toMatchObject({ ok: true })
    else expect(found).toMatchObject({ ok: false, failure: { check: 'budget', depth: expected } })
  })
})
