import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inspectPath } from '../../src/path/index.ts'
import { RevocationList } from '../../src/revocation/index.ts'
import { crlSource, inspectCertificate } from '../../src/trust/index.ts'
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
  readonly crls: readonly string[]
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
const results = new Map<string, { cases: number; passed: number; title: string }>()

/** What can be read; what cannot is left out, as if it had not been sent. */
function load<T>(files: readonly string[], read: (der: Uint8Array) => T): readonly T[] {
  return files.flatMap((file) => {
    try {
      return [read(readFileSync(join(folder!, file)))]
    } catch {
      return []
    }
  })
}

async function outcome(one: Case): Promise<readonly string[] | 'invalid'> {
  const [leaf] = load([one.leaf], Certificate.fromDer)
  if (leaf === undefined) return 'invalid'
  const options = {
    anchors: load(one.trustAnchors, Certificate.fromDer),
    intermediates: load(one.intermediates, Certificate.fromDer),
    at: new Date(one.time),
    initialPolicies: one.policies.initialPolicySet,
    requireExplicitPolicy: one.policies.initialExplicitPolicy,
    inhibitPolicyMapping: one.policies.initialPolicyMappingInhibit,
    inhibitAnyPolicy: one.policies.initialInhibitAnyPolicy,
    signatures: { allowDsa: true },
  }
  const lists = load(one.crls, RevocationList.fromDer)
  const revocation = { mode: 'required', sources: [crlSource({ ...options, lists })] } as const
  const report = await inspectCertificate(leaf, { ...options, revocation })
  if (!report.ok) return 'invalid'
  const path = inspectPath(leaf, options)
  return path.ok ? path.policies : 'invalid'
}

describe('NIST PKITS', () => {
  test('is whole, and there in CI', () => {
    if (found || process.env['CI'] === 'true') expect(cases).toHaveLength(249)
  })

  for (const one of cases) {
    test(`${one.id} ${one.title}`, async () => {
      const row = results.get(one.section) ?? { cases: 0, passed: 0, title: one.sectionTitle }
      results.set(one.section, row)
      row.cases++
      const got = await outcome(one)
      expect(got === 'invalid' ? 'invalid' : 'valid').toBe(one.expect)
      if (got !== 'invalid') expect(got).toEqual(one.expectedUserConstrainedPolicySet)
      row.passed++
    })
  }

  afterAll(() => {
    if (process.env['CONFORMANCE'] !== '1') return
    const rows = [...results].map(([section, row]) => ({ section, ...row }))
    const sum = (key: 'cases' | 'passed') => rows.reduce((total, row) => total + row[key], 0)
    for (const { section, cases: all, passed, title } of [
      ...rows,
      { section: 'all', cases: sum('cases'), passed: sum('passed'), title: 'NIST PKITS 1.0.1' },
    ]) {
      console.log(`${section.padEnd(6)} ${`${passed} of ${all}`.padEnd(12)} ${title}`)
    }
  })
})
