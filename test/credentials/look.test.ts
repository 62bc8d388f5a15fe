import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import { findServices, type LookOptions, lookAtCard, performService } from '../../src/credentials/index.ts'
import type { FaultScript, VirtualCardOptions } from '../../src/emulator/index.ts'
import { type JpkiCardError, RefusalError, ServerError } from '../../src/errors.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { tokenChallenge as challenge, origin } from '../support/challenge.ts'
import { exampleProfile } from '../support/profiles.ts'
import { thrown } from '../support/vectors.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

const day = 86_400_000
const at = new Date()
const freeArea = loadProfile(exampleProfile('free-area-example'))
const juki = loadProfile(exampleProfile('juki-example'))

async function look(card: VirtualCardOptions = {}, options: Partial<LookOptions> = {}) {
  const on = await bench(card)
  const session = await on.session()
  const found = await lookAtCard(session, { channel: 'convenience-store', at, methods: ['token'], ...options })
  // Whatever it finds, nothing is spent and no PIN is sent.
  expect(verifies(on.sent())).toBe(0)
  return { ...on, session, found, service: found.services[0] }
}

/** Times around the certificate of the shared person. */
async function around() {
  const { auth, cardExpiry } = await identity()
  const { notBefore, notAfter } = Certificate.fromDer(auth.certificate)
  return { notBefore, notAfter, cardEnd: new Date(`${cardExpiry}T23:59:59+09:00`) }
}

describe('what can be had', () => {
  test('a card in order: the token, three entries of which two are allowed, five exchanges', async () => {
    const { found, service, session } = await look()
    expect(found).toMatchObject({ kind: 'my-number', reason: undefined, renewal: undefined })
    expect(service).toMatchObject({ reason: undefined, entriesLeft: 2, pin: { state: 'usable', triesLeft: 3 } })
    expect(found.certificate?.state).toBe('valid')
    expect(session.exchanges).toBe(5)
  })

  test('a certificate in its renewal window can be used, with the days to be shown', async () => {
    const { notAfter } = await around()
    const { found } = await look({}, { at: new Date(notAfter.getTime() - 10 * day) })
    expect(found.reason).toBe(undefined)
    expect(found.renewal).toEqual({
      until: found.certificate!.lastDayInJapan,
      from: found.certificate!.renewableFrom,
    })
  })

  test('an Android phone gives its certificate after the PIN only, and can be used', async () => {
    const { found, service } = await look({ kind: 'phone-android' })
    expect(found).toMatchObject({ kind: 'phone-android', reason: undefined, certificate: undefined })
    expect(service).toMatchObject({ entriesLeft: 2, plan: { userVerification: 'pin' } })
  })

  test('an iPhone is asked no counter, and stays as its holder has verified it', async () => {
    const { found, service, sent, card } = await look({ kind: 'phone-iphone' })
    expect(found).toMatchObject({ kind: 'phone-iphone', reason: undefined })
    expect(service).toMatchObject({ pin: undefined, entriesLeft: undefined, plan: { userVerification: 'device' } })
    expect(sent().filter((command) => command.startsWith('0020'))).toEqual([])
    expect(card.verified('auth')).toBe(true)
  })

  test('at the counter: attributes and register PIN, each with its own counter', async () => {
    const options = { channel: 'counter', methods: undefined } as const
    const { found } = await look({ triesLeft: { text: 1, juki: 0 } }, options)
    expect(found.services.map(({ plan, reason, entriesLeft }) => [plan.method, reason, entriesLeft])).toEqual([
      ['register-pin', 'pin-blocked', 0],
      ['attributes', 'pin-guarded', 0],
    ])
    expect(found.reason).toBe('pin-blocked')
  })

  test('the municipal application: with its profile only, its PIN where the card keeps it', async () => {
    const without = await look({}, { channel: 'municipal-machine', methods: undefined })
    expect(without.found.services.map(({ plan }) => plan.method)).not.toContain('issuance-application')
    const free = await look({}, { channel: 'municipal-machine', methods: undefined, issuanceProfile: freeArea })
    const service = free.found.services.find(({ plan }) => plan.method === 'issuance-application')
    expect(service).toMatchObject({ reason: undefined, pin: undefined })
    const old = await look({ kind: 'juki' }, { methods: ['issuance-application'], issuanceProfile: juki })
    expect(old.found).toMatchObject({ kind: 'juki', reason: undefined })
    expect(old.service).toMatchObject({ pin: { state: 'usable' } })
  })
})

