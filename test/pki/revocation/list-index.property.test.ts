import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distributionPointsOf, outOfScope } from '../../../src/pki/revocation/crl/distribution-points.ts'
import { ListIndex } from '../../../src/pki/revocation/crl/list-index.ts'
import { crlStatus, RevocationList } from '../../../src/pki/revocation/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { certificate, der, entry, extension, integer, list, name } from './crl-der.ts'

const text = (value: string) => new TextEncoder().encode(value)
const directory = (cn: string) => der(0xa4, name(cn))
const uri = (value: string) => der(0x86, text(value))
const names: readonly Uint8Array[] = [
  directory('City 1'),
  // Equal to the first by RFC 5280 7.1, in another encoding.
  directory('CITY  1'),
  directory('City 2'),
  directory('CA'),
  uri('http://crl.example/1'),
  uri('http://crl.example/2'),
]
const fullName = (chosen: readonly Uint8Array[]) => der(0xa0, der(0xa0, ...chosen))
const crlIssuers = [undefined, der(0xa2, directory('CA')), der(0xa2, directory('Other'))]

const listOf = (chosen: readonly Uint8Array[] | undefined, indirect: boolean, number: number, serials: number[]) => {
  const parts = [...(chosen ? [fullName(chosen)] : []), ...(indirect ? [Uint8Array.of(0x84, 1, 0xff)] : [])]
  const scope = parts.length > 0 ? [extension(28, true, der(0x30, ...parts))] : []
  const entries = serials.map((serial) => entry(serial, 1))
  return RevocationList.fromDer(list(entries, [extension(20, false, integer(number)), ...scope]))
}
// Made once: signing costs more than all that is tried with them.
const choices: readonly (readonly Uint8Array[] | undefined)[] = [
  undefined,
  ...names.map((one) => [one]),
  [names[0]!, names[4]!],
  [names[2]!, names[1]!],
]
const lists = choices.flatMap((chosen, i) => [
  listOf(chosen, false, i % 3, i % 4 === 0 ? [7] : []),
  listOf(chosen, true, i % 5, i % 4 === 1 ? [7] : [8]),
])
const points = choices
  .slice(1)
  .flatMap((chosen) =>
    crlIssuers.map((crlIssuer) => der(0x30, fullName(chosen!), ...(crlIssuer === undefined ? [] : [crlIssuer]))),
  )
const certificates = [
  [],
  ...points.map((point, i) => [point, ...(i % 2 ? [points[(i * 7) % points.length]!] : [])]),
].map((chosen) => {
  const extensions = chosen.length === 0 ? [] : [extension(31, false, der(0x30, ...chosen))]
  return Certificate.fromDer(certificate(7, 'H', ...extensions))
})
const anyLists = fc.array(fc.constantFrom(...lists), { minLength: 5, maxLength: 12 }).map((some) => [...new Set(some)])
const anyCertificate = fc.constantFrom(...certificates)
const ca = Certificate.fromDer(certificate(1, 'CA'))
const at = new Date('2020-01-01T00:00:00Z')

test('every list in scope is found, of however many there are', () => {
  fc.assert(
    fc.property(anyLists, anyCertificate, (lists, about) => {
      const points = distributionPointsOf(about)
      const found = new ListIndex(lists).candidates(about, points)
      const inScope = lists.filter((one) => points.some((point) => outOfScope(one, point, about) === undefined))
      expect(inScope.filter((one) => !found.includes(one))).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('the status is the one of the lists in scope alone, and each other list is named with its reason', () => {
  fc.assert(
    fc.property(anyLists, anyCertificate, (lists, about) => {
      const points = distributionPointsOf(about)
      const inScope = lists.filter((one) => points.some((point) => outOfScope(one, point, about) === undefined))
      const all = crlStatus(about, ca, { lists, at })
      expect(all.status).toBe(crlStatus(about, ca, { lists: inScope, at }).status)
      if (all.status !== 'revoked') expect(all.evidence.length + all.problems.length).toBe(lists.length)
    }),
    { numRuns: 200 },
  )
})

test('a list added to an array that was asked about before counts', () => {
  const about = Certificate.fromDer(certificate(7, 'H'))
  const lists = Array.from({ length: 6 }, (_, i) => listOf(undefined, false, i, []))
  expect(crlStatus(about, ca, { lists, at }).status).toBe('good')
  lists.push(listOf(undefined, false, 9, [7]))
  expect(crlStatus(about, ca, { lists, at }).status).toBe('revoked')
})
