import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type JpkiPolicy, type JpkiProfiles, jpkiProfileOf } from '../../../src/pki/trust/index.ts'
import { jpkiPolicies } from '../../../src/pki/trust/jpki-profile.ts'
import { Certificate } from '../../../src/pki/x509/index.ts'
import {
  basicConstraints,
  der,
  extension,
  issue,
  type Keys,
  keyUsage,
  newKeys,
  oid,
  sequence,
} from '../../support/issue.ts'

const signer = newKeys()
const keys = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  p256: newKeys(),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
} satisfies Record<string, Keys>

const authUnit = 'JPKI for user authentication'
const signUnit = 'JPKI for digital signature'
const clientAuth = '1.3.6.1.5.5.7.3.2'
const emailProtection = '1.3.6.1.5.5.7.3.4'
const digitalSignature = 0x80
const nonRepudiation = 0x40

/** A name of attributes in the order given. */
const nameOf = (...attributes: readonly (readonly [type: string, value: string])[]) =>
  sequence(...attributes.map(([type, value]) => der(0x31, sequence(oid(type), der(0x0c, Buffer.from(value))))))
const issuerOf = (organization: string, unit: string) => nameOf(['2.5.4.10', organization], ['2.5.4.11', unit])
const policies = (...ids: readonly string[]) => extension('2.5.29.32', sequence(...ids.map((id) => sequence(oid(id)))))
const purposes = (...ids: readonly string[]) => extension('2.5.29.37', sequence(...ids.map(oid)))

interface Plan {
  readonly issuer?: Uint8Array
  readonly subject?: Uint8Array
  readonly key?: keyof typeof keys
  readonly extensions: readonly Uint8Array[]
  readonly more?: JpkiProfiles
}

function profileOf({
  issuer = issuerOf('JPKI', authUnit),
  subject = nameOf(['2.5.4.3', 'S']),
  key = 'rsa',
  extensions,
  more,
}: Plan) {
  const certificate = Certificate.fromDer(issue({ issuer, subject, keys: keys[key], signer, extensions }))
  const found = jpkiProfileOf(certificate, more)
  return found.ok ? found.profile : found.reason
}

const authentication = {
  usage: keyUsage(digitalSignature),
  purpose: purposes(clientAuth),
  policy: policies(jpkiPolicies.auth),
}
const signature = { usage: keyUsage(digitalSignature | nonRepudiation), policy: policies(jpkiPolicies.sign) }
const anAuthentication = Object.values(authentication)
const aSignature = Object.values(signature)
const signIssuer = issuerOf('JPKI', signUnit)
const production = { hierarchy: 'production', generation: 'current' }

describe('the policies', () => {
  test('are those of the published profiles', () => {
    expect(jpkiPolicies).toEqual({
      sign: '1.2.392.200149.8.5.1.1.20',
      signTest: '1.2.392.200149.8.5.1.0.20',
      auth: '1.2.392.200149.8.5.1.3.30',
      signPhone: '1.2.392.200149.8.5.1.1.40',
    })
  })
})

