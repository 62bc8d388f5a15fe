import { describe, expect, test } from 'vitest'
import { Pin } from '../../src/card/index.ts'
import {
  findServices,
  performService,
  type ServiceChannel,
  type ServiceMeans,
  type ServiceMethod,
} from '../../src/credentials/index.ts'
import { municipalStripe, swipeStripe, type VirtualCardOptions } from '../../src/emulator/index.ts'
import { loadProfile } from '../../src/municipal/application/load-profile.ts'
import { readBits } from '../../src/municipal/stripe/decode.ts'
import { loadStripeProfile } from '../../src/municipal/stripe/load-profile.ts'
import { Certificate } from '../../src/pki/x509/index.ts'
import { parseToken } from '../../src/token/index.ts'
import { tokenChallenge as challenge, origin } from '../support/challenge.ts'
import { exampleProfile } from '../support/profiles.ts'
import { bench, identity, verifies } from '../support/virtual.ts'

const at = new Date()
const profiles = {
  juki: loadProfile(exampleProfile('juki-example')),
  freeArea: loadProfile(exampleProfile('free-area-example')),
  stripe: loadStripeProfile(exampleProfile('stripe-example')),
}

function planOf(card: 'my-number' | 'juki', channel: ServiceChannel, method: ServiceMethod) {
  return findServices({ card, channel }).find((plan) => plan.method === method)!
}

async function perform(
  card: 'my-number' | 'juki',
  channel: ServiceChannel,
  method: ServiceMethod,
  means: Partial<ServiceMeans> = {},
  options: VirtualCardOptions = {},
) {
  const on = await bench({ kind: card, ...options })
  const session = await on.session()
  const result = performService(planOf(card, channel, method), { session, at, ...means })
  return { ...on, session, result }
}

describe('each service of each card', () => {
  test('convenience store, My Number card: a token for the server', async () => {
    const means = { challenge, expected: { origin }, pin: Pin.fromText('1234') }
    const { result, card } = await perform('my-number', 'convenience-store', 'token', means)
    const done = await result
    expect(done.kind).toBe('token')
    if (done.kind !== 'token') return
    const { nonce, algorithm, certificateDer, caCertificateDer } = parseToken(done.token)
    expect([nonce, algorithm]).toEqual([challenge.nonce, 'RS256'])
    expect(certificateDer).toEqual(card.identity.auth.certificate)
    expect(caCertificateDer).toEqual(card.identity.authCa.certificate)
  })

  test('municipal machine, My Number card: the user id of the free area, the PIN left to the municipality', async () => {
    const means = { issuanceProfile: profiles.freeArea }
    const { result } = await perform('my-number', 'municipal-machine', 'issuance-application', means)
    const done = await result
    expect(done).toMatchObject({ kind: 'user-id', pinChecked: 'not-yet' })
    expect(done.kind === 'user-id' && done.userId.reveal()).toMatch(/^[0-9]{12,18}$/)
    expect(JSON.stringify(done)).not.toMatch(/[0-9]{12}/)
  })

  test('convenience store and machine, Juki card: the user id after the card has checked the PIN', async () => {
    for (const channel of ['convenience-store', 'municipal-machine'] as const) {
      const means = { issuanceProfile: profiles.juki, pin: Pin.fromText('1234') }
      const { result } = await perform('juki', channel, 'issuance-application', means)
      expect(await result).toMatchObject({ kind: 'user-id', pinChecked: 'by-card', municipalityCode: '999997' })
    }
  })

  test('municipal machine: the user id of the stripe', async () => {
    const { identity } = (await bench()).card
    const bits = swipeStripe({ track: 'jis2', data: municipalStripe(identity, { number: '12345678' }) })
    const means = { stripeProfile: profiles.stripe, swipe: readBits([{ format: 'jis2', bits }]) }
    for (const card of ['my-number', 'juki'] as const) {
      const done = await performService(planOf(card, 'municipal-machine', 'stripe'), { at, ...means })
      expect(done.kind === 'user-id' && done.userId.reveal()).toMatch(/^12345678[0-9]$/)
    }
  })

  test('counter: the attributes for a form', async () => {
    const { result, card } = await perform('my-number', 'counter', 'attributes', { pin: Pin.fromText('1234') })
    const done = await result
    expect(done.kind === 'attributes' && done.attributes.name).toBe(card.identity.holder.name)
  })

  test('counter: the PIN of the resident register, on both cards', async () => {
    for (const card of ['my-number', 'juki'] as const) {
      const { result } = await perform(card, 'counter', 'register-pin', { pin: Pin.fromText('1234') })
      expect(await result).toEqual({ kind: 'pin-verified' })
    }
  })
})

