import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { BridgeClient } from '../../src/bridge-client/index.ts'
import { verificationCodeB } from '../../src/emulator/index.ts'
import { issuing } from '../support/issuing.ts'
import { identity } from '../support/virtual.ts'
import { FrameCheck, generated, problems, seen } from './frames.ts'
import { bench, card, closing, Page, pageOrigin, pair, socketOf } from './support.ts'

const document = JSON.parse(readFileSync(new URL('../../docs/asyncapi.json', import.meta.url), 'utf8'))
const pin = (text: string): Uint8Array => new TextEncoder().encode(text)

test('docs/asyncapi.json is not stale (npm run docs:asyncapi)', () => {
  expect(JSON.parse(JSON.stringify(generated))).toEqual(document)
})

test('every reference in it leads somewhere, and every message can be compiled', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'bridge')
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(([, pointer]) => pointer!)
  for (const pointer of new Set(references)) {
    const target = pointer
      .slice(1)
      .split('/')
      .reduce((value, name) => value?.[name], document)
    expect(target, pointer).toBeTypeOf('object')
  }
  for (const message of Object.keys(document.components.messages)) {
    expect(ajv.getSchema(`bridge#/components/messages/${message}/payload`), message).toBeTypeOf('function')
  }
})

test('a frame that is not in it is found', () => {
  const check = new FrameCheck()
  for (const event of [
    { method: 'removed', params: { visit: 1, more: 2 } },
    { method: 'removed', params: { visit: 0 } },
    { method: 'other', params: {} },
  ]) {
    check.fromBridge(JSON.stringify({ jsonrpc: '2.0', ...event }))
  }
  expect(problems.splice(0)).toHaveLength(3)
  seen.clear()
})

// Each frame is held against the document by the sockets of the bench.
test('whole visits have every message of it on the wire, and no other', async () => {
  const site = await issuing()
  const { bridge, transport, secrets, page } = await bench({
    ...site,
    services: ['token', 'attributes', 'card-face'],
    purposes: ['residence-record', 'age'],
    resumeMs: 10_000,
  })
  const first = await page()
  await expect.poll(() => secrets.length).toBe(2)
  const other = await pair(bridge, secrets[1]!)

  // Documents are chosen; a wrong PIN, then the right one; the page reconnects between.
  transport.insert(await card())
  const { visit } = await first.next('visit')
  const serve = { visit, purpose: 'residence-record', documents: 'choose' as const }
  const lost = first.client.call('visit.serve', serve).catch(() => {})
  const choice = await first.next('question')
  const documents = [{ document: 'residence-record', copies: 1 }]
  await first.client.call('question.active', { question: choice.question })
  await first.client.call('question.documents', { question: choice.question, documents })
  await first.next('question', ({ kind }) => kind === 'pin')
  await expect(other.client.call('visit.cancel', { visit })).rejects.toMatchObject({ code: 'ERR_BRIDGE_VISIT' })
  await other.client.call('state', {})
  first.client.close()
  await lost
  const { session } = first.client
  const options = { session, origin: pageOrigin, WebSocket: socketOf(pageOrigin) }
  const again = new Page(closing(await BridgeClient.connect(bridge.url, options)))
  await again.client.call('session.language', { language: 'en' })
  const asked = await again.next('question')
  await again.client.sendPin(asked.question, pin('9999'))
  const second = await again.next('question', ({ question }) => question > asked.question)
  await again.client.sendPin(second.question, pin('1234'))
  expect(await again.next('outcome')).toMatchObject({ kind: 'issued', pinError: { code: 'ERR_PIN_REJECTED' } })
  transport.remove()
  await again.next('removed')

  // The card face, attributes, and a visit that is cancelled.
  transport.insert(await card())
  const next = await again.next('visit', (event) => event.visit > visit)
  const face = again.client.call('visit.serve', { visit: next.visit, purpose: 'age', service: 'card-face' })
  const code = await again.next('question', (one) => one.kind === 'pin' && one.pin === 'visual-code-b')
  await again.client.sendPin(code.question, pin(verificationCodeB(await identity())))
  expect(await face).toMatchObject({ kind: 'card-face' })
  const read = { visit: next.visit, purpose: 'age', service: 'attributes' as const }
  const reading = again.client.call('visit.serve', read)
  const text = await again.next('question', (one) => one.kind === 'pin' && one.pin === 'text')
  await again.client.sendPin(text.question, pin('1234'))
  expect(await reading).toMatchObject({ kind: 'attributes' })
  const cancelled = again.client.call('visit.serve', read)
  await again.next('question', (one) => one.question > text.question)
  await again.client.call('visit.cancel', { visit: next.visit })
  expect(await cancelled).toMatchObject({ kind: 'cancelled' })
  transport.detachReader()
  await again.next('reader')

  // A service is chosen, where several can be had.
  const counter = await bench({ services: ['attributes', 'register-pin'], purposes: ['form'] })
  const clerk = await counter.page()
  counter.transport.insert(await card())
  const customer = await clerk.next('visit')
  const serving = clerk.client.call('visit.serve', { visit: customer.visit, purpose: 'form' })
  const { question } = await clerk.next('question', ({ kind }) => kind === 'service')
  await clerk.client.call('question.service', { question, service: 'register-pin' })
  const juki = await clerk.next('question', (one) => one.kind === 'pin' && one.pin === 'juki')
  await clerk.client.sendPin(juki.question, pin('1234'))
  expect(await serving).toMatchObject({ kind: 'pin-verified' })

  expect([...seen].toSorted()).toEqual(Object.keys(document.components.messages).toSorted())
})
