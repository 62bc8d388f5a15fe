import { describe, expect, test } from 'vitest'
import { ListIndex } from '../../../src/pki/revocation/crl/list-index.ts'
import { type CrlStatusOptions, decide } from '../../../src/pki/revocation/crl/status.ts'
import { crlStatus, RevocationList } from '../../../src/pki/revocation/index.ts'
import { Certificate, SignatureBudget } from '../../../src/pki/x509/index.ts'
import { finish } from '../../../src/pki/x509/signature-budget.ts'
import { certificate, der, entry, extension, integer, list, name } from './crl-der.ts'

const ca = Certificate.fromDer(certificate(1, 'CA'))
const leaf = Certificate.fromDer(certificate(5, 'leaf'))
const at = new Date('2020-01-01T00:00:00Z')
const after = (milliseconds: number): Date => new Date(at.getTime() + milliseconds)

// Extensions of lists, and lists dated so many seconds from the moment in question.
const number = (n: number) => extension(20, false, integer(n))
const base = (n: number) => extension(27, true, integer(n))
const scope = (...fields: readonly Uint8Array[]) => extension(28, true, der(0x30, ...fields))
const userOnly = Uint8Array.of(0x81, 1, 0xff)
const caOnly = Uint8Array.of(0x82, 1, 0xff)
const utc = (seconds: number) =>
  `${after(1000 * seconds)
    .toISOString()
    .replaceAll(/[-:T]/g, '')
    .slice(2, 14)}Z`
const issued = (from: number, entries: readonly Uint8Array[] = [], extensions: readonly Uint8Array[] = [], to = 3600) =>
  list(entries, extensions, [utc(from), utc(to)])
const delta = (from: number, [first, last]: readonly [number, number], entries: readonly Uint8Array[] = []) =>
  issued(from, entries, [base(first), number(last)])
