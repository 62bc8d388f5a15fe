import { describe, expect, test } from 'vitest'
import { request } from '../fixture.ts'
import { askChallenge, freshToken, handlerWith, outcome, post, streamed } from './fixture.ts'

describe('a body', () => {
  const challenge = JSON.stringify(request)
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ['with a charset', '201', { 'content-type': 'application/json; charset=UTF-8' }],
    ['with a charset in quotes', '201', { 'content-type': 'Application/JSON;charset="utf-8"' }],
    ['in another charset', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json; charset=shift_jis' }],
    [
      'with parameters, which JSON has none of',
      '201',
      { 'content-type': 'application/json; v=1;p="a;b" ; charset=utf-8' },
    ],
    ['with an empty parameter', '201', { 'content-type': 'application/json;' }],
    ['with a charset that is quoted further', '201', { 'content-type': 'application/json; charset="utf\\-8"' }],
    ['with half a parameter', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json; charset' }],
    ['with an open quotation mark', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json; charset="utf-8' }],
    ['in two charsets', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json; charset=utf-8; charset=utf-8' }],
    ['in another one that is quoted', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json; Charset="utf-16"' }],
    ['of a type that begins alike', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/jsonx' }],
    [
      'of spaces and semicolons without end',
      '415 ERR_MEDIA_TYPE',
      { 'content-type': `application/json${' ;'.repeat(4_000)}x` },
    ],
    ['of a form', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of two types', '415 ERR_MEDIA_TYPE', { 'content-type': 'application/json, text/plain' }],
    ['not compressed, it says', '201', { 'content-encoding': 'identity' }],
    ['compressed', '415 ERR_MEDIA_TYPE', { 'content-encoding': 'br' }],
  ])('%s: %s', async (_name, expected, headers) => {
    expect(await outcome(await (await handlerWith()).fetch(post('/v1/challenges', challenge, headers)))).toBe(expected)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['a number', '1'],
    ['two objects', `${challenge}${challenge}`],
    ['a byte order mark', `\ufeff${challenge}`],
    ['a comment', `/**/${challenge}`],
    ['a comma more', challenge.replace('}', ',}')],
    ['a field more', JSON.stringify({ ...request, more: 'x' })],
    ['a field less', JSON.stringify({ terminal: request.terminal })],
    ['a field of the prototype', challenge.replace('"purpose"', '"__proto__"')],
    ['a name that is none', JSON.stringify({ ...request, purpose: 1 })],
    ['no name', JSON.stringify({ ...request, purpose: null })],
    ['an object as a name', JSON.stringify({ ...request, purpose: { a: 'b' } })],
    ['a field twice', challenge.replace('{', '{"purpose":"income",')],
    ['deep lists', '['.repeat(15_000) + ']'.repeat(15_000)],
    ['deep lists within', `{"terminal":"a","purpose":${'['.repeat(15_000)}${']'.repeat(15_000)}}`],
  ])('of %s is refused', async (_name, text) => {
    expect(await outcome(await (await handlerWith()).fetch(post('/v1/challenges', text)))).toBe('400 ERR_REQUEST')
  })

  test.each<[string, (token: string) => string]>([
    ['no token', () => '{}'],
    ['a token as text', (token) => `{"token":${JSON.stringify(token)}}`],
    ['a list of tokens', (token) => `{"token":[${token}]}`],
    ['two tokens', (token) => `{"token":${token},"token":${token}}`],
    ['a field of the token twice', (token) => `{"token":${token.replace('{', '{"purpose":"income",')}}`],
    ['a field of the token twice, escaped', (token) => `{"token":${token.replace('{', '{"p\\u0075rpose":"income",')}}`],
    ['an object within the token', (token) => `{"token":${token.replace(/"purpose":"[^"]*"/, '"purpose":{"a":"b"}')}}`],
    ['a list within the token', (token) => `{"token":${token.replace(/"purpose":"[^"]*"/, '"purpose":[]')}}`],
    ['a field twice in an object that is of no concern', (token) => `{"token":${token},"purpose":{"a":1,"a":1}}`],
    ['a purpose that is none', (token) => `{"token":${token},"purpose":5}`],
    ['null as a purpose', (token) => `{"token":${token},"purpose":null}`],
    ['a wish that is none', (token) => `{"token":${token},"includeSerialNumber":"true"}`],
  ])('of %s is refused, and the challenge stays', async (_name, bodyOf) => {
    const handler = await handlerWith({ allowSerialNumber: true })
    const token = await freshToken(handler)
    const body = bodyOf(JSON.stringify(token))
    expect(await outcome(await handler.fetch(post('/v1/verifications', body)))).toBe('400 ERR_REQUEST')
    expect((await handler.fetch(post('/v1/verifications', { token }))).status).toBe(200)
  })

  test('of bytes that are no UTF-8 is refused', async () => {
    const handler = await handlerWith()
    for (const bytes of [[0xc1, 0xaa], [0xed, 0xa0, 0x80], [0xff], [0xf4, 0x90, 0x80, 0x80]]) {
      const body = Buffer.concat([Buffer.from('{"terminal":"'), Buffer.from(bytes), Buffer.from('","purpose":"p"}')])
      const sent = new Request('http://server.test/v1/challenges', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
        body,
      })
      expect(await outcome(await handler.fetch(sent))).toBe('400 ERR_REQUEST')
    }
  })

  test('may come in pieces, each of a byte', async () => {
    const bytes = Buffer.from(challenge)
    let at = 0
    const pieces = new ReadableStream<Uint8Array>({
      pull: (to) => (at === bytes.length ? to.close() : to.enqueue(new Uint8Array(bytes.subarray(at, ++at)))),
    })
    expect((await (await handlerWith()).fetch(streamed('/v1/challenges', pieces))).status).toBe(201)
  })

  test('that breaks off is refused', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (to) => to.error(new Error('gone')) })
    expect(await outcome(await (await handlerWith()).fetch(streamed('/v1/challenges', broken)))).toBe('400 ERR_REQUEST')
  })

  test.each([['10'], ['39999'], ['40001'], ['32768']])(
    'of another length than it says is refused: %s',
    async (length) => {
      const handler = await handlerWith({ limits: { bodyBytes: 50_000 } })
      const sent = post('/v1/challenges', ' '.repeat(40_000), { 'content-length': length })
      expect(await outcome(await handler.fetch(sent))).toBe('400 ERR_REQUEST')
    },
  )

  test('may hold other letters, which no name has', async () => {
    const handler = await handlerWith()
    for (const terminal of ['端末', '🙂', 'é']) {
      const sent = askChallenge({ ...request, terminal })
      expect(await outcome(await handler.fetch(sent))).toBe('403 ERR_TOKEN_TERMINAL')
    }
  })

  test('of the greatest length is read, of a byte more it is not', async () => {
    const handler = await handlerWith({ limits: { bodyBytes: 1024 } })
    expect((await handler.fetch(post('/v1/challenges', challenge.padEnd(1024)))).status).toBe(201)
    const longer = challenge.padEnd(1025)
    expect(await outcome(await handler.fetch(post('/v1/challenges', longer)))).toBe('413 ERR_BODY_TOO_LARGE')
    const pieces = new ReadableStream<Uint8Array>({
      start(to) {
        to.enqueue(Buffer.from(longer.slice(0, 1000)))
        to.enqueue(Buffer.from(longer.slice(1000)))
        to.close()
      },
    })
    expect(await outcome(await handler.fetch(streamed('/v1/challenges', pieces)))).toBe('413 ERR_BODY_TOO_LARGE')
  })
})
