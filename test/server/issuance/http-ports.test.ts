import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { RefusalError, ServerError } from '../../../src/errors.ts'
import { httpComposer, httpRegister } from '../../../src/server/index.ts'
import { deskOf, documents, settled, visitOf } from './fixture.ts'

const id = 'A'.repeat(32)
const signal = new AbortController().signal
const question = {
  case: id,
  holder: 'holder-1',
  terminal: 'kiosk-1',
  purpose: 'residence-record',
  document: 'residence-record',
  at: Date.UTC(2026, 5, 1),
}
const order = { case: id, subject: 'subject-1', document: 'income', copies: 1, purpose: 'income', at: question.at }

interface Received {
  readonly headers: IncomingMessage['headers']
  readonly body: Record<string, unknown>
}

/** A service of a municipality. */
async function service(answer: (body: Record<string, unknown>, response: ServerResponse) => unknown) {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    const body = JSON.parse(text) as Record<string, unknown>
    received.push({ headers: request.headers, body })
    const given = answer(body, response)
    if (given !== undefined) response.end(typeof given === 'string' ? given : JSON.stringify(given))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ask`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url, received, [Symbol.asyncDispose]: close }
}

/** Code and reason of the error of a call. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason) => reason,
  )
  if (error instanceof RefusalError) return `${error.code} ${error.reason}`
  return error instanceof ServerError ? error.code : String(error)
}

const good = { case: id, subject: 'subject-1', asOf: '2026-06-01T00:00:00Z', sequence: 7 }
const page = { mediaType: 'application/pdf', subject: 'subject-1', content: 'AQID' }
const document = { case: id, pageCount: 1, pages: [page] }

describe('a register over HTTP', () => {
  test('is asked with a token, and answers', async () => {
    await using town = await service(() => ({ ...good, suppressed: 'moved-away', missing: 0 }))
    const register = httpRegister({ name: 'residents', url: town.url, token: 'a-token-of-a-desk' })
    expect(await register.lookup({ ...question, serialNumber: '01AB' }, { signal })).toEqual({
      subject: 'subject-1',
      suppressed: 'moved-away',
      asOf: Date.UTC(2026, 5, 1),
      sequence: 7,
      missing: 0,
    })
    const [{ headers, body }] = town.received as [Received]
    expect(headers.authorization).toBe('Bearer a-token-of-a-desk')
    expect(body).toEqual({ ...question, serialNumber: '01AB', at: '2026-06-01T00:00:00.000Z' })
  })

  test('takes the token that is present', async () => {
    await using town = await service(() => good)
    let token = 'token-of-yesterday'
    const register = httpRegister({ name: 'residents', url: town.url, token: () => token })
    await register.lookup(question, { signal })
    token = 'token-of-today-0'
    await register.lookup(question, { signal })
    expect(town.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-of-yesterday',
      'Bearer token-of-today-0',
    ])
  })

  test.each<[string, unknown, string]>([
    ['a misspelt reason', { ...good, suppresed: 'protected' }, 'ERR_REGISTER malformed'],
    ['an unknown reason', { ...good, suppressed: 'famous' }, 'ERR_REGISTER malformed'],
    ['a reason that is null', { ...good, suppressed: null }, 'ERR_REGISTER malformed'],
    ['no case', { ...good, case: undefined }, 'ERR_REGISTER malformed'],
    ['another case', { ...good, case: 'B'.repeat(32) }, 'ERR_REGISTER case'],
    ['no subject', { ...good, subject: '' }, 'ERR_REGISTER malformed'],
    ['a subject with a line feed', { ...good, subject: 'a\nb' }, 'ERR_REGISTER malformed'],
    ['a time that is a number', { ...good, asOf: 1 }, 'ERR_REGISTER malformed'],
    ['a time without its zone', { ...good, asOf: '2026-06-01T00:00:00' }, 'ERR_REGISTER malformed'],
    ['a sequence that is a text', { ...good, sequence: '7' }, 'ERR_REGISTER malformed'],
    ['a negative number of missing changes', { ...good, missing: -1 }, 'ERR_REGISTER malformed'],
    ['a list', [good], 'ERR_REGISTER malformed'],
    ['a name twice', `{"case":"${id}","subject":"a","subject":"b"}`, 'ERR_SERVER'],
    ['no JSON', '<html>', 'ERR_SERVER'],
    ['more than is read', { ...good, more: 'x'.repeat(20_000) }, 'ERR_SERVER'],
  ])('that answers %s is refused', async (_, answer, code) => {
    await using town = await service(() => answer)
    expect(await refusal(httpRegister({ name: 'residents', url: town.url }).lookup(question, { signal }))).toBe(code)
  })

  test('that refuses, redirects or hangs has no answer', async () => {
    await using town = await service((_, response) => {
      response.statusCode = 500
      return good
    })
    await using elsewhere = await service((_, response) => void response.writeHead(307, { location: town.url }).end())
    await using hanging = await service(() => undefined)
    const ask = (url: string, ended = signal) => httpRegister({ name: 'r', url }).lookup(question, { signal: ended })
    expect(await refusal(ask(town.url))).toBe('ERR_SERVER')
    expect(await refusal(ask(elsewhere.url))).toBe('ERR_SERVER')
    expect(town.received).toHaveLength(1)
    expect(await refusal(ask(hanging.url, AbortSignal.timeout(50)))).toBe('ERR_SERVER')
  })
})

describe('a composer over HTTP', () => {
  test('composes, and may refuse what its form does not take', async () => {
    await using town = await service(({ subject }) =>
      subject === 'subject-1' ? document : { case: id, suppressed: 'too-many-characters' },
    )
    const composer = httpComposer({ url: town.url })
    const composed = await composer.compose(order, { signal })
    expect(composed).toEqual({ ...document, pages: [{ ...page, content: Uint8Array.of(1, 2, 3) }] })
    expect(town.received[0]!.body).toEqual({ ...order, at: '2026-06-01T00:00:00.000Z' })
    const refused = composer.compose({ ...order, subject: 'other' }, { signal })
    expect(await refusal(refused)).toBe('ERR_NOT_ISSUABLE too-many-characters')
  })

  test.each<[string, unknown, string]>([
    ['no case', { ...document, case: 1 }, 'ERR_DOCUMENT malformed'],
    ['a field more', { ...document, draft: true }, 'ERR_DOCUMENT malformed'],
    ['pages and a refusal', { ...document, suppressed: 'died' }, 'ERR_DOCUMENT malformed'],
    ['a refusal of another case', { case: 'B'.repeat(32), suppressed: 'died' }, 'ERR_DOCUMENT case'],
    ['no number of pages', { ...document, pageCount: '1' }, 'ERR_DOCUMENT malformed'],
    ['1,001 pages', { ...document, pages: Array(1_001).fill(page) }, 'ERR_DOCUMENT malformed'],
    ['a page that is none', { ...document, pages: [null] }, 'ERR_DOCUMENT malformed'],
    ['a page without subject', { ...document, pages: [{ ...page, subject: undefined }] }, 'ERR_DOCUMENT malformed'],
    ['a page that is not base64', { ...document, pages: [{ ...page, content: '***' }] }, 'ERR_DOCUMENT malformed'],
  ])('that answers %s is refused', async (_, answer, code) => {
    await using town = await service(() => answer)
    expect(await refusal(httpComposer({ url: town.url }).compose(order, { signal }))).toBe(code)
  })

  test('passes on how the marker is read', () => {
    const subjectOf = () => 'subject-1'
    expect(httpComposer({ url: 'https://town.example', subjectOf }).subjectOf).toBe(subjectOf)
    expect(httpComposer({ url: 'https://town.example' })).not.toHaveProperty('subjectOf')
  })
})

describe('a desk with services over HTTP', () => {
  test('seals what they answer, and stops at a document of another case', async () => {
    const asOf = new Date(Date.UTC(2026, 5, 1)).toISOString()
    const last: string[] = []
    await using residents = await service(({ case: own }) => ({ ...good, case: own, asOf }))
    await using forms = await service(({ case: own }) => {
      last.unshift(String(own))
      // The second answer is the document of the first case.
      return { ...document, case: last.at(-1) }
    })
    const registers = [httpRegister({ name: 'residents', url: residents.url })]
    const { desk } = deskOf({ registers, composer: httpComposer({ url: forms.url }) })
    const state = async (n: number) => {
      const { id: own } = await desk.open(visitOf(n).accepted, documents)
      for (;;) {
        await settled()
        const view = await desk.issuingCase(own)
        if (view.state !== 'opened' && view.state !== 'composing') return `${view.state} ${view.reason}`
      }
    }
    expect(await state(1)).toBe('sealed undefined')
    expect(await state(2)).toBe('refused case')
    expect((await desk.stopped())?.reason).toBe('case')
  })
})

describe('options', () => {
  test.each([
    { url: 'http://town.example' },
    { url: 'https://user:password@town.example' },
    { url: 'ftp://town.example' },
    { url: 'town' },
    { url: 'https://town.example', token: 'short' },
    { url: 'https://town.example', token: 'with a space in it' },
  ])('%j are refused', (options) => {
    expect(() => httpComposer(options)).toThrow(TypeError)
    expect(() => httpRegister({ name: 'residents', ...options })).toThrow(TypeError)
  })

  test('need a name', () => {
    expect(() => httpRegister({ name: 'a b', url: 'https://town.example' })).toThrow(TypeError)
  })
})