describe('why not', () => {
  test.each<[string, VirtualCardOptions, Partial<LookOptions>, string]>([
    ['one try left', { triesLeft: { auth: 1 } }, {}, 'pin-guarded'],
    ['two tries left where three are kept', { triesLeft: { auth: 2 } }, { keepTries: 3 }, 'pin-guarded'],
    ['blocked', { triesLeft: { auth: 0 } }, {}, 'pin-blocked'],
    [
      'blocked, without a signature certificate',
      { triesLeft: { auth: 0 }, signCertificate: false },
      {},
      'card-without-pin',
    ],
    [
      'one try left, without a signature certificate',
      { triesLeft: { auth: 1 }, signCertificate: false },
      {},
      'pin-guarded',
    ],
    ['a Juki card', { kind: 'juki' }, {}, 'card-kind-ended'],
    ['an Android phone whose PIN is blocked', { kind: 'phone-android', triesLeft: { auth: 0 } }, {}, 'pin-blocked'],
    [
      'an Android phone whose PIN is blocked, without a signature certificate',
      { kind: 'phone-android', triesLeft: { auth: 0 }, signCertificate: false },
      {},
      'pin-blocked',
    ],
    ['a service that no phone has', { kind: 'phone-android' }, { methods: ['attributes'] }, 'other-card'],
  ])('%s', async (_, card, options, reason) => {
    const { found } = await look(card, options)
    expect(found.reason).toBe(reason)
    expect(found.kind).toBe(reason === 'card-without-pin' ? 'face-authentication' : (card.kind ?? 'my-number'))
  })

  test.each<[string, string, string]>([
    ['a token whose label is not known', 'JPKIAPNEWTOKEN', 'other-card'],
    ['a token whose label is no text', '\u0001', 'card-not-understood'],
  ])('%s', async (_, label, reason) => {
    const garbage = Buffer.from(label.padEnd(32), 'latin1').toString('hex').concat('9000')
    const { found } = await look({ faults: [{ at: 'every', on: 0xb0, do: { garbage } }] })
    expect(found.reason).toBe(reason)
  })

  test('a token of another label that the caller knows is looked at as that kind', async () => {
    const garbage = Buffer.from('JPKIAPNEWTOKEN'.padEnd(32), 'latin1').toString('hex').concat('9000')
    const kind = {
      label: 'JPKIAPNEWTOKEN',
      card: 'my-number',
      userVerification: 'pin',
      lastCommand: false,
      source: 'x',
    } as const
    const { found } = await look({ faults: [{ at: 1, on: 0xb0, do: { garbage } }] }, { tokenKinds: [kind] })
    expect(found).toMatchObject({ kind: 'my-number', reason: undefined })
  })

  test('certificate not yet valid, expired, expired with the card', async () => {
    const { notBefore, notAfter, cardEnd } = await around()
    const reasonAt = async (time: number) => (await look({}, { at: new Date(time) })).found.reason
    expect(await reasonAt(notBefore.getTime() - day)).toBe('certificate-out-of-period')
    expect(await reasonAt(notAfter.getTime())).toBe(undefined)
    expect(await reasonAt(notAfter.getTime() + 1000)).toBe('certificate-expired')
    expect(await reasonAt(cardEnd.getTime())).toBe('certificate-expired')
    expect(await reasonAt(cardEnd.getTime() + 1000)).toBe('card-expired')
  })

  test.each<[string, FaultScript, string]>([
    ['a certificate that is not there', [{ at: 'every', on: [0xb0], do: { status: 0x6a82 } }], 'other-card'],
    ['a file that is no certificate', [{ at: 2, on: 0xb0, do: { garbage: '30030201019000' } }], 'card-not-understood'],
    ['a counter that cannot be read', [{ at: 'every', on: 0x20, do: { status: 0x6a80 } }], 'card-not-understood'],
  ])('%s', async (_, faults, reason) => {
    const { found } = await look({ faults })
    expect(found.reason).toBe(reason)
  })
})

