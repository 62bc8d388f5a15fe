import { describe, expect, test } from 'vitest'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { opensslPresent, runOpenssl } from '../../support/openssl.ts'
import { certificatesOf, faults, verifyCall } from '../../support/plan/faults.ts'

const { at, cases } = faults('path/faults.json')
const built = cases.map(({ plan, ...rest }) => ({ ...rest, plan, certificates: certificatesOf(plan, at) }))

describe('one fault in a path, by RFC 5280 6.1', () => {
  test.each(built)('$id: $fault', ({ plan, certificates, expect: expected }) => {
    const pick = (names: readonly string[]) => names.map((name) => Certificate.fromDer(certificates[name]!))
    const { anchors, pool, options } = plan
    const [end] = pick([plan.end])
    const found = inspectPath(end!, { ...options, anchors: pick(anchors), intermediates: pick(pool), at })
    const outcome = found.ok ? 'valid' : { check: found.failure.check, depth: found.failure.depth }
    expect(outcome).toEqual(expected)
  })

  test('every kind of check is met', () => {
    const checks = new Set(
      cases.flatMap(({ expect: expected }) => (typeof expected === 'string' ? [] : expected.check)),
    )
    const all = ['trust-anchor', 'signature', 'validity', 'basic-constraints', 'path-length', 'key-usage']
    const more = [
      'extended-key-usage',
      'name-constraints',
      'policy',
      'critical-extension',
      'certificate-profile',
      'budget',
    ]
    expect([...checks].sort()).toEqual([...all, ...more].sort())
  })
})

describe.skipIf(!opensslPresent())('openssl verify agrees (skipped without openssl 3)', () => {
  const asked = built.filter(({ openssl }) => typeof openssl === 'string')
  const results = opensslPresent() ? runOpenssl(asked.map((one) => verifyCall(one.plan, one.certificates, at))) : []
  test.each(asked.map((one, i) => ({ ...one, result: results[i] })))('$id', ({ openssl, result }) => {
    expect(result!.code === 0 ? 'ok' : 'refused', result!.text).toBe(openssl)
  })
})
