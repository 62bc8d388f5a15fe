import { expect, test } from 'vitest'
import { OcspResponse } from '../../../../src/pki/revocation/index.ts'
import { type OcspSourceOptions, ocspSource } from '../../../../src/pki/trust/index.ts'
import { der, extension, issue, newKeys, oid, sequence } from '../../../support/issue.ts'
import { byName, nonceOf, ocspResponder } from '../../../support/ocsp.ts'
import { ask, at, keys, sha256 } from './world.ts'

const { revoked, reply, one } = ocspResponder(keys, at)
const said = async (bytes: Buffer, more: Partial<OcspSourceOptions> = {}) =>
  ask(ocspSource({ response: OcspResponse.fromDer(bytes), ...more }))

test('an answer at hand says good or revoked, and what that rests on', async () => {
  const good = reply()
  expect(await said(good)).toEqual({
    status: 'good',
    problems: [],
    evidence: [
      {
        kind: 'ocsp',
        issuer: 'CN=CA',
        thisUpdate: new Date(at.getTime() - 600_000),
        nextUpdate: new Date(at.getTime() + 3_600_000),
        sha256: sha256(good),
      },
    ],
  })
  expect(await said(one({ status: revoked(4) }))).toMatchObject({ status: 'revoked', reason: 'superseded' })
})

test('it is evaluated by the given policy', async () => {
  const nonce = Buffer.alloc(32, 1)
  expect((await said(reply({ extensions: [nonceOf(nonce)] }), { nonce })).status).toBe('good')
  expect((await said(reply(), { nonce })).problems).toEqual(['OCSP: nonce-missing'])
  expect((await said(reply(), { nonce, requireNonce: false })).status).toBe('good')
  expect((await said(reply(), { maxAgeMs: 60_000 })).problems).toEqual(['OCSP: stale'])
  expect((await said(reply(), { maxAgeMs: 60_000, skewMs: 600_000 })).status).toBe('good')
})

test('a delegate is the business of validateResponder', async () => {
  const delegate = newKeys()
  const signing = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.9')))
  const plan = { subject: 'R', issuer: 'CA', keys: delegate, signer: keys, extensions: [signing] }
  const dates = { notBefore: new Date('2019-01-01'), notAfter: new Date('2021-01-01') }
  const bytes = reply({ id: byName('R'), signer: delegate, certificates: [issue({ ...plan, ...dates })] })
  expect((await said(bytes)).problems).toEqual(['OCSP: responder-unchecked'])
  expect((await said(bytes, { validateResponder: ({ subject }) => subject === 'CN=R' })).status).toBe('good')
  expect((await said(bytes, { validateResponder: () => false })).problems).toEqual(['OCSP: responder-refused'])
})

test('options that make no sense are refused at creation', () => {
  const response = OcspResponse.fromDer(sequence(der(0x0a, Buffer.from([3]))))
  expect(() => ocspSource({ response, requireNonce: true })).toThrow(TypeError)
  expect(() => ocspSource({ response, skewMs: -1 })).toThrow(RangeError)
  expect(() => ocspSource({ response, maxAgeMs: Number.POSITIVE_INFINITY })).toThrow(RangeError)
})
