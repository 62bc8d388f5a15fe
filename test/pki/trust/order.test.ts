import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RevocationList } from '../../../src/pki/revocation/index.ts'
import { crlSource, inspectCertificate, type RevocationSource } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, extension, issue, type Keys, newKeys, type Plan, sequence } from '../../support/issue.ts'
import { issueList } from '../../support/lists.ts'

// Two roots cross-certify one CA; a third certificate of the CA comes from a CA in between.
const at = new Date('2026-06-01T00:00:00Z')
const keys = { rootA: newKeys(), rootB: newKeys(), between: newKeys(), ca: newKeys(), end: newKeys() }
const make = (subject: string, key: Keys, issuer: string, signer: Keys, serial: number, more: Partial<Plan> = {}) =>
  Certificate.fromDer(issue({ subject, issuer, keys: key, signer, serial, extensions: ca(), ...more }))

const rootA = make('Root A', keys.rootA, 'Root A', keys.rootA, 1)
const rootB = make('Root B', keys.rootB, 'Root B', keys.rootB, 2)
const between = make('Between', keys.between, 'Root A', keys.rootA, 3)
const crossA = make('CA', keys.ca, 'Root A', keys.rootA, 4)
const crossB = make('CA', keys.ca, 'Root B', keys.rootB, 5)
const crossC = make('CA', keys.ca, 'Between', keys.between, 6)
const cut = make('CA', keys.ca, 'Root B', keys.rootB, 7, { notAfter: new Date('2026-01-01T00:00:00Z') })
const end = make('End', keys.end, 'CA', keys.ca, 8, { extensions: [] })
const pool = [between, crossA, crossB, crossC, cut, crossA]

const list = (issuer: string, signer: Keys, revoked: readonly number[]) =>
  RevocationList.fromDer(issueList({ issuer, signer, revoked, at }))
const listsOf = (revoked: Readonly<Record<string, readonly number[]>>) => [
  list('Root A', keys.rootA, revoked['Root A'] ?? []),
  list('Root B', keys.rootB, revoked['Root B'] ?? []),
  list('Between', keys.between, revoked['Between'] ?? []),
  list('CA', keys.ca, revoked['CA'] ?? []),
]

interface Case {
  readonly revoked: Readonly<Record<string, readonly number[]>>
  /** Lists that are missing, by issuer. */
  readonly without?: readonly string[]
  readonly mode?: 'required' | 'best-effort'
  /** The path that holds, end certificate first, or the check and depth that refuse. */
  readonly expected: readonly Certificate[] | readonly ['revocation', number, 'revoked' | 'unknown']
}

const cases: readonly (readonly [string, Case])[] = [
  [
    'one cross-certificate is revoked: the path over the other holds',
    { revoked: { 'Root A': [4] }, expected: [end, crossB, rootB] },
  ],
  [
    'the other is revoked: the path over the first holds',
    { revoked: { 'Root B': [5] }, expected: [end, crossA, rootA] },
  ],
  [
    'both are revoked: the path with one more CA holds',
    { revoked: { 'Root A': [4], 'Root B': [5] }, expected: [end, crossC, between, rootA] },
  ],
  [
    'every certificate of the CA is revoked',
    { revoked: { 'Root A': [4], 'Root B': [5], Between: [6] }, expected: ['revocation', 1, 'revoked'] },
  ],
  [
    'the CA in between is revoked as well',
    { revoked: { 'Root A': [3, 4], 'Root B': [5] }, expected: ['revocation', 1, 'revoked'] },
  ],
  [
    'one is revoked, the status of the others is unknown: unknown is nearer',
    { revoked: { 'Root A': [4] }, without: ['Root B', 'Between'], expected: ['revocation', 1, 'unknown'] },
  ],
  ['the end certificate is revoked', { revoked: { CA: [8] }, expected: ['revocation', 0, 'revoked'] }],
  [
    'the end certificate is revoked, at best effort',
    { revoked: { CA: [8] }, mode: 'best-effort', expected: ['revocation', 0, 'revoked'] },
  ],
  ['all is good', { revoked: {}, expected: [end, crossA, rootA] }],
]

