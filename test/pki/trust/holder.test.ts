import { inspect } from 'node:util'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CertificateError } from '../../../src/errors.ts'
import { type FieldProblemCode, fieldProblemCodes } from '../../../src/holder-fields.ts'
import { type HolderAttribute, type HolderAttributes, holderAttributes } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { der, extension, issue, newKeys, oid, sequence } from '../../support/issue.ts'
import { thrown } from '../../support/vectors.ts'
import { identity } from '../../support/virtual.ts'

const base = '1.2.392.200149.8.5.5.'
const utf8 = (text: string): Buffer => Buffer.from(der(0x0c, Buffer.from(text)))
const attribute = (number: string, value: Uint8Array): [oid: string, value: Uint8Array] => [base + number, value]

/** The attributes of an invented person, in the order of a real certificate: 1, 4, 3, 5, 2, 6. */
const whole = { '1': '仮名　花子', '4': '420200229', '3': '2', '5': '架空市', '2': '00010', '6': '000' }
const order = ['1', '4', '3', '5', '2', '6'] as const
type Arc = (typeof order)[number]
const list = (changes: Readonly<Partial<Record<Arc, Uint8Array>>> = {}): [string, Uint8Array][] =>
  order.map((arc) => attribute(arc, changes[arc] ?? utf8(whole[arc])))

const keys = newKeys()
function certificate(names: readonly (readonly [oid: string, value: Uint8Array])[]): Certificate {
  const others = names.map(([type, value]) => der(0xa0, oid(type), der(0xa0, value)))
  const extensions = [extension('2.5.29.17', sequence(...others))]
  return Certificate.fromDer(issue({ subject: 'S', issuer: 'S', keys, signer: keys, extensions }))
}

const fieldOf: Readonly<Record<Arc, HolderAttribute>> = {
  '1': 'name',
  '2': 'nameSubstitutes',
  '3': 'sex',
  '4': 'birthDate',
  '5': 'address',
  '6': 'addressSubstitutes',
}
/** The flags of a text depend on it. */
const flagsOf: Readonly<Partial<Record<Arc, HolderAttribute>>> = { '1': 'nameSubstitutes', '5': 'addressSubstitutes' }
const expected: HolderAttributes = {
  name: '仮名　花子',
  nameSubstitutes: [3],
  sex: 'female',
  birthDate: { era: '平成', year: 2020, month: 2, day: 29 },
  address: '架空市',
  addressSubstitutes: [],
  further: [],
  problems: [],
}
const without = (...fields: readonly HolderAttribute[]): Partial<HolderAttributes> =>
  Object.fromEntries(Object.entries(expected).filter(([name]) => !['problems', ...fields].includes(name)))

describe('the holder', () => {
  let own: Record<'auth' | 'sign', Certificate>
  beforeAll(async () => {
    const { auth, sign } = await identity()
    own = { auth: Certificate.fromDer(auth.certificate), sign: Certificate.fromDer(sign.certificate) }
  })

  test('of a signature certificate has a name, an address, a birth date and a sex', async () => {
    const { holder } = await identity()
    const found = holderAttributes(own.sign)
    expect(found.name).toBe(holder.name)
    expect(found.address).toBe(holder.address)
    expect(found.birthDate).toMatchObject({ year: Number(holder.birthDate.slice(0, 4)) })
    expect(found.sex).toBe('female')
    expect([found.further, found.problems]).toEqual([[], []])
  })

  test('is not in a user-authentication certificate, nor in one with other otherNames', async () => {
    const other = certificate([['1.3.6.1.4.1.311.20.2.3', utf8('hanako')]])
    for (const one of [own.auth, other]) {
      const error = await thrown<CertificateError>(() => holderAttributes(one))
      expect(error.code).toBe('ERR_CERTIFICATE_ABSENT')
    }
  })

  test('has the positions of characters that stand in for others', () => {
    expect(holderAttributes(certificate(list()))).toEqual(expected)
  })

  test('may have a birth date that is known in part only', () => {
    const found = holderAttributes(certificate(list({ '4': utf8('319450000') }))).birthDate
    expect(found).toEqual({ era: '昭和', year: 1945, month: undefined, day: undefined })
  })

  test('has its names as they are, a byte order mark too', () => {
    const found = holderAttributes(certificate(list({ '1': utf8('\ufeff仮名　花'), '2': utf8('00000') })))
    expect([found.name, found.nameSubstitutes, found.problems]).toEqual(['\ufeff仮名　花', [], []])
  })
})

