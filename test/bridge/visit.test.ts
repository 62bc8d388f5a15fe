import { describe, expect, test } from 'vitest'
import { bench, card } from './support.ts'

describe('a customer is served through the bridge', () => {
  test('look, PIN, server: the exchanges with the card are those of the visit without a bridge', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    const inserted = await card()
    transport.insert(inserted)
    const outcome = await kiosk.serve('1234')
    expect(outcome).toMatchObject({ kind: 'accepted', service: 'token', userVerification: 'pin' })
    expect(kiosk.all('look')).toMatchObject([{ kind: 'my-number', services: [{ service: 'token', entriesLeft: 2 }] }])
    expect(kiosk.steps).toEqual(['place-card', 'checking', 'enter-pin', 'authenticating', 'accepted'])
    expect(inserted.exchanges).toBe(8)
    expect(inserted.verified('auth')).toBe(false)
    transport.remove()
    await kiosk.next('removed')
    await kiosk.next('screen', ({ step }) => step === 'ended')
  })
})