describe('with a server', () => {
  const refusing = (error: unknown): Partial<LookOptions> => ({
    checkCertificate: async () => {
      throw error
    },
  })

  test('it is given certificate and CA, and asked only when all else is in order', async () => {
    const asked: unknown[] = []
    const checkCertificate = async (given: unknown) => void asked.push(given)
    const { card, found } = await look({}, { checkCertificate })
    const { auth, authCa } = card.identity
    expect(asked).toEqual([{ certificate: auth.certificate, caCertificate: authCa.certificate }])
    expect(found.reason).toBe(undefined)
    await look({ triesLeft: { auth: 1 } }, { checkCertificate })
    expect(asked).toHaveLength(1)
  })

  test.each([
    [new RefusalError('ERR_CERTIFICATE_REVOKED', 'x'), 'certificate-revoked'],
    [new RefusalError('ERR_CERTIFICATE_EXPIRED', 'x'), 'certificate-expired'],
    [new RefusalError('ERR_CERTIFICATE_REFUSED', 'x'), 'certificate-refused'],
    [new RefusalError('ERR_USER_VERIFICATION', 'x'), 'other-means'],
    [new ServerError('x'), 'service-later'],
  ])('%s', async (error, reason) => {
    const { found, service } = await look({}, refusing(error))
    expect(found.reason).toBe(reason)
    expect(service!.error).toBe(error)
  })

  test('a certificate of today that no source knows works from tomorrow; one of yesterday does not', async () => {
    const unknown = refusing(new RefusalError('ERR_REVOCATION_UNKNOWN', 'x'))
    const { notBefore } = await around()
    expect((await look({}, { ...unknown, at: new Date(notBefore.getTime() + 1000) })).found.reason).toBe(
      'certificate-from-tomorrow',
    )
    expect((await look({}, { ...unknown, at: new Date(notBefore.getTime() + 2 * day) })).found.reason).toBe(
      'service-later',
    )
  })

  test('what is no coded error is rethrown', async () => {
    const error = await thrown(() => look({}, refusing(new SyntaxError('bug'))))
    expect(error).toBeInstanceOf(SyntaxError)
  })
})

describe('the service after the look', () => {
  test('a token costs VERIFY, the signature, and the clearing: three exchanges', async () => {
    const { found, session, sent, card } = await look()
    const before = session.exchanges
    const { plan } = found.services[0]!
    const means = { session, look: found, at, challenge, expected: { origin } }
    const result = await performService(plan, { ...means, pin: Pin.fromText('1234') })
    expect(result.kind).toBe('token')
    expect((await session.close()).cleared).toBe(true)
    expect(
      sent()
        .slice(before)
        .map((command) => command.slice(0, 4)),
    ).toEqual(['0020', '802A', '00A4'])
    expect(session.exchanges).toBe(8)
    expect(card.triesLeft('auth')).toBe(3)
  })

  test('after a wrong entry the counter is read again', async () => {
    const { found, session, sent } = await look()
    const { plan } = found.services[0]!
    const means = { session, look: found, at, challenge, expected: { origin } }
    const enter = (pin: string) => performService(plan, { ...means, pin: Pin.fromText(pin) })
    const wrong = await thrown<JpkiCardError>(() => enter('9999'))
    expect(wrong.code).toBe('ERR_PIN_REJECTED')
    const again = await thrown<JpkiCardError>(() => enter('9999'))
    expect(again).toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 1 })
    expect((await thrown<JpkiCardError>(() => enter('1234'))).code).toBe('ERR_PIN_GUARDED')
    expect(verifies(sent())).toBe(2)
    await session.close()
  })

  test('a look of another session is not used', async () => {
    const { found, transport, session } = await look()
    await session.close()
    const [reader] = await transport.readers()
    const { CardSession } = await import('../../src/card/index.ts')
    const other = new CardSession(await transport.connect(reader!.name))
    const means = { session: other, look: found, at, challenge, expected: { origin }, pin: Pin.fromText('1234') }
    await performService(found.services[0]!.plan, means)
    await other.close()
    expect(other.exchanges).toBeGreaterThan(5)
  })
})

describe('wrong arguments', () => {
  test('are reported before the card is used', async () => {
    const on = await bench()
    const session = await on.session()
    const wrong = (options: object) =>
      thrown(() => lookAtCard(session, { channel: 'counter', at, ...options } as LookOptions))
    expect(await wrong({ channel: 'moon' })).toBeInstanceOf(TypeError)
    expect(await wrong({ keepTries: 1 })).toBeInstanceOf(RangeError)
    expect(await wrong({ at: new Date(Number.NaN) })).toBeInstanceOf(RangeError)
    expect(on.sent()).toEqual([])
    expect(findServices({ card: 'unknown', channel: 'counter' })).toEqual([])
  })
})
