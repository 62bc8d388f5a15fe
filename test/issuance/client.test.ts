import { describe, expect, test } from 'vitest'
import { type CaseJson, IssuanceServer, parseCase } from '../../src/issuance/index.ts'
import { visitAt } from '../server/http/desk-fixture.ts'
import { outcome, settled } from '../server/issuance/fixture.ts'
import { clientAt, servedDesk } from './served.ts'

const documents = [{ document: 'residence-record', copies: 1 }]
const other = 'B'.repeat(32)

type Body = Record<string, unknown>
const inCase = (change: object) => (body: Body) => ({ ...body, case: { ...(body['case'] as object), ...change } })

/** A case, and a client whose answers of one path are changed. */
async function changed(form: RegExp, change: (body: Body) => unknown, status = 200) {
  const town = await servedDesk()
  const { token } = await visitAt(town.service)
  const client = clientAt(town.url, 'kiosk-1', undefined, (path, body, answered) =>
    form.test(path) && Math.floor(answered / 100) === Math.floor(status / 100) ? change(body) : body,
  )
  return { town, token, client }
}

describe('an answer to a token', () => {
  test.each<[string, (body: Body) => unknown, string]>([
    ['of another case of another terminal', inCase({ terminal: 'kiosk-2' }), 'ERR_ANSWER_MISMATCH'],
    ['for another purpose', inCase({ purpose: 'income' }), 'ERR_ANSWER_MISMATCH'],
    ['of another holder', inCase({ holder: 'x' }), 'ERR_ANSWER_MISMATCH'],
    [
      'of another holder throughout',
      (body) => ({ ...inCase({ holder: 'x' })(body), holder: 'x' }),
      'ERR_ANSWER_MISMATCH',
    ],
    ['for other documents', inCase({ documents: [{ document: 'income', copies: 1 }] }), 'ERR_ANSWER_MISMATCH'],
    ['for more copies', inCase({ documents: [{ document: 'residence-record', copies: 2 }] }), 'ERR_ANSWER_MISMATCH'],
    ['for more documents', inCase({ documents: [...documents, { document: 'a', copies: 1 }] }), 'ERR_ANSWER_MISMATCH'],
    ['without a case', (body) => ({ ...body, case: undefined }), 'ERR_SERVER'],
    ['with a case that is over before it begins', inCase({ deadline: '2020-01-01T00:00:00.000Z' }), 'ERR_SERVER'],
    ['with a malformed id', inCase({ id: 'short' }), 'ERR_SERVER'],
    ['that is no JSON', () => '{', 'ERR_SERVER'],
    ['that is endless', () => 'x'.repeat(100_000), 'ERR_SERVER'],
  ])('%s is refused', async (_, change, code) => {
    const { town, token, client } = await changed(/^\/v1\/cases$/, change)
    await using _town = town
    expect(await outcome(client.openCase(token, documents))).toBe(code)
  })

  test('is refused without a question for a token of another terminal', async () => {
    const { town, token } = await changed(/none/, (body) => body)
    await using _town = town
    await expect(clientAt(town.url, 'kiosk-2').openCase(token, documents)).rejects.toThrow(TypeError)
  })

  test.each<[string, (body: Body) => unknown, string]>([
    ['of another challenge', (body) => ({ ...body, challengeDigest: 'A'.repeat(43) }), 'ERR_ANSWER_MISMATCH'],
    ['about a case', (body) => ({ ...body, case: other }), 'ERR_ANSWER_MISMATCH'],
    ['with the code of another request', (body) => ({ ...body, code: 'ERR_CASE_EXPIRED' }), 'ERR_ANSWER_MISMATCH'],
    ['with a code that no server answers', (body) => ({ ...body, code: 'ERR_SEAL' }), 'ERR_SERVER'],
    ['as it is', (body) => body, 'ERR_NONCE_UNKNOWN'],
  ])('with a refusal %s', async (_, change, code) => {
    const { town, token, client } = await changed(/^\/v1\/cases$/, change, 400)
    await using _town = town
    await clientAt(town.url).openCase(token, documents)
    expect(await outcome(client.openCase(token, documents))).toBe(code)
  })
})

