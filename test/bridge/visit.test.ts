import { describe, expect, test } from 'vitest'
import type { BridgeQuestion } from '../../src/bridge-client/index.ts'
import { verificationCodeB } from '../../src/emulator/index.ts'
import { customerLanguages } from '../../src/messages/index.ts'
import { issuing } from '../support/issuing.ts'
import { PinpadReader } from '../support/pinpad-reader.ts'
import { identity } from '../support/virtual.ts'
import { bench, card, type Page } from './support.ts'

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Answers questions of a kind with these, in turn. */
function answering(
  page: Page,
  answer: (question: BridgeQuestion, times: number) => Promise<unknown> | undefined,
): void {
  let times = 0
  page.client.on('question', (question) => {
    answer(question, times++)?.catch(() => {})
  })
}

describe('a customer is served through the bridge', () => {
  test('look, PIN, server: the exchanges with the card are those of the visit without a bridge', async () => {
    const { bridge, transport, page } = await bench()
    const kiosk = await page()
    const inserted = await card()
    transport.insert(inserted)
    const outcome = await kiosk.serve('1234')
    expect(outcome).toMatchObject({ kind: 'accepted', service: 'token', userVerification: 'pin' })
    expect(kiosk.all('look')).toMatchObject([{ kind: 'my-number', services: [{ service: 'token', entriesLeft: 2 }] }])
    expect(kiosk.steps).toEqual(['place-card', 'checking', 'enter-pin', 'authenticating', 'accepted'])
    expect(kiosk.all('outcome')).toEqual([outcome])
    expect(inserted.exchanges).toBe(8)
    expect(inserted.verified('auth')).toBe(false)
    transport.remove()
    await kiosk.next('removed')
    await kiosk.next('screen', ({ step }) => step === 'ended')
    expect(bridge.counts).toMatchObject({ visits: 1, outcomes: { accepted: 1 }, refusals: {}, requests: {} })
  })

  test('a wrong PIN is asked for again, with its notice and what is left', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card())
    answering(kiosk, ({ question }, times) => kiosk.client.sendPin(question, ascii(times === 0 ? '9999' : '1234')))
    const { visit } = await kiosk.next('visit')
    const outcome = await kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    expect(outcome).toMatchObject({
      kind: 'accepted',
      pinError: { code: 'ERR_PIN_REJECTED', pin: 'auth', triesLeft: 2 },
    })
    const [first, second] = kiosk.all('question')
    expect(first).toMatchObject({ kind: 'pin', pin: 'auth', digits: { min: 4, max: 4 }, entriesLeft: 2 })
    expect(second).toMatchObject({ kind: 'pin', entriesLeft: 1, wrong: 'ERR_PIN_REJECTED' })
    expect(kiosk.all('screen').filter(({ step }) => step === 'enter-pin')[1]!.text.notice).toContain('暗証番号')
  })

  test.each([
    ['an iPhone: no PIN is asked for', { kind: 'phone-iphone' }, { kind: 'accepted', userVerification: 'device' }, 0],
    ['an Android phone', { kind: 'phone-android' }, { kind: 'accepted' }, 1],
    ['a blocked PIN', { triesLeft: { auth: 0 } }, { kind: 'refused', situation: 'pin-blocked' }, 0],
    ['the last try is never spent', { triesLeft: { auth: 1 } }, { kind: 'refused', situation: 'pin-guarded' }, 0],
  ] as const)('%s', async (_, options, expected, questions) => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card(options))
    expect(await kiosk.serve('1234')).toMatchObject(expected)
    expect(kiosk.all('question')).toHaveLength(questions)
  })

  test('cancelled at the PIN: no try is spent, and the visit goes on for another attempt', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    const inserted = await card()
    transport.insert(inserted)
    const { visit } = await kiosk.next('visit')
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    await kiosk.next('question')
    await kiosk.client.call('visit.cancel', { visit })
    expect(await serving).toMatchObject({ kind: 'cancelled' })
    expect(kiosk.steps.at(-1)).toBe('refused cancelled')
    expect(inserted.triesLeft('auth')).toBe(3)
    expect(await kiosk.serve('1234')).toMatchObject({ kind: 'accepted' })
  })

  test('a card that is pulled at the PIN ends the call', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const { question } = await kiosk.next('question')
    transport.remove()
    expect(await serving).toMatchObject({ kind: 'removed' })
    await kiosk.next('removed')
    const late = kiosk.client.sendPin(question, ascii('1234'))
    await expect(late).rejects.toMatchObject({ code: 'ERR_BRIDGE_VISIT' })
  })

  test('a customer who does nothing: the question ends, unless the page says that something was done', async () => {
    const { transport, page } = await bench({ idleMs: 1_000 })
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const began = performance.now()
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const { question } = await kiosk.next('question')
    for (let times = 0; times < 3; times++) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      await kiosk.client.call('question.active', { question })
    }
    expect(await serving).toMatchObject({ kind: 'inactive' })
    expect(performance.now() - began).toBeGreaterThan(2_400)
    expect(kiosk.all('answered')).toEqual([{ visit, question }])
  })

  test('the language changes at any moment: the present screen comes again', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const { question } = await kiosk.next('question')
    for (const language of Object.keys(customerLanguages) as (keyof typeof customerLanguages)[]) {
      await kiosk.client.call('session.language', { language })
      const { text } = await kiosk.next('screen', (one) => one.step === 'enter-pin' && one.text.language === language)
      expect(text.title).toMatch(/\p{L}/u)
    }
    await kiosk.client.sendPin(question, ascii('1234'))
    expect(await serving).toMatchObject({ kind: 'accepted' })
  })

  test('a forgotten card is asked for, after the outcome was shown', async () => {
    const { transport, page } = await bench({ outcomeMs: 0 })
    const kiosk = await page()
    transport.insert(await card())
    await kiosk.serve('1234')
    await kiosk.next('screen', ({ step }) => step === 'take-card')
  })

  test('without a reader the machine is out of service', async () => {
    const { transport, page } = await bench()
    const kiosk = await page()
    await kiosk.next('screen', ({ step }) => step === 'place-card')
    transport.detachReader()
    await kiosk.next('screen', ({ step }) => step === 'out-of-service')
    expect((await kiosk.client.call('state', {})).state).toBe('no-reader')
  })
})

