import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inspectPath } from '../../src/path/index.ts'
import { Certificate } from '../../src/x509/index.ts'
import { sharedFolder } from '../support/shared.ts'

/** NIST PKITS: 249 cases with their expected results. `npm run conformance` prints the table. */
interface Case {
  readonly id: string
  readonly section: string
  readonly sectionTitle: string
  readonly title: string
  readonly expect: 'valid' | 'invalid'
  readonly trustAnchors: readonly string[]
  readonly intermediates: readonly string[]
  readonly leaf: string
  readonly time: string
  readonly policies: {
    readonly initialPolicySet: readonly string[]
    readonly initialExplicitPolicy: boolean
    readonly initialPolicyMappingInhibit: boolean
    readonly initialInhibitAnyPolicy: boolean
  }
  readonly expectedUserConstrainedPolicySet: readonly string[]
}

const folder = sharedFolder('suites/pkits', 'PKITS_DIR')
const found = folder !== undefined && existsSync(join(folder, 'manifest.json'))
const cases = found ? (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { cases: Case[] }).cases : []

/** Invalid only because of a revocation list: the path itself is good, and must be found so. */
const decidedByRevocation = new Set(['4.5.2', '4.5.5', '4.5.7', '4.7.4', '4.7.5'])
const isAboutRevocation = ({ id, section }: Case): boolean =>
  ['4.4', '4.14', '4.15'].includes(section) || decidedByRevocation.has(id)

const results = new Map<string, { path: number; revocation: number; passed: number; title: string }>()

function load(file: string): Certificate | undefined {
  try {
    return Certificate.fromDer(readFileSync(join(folder!, file)))
  } catch {
    return undefined
  }
}

function outcome(one: Case): readonly string[] | 'invalid' {
  const leaf = load(one.leaf)
  if (leaf === undefined) return 'invalid'
  const isThere = (certificate: Certificate | undefined): certificate is Certificate => certificate !== undefined
  const result = inspectPath(leaf, {
    anchors: one.trustAnchors.map(load).filter(isThere),
    intermediates: one.intermediates.map(load).filter(isThere),
    at: new Date(one.time),
    initialPolicies: one.policies.initialPolicySet,
    requireExplicitPolicy: one.policies.initialExplicitPolicy,
    inhibitPolicyMapping: one.policies.initialPolicyMappingInhibit,
    inhibitAnyPolicy: one.policies.initialInhibitAnyPolicy,
    signatures: { allowDsa: true },
  })
  return result.ok ? result.policies : 'invalid'
}

describe('NIST PKITS', () => {
  test('is whole, and there in CI', () => {
    if (found || process.env['CI'] === 'true') expect(cases).toHaveLength(249)
  })

  for (const one of cases) {
    test(`${one.id} ${one.title}`, () => {
      const row = results.get(one.section) ?? { path: 0, revocation: 0, passed: 0, title: one.sectionTitle }
      results.set(one.section, row)
      const revocation = isAboutRevocation(one)
      row[revocation ? 'revocation' : 'path']++
      const got = outcome(one)
      // Bad signatures stand in 4.4 too: a path may be invalid for its own sake there, but never valid against the suite.
      if (!revocation) expect(got === 'invalid' ? 'invalid' : 'valid').toBe(one.expect)
      if (one.expect === 'valid') {
        expect(got).not.toBe('invalid')
        expect(got).toEqual(one.expectedUserConstrainedPolicySet)
      }
      if (!revocation) row.passed++
    })
  }

  afterAll(() => {
    if (process.env['CONFORMANCE'] !== '1') return
    const sum = { path: 0, revocation: 0, passed: 0 }
    console.log('section  path cases passed  decided by revocation lists, not run')
    for (const [section, { path, revocation, passed, title }] of results) {
      console.log(`${section.padEnd(8)} ${`${passed} of ${path}`.padEnd(18)} ${String(revocation).padEnd(4)} ${title}`)
      sum.path += path
      sum.revocation += revocation
      sum.passed += passed
    }
    console.log(`all      ${`${sum.passed} of ${sum.path}`.padEnd(18)} ${sum.revocation}`)
  })
})