describe('what must not happen', () => {
  const late = new Date('2060-01-01T00:00:00Z')

  test.each<[ServiceChannel, ServiceMethod, string]>([
    ['convenience-store', 'token', 'ERR_CERTIFICATE_EXPIRED'],
    ['municipal-machine', 'issuance-application', 'ERR_CARD_EXPIRED'],
    ['counter', 'attributes', 'ERR_CARD_EXPIRED'],
    ['counter', 'register-pin', 'ERR_CARD_EXPIRED'],
  ])('%s, %s: an expired card or certificate is found before a PIN is spent: %s', async (channel, method, code) => {
    const pin = Pin.fromText('1234')
    const means = { challenge, expected: { origin }, issuanceProfile: profiles.freeArea, pin, at: late }
    const { result, sent } = await perform('my-number', channel, method, means)
    await expect(result).rejects.toMatchObject({ code })
    expect(verifies(sent())).toBe(0)
    expect(pin.length).toBe(0)
  })

  test('a certificate holds to the end of its last second', async () => {
    const { notAfter } = Certificate.fromDer((await identity()).auth.certificate)
    const at = (ms: number): Date => new Date(notAfter.getTime() + ms)
    const means = (ms: number) => ({ challenge, expected: { origin }, pin: Pin.fromText('1234'), at: at(ms) })
    const last = await perform('my-number', 'convenience-store', 'token', means(999))
    expect((await last.result).kind).toBe('token')
    const after = await perform('my-number', 'convenience-store', 'token', means(1000))
    await expect(after.result).rejects.toMatchObject({ code: 'ERR_CERTIFICATE_EXPIRED' })
  })

  test('a challenge of another server spends no PIN', async () => {
    const means = { challenge, expected: { origin: 'https://other.example' }, pin: Pin.fromText('1234') }
    const { result, sent } = await perform('my-number', 'convenience-store', 'token', means)
    await expect(result).rejects.toMatchObject({ code: 'ERR_TOKEN_ORIGIN' })
    expect(verifies(sent())).toBe(0)
  })

  test.each<[ServiceMethod, ServiceChannel, keyof ServiceMeans]>([
    ['token', 'convenience-store', 'challenge'],
    ['issuance-application', 'municipal-machine', 'issuanceProfile'],
    ['stripe', 'municipal-machine', 'stripeProfile'],
    ['attributes', 'counter', 'pin'],
  ])('%s without what it needs is misuse, and the PIN is wiped', async (method, channel, missing) => {
    const pin = Pin.fromText('1234')
    const means = { challenge, expected: { origin }, ...(missing !== 'pin' && { pin }) }
    const { result } = await perform('my-number', channel, method, { ...means, [missing]: undefined })
    await expect(result).rejects.toThrow(TypeError)
    await expect(result).rejects.toThrow(missing)
    if (missing !== 'pin') expect(pin.length).toBe(0)
  })

  test('a wrong PIN costs one try and gives nothing', async () => {
    const { result, card } = await perform('my-number', 'counter', 'register-pin', { pin: Pin.fromText('9999') })
    await expect(result).rejects.toMatchObject({ code: 'ERR_PIN_REJECTED', triesLeft: 2 })
    expect(card.triesLeft('juki')).toBe(2)
  })
})