describe('an answer to what became of a token', () => {
  test.each<[string, (body: Body) => unknown, string]>([
    ['of another token', (body) => ({ ...body, challengeDigest: 'A'.repeat(43) }), 'ERR_ANSWER_MISMATCH'],
    ['of another holder', inCase({ holder: 'x' }), 'ERR_ANSWER_MISMATCH'],
    [
      'of a holder that is not bound to the card',
      (body) => ({ ...body, holderDigest: undefined }),
      'ERR_ANSWER_MISMATCH',
    ],
    ['of another terminal', inCase({ terminal: 'kiosk-2' }), 'ERR_ANSWER_MISMATCH'],
    ['with another state', (body) => ({ ...body, state: 'accepted' }), 'ERR_SERVER'],
    ['without a code', (body) => ({ ...body, state: 'refused' }), 'ERR_SERVER'],
    ['as it is', (body) => body, 'done'],
  ])('%s', async (_, change, code) => {
    const { town, token, client } = await changed(/^\/v1\/tokens$/, change)
    await using _town = town
    await client.openCase(token, documents)
    expect(await outcome(client.findToken(token))).toBe(code)
  })
})

describe('an answer about a case', () => {
  const calls = {
    state: (client: IssuanceServer, id: string) => client.state(id),
    release: (client: IssuanceServer, id: string) => client.release(id, 3),
    report: (client: IssuanceServer, id: string) => client.report(id, { outcome: 'abandoned' }),
  }
  const table = Object.keys(calls).flatMap((name) =>
    (
      [
        ['of another case', { id: other }, 'ERR_ANSWER_MISMATCH'],
        ['of another terminal', { terminal: 'kiosk-2' }, 'ERR_ANSWER_MISMATCH'],
        ['with another state', { state: 'ready' }, 'ERR_SERVER'],
        ['with a fence that is no number', { fence: '3' }, 'ERR_SERVER'],
        ['with a time that is none', { deadline: 'tomorrow' }, 'ERR_SERVER'],
        ['with too many pages', { pageCount: 1_001 }, 'ERR_SERVER'],
        ['as it is', {}, 'done'],
      ] as const
    ).map((row) => [name as keyof typeof calls, ...row] as const),
  )
  test.each(table)('%s: %s', async (name, _, change, code) => {
    const apply = (body: Body) => (name === 'release' ? inCase(change)(body) : { ...body, ...change })
    const { town, token, client } = await changed(/^\/v1\/cases\/./, apply)
    await using _town = town
    const { case: opened } = await client.openCase(token, documents)
    await settled()
    expect(await outcome(calls[name](client, opened.id))).toBe(code)
  })

  test.each(Object.keys(calls) as (keyof typeof calls)[])('%s: a refusal of another case', async (name) => {
    const { town, client } = await changed(/^\/v1\/cases\/./, (body) => ({ ...body, case: other }), 400)
    await using _town = town
    expect(await outcome(calls[name](client, 'A'.repeat(32)))).toBe('ERR_ANSWER_MISMATCH')
    expect(await outcome(calls[name](clientAt(town.url), 'A'.repeat(32)))).toBe('ERR_CASE_UNKNOWN')
  })

  test('is not asked for with an id that is none', async () => {
    await using town = await servedDesk()
    await expect(clientAt(town.url).state('../desk')).rejects.toThrow(TypeError)
  })
})

describe('a client', () => {
  test('is made for a terminal and an address that is secure', () => {
    expect(() => new IssuanceServer('http://issue.example', { terminal: 'kiosk-1' })).toThrow(TypeError)
    expect(() => new IssuanceServer('https://issue.example', { terminal: 'a b' })).toThrow(TypeError)
  })

  test('ends a request with its signal', async () => {
    const hang: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init!.signal!.addEventListener('abort', () => reject(new Error('aborted'))))
    const client = new IssuanceServer('https://issue.example', { terminal: 'kiosk-1', fetch: hang })
    expect(await outcome(client.state(other, { signal: AbortSignal.timeout(10) }))).toBe('ERR_SERVER')
  })
})

describe('a case as JSON', () => {
  const json: CaseJson = {
    id: other,
    fence: 1,
    state: 'opened',
    terminal: 'kiosk-1',
    purpose: 'residence-record',
    holder: 'holder',
    documents,
    openedAt: '2026-06-01T00:00:00.000Z',
    deadline: '2026-06-01T00:03:00.123Z',
  }

  test('keeps its times to the millisecond', () => {
    expect(parseCase(json)).toMatchObject({
      openedAt: Date.UTC(2026, 5, 1),
      deadline: Date.UTC(2026, 5, 1, 0, 3, 0, 123),
    })
  })

  test.each([null, [], 'case', 1, {}, Object.create(json), { ...json, code: 'why' }, { ...json, holder: '' }])(
    '%j is none',
    (value) => {
      expect(() => parseCase(value)).toThrow(/malformed case/)
    },
  )
})
