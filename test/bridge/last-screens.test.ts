import { describe, expect, test } from 'vitest'
import { bench, card } from './support.ts'

describe('the last screen of a visit', () => {
  test('a customer who takes the card too early sees why nothing came of it, in the language chosen then', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const outcome = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    await kiosk.next('question')
    transport.remove()
    expect(await outcome).toMatchObject({ kind: 'removed' })
    await kiosk.next('removed')
    await kiosk.client.call('session.language', { language: 'ko' })
    const shown = await kiosk.next('screen', ({ text }) => text.language === 'ko')
    expect(shown).toMatchObject({ step: 'refused', situation: 'card-removed' })
  })

  test('a fault of the readers is shown in its place', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card())
    await kiosk.serve('1234')
    transport.remove()
    await kiosk.next('screen', ({ step }) => step === 'ended')
    transport.loseService()
    await kiosk.next('screen', ({ step }) => step === 'out-of-service')
  })
})

test('the notice beside a screen has its title on a line of its own', async () => {
  const { transport, page } = await bench()
  const kiosk = await page()
  transport.insert(await card())
  kiosk.serve('9999').catch(() => {})
  const { text } = await kiosk.next('screen', (screen) => screen.text.notice !== undefined)
  expect(text.notice!.split('\n')).toHaveLength(2)
  transport.remove()
})
