import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CertificateError, DecodeError } from '../../src/errors.ts'
import { RevocationList } from '../../src/revocation/index.ts'
import { DerReader } from '../../src/x509/der.ts'
import { Name } from '../../src/x509/name.ts'
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
    expect(refused(list([entry(1), entry(2), entry(1)]))).toContain('twice')
    expect(refused(list([entry(1, 1, undefined, issuerOf('B'))]))).toContain('not indirect')
    expect(refused(list([entry(1, 7)]))).toContain('no reason')
    expect(refused(list([der(0x30)]))).toContain('missing')
    expect(refused(list([], [extension(28, true, der(0x30))]))).toContain('says nothing')
    expect(refused(list([], [extension(28, true, der(0x30, Uint8Array.of(0x84, 1, 0)))]))).toContain('default')
    expect(refused(list([], [indirect, indirect]))).toContain('twice')
  })

  test('unknown critical extensions are told, of the list and of its entries', () => {
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
