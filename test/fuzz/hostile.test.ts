import { expect, test } from 'vitest'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { crlSource } from '../../src/pki/trust/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { certificateOf, contextOf } from '../support/plan/certificate.ts'
import { listOf } from '../support/plan/list.ts'

const at = new Date('2026-06-01T00:00:00Z')
const context = contextOf({ ca: 'P-256', a: 'P-256', b: 'P-256', leaf: 'P-256' }, at)
const times = { notBefore: '-1d', notAfter: '100d' }
const plan = { issuer: 'CA', signer: 'ca', ...times }
const usage = { basicConstraints: { ca: true }, keyUsage: ['keyCertSign'] }
const root = Certificate.fromDer(
  certificateOf({ ...plan, subject: 'CA', key: 'ca', serial: 1, extensions: usage }, context),
)
const leaf = Certificate.fromDer(certificateOf({ ...plan, subject: 'Leaf', key: 'leaf', serial: 7 }, context))
const signerOf = (key: string, serial: number): Buffer =>
  certificateOf({ ...plan, subject: 'CA', key, serial, extensions: { keyUsage: ['cRLSign'] } }, context)
const listBy = (signer: string): RevocationList => {
  const entries = [{ serial: 99, date: '-1d' }]
  return RevocationList.fromDer(listOf({ issuer: 'CA', signer, thisUpdate: '-1d', nextUpdate: '1d', entries }, context))
}

// Two keys that sign lists of one CA, and no list that says whether they are revoked: each is asked about the other.
test('copies of the certificates of list signers in the pool cost no more than one of each', async () => {
  const [a, b] = [signerOf('a', 2), signerOf('b', 3)]
  const intermediates = Array.from({ length: 5 }, () => [Certificate.fromDer(a), Certificate.fromDer(b)]).flat()
  const source = crlSource({ anchors: [root], intermediates, lists: [listBy('a'), listBy('b')] })
  const start = performance.now()
  expect(await source(leaf, root, at)).toMatchObject({ status: 'unknown' })
  expect(performance.now() - start).toBeLessThan(1000)
})