describe('by its issuer', () => {
  test.each([
    ['JPKI', 'production'],
    ['JPKI-TEST', 'test'],
    ['JPKI-VIRTUAL', 'virtual'],
  ])('%s is %s', (organization, hierarchy) => {
    const issuer = issuerOf(organization, authUnit)
    expect(profileOf({ issuer, extensions: anAuthentication })).toEqual({
      use: 'auth',
      hierarchy,
      generation: 'current',
    })
  })

  test.each([
    ['another organization', issuerOf('JPKI2', authUnit), `O=JPKI2, OU=${authUnit}`],
    ['no organization', nameOf(['2.5.4.11', authUnit]), `OU=${authUnit}`],
    ['the organization as a unit', nameOf(['2.5.4.11', 'JPKI'], ['2.5.4.11', authUnit]), `OU=JPKI, OU=${authUnit}`],
    ['another unit', issuerOf('JPKI', 'JPKI'), 'O=JPKI, OU=JPKI'],
    ['no unit', nameOf(['2.5.4.10', 'JPKI']), 'O=JPKI'],
  ])('with %s is refused, and the issuer is named', (_, issuer, name) => {
    expect(profileOf({ issuer, extensions: anAuthentication })).toBe(`its issuer is not of the JPKI: ${name}`)
  })

  test('with a long name is named by its first 160 characters', () => {
    const reason = profileOf({ issuer: nameOf(['2.5.4.10', 'J'.repeat(500)]), extensions: anAuthentication })
    expect(reason).toBe(`its issuer is not of the JPKI: O=${'J'.repeat(158)}…`)
    const whole = profileOf({ issuer: nameOf(['2.5.4.10', 'J'.repeat(158)]), extensions: anAuthentication })
    expect(whole).toBe(`its issuer is not of the JPKI: O=${'J'.repeat(158)}`)
  })

  test('given by the caller is one of the JPKI', () => {
    const issuer = issuerOf('J-LIS PHONE', 'authentication')
    const row = {
      organization: 'J-LIS PHONE',
      unit: 'authentication',
      issues: 'auth',
      hierarchy: 'production',
    } as const
    expect(profileOf({ issuer, extensions: anAuthentication, more: { issuers: [row] } })).toEqual({
      use: 'auth',
      ...production,
    })
  })

  test('with other units beside the known one is what the known one says', () => {
    const issuer = nameOf(['2.5.4.10', 'JPKI'], ['2.5.4.11', 'other'], ['2.5.4.11', signUnit])
    expect(profileOf({ issuer, extensions: aSignature })).toEqual({ use: 'sign', ...production })
  })
})

describe('by its key', () => {
  test.each([
    ['rsa', { use: 'auth', ...production }],
    ['p384', { use: 'auth', ...production, generation: 'next' }],
    ['p256', 'its key is of a kind the JPKI does not use'],
  ] as const)('%s: %o', (key, expected) => {
    expect(profileOf({ key, extensions: anAuthentication })).toEqual(expected)
  })
})

describe('an authority', () => {
  const extensions = [basicConstraints(true), keyUsage(0x06)]
  test.each([
    [authUnit, 'auth-ca'],
    [signUnit, 'sign-ca'],
  ])('of the %s that names itself as its issuer is %s', (unit, use) => {
    const issuer = issuerOf('JPKI', unit)
    expect(profileOf({ issuer, subject: issuer, extensions })).toEqual({ use, ...production })
  })

  test('with another issuer is refused', () => {
    const subject = issuerOf('JPKI-TEST', authUnit)
    expect(profileOf({ subject, extensions })).toBe('a CA certificate of the JPKI is self-signed')
  })

  test('without a distinguishing issuer name is refused', () => {
    const notCa = basicConstraints(false)
    expect(profileOf({ extensions: [...anAuthentication, notCa] })).toEqual({ use: 'auth', ...production })
  })
})

