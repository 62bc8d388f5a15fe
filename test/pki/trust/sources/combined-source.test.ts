import { describe, expect, test } from 'vitest'
import { combinedSource, type RevocationAnswer, type RevocationSource } from '../../../../src/pki/trust/index.ts'
import { Certificate } from '../../../../src/pki/x509/index.ts'
import { identity } from '../../../support/virtual.ts'

const evidence = [
  { kind: 'crl', issuer: 'CN=X', thisUpdate: new Date(0), nextUpdate: new Date(1), sha256: '00' },
] as const
const says =
  (status: RevocationAnswer['status'], problems: readonly string[] = []): RevocationSource =>
  () => ({ status, evidence: status === 'unknown' ? [] : evidence, problems })
const broken: RevocationSource = () => {
  throw new Error('disk on fire')
}

async function ask(...sources: readonly RevocationSource[]): Promise<RevocationAnswer> {
  const { auth, authCa } = await identity()
  const [certificate, issuer] = [auth, authCa].map((one) => Certificate.fromDer(one.certificate)) as [
    Certificate,
    Certificate,
  ]
  return combinedSource(sources)(certificate, issuer, new Date())
}

describe('combinedSource', () => {
  test.each<[string, RevocationSource[], RevocationAnswer['status']]>([
    ['no source', [], 'unknown'],
    ['one that does not know', [says('unknown')], 'unknown'],
    ['one good', [says('unknown'), says('good')], 'good'],
    ['good before revoked', [says('good'), says('revoked')], 'revoked'],
    ['revoked before good', [says('revoked'), says('good')], 'revoked'],
    ['a broken one before revoked', [broken, says('revoked')], 'revoked'],
    ['a broken one alone', [broken], 'unknown'],
  ])('%s', async (_, sources, status) => {
    expect((await ask(...sources)).status).toBe(status)
  })

  test('gathers evidence of the good and problems of all', async () => {
    const answer = await ask(says('good', ['old']), broken, says('good'), says('unknown', ['none']))
    expect(answer.evidence).toHaveLength(2)
    expect(answer.problems).toEqual(['old', 'disk on fire', 'none'])
  })

  test('takes functions only', () => {
    expect(() => combinedSource([{} as RevocationSource])).toThrow(TypeError)
  })
})
