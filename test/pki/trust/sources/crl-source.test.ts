import { sign } from 'node:crypto'
import { expect, test } from 'vitest'
import { RevocationList } from '../../../../src/pki/revocation/index.ts'
import { crlSource } from '../../../../src/pki/trust/index.ts'
import { Certificate } from '../../../../src/pki/x509/index.ts'
import { basicConstraints, der, integer, issue, keyUsage, newKeys, oid, sequence } from '../../../support/issue.ts'
import { name, time } from '../../revocation/crl-der.ts'
import { ask, forged, keys, leaf, listOf, options, sha256 } from './world.ts'

const lists = (...bytes: readonly Uint8Array[]): RevocationList[] => bytes.map((one) => RevocationList.fromDer(one))

/** The authority signs its lists with a key of their own, certified by the one of its certificates. */
const other = newKeys()
const signer = Certificate.fromDer(
  issue({
    subject: 'CA',
    issuer: 'CA',
    keys: other,
    signer: keys,
    serial: 9,
    notBefore: new Date('2019-01-01'),
    extensions: [basicConstraints(false), keyUsage(0x02)],
  }),
)
const algorithm = sequence(oid('1.2.840.10045.4.3.2'))
const tbs = sequence(integer(1), algorithm, name('CA'), time('200101080000Z'), time('200102000000Z'))
const byOther = sequence(tbs, algorithm, der(0x03, Buffer.from([0]), sign('sha256', tbs, other.privateKey)))

test('a list of another key counts when its signer does, and rests on the list of that signer too', async () => {
  const own = listOf(1)
  const more = { ...options, intermediates: [signer], extendedKeyUsage: '1.3.6.1.5.5.7.3.2' }
  const answer = await ask(crlSource({ ...more, keyUsage: 'digitalSignature', lists: lists(own, byOther) }))
  expect(answer.status).toBe('good')
  expect(answer.evidence.map((one) => one.sha256)).toEqual([sha256(byOther), sha256(own)])
})

test('a list of another key counts for nothing when its signer is revoked or unknown', async () => {
  const more = { ...options, intermediates: [signer] }
  const revoked = await ask(crlSource({ ...more, lists: lists(listOf(1, [9]), byOther) }))
  expect(revoked.evidence).toHaveLength(1)
  expect(revoked.problems).toEqual(['list of CN=CA: not signed by a trusted key'])
  expect(await ask(crlSource({ ...more, lists: lists(byOther) }))).toMatchObject({ status: 'unknown', evidence: [] })
  expect(await ask(crlSource({ ...options, lists: lists(byOther) }))).toMatchObject({ status: 'unknown', evidence: [] })
})

test('a forged list beside a good one changes nothing', async () => {
  const answer = await ask(crlSource({ ...options, lists: lists(forged(2), listOf(1, [7])) }), leaf())
  expect(answer.status).toBe('revoked')
})

test('options that make no sense are refused at creation', () => {
  expect(() => crlSource({ ...options, lists: undefined as never })).toThrow(TypeError)
  expect(() => crlSource({ lists: [], anchors: undefined as never })).toThrow(TypeError)
})
