import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CertificateError } from '../../../src/errors.ts'
import {
  holderAttributes,
  jpkiAnchors,
  jpkiAuthorities,
  jpkiAuthorityOf,
  jpkiProfileOf,
} from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { der, extension, issue, newKeys, oid, sequence } from '../../support/issue.ts'
import { sharedFolder } from '../../support/shared.ts'
import { thrown } from '../../support/vectors.ts'
import { identity } from '../../support/virtual.ts'

let own: Record<'auth' | 'authCa' | 'sign' | 'signCa', Certificate>

beforeAll(async () => {
  const person = await identity()
  const read = (key: 'auth' | 'authCa' | 'sign' | 'signCa') => Certificate.fromDer(person[key].certificate)
  own = { auth: read('auth'), authCa: read('authCa'), sign: read('sign'), signCa: read('signCa') }
})

describe('the profile', () => {
  test('distinguishes the certificates of a card', () => {
    const profile = (use: string) => ({ ok: true, profile: { use, hierarchy: 'virtual', generation: 'current' } })
    expect(jpkiProfileOf(own.auth)).toEqual(profile('auth'))
    expect(jpkiProfileOf(own.sign)).toEqual(profile('sign'))
    expect(jpkiProfileOf(own.authCa)).toEqual(profile('auth-ca'))
    expect(jpkiProfileOf(own.signCa)).toEqual(profile('sign-ca'))
  })

  test('says why another certificate is not one', () => {
    const keys = newKeys()
    const other = Certificate.fromDer(issue({ subject: 'S', issuer: 'S', keys, signer: keys }))
    expect(jpkiProfileOf(other)).toEqual({ ok: false, reason: 'its issuer is not of the JPKI: CN=S' })
  })
})

describe('the JPKI authorities', () => {
  test('are three generations of two kinds, all different', () => {
    expect(new Set(jpkiAuthorities.map(({ issues, generation }) => `${issues}${generation}`)).size).toBe(6)
    expect(new Set(jpkiAuthorities.map(({ sha256 }) => sha256)).size).toBe(6)
  })

  test('do not include those of the virtual card', () => {
    expect(jpkiAuthorityOf(own.authCa)).toBeUndefined()
    expect(jpkiAnchors([own.authCa, own.signCa, own.auth])).toEqual([])
  })

  const folder = sharedFolder('facts/samples/ca')
  test.skipIf(folder === undefined)('are recognised from the published files, whatever those are called', () => {
    const published = readdirSync(folder!).map((file) => Certificate.fromDer(readFileSync(join(folder!, file))))
    const found = published.map((one) => jpkiAuthorityOf(one))
    expect(found).not.toContain(undefined)
    expect(new Set(found.map((one) => one!.sha256)).size).toBe(6)
    expect(jpkiAnchors([own.signCa, ...published], 'auth').map((one) => jpkiProfileOf(one))).toEqual(
      Array.from({ length: 3 }, () => ({
        ok: true,
        profile: { use: 'auth-ca', hierarchy: 'production', generation: 'current' },
      })),
    )
  })
})

describe('the holder', () => {
  test('of a signature certificate has a name, an address, a birth date and a sex', async () => {
    const { holder } = await identity()
    const found = holderAttributes(own.sign)
    expect(found.name).toBe(holder.name)
    expect(found.address).toBe(holder.address)
    expect(found.birthDate).toMatchObject({ year: Number(holder.birthDate.slice(0, 4)) })
    expect(found.sex).toBe('female')
  })

  test('is not in a user-authentication certificate', async () => {
    const error = await thrown<CertificateError>(() => holderAttributes(own.auth))
    expect(error.code).toBe('ERR_CERTIFICATE_ABSENT')
  })

  const base = '1.2.392.200149.8.5.5.'
  const whole = { '1': '仮名　花子', '4': '420200229', '3': '2', '5': '架空市', '2': '00010', '6': '000' }
  function withAttributes(attributes: Record<string, string>): Certificate {
    const keys = newKeys()
    const names = Object.entries(attributes).map(([number, text]) =>
      der(0xa0, oid(base + number), der(0xa0, der(0x0c, Buffer.from(text)))),
    )
    const extensions = [extension('2.5.29.17', sequence(...names))]
    return Certificate.fromDer(issue({ subject: 'S', issuer: 'S', keys, signer: keys, extensions }))
  }

  test('returns which characters stand in for others', () => {
    expect(holderAttributes(withAttributes(whole))).toMatchObject({ nameSubstitutes: [3], addressSubstitutes: [] })
  })

  test('may have a birth date that is known in part only', () => {
    const found = holderAttributes(withAttributes({ ...whole, '4': '319450000' })).birthDate
    expect(found).toEqual({ era: '昭和', year: 1945, month: undefined, day: undefined })
  })

  test.each([
    ['a birth date of no calendar', { '4': '420210229' }],
    ['a birth date of no era', { '4': '720200229' }],
    ['too few flags', { '2': '0001' }],
    ['other flags', { '6': '002' }],
    ['an unknown sex', { '3': '4' }],
  ])('with %s is refused, and not shown', async (_, change) => {
    const error = await thrown<CertificateError>(() => holderAttributes(withAttributes({ ...whole, ...change })))
    expect(error.code).toBe('ERR_CERTIFICATE')
    expect(inspect(error)).not.toMatch(/仮名|架空/)
  })

  test('with a missing attribute is refused', async () => {
    const { '5': _, ...rest } = whole
    expect(await thrown(() => holderAttributes(withAttributes(rest)))).toMatchObject({ code: 'ERR_CERTIFICATE' })
  })
})
