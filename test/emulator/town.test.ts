import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  createIdentity,
  createTown,
  createVirtualCard,
  exportIdentity,
  type Identity,
  importCard,
  importIdentity,
  type Mood,
  moods,
  type Resident,
  type Town,
} from '../../src/emulator/index.ts'
import { withCheckDigit } from '../../src/emulator/issue/holder.ts'
import { RevocationList } from '../../src/pki/revocation/index.ts'
import { Certificate } from '../../src/pki/x509/index.ts'

const now = new Date('2026-11-29T03:00:00Z')
const options = { residents: 20, seed: 'tests', now, keyPairs: 2 }
let town: Town
let again: Town
beforeAll(async () => {
  town = await createTown(options)
  again = await createTown({ ...options, residents: 24 })
})

const withMood = (mood: Mood): Resident => town.residents.find((resident) => resident.mood === mood)!
const certificateOf = ({ identity }: Resident, use: 'auth' | 'sign' = 'auth'): X509Certificate =>
  new X509Certificate(identity[use].certificate)
const ends = (resident: Resident, use: 'auth' | 'sign' = 'auth'): number =>
  Date.parse(certificateOf(resident, use).validTo)
const day = 86_400_000

/** Everything about a resident but keys and what is made with them. */
function dataOf({ id, mood, card, identity }: Resident): unknown {
  const { holder, issuedAt, cardExpiry, individualNumber, securityCode, serialNumber } = identity
  const certificates = (['auth', 'sign'] as const).map((use) => {
    const { subject, serialNumber: serial, validFrom, validTo } = new X509Certificate(identity[use].certificate)
    return { subject, serial, validFrom, validTo }
  })
  const numbers = { individualNumber, securityCode, serialNumber }
  return { id, mood, card, holder, issuedAt, cardExpiry, ...numbers, certificates }
}

describe('a town', () => {
  test('is the same for the same seed, whatever the number of residents, but for its keys', () => {
    expect(again.residents.slice(0, 20).map(dataOf)).toEqual(town.residents.map(dataOf))
    expect(again.residents[0]!.identity.auth.privateKey).not.toEqual(town.residents[0]!.identity.auth.privateKey)
  })

  test('is another one for another seed', async () => {
    const other = await createTown({ ...options, residents: 1, seed: 'other' })
    expect(dataOf(other.residents[0]!)).not.toEqual(dataOf(town.residents[0]!))
  })

  test('has every mood once among its first residents, the first one ordinary', () => {
    expect(town.residents.slice(0, moods.length).map(({ mood }) => mood)).toEqual(moods)
  })

  test('has numbers of its own for each resident, with right check digits', () => {
    for (const field of ['individualNumber', 'serialNumber'] as const) {
      expect(new Set(town.residents.map(({ identity }) => identity[field])).size).toBe(20)
    }
    for (const { identity } of town.residents) {
      expect(withCheckDigit(identity.individualNumber.slice(0, 11))).toBe(identity.individualNumber)
    }
    const all = town.residents.flatMap((resident) => [certificateOf(resident), certificateOf(resident, 'sign')])
    expect(new Set(all.map(({ serialNumber }) => serialNumber)).size).toBe(40)
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(40)
  })

  test('certifies everyone by its authorities', () => {
    for (const { identity } of town.residents) {
      for (const use of ['auth', 'sign'] as const) {
        const ca = new X509Certificate(town.authorities[`${use}Ca`].certificate)
        expect(new X509Certificate(identity[use].certificate).verify(ca.publicKey)).toBe(true)
      }
    }
  })

  test('has dates that fit the moods', () => {
    expect(ends(withMood('ordinary'))).toBeGreaterThan(now.getTime() + 365 * day)
    expect(ends(withMood('renewal-window'))).toBeGreaterThan(now.getTime())
    expect(ends(withMood('renewal-window'))).toBeLessThan(now.getTime() + 90 * day)
    const expired = withMood('certificate-expired')
    expect(ends(expired)).toBeLessThan(now.getTime())
    expect(expired.identity.cardExpiry > '2026-11-29').toBe(true)
    expect(withMood('card-expired').identity.cardExpiry < '2026-11-29').toBe(true)
    const { holder, cardExpiry, issuedAt } = withMood('child').identity
    expect(holder.birthDate > '2011-11-29').toBe(true)
    expect(Number(cardExpiry.slice(0, 4)) - Number(issuedAt.slice(0, 4))).toBeLessThanOrEqual(5)
    expect(withMood('registration-expired').identity.issuedAt < '2016-11-29').toBe(true)
  })

  test('lists the revoked residents', () => {
    const serials = town.residents
      .filter(({ mood }) => mood === 'revoked')
      .map((one) => certificateOf(one).serialNumber)
    const list = RevocationList.fromDer(town.lists.auth)
    for (const { identity } of town.residents) {
      const certificate = Certificate.fromDer(identity.auth.certificate)
      const isRevoked = list.find(certificate.serial, certificate.issuerName) !== undefined
      expect(isRevoked).toBe(serials.includes(new X509Certificate(identity.auth.certificate).serialNumber))
    }
  })

  test('shares as many key pairs as it is told to', async () => {
    const keys = (one: Town): number =>
      new Set(one.residents.flatMap((r) => [r.identity.auth.privateKey, r.identity.sign.privateKey])).size
    expect(keys(town)).toBe(2)
    expect(keys(await createTown({ residents: 2, seed: 'keys', now }))).toBe(4)
  })

  test('has cards that can be made and written', async () => {
    for (const resident of town.residents) {
      const read = await importCard(exportIdentity(resident.identity, resident.card))
      expect(read).toEqual({ ...resident.card, identity: resident.identity })
      const card = await createVirtualCard(read)
      expect(card.kind).toBe(resident.card.kind ?? 'my-number')
    }
  })

  test.each([
    [{ residents: 0 }, 'residents must be an integer from 1 to 9999'],
    [{ residents: 1.5 }, 'residents must be an integer from 1 to 9999'],
    [{ seed: '' }, 'seed must be text of 1 to 100 characters'],
    [{ keyPairs: 1 }, 'keyPairs must be an integer from 2 to 20000'],
    [{ now: new Date(Number.NaN) }, 'now must be a valid date'],
  ])('refuses %o', async (wrong, message) => {
    await expect(createTown(wrong)).rejects.toThrow(message)
  })
})