describe('attributes and the card face', () => {
  test('are read for a purpose of the settings', async () => {
    const { transport, page } = await bench({ services: ['attributes'], purposes: ['application-form'] })
    const kiosk = await page()
    transport.insert(await card())
    const outcome = await kiosk.serve('1234', { service: 'attributes', purpose: 'application-form' })
    const { holder } = await identity()
    expect(outcome).toMatchObject({ kind: 'attributes', attributes: { name: holder.name, address: holder.address } })
  })

  test('the card face after 照合番号B, as images', async () => {
    const { transport, page } = await bench({ services: ['card-face'], purposes: ['age'] })
    const kiosk = await page()
    const inserted = await card()
    transport.insert(inserted)
    const code = verificationCodeB(await identity())
    answering(kiosk, ({ question }) => kiosk.client.sendPin(question, ascii(code)))
    const { visit } = await kiosk.next('visit')
    const outcome = await kiosk.client.call('visit.serve', { visit, purpose: 'age', service: 'card-face' })
    expect(kiosk.all('question')).toMatchObject([{ kind: 'pin', pin: 'visual-code-b', digits: { min: 14, max: 14 } }])
    // The photo is converted by a worker of the compiled package; here it stays as the card has it.
    const photo = { content: expect.stringMatching(/^.{1000}/) }
    expect(outcome).toMatchObject({ kind: 'card-face', cardFace: { photo, name: { format: 'png' } } })
    expect(inserted.exchanges).toBeGreaterThan(0)
  })
})

