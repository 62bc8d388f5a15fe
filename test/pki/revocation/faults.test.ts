import { describe, expect, test } from 'vitest'
import { CertificateError } from '../../../src/errors.ts'
import { inspectPath } from '../../../src/pki/path/inspect.ts'
import { RevocationList } from '../../../src/pki/revocation/index.ts'
import { crlSource } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { opensslPresent, pem, runOpenssl } from '../../support/openssl.ts'
import { contextOf } from '../../support/plan/certificate.ts'
import { certificatesOf, faults, type RevocationOutcome, verifyCall } from '../../support/plan/faults.ts'
import { listOf } from '../../support/plan/list.ts'

const { at, cases } = faults<RevocationOutcome>('revocation/faults.json')
const built = cases.map((one) => {
  const { plan } = one
  const context = contextOf(plan.keys, at)
  return {
    ...one,
    certificates: certificatesOf(plan, at),
    lists: plan.given.map((name) => listOf(plan.lists[name]!, context)),
  }
})

/** The status of the end certificate; `unreadable` when a list is refused on reading. */
async function outcome({ plan, certificates, lists: ders }: (typeof built)[number]) {
  const pick = (names: readonly string[]) => names.map((name) => Certificate.fromDer(certificates[name]!))
  const options = { anchors: pick(plan.anchors), intermediates: pick(plan.pool) }
  const found = inspectPath(Certificate.fromDer(certificates[plan.end]!), { ...options, at })
  if (!found.ok) throw new Error(`the path itself is refused: ${found.failure.message}`)
  try {
    const source = crlSource({ ...options, lists: ders.map((one) => RevocationList.fromDer(one)) })
    const { status, problems } = await source(found.path[0]!, found.path[1]!, at)
    return { status, problem: problems.join('; ') }
  } catch (error) {
    if (error instanceof CertificateError) return { status: 'unreadable', problem: error.message }
    throw error
  }
}

describe('one fault in a revocation list, by RFC 5280 6.3', () => {
  test.each(built)('$id: $fault', async (one) => {
    const { status, problem } = one.expect
    const found = await outcome(one)
    expect(found).toMatchObject({ status })
    if (problem !== undefined) expect(found.problem).toContain(problem)
  })
})

describe.skipIf(!opensslPresent())('openssl verify -crl_check agrees (skipped without openssl 3)', () => {
  const asked = built.filter(({ openssl }) => typeof openssl === 'string')
  const calls = asked.map(({ plan, certificates, lists }) => {
    const files = { 'lists.pem': lists.map((one) => pem('X509 CRL', one)).join('') }
    const given = lists.length === 0 ? [] : ['-CRLfile', 'lists.pem']
    const args = ['-crl_check', '-extended_crl', '-use_deltas', ...given]
    return verifyCall(plan, certificates, at, { args, files })
  })
  const results = opensslPresent() ? runOpenssl(calls) : []
  test.each(asked.map((one, i) => ({ ...one, result: results[i] })))('$id', ({ openssl, result }) => {
    expect(result!.code === 0 ? 'ok' : 'refused', result!.text).toBe(openssl)
  })
})