describe('an identity like another', () => {
  test('shares keys and nothing that names the holder', async () => {
    const first = town.residents[0]!.identity
    const second = await createIdentity({ like: first, holder: { name: '見本　一郎', sex: '1' } })
    for (const name of ['cvc', 'textKey', 'visualKey', 'commonKey', 'sessionKey', 'authCa', 'signCa'] as const) {
      expect(second[name]).toBe(first[name])
    }
    expect(second.auth.privateKey).toEqual(first.auth.privateKey)
    for (const name of ['individualNumber', 'serialNumber'] as const) expect(second[name]).not.toBe(first[name])
    expect(new X509Certificate(second.auth.certificate).serialNumber).not.toBe(
      certificateOf(town.residents[0]!).serialNumber,
    )
    const card = await createVirtualCard({ identity: second })
    expect(card.identity).toBe(second)
  })

  test('takes keys, a number and a last day', async () => {
    const { identity: like } = town.residents[0]!
    const keys = { auth: like.textKey, sign: like.visualKey }
    const one = await createIdentity({ like, keys, individualNumber: '987654321093', cardExpiry: '2027-04-01' })
    expect([one.auth.privateKey, one.sign.privateKey]).toEqual([like.textKey.privateKey, like.visualKey.privateKey])
    expect([one.individualNumber, one.cardExpiry]).toEqual(['987654321093', '2027-04-01'])
    await expect(createIdentity({ like, individualNumber: '12345' })).rejects.toThrow(
      'individualNumber must be 12 digits',
    )
    await expect(createIdentity({ like, cardExpiry: '2027-02-30' })).rejects.toThrow('cardExpiry must be a date')
  })

  test.each([
    [{ name: '仮'.repeat(101) }, 'holder.name: must be text of at most 300 bytes in UTF-8'],
    [{ address: '架'.repeat(201) }, 'holder.address: must be text of at most 600 bytes in UTF-8'],
    [{ nameSubstitutes: '0'.repeat(301) }, 'holder.nameSubstitutes: must be text of at most 300 characters'],
    [{ photo: Uint8Array.of(1, 2, 3) }, 'holder.photo: must be a JP2 file of at most 20 000 bytes'],
    [{ birthDate: '1990-02-30' }, 'holder.birthDate must be a date YYYY-MM-DD'],
  ])('refuses a holder %o', async (holder, message) => {
    await expect(createIdentity({ like: town.residents[0]!.identity, holder })).rejects.toThrow(message)
  })
})

