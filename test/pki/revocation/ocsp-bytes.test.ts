import { createHash, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CertificateError, DecodeError } from '../../../src/errors.ts'
import { OcspResponse, ocspStatus } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { ca, der, extension, integer, issue, name, newKeys, oid, sequence } from '../../support/issue.ts'
import { thrown } from '../../support/vectors.ts'

const root = newKeys()
const plan = { issuer: 'CA', keys: root, signer: root }
const issuerDer = issue({ ...plan, subject: 'CA', extensions: ca() })
const issuer = Certificate.fromDer(issuerDer)
const certificate = Certificate.fromDer(issue({ ...plan, subject: 'H', serial: 7 }))
const at = new Date('2026-06-01T12:00:00Z')

const time = der(0x18, Buffer.from('20260601115000Z'))
const sha1 = (bytes: Uint8Array): Buffer => der(0x04, createHash('sha1').update(bytes).digest())
const keyHash = sha1(root.publicKey.export({ type: 'spki', format: 'der' }).subarray(26))
const certId = sequence(sequence(oid('1.3.14.3.2.26'), der(0x05)), sha1(name('CA')), keyHash, integer(7))
const nonceOf = (bytes: Uint8Array): Buffer => extension('1.3.6.1.5.5.7.48.1.2', der(0x04, bytes))

const wrap = (basic: Uint8Array, type = '1.3.6.1.5.5.7.48.1.1'): Buffer =>
  sequence(der(0x0a, Buffer.from([0])), der(0xa0, sequence(oid(type), der(0x04, basic))))

/** A good response of the issuer, parts of which can be replaced before it is signed. */
function reply(
  parts: Partial<Record<'version' | 'id' | 'status' | 'responses' | 'extensions' | 'certs', Buffer>> = {},
) {
  const none = Buffer.alloc(0)
  const single = sequence(certId, parts.status ?? der(0x80), time)
  const { version = none, id = der(0xa1, name('CA')), responses = sequence(single), extensions = none } = parts
  const tbs = sequence(version, id, time, responses, extensions.length > 0 ? der(0xa1, extensions) : none)
  const signature = der(0x03, Buffer.from([0]), sign('sha256', tbs, root.privateKey))
  const certs = parts.certs === undefined ? none : der(0xa0, parts.certs)
  return wrap(sequence(tbs, sequence(oid('1.2.840.10045.4.3.2')), signature, certs))
}
const one = sequence(certId, der(0x80), time)
const revoked = (reason: number): Buffer => der(0xa1, time, der(0xa0, der(0x0a, Buffer.from([reason]))))

describe('bytes are refused', () => {
  test.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['trailing bytes', () => Buffer.concat([reply(), Buffer.from([0])])],
    ['bytes after the basic response', () => wrap(Buffer.concat([sequence(), Buffer.from([0])]))],
    ['another response type', () => wrap(sequence(), '1.2.3')],
    ['an unknown response status', () => sequence(der(0x0a, Buffer.from([4])))],
    ['success without an answer', () => sequence(der(0x0a, Buffer.from([0])))],
    ['an error with an answer', () => sequence(der(0x0a, Buffer.from([3])), reply().subarray(7))],
    ['no single response', () => reply({ responses: sequence() })],
    ['version 2', () => reply({ version: der(0xa0, integer(1)) })],
    ['a key hash of the wrong length', () => reply({ id: der(0xa2, der(0x04, Buffer.alloc(32))) })],
    ['no such reason', () => reply({ status: revoked(7) })],
    ['a status of another kind', () => reply({ status: der(0x83) })],
    ['good with content', () => reply({ status: der(0x80, Buffer.from([0])) })],
    ['an empty nonce', () => reply({ extensions: sequence(nonceOf(Buffer.alloc(0))) })],
    ['an extension twice', () => reply({ extensions: sequence(nonceOf(Buffer.alloc(1)), nonceOf(Buffer.alloc(1))) })],
    ['an invalid certificate', () => reply({ certs: sequence(sequence()) })],
    ['a crowd of certificates', () => reply({ certs: sequence(...Array.from({ length: 9 }, () => issuerDer)) })],
  ])('%s', async (_, make) => {
    const error = await thrown<CertificateError>(() => OcspResponse.fromDer(make()))
    expect(error).toMatchObject({ code: 'ERR_CERTIFICATE', message: expect.stringMatching(/^not an OCSP response: /) })
    expect(error.cause).toBeInstanceOf(DecodeError)
  })
})

const notCritical = sequence(oid('1.3.6.1.5.5.7.48.1.9'), der(0x01, Buffer.from([0])), der(0x04, der(0x05)))

describe('what is against the rules and means one thing is read, and noted: X.690 11.5, RFC 5280 4.1', () => {
  test.each<[string, string[], () => Buffer]>([
    ['nothing of the kind', [], () => reply()],
    ['version 1 written out', ['default-written-out'], () => reply({ version: der(0xa0, integer(0)) })],
    ['critical FALSE written out', ['default-written-out'], () => reply({ extensions: sequence(notCritical) })],
    ['extensions without one', ['empty-sequence'], () => reply({ extensions: sequence() })],
    ['one answer twice', ['duplicate-entry'], () => reply({ responses: sequence(one, one) })],
    [
      'extensions of an answer without one',
      ['empty-sequence'],
      () => reply({ responses: sequence(sequence(certId, der(0x80), time, der(0xa1, sequence()))) }),
    ],
  ])('%s', (_, kinds, make) => {
    const response = OcspResponse.fromDer(make())
    expect(response.findings.map(({ kind }) => kind)).toEqual(kinds)
    const found = ocspStatus(certificate, issuer, response, { at })
    expect(found).toMatchObject({ status: 'good', evidence: { findings: response.findings } })
  })
})

test('the bytes are copied', () => {
  const bytes = reply()
  const response = OcspResponse.fromDer(bytes)
  bytes.fill(0)
  response.der.fill(0)
  expect(ocspStatus(certificate, issuer, response, { at }).status).toBe('good')
})

/** Whether the bytes are called good; throws unless an error is a coded one. */
const isGood = (bytes: Uint8Array): boolean => {
  try {
    return ocspStatus(certificate, issuer, OcspResponse.fromDer(bytes), { at }).status === 'good'
  } catch (error) {
    if (error instanceof CertificateError && error.code === 'ERR_CERTIFICATE') return false
    throw error
  }
}

describe('never good', () => {
  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => !isGood(bytes)))
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => !isGood(wrap(Buffer.from(bytes)))))
  })

  test('a good response cut short', () => {
    const bytes = reply()
    for (let length = 0; length < bytes.length; length++) expect(isGood(bytes.subarray(0, length))).toBe(false)
  })

  test('a good response with a bit, or a byte, changed', () => {
    for (const bytes of [
      reply(),
      reply({ id: der(0xa2, keyHash), extensions: sequence(nonceOf(Buffer.alloc(32, 5))) }),
    ]) {
      expect(isGood(bytes)).toBe(true)
      for (let offset = 0; offset < bytes.length; offset++) {
        for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
          const changed = Buffer.from(bytes)
          changed[offset]! ^= mask
          expect(isGood(changed), `byte ${offset}, mask ${mask}`).toBe(false)
        }
      }
      const change = fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
      const spoil = ([at, mask]: [number, number]) =>
        Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ mask : byte)))
      fc.assert(
        fc.property(change, (pair) => !isGood(spoil(pair))),
        { numRuns: 500 },
      )
    }
  })
})
