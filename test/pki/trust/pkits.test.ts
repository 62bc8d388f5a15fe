import { afterAll, describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { RevocationList } from '../../../src/pki/revocation/index.ts'
import { crlSource, inspectCertificate } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { type PkitsCase, pkitsCases, readPkits } from '../../support/pkits.ts'
import { requireAll } from '../../support/require-all.ts'

/** NIST PKITS through the whole verification. `npm run conformance` prints the table. */
const results = new Map<string, { cases: number; passed: number; title: string }>()

/** What can be read; what cannot is left out, as if it had not been sent. */
function load<T>(files: readonly string[], read: (der: Uint8Array) => T): readonly T[] {
  return files.flatMap((file) => {
    try {
      return [read(readPkits(file))]
    } catch {
      return []
    }
  })
}

async function outcome(one: PkitsCase): Promise<readonly string[] | 'invalid'> {
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
  test.skipIf(pkitsCases.length === 0 && !requireAll)('is whole (skipped without the suite; set PKITS_DIR)', () => {
    expect(pkitsCases).toHaveLength(249)
  })

  for (const one of pkitsCases) {
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