describe('the text of an identity', () => {
  type Json = Record<string, unknown>
  const parsed = (): { format: string; identity: Json; card?: unknown } =>
    JSON.parse(exportIdentity(town.residents[0]!.identity))
  /** The text with one member, named by its path, replaced. */
  const withChange = (path: string, value: unknown): string => {
    const whole = parsed() as unknown as Json
    const names = path.split('.')
    const last = names.pop()!
    let at = whole
    for (const name of names) at = at[name] as Json
    if (value === undefined) delete at[last]
    else at[last] = value
    return JSON.stringify(whole)
  }
  const key = (name: keyof Identity): unknown => (parsed().identity[name] as Json)['privateKey']

  test.each<[string, unknown, string]>([
    ['format', 'other', 'identity: not of the format jpki-card-virtual-identity-1'],
    ['more', 1, 'file: must be without other fields'],
    ['identity', [], 'identity: must be an object'],
    ['identity.more', 1, 'identity: must be without other fields'],
    ['identity.holder', undefined, 'identity.holder: must be there'],
    ['identity.holder.name', '仮'.repeat(101), 'identity.holder.name: must be text of at most 300 bytes in UTF-8'],
    ['identity.holder.name', 5, 'identity.holder.name: must be text'],
    ['identity.holder.birthDate', '1990-13-01', 'identity.holder.birthDate: must be a date YYYY-MM-DD'],
    ['identity.holder.sex', '3', 'identity.holder.sex: must be 1, 2 or 9'],
    ['identity.holder.photo', { base64: 'AAAA' }, 'identity.holder.photo: must be a JP2 file of at most 20 000 bytes'],
    ['identity.issuedAt', '2026-11-29', 'identity.issuedAt: must be an instant YYYY-MM-DDThh:mm:ss.sssZ'],
    ['identity.municipalityCode', '1', 'identity.municipalityCode: must be 5 digits'],
    ['identity.cardExpiry', null, 'identity.cardExpiry: must be a date YYYY-MM-DD'],
    ['identity.individualNumber', '12', 'identity.individualNumber: must be 12 digits'],
    ['identity.securityCode', '12345', 'identity.securityCode: must be 4 digits'],
    ['identity.serialNumber', '', 'identity.serialNumber: must be 15 digits or letters'],
    ['identity.auth.certificate', { base64: 'MAA=' }, 'identity.auth: must be a certificate in DER and its key'],
    ['identity.auth.certificate', { base64: '' }, 'identity.auth.certificate: must be 1 to 4096 bytes'],
    ['identity.auth.certificate', { base64: '*' }, 'identity.auth.certificate: must be base64'],
    ['identity.auth.certificate', 'MAA=', 'identity.auth.certificate: must be an object'],
    [
      'identity.sign.privateKey',
      { base64: 'MAA=' },
      'identity.sign.privateKey: must be an RSA key of 2048 bits in DER',
    ],
    ['identity.cvc.text', undefined, 'identity.cvc.text: must be there'],
    ['identity.cvc.text.root.keyId', { base64: 'AAAA' }, 'identity.cvc.text.root.keyId: must be 16 to 16 bytes'],
    ['identity.cvc.text.certificate', { base64: 'AAAA' }, 'identity.cvc.text.certificate: must be 568 to 568 bytes'],
    ['card', [], 'card: must be an object'],
    ['card', { identity: {} }, 'card: must be without other fields'],
    ['card', { kind: 5 }, 'card.kind: must be text, true or false'],
    ['card', { triesLeft: 'none' }, 'card.triesLeft: must be an object'],
  ])('with a wrong %s is refused', async (path, value, message) => {
    await expect(importIdentity(withChange(path, value))).rejects.toThrow(new TypeError(message))
  })

  test('with keys of others is refused', async () => {
    await expect(importIdentity(withChange('identity.textKey.privateKey', key('visualKey')))).rejects.toThrow(
      'identity.textKey: must be one key pair',
    )
    await expect(importIdentity(withChange('identity.auth.privateKey', key('visualKey')))).rejects.toThrow(
      'identity.auth: must be a certificate in DER and its key',
    )
  })

  test.each([
    ['that is too long', ' '.repeat(262_145)],
    ['of deep arrays', '['.repeat(100_000)],
    ['of deep closed arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['of nothing', ''],
    ['of null', 'null'],
    ['with a prototype', '{"__proto__":{"format":"jpki-card-virtual-identity-1"}}'],
  ])('%s is refused', async (_name, json) => {
    await expect(importIdentity(json)).rejects.toThrow(TypeError)
  })

  test('without an individual number has the former default', async () => {
    const { individualNumber } = await importIdentity(withChange('identity.individualNumber', undefined))
    expect(individualNumber).toBe('123456789018')
  })

  test.each<[unknown, string]>([
    [{ kind: 'plastic' }, 'card: kind must be one of'],
    [{ kind: 'juki', residence: true }, 'card: residence: only a My Number card has it'],
    [{ triesLeft: { auth: 4 } }, 'card: triesLeft.auth must be an integer from 0 to 3'],
    [{ triesLeft: { other: 1 } }, 'card: triesLeft: unknown PIN'],
    [{ authPin: '12345' }, 'card: authPin must match'],
    [{ authPin: true }, 'card: authPin must match'],
    [{ deviceVerified: true }, 'card: deviceVerified is of phone-iphone'],
    [{ issuance: { profile: {} } }, 'card.issuance: must be without other fields'],
    [{ issuance: { userId: 'x' } }, 'card: issuance.userId must be 1 to 18 digits'],
    [{ kind: 'phone-android', issuance: { userId: '1' } }, 'card: issuance: a phone has no municipal application'],
  ])('with a card %o is refused', async (card, message) => {
    await expect(importCard(withChange('card', card))).rejects.toThrow(message)
  })

  test('is refused without a value of it in the message', async () => {
    const error = await importIdentity(withChange('identity.securityCode', 'SECRET')).catch((caught: unknown) => caught)
    expect(String(error)).not.toContain('SECRET')
  })
})
