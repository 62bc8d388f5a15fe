import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { jpkiAnchors, jpkiAuthorities, jpkiAuthorityOf, jpkiProfileOf } from '../../../src/pki/trust/index.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import { issue, newKeys } from '../../support/issue.ts'
import { sharedFolder } from '../../support/shared.ts'
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