describe('the PIN is entered', () => {
  test('at the keypad of the reader: the page is not asked', async () => {
    const { transport, page } = await bench({ pinEntry: 'keypad' })
    const connect = transport.connect.bind(transport)
    transport.connect = async (...args) => new PinpadReader(await connect(...args), { keys: ['1234'] }).connection
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const outcome = await kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    expect(outcome).toMatchObject({ kind: 'accepted' })
    expect(kiosk.steps).toContain('enter-pin-on-reader')
    expect(kiosk.all('question')).toEqual([])
  })

  test('in the page of the bridge, which the client cannot answer for', async () => {
    const { bridge, transport, page } = await bench({ pinEntry: 'bridge-page' })
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const asked = await kiosk.next('question')
    const { page: address = '' } = asked as { page?: string }
    expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${bridge.port}/pin/[\\w-]{43}$`))
    await expect(kiosk.client.sendPin(asked.question, ascii('1234'))).rejects.toMatchObject({
      code: 'ERR_BRIDGE_VISIT',
    })

    const shown = await fetch(address, { headers: { 'sec-fetch-dest': 'document' } })
    expect(shown.status).toBe(200)
    expect(shown.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(shown.headers.get('x-frame-options')).toBe('DENY')
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect((await fetch(address, { headers: { 'sec-fetch-dest': 'iframe' } })).status).toBe(403)

    const origin = new URL(address).origin
    const post = (body: string, headers: Record<string, string> = { origin }) =>
      fetch(address, { method: 'POST', body, headers })
    // Of another page, of none, with another site named, too long, empty.
    expect((await post('1234', { origin: 'https://kiosk.example' })).status).toBe(403)
    expect((await post('1234', {})).status).toBe(403)
    expect((await post('1234', { origin, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await post('1'.repeat(17))).status).toBe(400)
    expect((await post('')).status).toBe(400)
    const question = await (await fetch(`${address}/question`)).json()
    expect(question).toMatchObject({ lang: 'ja', digits: { min: 4, max: 4 }, order: [...'0123456789'] })

    expect((await post('1234')).status).toBe(204)
    expect(await serving).toMatchObject({ kind: 'accepted' })
    expect((await post('1234')).status).toBe(404)
    expect((await fetch(address)).status).toBe(404)
  })

  test('shuffled digits are all ten, and not always in one order', async () => {
    const { transport, page } = await bench({ pinEntry: 'bridge-page', shuffleDigits: true })
    const kiosk = await page()
    transport.insert(await card())
    const { visit } = await kiosk.next('visit')
    const serving = kiosk.client.call('visit.serve', { visit, purpose: 'residence-record' })
    const { page: address = '' } = (await kiosk.next('question')) as { page?: string }
    const orders = new Set<string>()
    for (let times = 0; times < 10; times++) {
      const { order } = (await (await fetch(`${address}/question`)).json()) as { order: string[] }
      expect(order.toSorted()).toEqual([...'0123456789'])
      orders.add(order.join(''))
    }
    expect(orders.size).toBeGreaterThan(5)
    const { origin } = new URL(address)
    await fetch(`${address}/cancel`, { method: 'POST', headers: { origin } })
    expect(await serving).toMatchObject({ kind: 'cancelled' })
  })
})

describe('documents are issued', () => {
  test('which the customer chooses on the screen, with the copies', async () => {
    const { printed, ...site } = await issuing()
    const { transport, page } = await bench(site)
    const kiosk = await page()
    transport.insert(await card())
    const refused: unknown[] = []
    answering(kiosk, async ({ kind, question }) => {
      if (kind === 'pin') return kiosk.client.sendPin(question, ascii('1234'))
      const documents = [{ document: 'residence-record', copies: 2 }]
      await kiosk.client
        .call('question.documents', { question, documents: [{ document: 'seal', copies: 1 }] })
        .catch((error) => refused.push(error.code))
      return kiosk.client.call('question.documents', { question, documents })
    })
    const { visit } = await kiosk.next('visit')
    const serve = { visit, purpose: 'residence-record', documents: 'choose' as const }
    const outcome = await kiosk.client.call('visit.serve', serve)
    expect(outcome).toMatchObject({ kind: 'issued', pageCount: 2, state: 'collected' })
    expect(refused).toEqual(['ERR_BRIDGE_REQUEST'])
    expect(printed).toEqual(['R-1', 'R-1'])
    expect(kiosk.steps).toEqual([
      'place-card',
      'checking',
      'choose-documents',
      'enter-pin',
      'authenticating',
      'accepted',
      'printing',
      'take-paper',
    ])
    // No page of a document passes through the page.
    expect(JSON.stringify(kiosk.events)).not.toContain('R-1')
  })

  test('a printer that is out of order costs no PIN', async () => {
    const { printed, ...site } = await issuing({
      printer: { clear: async () => Promise.reject(new Error('no paper')) },
    })
    const { bridge, transport, page } = await bench(site)
    const kiosk = await page()
    transport.insert(await card())
    const outcome = await kiosk.serve('1234', { documents: [{ document: 'tax', copies: 1 }] })
    expect(outcome).toMatchObject({ kind: 'refused', situation: 'out-of-order', code: 'ERR_PRINTER' })
    expect(printed).toEqual([])
    expect(bridge.counts.refusals).toEqual({ ERR_PRINTER: 1 })
  })
})

test('the log of the operator has nothing of a person', async () => {
  const { transport, page, log } = await bench({ services: ['attributes'], purposes: ['form'] })
  const kiosk = await page()
  transport.insert(await card())
  await kiosk.serve('1234', { service: 'attributes', purpose: 'form' })
  const { holder } = await identity()
  const text = JSON.stringify(log)
  for (const secret of ['1234', holder.name, holder.address, kiosk.client.session.key, kiosk.client.session.session]) {
    expect(text).not.toContain(secret)
  }
  expect(log.map(({ event }) => event)).toEqual(['paired', 'visit', 'outcome'])
})
