import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CertificateError, DecodeError } from '../../../src/errors.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import {
  bool,
  ca,
  der,
  extension,
  integer,
  issue,
  keyUsage,
  newKeys,
  type Plan,
  sequence,
} from '../../support/issue.ts'
import { thrown } from '../../support/vectors.ts'

const keys = newKeys()
const certificate = (plan: Partial<Plan> = {}): Buffer =>
  issue({ subject: 'S', issuer: 'S', keys, signer: keys, extensions: ca(), ...plan })

/** The certificate with a stretch of bytes replaced; lengths above are not mended. */
function replaced(bytes: Buffer, from: Uint8Array, to: Uint8Array): Buffer {
  const at = bytes.indexOf(from)
  expect(at).toBeGreaterThan(0)
  return Buffer.concat([bytes.subarray(0, at), to, bytes.subarray(at + from.length)])
}

const bits = Buffer.from('03020080', 'hex')
const notCritical15 = sequence(Buffer.from('0603551d0f010100', 'hex'), der(0x04, Buffer.from('03020780', 'hex')))
const notCritical = sequence(
  Buffer.from('0603551d0e', 'hex'),
  Buffer.from('010100', 'hex'),
  der(0x04, der(0x04, Buffer.alloc(4))),
)

describe('a certificate is refused, with the offset, when', () => {
  test.each<[string, () => Buffer]>([
    ['a byte follows it', () => Buffer.concat([certificate(), Buffer.from([0])])],
    ['a byte is missing', () => certificate().subarray(0, -1)],
    [
      'a length is not minimal',
      () =>
        replaced(certificate(), Buffer.from('a003020102', 'hex'), Buffer.from('a0810302 0102'.replace(' ', ''), 'hex')),
    ],
    [
      'a length is indefinite',
      () => Buffer.concat([Buffer.from([0x30, 0x80]), certificate().subarray(4), Buffer.from([0, 0])]),
    ],
    ['a duplicate extension', () => certificate({ extensions: [keyUsage(0x80), keyUsage(0x80)] })],
    ['it is version 1 with extensions', () => certificate({ version: undefined })],
    ['it is version 2 with extensions', () => certificate({ version: 1 })],
    ['it is version 4', () => certificate({ version: 3 })],
    ['its version 1 is written out and extensions follow', () => certificate({ version: 0 })],
    [
      'a boolean is neither 00 nor FF',
      () => replaced(certificate(), Buffer.from('0101ff', 'hex'), Buffer.from('010101', 'hex')),
    ],
    [
      'unused bits are not zero',
      () => certificate({ extensions: [extension('2.5.29.15', Buffer.from('030207ff', 'hex'))] }),
    ],
    [
      'a known extension has bytes left over',
      () => certificate({ extensions: [extension('2.5.29.19', Buffer.concat([sequence(), Buffer.from([5, 0])]))] }),
    ],
    [
      'an integer is not minimal',
      () =>
        replaced(
          certificate(),
          Buffer.concat([integer(2), integer(1)]),
          Buffer.from('020102020101'.replace('020101', '02020001'), 'hex'),
        ),
    ],
    [
      'a time has no seconds',
      () => replaced(certificate(), Buffer.from('250101000000Z'), Buffer.from('2501010000Z!!')),
    ],
    ['a time has a zone', () => replaced(certificate(), Buffer.from('250101000000Z'), Buffer.from('250101000+09Z'))],
    [
      'a time does not exist',
      () => replaced(certificate(), Buffer.from('250101000000Z'), Buffer.from('250230000000Z')),
    ],
    [
      'the sixtieth second is named',
      () => replaced(certificate(), Buffer.from('250101000000Z'), Buffer.from('250101000060Z')),
    ],
    [
      'the two algorithms differ',
      () => replaced(certificate(), Buffer.from('2a8648ce3d040302', 'hex'), Buffer.from('2a8648ce3d040303', 'hex')),
    ],
    ['it is nothing', () => Buffer.alloc(0)],
  ])('%s', async (_, bytes) => {
    expect(() => Certificate.fromDer(certificate())).not.toThrow()
    const input = bytes()
    const error = await thrown<CertificateError>(() => Certificate.fromDer(input))
    expect(error).toBeInstanceOf(CertificateError)
    expect(error.cause).toBeInstanceOf(DecodeError)
    expect(error.cause).toMatchObject({ code: 'ERR_DER' })
    expect((error.cause as DecodeError).offset).toBeLessThanOrEqual(input.length)
  })
})

test.each<[string, string[], () => Buffer]>([
  ['critical FALSE', ['default-written-out'], () => certificate({ extensions: [notCritical, notCritical15] })],
  [
    'cA FALSE',
    ['default-written-out'],
    () => certificate({ extensions: [extension('2.5.29.19', sequence(bool(false)))] }),
  ],
  ['version 1', ['default-written-out'], () => issue({ subject: 'S', issuer: 'S', keys, signer: keys, version: 0 })],
  ['zero bits', ['trailing-zero-bits'], () => certificate({ extensions: [extension('2.5.29.15', bits)] })],
  ['no extension', ['empty-sequence'], () => certificate({ extensions: [] })],
])('a certificate with %s written out is read, and noted: X.690 11.2.2, 11.5', (_, kinds, make) => {
  const read = Certificate.fromDer(make())
  expect(read.findings.map(({ kind }) => kind)).toEqual(kinds)
  expect(read.extensions.basicConstraints?.ca ?? false).toBe(false)
})

test('any bytes, and any one changed byte of a certificate, end in a certificate or a coded error', () => {
  const good = certificate()
  const attempt = (bytes: Uint8Array): void => {
    try {
      Certificate.fromDer(bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(CertificateError)
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), attempt), { numRuns: 2000 })
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
      const changed = Uint8Array.from(good)
      changed[at] = value
      attempt(changed)
    }),
    { numRuns: 5000 },
  )
})