describe('an attribute that cannot be read costs only itself', () => {
  const defects: readonly [Arc, string, Uint8Array, FieldProblemCode, string][] = [
    ...order.flatMap((arc): [Arc, string, Uint8Array, FieldProblemCode, string][] => [
      [arc, 'bytes that are not UTF-8', der(0x0c, Buffer.from('41c328', 'hex')), 'not-utf8', '3 bytes'],
      [arc, 'an OCTET STRING', der(0x04, Buffer.of(1, 2)), 'not-utf8', '2 bytes'],
      [arc, 'a SEQUENCE', sequence(utf8('1')), 'not-utf8', '3 bytes'],
    ]),
    ['2', 'too few flags', utf8('0001'), 'flags-do-not-fit', '4 digits'],
    ['2', 'too many flags', utf8('000100'), 'flags-do-not-fit', '6 digits'],
    ['2', 'no flags', utf8(''), 'flags-do-not-fit', '0 bytes'],
    ['6', 'other flags', utf8('002'), 'flags-do-not-fit', '3 digits'],
    ['3', 'an unknown sex', utf8('4'), 'unknown-code', '1 digit'],
    ['3', 'two digits of sex', utf8('22'), 'unknown-code', '2 digits'],
    ['3', 'no sex', utf8(''), 'unknown-code', '0 bytes'],
    ['4', 'a birth date of no calendar', utf8('420210229'), 'not-a-date', '9 digits'],
    ['4', 'month 13', utf8('420211301'), 'not-a-date', '9 digits'],
    ['4', 'a birth date of no era', utf8('720200229'), 'unknown-code', '9 digits'],
    ['4', 'no era digit', utf8('20200229'), 'wrong-length', '8 digits'],
    ['4', 'letters', utf8('4２020229X'), 'not-digits', '9 characters'],
  ]
  test.each(defects)('%s: %s', (arc, _, value, problem, masked) => {
    const found = holderAttributes(certificate(list({ [arc]: value })))
    const field = fieldOf[arc]
    expect(found[field]).toBeUndefined()
    expect(found.problems).toEqual([{ field, problem, masked }])
    expect(found).toMatchObject(without(field))
    expect(fieldProblemCodes).toContain(problem)
  })

  test.each(order)('%s is missing', (arc) => {
    const found = holderAttributes(certificate(list().filter(([type]) => type !== base + arc)))
    const field = fieldOf[arc]
    expect(found.problems).toEqual([{ field, problem: 'missing', masked: 'nothing' }])
    expect(found).toMatchObject(without(field))
    expect(found[field]).toBeUndefined()
  })

  test.each(order)('%s is there twice, equal or not', (arc) => {
    for (const again of [utf8(whole[arc]), utf8('架空')]) {
      const found = holderAttributes(certificate([...list(), attribute(arc, again)]))
      const field = fieldOf[arc]
      expect(found.problems).toEqual([{ field, problem: 'duplicate', masked: '2 fields' }])
      expect(found).toMatchObject(without(field))
      expect(found[field]).toBeUndefined()
    }
  })

  test('a name of another length also costs its flags: which of both is wrong is unknown', () => {
    const found = holderAttributes(certificate(list({ '1': utf8('仮名　花') })))
    expect(found).toMatchObject({ name: '仮名　花', nameSubstitutes: undefined, address: '架空市' })
    expect(found.problems).toEqual([{ field: 'nameSubstitutes', problem: 'flags-do-not-fit', masked: '5 digits' }])
  })

  test('all of them: a result without values, and nothing of them in the problems', () => {
    const bad = Object.fromEntries(order.map((arc) => [arc, der(0x0c, Buffer.from('e69eb6c328', 'hex'))]))
    const { problems, further, ...rest } = holderAttributes(certificate(list(bad)))
    expect(Object.values(rest)).toEqual(Array.from({ length: 6 }, () => undefined))
    expect([problems.length, further]).toEqual([6, []])
    const one = holderAttributes(certificate(list({ '3': utf8('架空'), '4': utf8('1990架空'), '2': utf8('仮名') })))
    expect(inspect(one.problems)).not.toMatch(/架|空|1990|仮|名/)
  })

  test('any value of one attribute leaves the others as they are', () => {
    const tag = fc.constantFrom(0x0c, 0x0c, 0x0c, 0x04, 0x13, 0x1e, 0x02)
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ maxLength: 12, unit: 'grapheme' }).map((text) => new Uint8Array(Buffer.from(text))),
      fc.stringMatching(/^\d{0,10}$/).map((text) => new Uint8Array(Buffer.from(text))),
    )
    fc.assert(
      fc.property(fc.constantFrom(...order), tag, value, (arc, kind, bytes) => {
        const found = holderAttributes(certificate(list({ [arc]: der(kind, Buffer.from(bytes)) })))
        const flags = flagsOf[arc]
        const fields = flags === undefined ? [fieldOf[arc]] : [fieldOf[arc], flags]
        expect(found).toMatchObject(without(...fields))
        expect(found.problems.map(({ field }) => field)).toEqual(fields.filter((field) => found[field] === undefined))
      }),
      { numRuns: 300 },
    )
  }, 60_000)
})

