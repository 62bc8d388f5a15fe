import { describe, expect, test } from 'vitest'
import { type CrlStatus, crlStatus, RevocationList } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/certificate.ts'
import { certificate, der, entry, extension, integer, list } from './crl-der.ts'

const ca = Certificate.fromDer(certificate(1, 'CA'))
const leaf = Certificate.fromDer(certificate(5, 'leaf'))
const at = new Date('2020-01-01T00:00:00Z')
const number = (n: number): Uint8Array => extension(20, false, integer(n))
const base = (n: number): Uint8Array => extension(27, true, integer(n))
const scope = (...fields: Uint8Array[]): Uint8Array => extension(28, true, der(0x30, ...fields))
const status = (...lists: Uint8Array[]): CrlStatus =>
  crlStatus(leaf, ca, { lists: lists.map((one) => RevocationList.fromDer(one)), at })
const said = (...lists: Uint8Array[]): string => status(...lists).status

describe('crlStatus', () => {
  test('a current list of the issuer says good or revoked, and is the evidence', () => {
    const good = status(list([entry(4)]))
    expect(good).toMatchObject({ status: 'good', problems: [], evidence: [{ issuer: 'CN=CA', delta: false }] })
    expect(status(list([entry(5, 1)]))).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
    expect(said()).toBe('unknown')
  })

  test('hold, a date to come and removeFromCRL in a complete list are revocations', () => {
    expect(said(list([entry(5, 6)]))).toBe('revoked')
    expect(said(list([entry(5, 1, '290101000000Z')]))).toBe('revoked')
    expect(said(list([entry(5, 8)]))).toBe('revoked')
  })

  test('a list that is outdated, of later, open-ended, forged or not understood is not used, and says why', () => {
    const forged = list([])
    forged[forged.length - 1]! ^= 1
    const cases: [Uint8Array, string][] = [
      [list([], [], ['100101000000Z', '190101000000Z']), 'outdated'],
      [list([], [], ['210101000000Z', '300101000000Z']), 'in the future'],
      [list([], [], ['100101000000Z']), 'nextUpdate missing'],
      [forged, 'not signed by a trusted key'],
      [list([], [extension(99, true, integer(1))]), '2.5.29.99'],
      [list([], [scope(Uint8Array.of(0x82, 1, 0xff))]), 'CA certificates only'],
      [list([], [scope(Uint8Array.of(0x85, 1, 0xff))]), 'attribute certificates'],
    ]
    for (const [input, why] of cases) {
      const result = status(input)
      expect(result).toMatchObject({ status: 'unknown', evidence: [], problems: [{ issuer: 'CN=CA' }] })
      expect(result.problems[0]!.message).toContain(why)
    }
  })

  test('all reasons must be covered', () => {
    const some = list([], [scope(Uint8Array.of(0x83, 2, 5, 0x60))])
    const others = list([], [scope(Uint8Array.of(0x83, 3, 7, 0x1f, 0x80))])
    expect([said(some), said(others), said(some, others)]).toEqual(['unknown', 'unknown', 'good'])
  })

  test('the newest list of a scope decides, in any order', () => {
    const older = list([entry(5, 6)], [number(1)])
    const newer = list([], [number(2)], ['150101000000Z', '300101000000Z'])
    expect([said(older, newer), said(newer, older)]).toEqual(['good', 'good'])
    const revoking = list([entry(5, 6)], [number(2)], ['150101000000Z', '300101000000Z'])
    expect([said(list([]), revoking), said(revoking, list([]))]).toEqual(['revoked', 'revoked'])
    expect([said(list([]), list([entry(5)])), said(list([entry(5)]), list([]))]).toEqual(['revoked', 'revoked'])
  })

  test('a delta changes its base only when their numbers meet', () => {
    const complete = list([entry(5, 6)], [number(3)])
    const removed = (from: number, to: number): Uint8Array => list([entry(5, 8)], [base(from), number(to)])
    expect(said(removed(1, 4))).toBe('unknown')
    expect(said(complete, removed(3, 4))).toBe('good')
    expect(said(complete, removed(4, 5))).toBe('revoked')
    expect(said(complete, removed(1, 3))).toBe('revoked')
    expect(said(list([], [number(3)]), list([entry(5, 1)], [base(3), number(4)]))).toBe('revoked')
    expect(status(complete, removed(3, 4)).evidence.map(({ delta }) => delta)).toEqual([false, true])
  })

  test('an issuer that is not the one of the certificate answers nothing', () => {
    const result = crlStatus(leaf, leaf, { lists: [RevocationList.fromDer(list([]))], at })
    expect(result.status).toBe('unknown')
    expect(() => crlStatus(leaf, ca, { lists: [], at: new Date(Number.NaN) })).toThrow(RangeError)
  })
})