const forged = (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
const [hold, compromised, released] = [entry(5, 6), entry(5, 1), entry(5, 8)]

interface Expected {
  readonly status: 'good' | 'revoked' | 'unknown'
  readonly reason?: string
  /** Names of the lists the status is based on. */
  readonly by: readonly string[]
  /** Names of the others that were looked at, and why they were not used. */
  readonly not?: Readonly<Record<string, string>>
}
type Lists = Readonly<Record<string, Uint8Array>>

const future = 'thisUpdate is in the future'
const superseded = 'superseded by a newer list'
const unsigned = 'not signed by a trusted key'

/** What the lists say about a certificate, with their names for their digests; the same in any order. */
function found(lists: Lists, about: Certificate, options: () => Partial<CrlStatusOptions>): unknown {
  const read = Object.entries(lists).map(([of, bytes]) => [of, RevocationList.fromDer(bytes)] as const)
  const names = new Map(read.map(([of, { sha256 }]) => [sha256, of]))
  const [one, other] = [read, read.toReversed()].map((ordered) => {
    const answer = crlStatus(about, ca, { lists: ordered.map(([, one]) => one), at, ...options() })
    const { evidence, problems, ...rest } = answer
    const not = Object.fromEntries(problems.map(({ sha256, message }) => [names.get(sha256), message]))
    return { ...rest, by: evidence.map(({ sha256 }) => names.get(sha256)).sort(), not }
  })
  expect(other).toEqual(one)
  return one
}

function expectFound(
  lists: Lists,
  expected: Expected,
  about = leaf,
  options: Partial<CrlStatusOptions> | (() => Partial<CrlStatusOptions>) = {},
): void {
  const { by, not = {}, ...rest } = expected
  const revokedAt = rest.status === 'revoked' && { revokedAt: new Date('2010-01-01T00:00:00Z') }
  const asked = found(lists, about, typeof options === 'function' ? options : () => options)
  expect(asked).toStrictEqual({ ...rest, ...revokedAt, by: [...by].sort(), not })
}

describe('a list is current from thisUpdate to nextUpdate, RFC 5280 5.1.2.4 and 5.1.2.5', () => {
  test.each<[string, number, number, string | undefined]>([
    ['at thisUpdate', 0, 0, undefined],
    ['1 ms before thisUpdate', -1, 0, future],
    ['before thisUpdate by as much as clocks may differ', -1000, 1000, undefined],
    ['1 ms earlier than that', -1001, 1000, future],
    ['at nextUpdate', 60_000, 0, undefined],
    ['1 ms after nextUpdate', 60_001, 0, 'outdated'],
    ['1 ms after nextUpdate, though clocks may differ', 60_001, 1000, 'outdated'],
  ])('%s', (_, moment, skewMs, problem) => {
    const expected = problem === undefined ? 'good' : 'unknown'
    const lists = { it: issued(0, [], [], 60) }
    const not = problem === undefined ? {} : { it: problem }
    const by = problem === undefined ? ['it'] : []
    expectFound(lists, { status: expected, by, not }, leaf, { at: after(moment), skewMs })
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('a skew of %d is refused', (skewMs) => {
    expect(() => crlStatus(leaf, ca, { lists: [], at, skewMs })).toThrow(RangeError)
  })
})

describe('of several lists of one scope, with clocks that may differ by a minute', () => {
  test.each<[string, Lists, Expected]>([
    [
      'the newest in force decides',
      { old: issued(-60, [hold], [number(1)]), new: issued(-30, [], [number(2)]) },
      { status: 'good', by: ['new'], not: { old: superseded } },
    ],
    [
      'one dated at the moment itself is in force',
      { old: issued(-60, [hold]), now: issued(0) },
      { status: 'good', by: ['now'], not: { old: superseded } },
    ],
    ['two of one date both count', { one: issued(-60), other: issued(-60) }, { status: 'good', by: ['one', 'other'] }],
    [
      'two dated at the moment itself both count',
      { one: issued(0), other: issued(0) },
      { status: 'good', by: ['one', 'other'] },
    ],
    [
      'two whose dates and numbers contradict each other both count',
      { one: issued(-60, [hold], [number(2)]), other: issued(-30, [], [number(1)]) },
      { status: 'revoked', reason: 'certificateHold', by: ['one', 'other'] },
    ],
    [
      'once it is revoked the older ones are not looked at',
      { old: issued(-60), new: issued(-30, [compromised]) },
      { status: 'revoked', reason: 'keyCompromise', by: ['new'] },
    ],
    [
      'one dated ahead cannot release what one in force revokes',
      { now: issued(-60, [hold]), ahead: issued(30) },
      { status: 'revoked', reason: 'certificateHold', by: ['now'] },
    ],
    [
      'one dated ahead adds nothing to a good one in force',
      { now: issued(-60), ahead: issued(30) },
      { status: 'good', by: ['now'], not: { ahead: future } },
    ],
    [
      'one dated ahead revokes beside a good one in force',
      { now: issued(-60), ahead: issued(30, [compromised]) },
      { status: 'revoked', reason: 'keyCompromise', by: ['ahead', 'now'] },
    ],
    ['one dated ahead counts where there is no other', { ahead: issued(30) }, { status: 'good', by: ['ahead'] }],
    [
      'one dated ahead revokes where there is no other',
      { ahead: issued(30, [hold]) },
      { status: 'revoked', reason: 'certificateHold', by: ['ahead'] },
    ],
    [
      'one dated ahead counts where the one in force is forged',
      { now: forged(issued(-60)), ahead: issued(30) },
      { status: 'good', by: ['ahead'], not: { now: unsigned } },
    ],
    [
      'one dated ahead counts beside one in force of another scope',
      { now: issued(-60, [], [scope(userOnly)]), ahead: issued(30) },
      { status: 'good', by: ['ahead', 'now'] },
    ],
  ])('%s', (_, lists, expected) => {
    expectFound(lists, expected, leaf, { skewMs: 60_000 })
  })
})

describe('delta and base, RFC 5280 5.2.4 and 6.3.3, with clocks that may differ by a minute', () => {
  const complete = issued(-600, [hold], [number(3)])
  const empty = issued(-600, [], [number(3)])
  test.each<[string, Lists, Expected]>([
    [
      'the newest delta decides: it releases what the one before revoked',
      { complete, first: delta(-300, [3, 4], [compromised]), second: delta(-200, [3, 5], [released]) },
      { status: 'good', by: ['complete', 'second'], not: { first: superseded } },
    ],
    [
      'the newest delta decides: it revokes what the one before released',
      { complete, first: delta(-300, [3, 4], [released]), second: delta(-200, [3, 5], [compromised]) },
      { status: 'revoked', reason: 'keyCompromise', by: ['complete', 'second'] },
    ],
    [
      'a delta without the certificate leaves the entry of the base',
      { complete, change: delta(-300, [3, 4], [entry(6, 1)]) },
      { status: 'revoked', reason: 'certificateHold', by: ['change', 'complete'] },
    ],
    [
      'a delta dated at the moment itself releases',
      { complete, change: delta(0, [3, 4], [released]) },
      { status: 'good', by: ['change', 'complete'] },
    ],
    [
      'a delta dated ahead does not release',
      { complete, change: delta(1, [3, 4], [released]) },
      { status: 'revoked', reason: 'certificateHold', by: ['complete'], not: { change: future } },
    ],
    [
      'a delta dated ahead revokes',
      { empty, change: delta(30, [3, 4], [compromised]) },
      { status: 'revoked', reason: 'keyCompromise', by: ['change', 'empty'] },
    ],
    [
      'a delta dated ahead as its base is counts with it',
      { complete: issued(30, [hold], [number(3)]), change: delta(30, [3, 4], [released]) },
      { status: 'good', by: ['change', 'complete'] },
    ],
    [
      'a delta dated ahead of its base, which is ahead too, does not release',
      { complete: issued(30, [hold], [number(3)]), change: delta(31, [3, 4], [released]) },
      { status: 'revoked', reason: 'certificateHold', by: ['complete'], not: { change: future } },
    ],
    [
      'a delta alone says nothing',
      { change: delta(-300, [3, 4]) },
      { status: 'unknown', by: [], not: { change: 'base CRL missing' } },
    ],
    [
      'a forged delta does not release',
      { complete, change: forged(delta(-300, [3, 4], [released])) },
      { status: 'revoked', reason: 'certificateHold', by: ['complete'], not: { change: unsigned } },
    ],
    [
      'an outdated delta does not release',
      { complete, change: issued(-300, [released], [base(3), number(4)], -1) },
      { status: 'revoked', reason: 'certificateHold', by: ['complete'], not: { change: 'outdated' } },
    ],
    [
      'a delta of another scope does not release',
      { complete, change: issued(-300, [released], [base(3), number(4), scope(userOnly)]) },
      { status: 'revoked', reason: 'certificateHold', by: ['complete'], not: { change: 'base CRL missing' } },
    ],
    [
      'a delta about other certificates is reported as that',
      { change: issued(-300, [], [base(3), number(4), scope(caOnly)]) },
      { status: 'unknown', by: [], not: { change: 'covers CA certificates only' } },
    ],
  ])('%s', (_, lists, expected) => {
    expectFound(lists, expected, leaf, { skewMs: 60_000 })
  })
})

// A certificate with two distribution points: of another issuer, and one for two reasons only.
const uri = (path: string) => der(0x86, new TextEncoder().encode(`http://crl.example/${path}`))
const pointName = (path: string) => der(0xa0, der(0xa0, uri(path)))
const ofOther = der(0x30, der(0xa2, der(0xa4, name('Other'))))
const reasons = (...bytes: number[]) => Uint8Array.of(0x81, bytes.length, ...bytes)
const some = (...bytes: number[]) => Uint8Array.of(0x83, bytes.length, ...bytes)
const keyOnly = der(0x30, pointName('key'), reasons(5, 0x60))
const pointed = Certificate.fromDer(certificate(5, 'leaf', extension(31, false, der(0x30, ofOther, keyOnly))))
const forPoint = (path: string, entries: readonly Uint8Array[] = [], ...fields: readonly Uint8Array[]) =>
  issued(-60, entries, [scope(pointName(path), ...fields)])

describe('distribution points, RFC 5280 6.3.3 (b) to (e)', () => {
  test.each<[string, Lists, Expected]>([
    ['a list covers the reasons of the point only', { it: forPoint('key') }, { status: 'unknown', by: ['it'] }],
    [
      'the lists of several points cover all reasons together',
      { it: forPoint('key'), rest: issued(-60, [], [scope(some(7, 0x1f, 0x80))]) },
      { status: 'good', by: ['it', 'rest'] },
    ],
    [
      'a list for another point is not used, and reported with the reason of the first point',
      { it: forPoint('key'), rest: issued(-60), other: forPoint('other', [hold]) },
      { status: 'good', by: ['it', 'rest'], not: { other: 'not issued by the CRL issuer the certificate names' } },
    ],
    [
      'the same of more lists than are compared one by one',
      { rest: issued(-60), ...Object.fromEntries([1, 2, 3, 4].map((i) => [`other ${i}`, forPoint(`${i}`, [hold])])) },
      {
        status: 'good',
        by: ['rest'],
        not: Object.fromEntries(
          [1, 2, 3, 4].map((i) => [`other ${i}`, 'not issued by the CRL issuer the certificate names']),
        ),
      },
    ],
  ])('%s', (_, lists, expected) => {
    expectFound(lists, expected, pointed)
  })

  test('a list of reasons its only point does not mean is reported as that', () => {
    const about = Certificate.fromDer(certificate(5, 'leaf', extension(31, false, der(0x30, keyOnly))))
    const expected = { status: 'unknown', by: [], not: { it: 'covers other reason codes' } } as const
    expectFound({ it: forPoint('key', [hold], some(1, 0x1e)) }, expected, about)
  })

  test('of lists that cannot be about the certificate as many are reported as asked for', () => {
    const lists = [issued(-60), ...Array.from({ length: 9 }, (_, i) => forPoint(`${i}`))]
    const index = new ListIndex(lists.map((one) => RevocationList.fromDer(one)))
    const { problems } = finish(decide(leaf, ca, index, { at }))
    expect([problems(), problems(9), problems(2), problems(0)].map(({ length }) => length)).toEqual([9, 9, 2, 0])
    expect(new Set(problems().map(({ message }) => message))).toEqual(new Set(['for another distribution point']))
  })
})

describe('a budget of signatures', () => {
  const good = issued(-60, [], [number(3)])
  const change = delta(-30, [3, 4], [compromised])
  const revoking = issued(-30, [hold])
  const revoked = { status: 'revoked', reason: 'certificateHold' } as const
  const tooMany = 'too many signatures to check'
  test.each<[string, Lists, number, Expected]>([
    ['0: a list is not checked', { good }, 0, { status: 'unknown', by: [], not: { good: tooMany } }],
    ['1: a list is checked', { good }, 1, { status: 'good', by: ['good'] }],
    [
      '1: a delta that could revoke is not checked',
      { good, change },
      1,
      { status: 'unknown', by: ['good'], not: { change: tooMany } },
    ],
    ['2: a delta revokes', { good, change }, 2, { status: 'revoked', reason: 'keyCompromise', by: ['change', 'good'] }],
    [
      '1: a revocation found holds, whatever is left',
      { good: issued(-60), revoking },
      1,
      { ...revoked, by: ['revoking'] },
    ],
    [
      '1: a forged list costs as much as a good one',
      { good, forged: forged(issued(-30)) },
      1,
      { status: 'unknown', by: [], not: { good: tooMany, forged: unsigned } },
    ],
  ])('%s', (_, lists, checks, expected) => {
    expectFound(lists, expected, leaf, () => ({ signatures: { budget: new SignatureBudget(checks) } }))
  })

  test('a list that several points mean costs its signature once', () => {
    const about = Certificate.fromDer(
      certificate(5, 'leaf', extension(31, false, der(0x30, der(0x30, pointName('key'))))),
    )
    const signatures = { budget: new SignatureBudget(1) }
    expect(crlStatus(about, ca, { lists: [RevocationList.fromDer(issued(-60))], at, signatures }).status).toBe('good')
    expect(signatures.budget.exceeded).toBe(false)
  })

  test('is not needed: a policy for signatures goes without one', () => {
    expectFound({ good }, { status: 'good', by: ['good'] }, leaf, { signatures: { minRsaBits: 3072 } })
  })
})