describe('further otherNames', () => {
  test('of later certificates are exposed with their identifiers', () => {
    const names = [
      attribute('7', utf8('カメイ　ハナコ')),
      ...list(),
      attribute('8', der(0x13, Buffer.from('KAMEI HANAKO'))),
      attribute('1.2', utf8('x')),
      ['1.3.6.1.4.1.311.20.2.3', der(0x16, Buffer.from('hanako'))],
      ['2.5.4.97', der(0x04, Buffer.of(0, 1))],
      attribute('9', utf8('a\u001bb')),
      attribute('7', sequence(utf8('twice'))),
    ] as [string, Uint8Array][]
    const found = holderAttributes(certificate(names))
    expect({ ...found, further: [] }).toEqual(expected)
    const [first, ...rest] = found.further
    expect(first).toEqual({ oid: `${base}7`, text: 'カメイ　ハナコ', bytes: new Uint8Array(utf8('カメイ　ハナコ')) })
    expect(rest.map(({ oid: type, text }) => [type, text])).toEqual([
      [`${base}8`, 'KAMEI HANAKO'],
      [`${base}1.2`, 'x'],
      ['1.3.6.1.4.1.311.20.2.3', 'hanako'],
      ['2.5.4.97', undefined],
      [`${base}9`, undefined],
      [`${base}7`, undefined],
    ])
  })

  test('are at most 32, and more are reported', () => {
    const more = Array.from({ length: 40 }, (_, i) => attribute(String(10 + i), utf8(String(i))))
    const found = holderAttributes(certificate([...more, ...list()]))
    expect(found.further).toHaveLength(32)
    expect(found.problems).toEqual([{ field: 'further', problem: 'too-many', masked: '40 fields' }])
    expect(found).toMatchObject({ name: expected.name, address: expected.address })
  })

  test('alone, without one of the six, leave those missing', () => {
    const found = holderAttributes(certificate([attribute('7', utf8('カメイ'))]))
    expect(found.problems.map(({ problem }) => problem)).toEqual(Array.from({ length: 6 }, () => 'missing'))
    expect(found.further).toHaveLength(1)
  })
})
