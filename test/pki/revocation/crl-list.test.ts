import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../src/bytes.ts'
import { DerReader } from '../../../src/der/index.ts'
import { CertificateError, DecodeError } from '../../../src/errors.ts'
import { RevocationList } from '../../../src/pki/revocation/index.ts'
import { Name } from '../../../src/pki/x509/name.ts'
import { der, entry, extension, integer, list, name } from './crl-der.ts'

const named = (cn: string): Name => Name.read(new DerReader(name(cn)))
const bytes = (serial: number): Uint8Array => integer(serial).subarray(2)
const issuerOf = (cn: string): Uint8Array => extension(29, true, der(0x30, der(0xa4, name(cn))))
const indirect = extension(28, true, der(0x30, Uint8Array.of(0x84, 1, 0xff)))

function refused(input: Uint8Array): string {
  try {
    RevocationList.fromDer(input)
  } catch (error) {
    expect(error).toBeInstanceOf(CertificateError)
    expect((error as CertificateError).cause).toBeInstanceOf(DecodeError)
    return (error as Error).message
  }
  return 'accepted'
}

describe('RevocationList', () => {
  test('finds each of 20,000 entries and nothing else', async () => {
    const serials = Array.from({ length: 20_000 }, (_, i) => 3 * i + 1)
    const big = list(serials.map((serial) => entry(serial, serial % 2 ? 1 : undefined)))
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const loaded = await RevocationList.load(big)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
    expect(loaded.count).toBe(20_000)
    for (const serial of serials) {
      expect(loaded.find(bytes(serial), named('CA'))?.reason).toBe(serial % 2 ? 'keyCompromise' : undefined)
      expect(loaded.find(bytes(serial + 1), named('CA'))).toBeUndefined()
    }
    expect(loaded.find(bytes(1), named('other'))).toBeUndefined()
    expect(RevocationList.fromDer(big).sha256).toBe(loaded.sha256)
  })

  test('a certificate issuer holds for the entries that follow', () => {
    const entries = [entry(1), entry(2, 1, undefined, issuerOf('B')), entry(1), entry(3, 1, undefined, issuerOf('CA'))]
    const read = RevocationList.fromDer(list(entries, [indirect]))
    const at = (serial: number, cn: string): boolean => read.find(bytes(serial), named(cn)) !== undefined
    expect([at(1, 'CA'), at(1, 'B'), at(2, 'B'), at(3, 'CA')]).toEqual([true, true, true, true])
    expect([at(2, 'CA'), at(3, 'B'), at(1, 'C')]).toEqual([false, false, false])
  })

  test('what RFC 5280 does not allow is refused', () => {
    const good = list([entry(1)])
    expect(refused(good)).toBe('accepted')
    expect(refused(new Uint8Array([...good, 0]))).toContain('not a revocation list')
    expect(refused(list([entry(1, 1, undefined, issuerOf('B'))]))).toContain('not indirect')
    expect(refused(list([entry(1, 7)]))).toContain('unknown revocation reason')
    expect(refused(list([der(0x30)]))).toContain('missing')
    expect(refused(list([], [extension(28, true, der(0x30))]))).toContain('empty issuing distribution point')
    expect(refused(list([], [extension(28, true, der(0x30, Uint8Array.of(0x84, 1, 0)))]))).toContain(
      'empty issuing distribution point',
    )
    expect(refused(list([], [indirect, indirect]))).toContain('duplicate extension')
  })

  const revokedAt = (input: Uint8Array, serial: number) => {
    const found = RevocationList.fromDer(input).find(bytes(serial), named('CA'))
    return found && [found.revocationDate.getUTCFullYear(), found.reason]
  }

  test('of two entries of one certificate the revocation, the earlier, the one with a reason counts, in any order', () => {
    const early = '090101000000Z'
    for (const [kept, other, expected] of [
      [entry(1, 4), entry(1, 8), [2010, 'superseded']],
      [entry(1, 4), entry(1, 8, early), [2010, 'superseded']],
      [entry(1, undefined, early), entry(1, 1), [2009, undefined]],
      [entry(1, 1), entry(1), [2010, 'keyCompromise']],
      [entry(1, 6), entry(1, 6), [2010, 'certificateHold']],
    ] as const) {
      expect(revokedAt(list([entry(2), kept, other]), 1)).toEqual(expected)
      expect(revokedAt(list([other, entry(2), kept]), 1)).toEqual(expected)
    }
    expect(RevocationList.fromDer(list([entry(1), entry(1)])).find(bytes(2), named('CA'))).toBeUndefined()
  })

  test('an indirect list with an entry twice of one issuer, not of two', () => {
    const ofB = (serial: number) => entry(serial, 1, undefined, issuerOf('B'))
    const kinds = (...entries: Uint8Array[]) =>
      RevocationList.fromDer(list(entries, [indirect])).findings.map(({ kind }) => kind)
    expect(kinds(entry(1), ofB(1))).toEqual([])
    expect(kinds(entry(1), ofB(1), entry(1))).toEqual(['duplicate-entry'])
  })

  test('fifty thousand entries of one certificate are read, with turns for others', async () => {
    const many = list([concat(...Array.from({ length: 50_000 }, () => entry(1, 1)))])
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const loaded = await RevocationList.load(many)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(1)
    expect(loaded.find(bytes(1), named('CA'))?.reason).toBe('keyCompromise')
    expect(loaded.findings).toHaveLength(1)
  })

  const notCritical = der(0x30, Uint8Array.of(6, 3, 0x55, 0x1d, 21, 1, 1, 0), der(0x04, Uint8Array.of(10, 1, 1)))
  const scope = (...parts: number[]) => extension(28, true, der(0x30, Uint8Array.from(parts)))
  const serial1 = Uint8Array.of(2, 1, 1)
  const general = der(0x18, new TextEncoder().encode('20100101000000Z'))

  test.each<[string, Uint8Array, string[]]>([
    ['nothing of the kind', list([entry(1)]), []],
    ['an entry twice', list([entry(1), entry(2), entry(1)]), ['duplicate-entry']],
    ['critical FALSE in an entry', list([entry(1, undefined, undefined, notCritical)]), ['default-written-out']],
    [
      'a flag FALSE in the scope',
      list([entry(1)], [scope(0x81, 1, 0, 0x82, 1, 0, 0x84, 1, 0xff)]),
      ['default-written-out'],
    ],
    ['zero bits at the end of the reasons', list([entry(1)], [scope(0x83, 2, 0, 0x7e)]), ['trailing-zero-bits']],
    ['an empty list of entries', list([new Uint8Array()]), ['empty-sequence']],
    [
      'an entry with an empty list of extensions',
      list([der(0x30, serial1, general, der(0x30))]),
      ['time-form', 'empty-sequence'],
    ],
    ['an empty list of extensions', list([entry(1)], [new Uint8Array()]), ['empty-sequence']],
    ['a time as GeneralizedTime', list([der(0x30, serial1, general)]), ['time-form']],
    ['version 1 written out', list([entry(1)], [], undefined, 0), ['version-written-out']],
  ])('%s is read, and noted', (_, input, kinds) => {
    expect(RevocationList.fromDer(input).findings.map(({ kind }) => kind)).toEqual(kinds)
  })

  test.each<[string, Uint8Array]>([
    ['version 1 with extensions', list([entry(1)], [extension(20, false, integer(1))], undefined, 0)],
    ['version 1 with extensions of an entry', list([entry(1, 1)], [], undefined, 0)],
    ['version 3', list([entry(1)], [], undefined, 2)],
    ['TRUE that is not FF', list([entry(1)], [scope(0x84, 1, 1)])],
    ['an extension twice in an entry', list([entry(1, 1, undefined, extension(21, false, Uint8Array.of(10, 1, 1)))])],
    ['bits that are not used and not zero', list([entry(1)], [scope(0x83, 2, 4, 0x7f)])],
    ['a serial number that is not minimal', list([der(0x30, Uint8Array.of(2, 2, 0, 1), general)])],
  ])('%s stays refused', (_, input) => {
    expect(refused(input)).toContain('not a revocation list')
  })

  test('unknown critical extensions are reported, of the list and of its entries', () => {
    const odd = extension(99, true, integer(1))
    const harmless = extension(99, false, integer(1))
    expect(RevocationList.fromDer(list([entry(1)], [odd])).unknownCritical).toEqual(['2.5.29.99'])
    expect(RevocationList.fromDer(list([entry(1, 1, undefined, odd)])).unknownCritical).toEqual(['2.5.29.99'])
    expect(RevocationList.fromDer(list([entry(1, 1, undefined, harmless)], [harmless])).unknownCritical).toEqual([])
  })

  test('any bytes are read or refused with a code', () => {
    const good = list([entry(1), entry(2, 1)], [extension(20, false, integer(7)), indirect])
    const mutated = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => changes.reduce((copy, [at, byte]) => copy.fill(byte, at, at + 1), good.slice()))
    const cut = fc.nat(good.length).map((length) => good.slice(0, length))
    fc.assert(
      fc.property(fc.oneof(mutated, cut, fc.uint8Array({ maxLength: 200 })), (input) => {
        refused(input)
      }),
      { numRuns: 2000 },
    )
  })
})