const given = ({ revoked, without }: Case): readonly RevocationList[] =>
  listsOf(revoked).filter(({ issuerName }) => !without?.some((one) => `CN=${one}` === `${issuerName}`))

async function outcome(
  lists: readonly RevocationList[],
  mode: 'required' | 'best-effort' | undefined,
  intermediates: readonly Certificate[],
  anchors: readonly Certificate[],
) {
  const revocation = { mode: mode ?? 'required', sources: [crlSource({ lists, anchors, intermediates })] } as const
  return inspectCertificate(end, { anchors, intermediates, at, revocation })
}

describe('whatever the order of intermediates and anchors', () => {
  test.each(cases)('%s', async (_, one) => {
    const lists = given(one)
    const reference = await outcome(lists, one.mode, pool, [rootA, rootB])
    const { expected } = one
    if (expected[0] === 'revocation') {
      const { failure, revocation } = reference
      expect([failure?.check, failure?.depth, revocation.at(-1)?.status]).toEqual(expected)
    } else {
      expect(reference.failure).toBeUndefined()
      // The first of all: candidates of one rank are tried by their bytes.
      if (Object.keys(one.revoked).length > 0) expect(reference.path).toEqual(expected)
    }
    const orders = fc.shuffledSubarray(pool, { minLength: pool.length })
    const roots = fc.shuffledSubarray([rootA, rootB], { minLength: 2 })
    await fc.assert(
      fc.asyncProperty(orders, roots, async (intermediates, anchors) => {
        expect(await outcome(lists, one.mode, intermediates, anchors)).toEqual(reference)
      }),
      { numRuns: 25 },
    )
  })

  test('a certificate found revoked for one path is refused on every path that leads over it', async () => {
    const upA = make('Up', keys.between, 'Root A', keys.rootA, 11)
    const upB = make('Up', keys.between, 'Root B', keys.rootB, 12)
    const below = make('CA', keys.ca, 'Up', keys.between, 13)
    for (const revokedUnder of [rootA, rootB]) {
      const source: RevocationSource = (certificate, _issuer, _at, anchor) => {
        const revoked = certificate === below && anchor === revokedUnder
        return { status: revoked ? 'revoked' : 'unknown', evidence: [], problems: [] }
      }
      const revocation = { mode: 'best-effort', sources: [source] } as const
      const anchors = [revokedUnder]
      const report = await inspectCertificate(end, { anchors, intermediates: [upA, upB, below], at, revocation })
      expect(report.failure).toMatchObject({ check: 'revocation', depth: 1, message: 'revoked' })
    }
  })

  test('a source is asked about one certificate, issuer and anchor once', async () => {
    const asked: string[] = []
    const source: RevocationSource = (certificate, issuer, _at, anchor) => {
      asked.push([certificate, issuer, anchor].map((one) => one!.serialNumber).join(' '))
      return { status: certificate === end ? 'good' : 'unknown', evidence: [], problems: [] }
    }
    await inspectCertificate(end, {
      anchors: [rootA, rootB],
      intermediates: pool,
      at,
      revocation: { mode: 'required', sources: [source] },
    })
    expect(asked.length).toBeGreaterThan(3)
    expect(new Set(asked).size).toBe(asked.length)
  })
})

test('what was read against the rules is in the report, with what and whose it is', async () => {
  const noted = make('End', keys.end, 'CA', keys.ca, 9, {
    extensions: [extension('2.5.29.19', sequence(Buffer.from('010100', 'hex')))],
  })
  const lists = [...listsOf({}).slice(0, 3), list('CA', keys.ca, [70, 70])]
  const source = crlSource({ lists, anchors: [rootA] })
  const revocation = { mode: 'required', sources: [source] } as const
  const report = await inspectCertificate(noted, { anchors: [rootA], intermediates: [crossA], at, revocation })
  expect(report.ok).toBe(true)
  expect(report.findings?.map(({ of, depth, kind }) => [of, depth, kind])).toEqual([
    ['certificate', 0, 'default-written-out'],
    ['crl', 0, 'duplicate-entry'],
  ])
})