describe('a certificate for user authentication', () => {
  const { usage, purpose, policy } = authentication
  const wrongUsage = 'its key usage is not that of user authentication'
  const wrongPurpose = 'it is not for client authentication'
  const wrongPolicy = 'its policy is not that of user authentication: '
  test.each([
    ['without key usage', [purpose, policy], wrongUsage],
    ['with another key usage', [keyUsage(nonRepudiation), purpose, policy], wrongUsage],
    ['with more key usages', [keyUsage(digitalSignature | nonRepudiation), purpose, policy], wrongUsage],
    ['without purposes', [usage, policy], wrongPurpose],
    ['with another purpose', [usage, purposes(emailProtection), policy], wrongPurpose],
    ['without policies', [usage, purpose], `${wrongPolicy}none`],
    [
      'with the policy of signatures',
      [usage, purpose, policies(jpkiPolicies.sign)],
      `${wrongPolicy}${jpkiPolicies.sign}`,
    ],
    ['with any policy', [usage, purpose, policies('2.5.29.32.0')], `${wrongPolicy}2.5.29.32.0`],
    [
      'with five others, of which four are named',
      [usage, purpose, policies('1.2.3', '1.2.4', '1.2.5', '1.2.6', '1.2.7')],
      `${wrongPolicy}1.2.3, 1.2.4, 1.2.5, 1.2.6`,
    ],
  ])('%s is refused', (_, extensions, reason) => {
    expect(profileOf({ extensions })).toBe(reason)
  })

  test('under a policy given by the caller says how its holder is verified', () => {
    const policy = { oid: '1.2.3', use: 'auth', hierarchies: ['production'], source: 'invented' } as const
    const extensions = [usage, purpose, policies('1.2.3')]
    const profile = { use: 'auth', ...production }
    const of = (row: JpkiPolicy) => profileOf({ extensions, more: { policies: [row] } })
    expect(of({ ...policy, userVerification: 'device' })).toEqual({ ...profile, userVerification: 'device' })
    expect(of(policy)).toEqual(profile)
    expect(of({ ...policy, hierarchies: ['test'] })).toBe(`${wrongPolicy}1.2.3`)
    expect(of({ ...policy, use: 'sign' })).toBe(`${wrongPolicy}1.2.3`)
    const known = { ...policy, oid: jpkiPolicies.auth, userVerification: 'pin' } as const
    expect(profileOf({ extensions: anAuthentication, more: { policies: [known] } })).toMatchObject({
      userVerification: 'pin',
    })
  })

  test('may have other purposes and policies beside', () => {
    const extensions = [usage, purposes(emailProtection, clientAuth), policies('1.2.3', jpkiPolicies.auth)]
    expect(profileOf({ extensions })).toEqual({ use: 'auth', ...production })
  })
})

describe('a certificate for signatures', () => {
  const { usage, policy } = signature
  const wrongUsage = 'its key usage is not that of a signature'
  const wrongPolicy = 'its policy is not that of a signature: '
  test.each([
    ['without key usage', [policy], wrongUsage],
    ['without nonRepudiation', [keyUsage(digitalSignature), policy], wrongUsage],
    ['without digitalSignature', [keyUsage(nonRepudiation), policy], wrongUsage],
    ['with another usage in the place of one', [keyUsage(digitalSignature | 0x20), policy], wrongUsage],
    ['with more usages', [keyUsage(digitalSignature | nonRepudiation | 0x20), policy], wrongUsage],
    ['without policies', [usage], `${wrongPolicy}none`],
    ['with the policy of tests', [usage, policies(jpkiPolicies.signTest)], `${wrongPolicy}${jpkiPolicies.signTest}`],
    [
      'with the policy of user authentication',
      [usage, policies(jpkiPolicies.auth)],
      `${wrongPolicy}${jpkiPolicies.auth}`,
    ],
  ])('%s is refused', (_, extensions, reason) => {
    expect(profileOf({ issuer: signIssuer, extensions })).toBe(reason)
  })

  test('may have the policy of phones', () => {
    const extensions = [usage, policies(jpkiPolicies.signPhone)]
    expect(profileOf({ issuer: signIssuer, extensions })).toEqual({ use: 'sign', ...production })
  })

  test('needs no purposes, and may have other policies beside', () => {
    const extensions = [usage, policies('1.2.3', jpkiPolicies.sign)]
    expect(profileOf({ issuer: signIssuer, extensions })).toEqual({ use: 'sign', ...production })
  })

  test.each(['JPKI-TEST', 'JPKI-VIRTUAL'])(
    'of %s has the policy of tests, and not the one in force',
    (organization) => {
      const issuer = issuerOf(organization, signUnit)
      expect(profileOf({ issuer, extensions: [usage, policies(jpkiPolicies.signTest)] })).toMatchObject({ use: 'sign' })
      expect(profileOf({ issuer, extensions: aSignature })).toBe(`${wrongPolicy}${jpkiPolicies.sign}`)
    },
  )
})
