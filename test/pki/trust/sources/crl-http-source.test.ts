import { afterEach, describe, expect, test, vi } from 'vitest'
import { type CrlHttpSourceOptions, crlHttpSource } from '../../../../src/pki/trust/index.ts'
import { Certificate } from '../../../../src/pki/x509/index.ts'
import { issue, newKeys } from '../../../support/issue.ts'
import { der, extension, integer, list as listWith } from '../../revocation/crl-der.ts'
import { bytes, hostile, serve } from './server.ts'
import { ask, askUntil, at, forged, leaf, listOf, options, pem, sha256 } from './world.ts'

afterEach(() => {
  vi.useRealTimers()
})
/** Moves the monotonic clock of sources only. */
const clock = (): void => {
  vi.useFakeTimers({ toFake: ['performance'] })
}

const one = listOf(1)

describe('lists over HTTP', () => {
  test.each([
    ['DER', one],
    ['PEM', pem(one)],
  ])('are read as %s', async (_, content) => {
    const server = await serve(bytes(content))
    const answer = await ask(crlHttpSource({ ...options, url: `${server.origin}/ca.crl` }))
    expect(answer).toMatchObject({
      status: 'good',
      problems: [],
      evidence: [{ kind: 'crl', sha256: sha256(one) }],
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/ca.crl'])
  })

  test('say revoked', async () => {
    const server = await serve(bytes(listOf(1, [7])))
    const answer = await ask(crlHttpSource({ ...options, url: () => server.origin }))
    expect(answer).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
  })

  test('are asked for once, however many ask, and kept', async () => {
    const server = await serve((response) => setTimeout(() => response.end(listOf(1)), 20))
    const source = crlHttpSource({ ...options, url: server.origin })
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(source)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['good']))
    await ask(source)
    expect(server.requests).toHaveLength(1)
  })

  test('are asked for again after their age, or when outdated', async () => {
    clock()
    const server = await serve(bytes(listOf(1)))
    const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000, retryMs: 1000 })
    await ask(source)
    vi.advanceTimersByTime(59_999)
    await ask(source)
    expect(server.requests).toHaveLength(1)
    vi.advanceTimersByTime(1)
    server.answer = bytes(listOf(2, [7]))
    expect((await ask(source)).status).toBe('good')
    await askUntil(source, ({ status }) => status === 'revoked')
    expect(server.requests).toHaveLength(2)
    const later = new Date('2020-01-12T00:00:00Z')
    expect((await ask(source, leaf(), later)).status).toBe('unknown')
    vi.advanceTimersByTime(1000)
    expect((await ask(source, leaf(), later)).status).toBe('unknown')
    expect((await ask(source, leaf(), later)).status).toBe('unknown')
    expect(server.requests).toHaveLength(3)
  })
})

describe('addresses of a certificate', () => {
  test('are asked only where allowed, in turn until one answers', async () => {
    const server = await serve((response, _, { url }) =>
      url === '/b' ? response.end(listOf(1)) : response.writeHead(404).end(),
    )
    const about = leaf(['ldap://127.0.0.1/', 'http://other.example/', `${server.origin}/a`, `${server.origin}/b`])
    const source = crlHttpSource({ ...options, allow: [server.origin] })
    expect(await ask(source, about)).toMatchObject({
      status: 'good',
      problems: [`list from ${server.origin}: HTTP 404`],
    })
    expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b'])
  })

  test.each<[string, string, string[], string]>([
    ['of another host', 'http://127.0.0.1.example/ca.crl', ['http://127.0.0.1'], 'no origin'],
    ['of another port', 'http://127.0.0.1:1/ca.crl', ['http://127.0.0.1'], 'no origin'],
    ['of another scheme', 'http://127.0.0.1/ca.crl', ['https://127.0.0.1'], 'no origin'],
    ['with credentials', 'http://user:secret@127.0.0.1/', ['http://127.0.0.1'], 'names no address'],
    ['with a user', 'http://user@127.0.0.1/', ['http://127.0.0.1'], 'names no address'],
    ['of a file', 'file:///etc/hostname', ['http://127.0.0.1'], 'names no address'],
    ['of nothing', '%%', ['http://127.0.0.1'], 'names no address'],
    ['while none is allowed', 'http://127.0.0.1/ca.crl', [], 'no origin'],
  ])('%s are not asked', async (_, uri, allow, problem) => {
    const call = vi.fn<typeof fetch>()
    const answer = await ask(crlHttpSource({ ...options, allow, fetch: call }), leaf([uri]))
    expect(call).not.toHaveBeenCalled()
    expect(answer.status).toBe('unknown')
    expect(answer.problems.join()).toContain(problem)
    expect(answer.problems.join()).not.toContain('secret')
  })

  test('that are given need not be allowed, and their query is never reported', async () => {
    const server = await serve((response) => response.writeHead(500).end())
    const source = crlHttpSource({ ...options, url: () => `${server.origin}/x?key=secret`, allow: [] })
    expect((await ask(source)).problems).toEqual([`list from ${server.origin}: HTTP 500`])
    expect(server.requests[0]!.path).toBe('/x?key=secret')
    const none = crlHttpSource({ ...options, url: () => undefined })
    expect((await ask(none)).problems).toEqual(['lists over HTTP: the certificate names no address of http or https'])
    const wrong = crlHttpSource({ ...options, url: () => 'ftp://127.0.0.1/' })
    expect((await ask(wrong)).status).toBe('unknown')
  })
})

describe('a hostile server', () => {
  const limits = { timeoutMs: 1000, maxBytes: 65_536 }

  test.each(hostile('application/pkix-crl'))('that gives %s', async (_, problem, answer) => {
    const server = await serve(answer)
    const found = await ask(crlHttpSource({ ...options, ...limits, url: `${server.origin}/ca.crl` }))
    expect(found).toMatchObject({ status: 'unknown', evidence: [] })
    expect(found.problems).toHaveLength(1)
    expect(found.problems[0]).toContain(`list from ${server.origin}: ${problem}`)
    // What got no answer at all is asked once more, at once.
    const unanswered = problem === 'no answer: '
    expect(server.requests.map(({ path }) => path)).toEqual(unanswered ? ['/ca.crl', '/ca.crl'] : ['/ca.crl'])
  })

  const other = { subject: 'Other', issuer: 'Other', keys: newKeys(), signer: newKeys() }
  test.each<[string, Uint8Array | string, string]>([
    ['nothing', '', 'not a revocation list'],
    ['a page', '<html>', 'not a revocation list'],
    ['half a list', listOf(1).subarray(0, 100), 'not a revocation list'],
    ['half a PEM', pem(listOf(1)).slice(0, 100), 'a PEM block without its end'],
    ['a PEM that is none', pem(listOf(1)).replace('MI', '!!'), 'PEM that is not base64'],
    ['two lists', pem(listOf(1), listOf(2)), 'more than one list'],
    ['a certificate', issue(other), 'not a revocation list'],
    ['a forged list', forged(1), 'no key at hand has signed'],
  ])('that gives %s', async (_, content, problem) => {
    const server = await serve(bytes(content))
    const found = await ask(crlHttpSource({ ...options, url: server.origin }))
    expect(found.status).toBe('unknown')
    expect(found.problems.join()).toContain(problem)
  })

  test('that gives the list of another authority', async () => {
    const otherKeys = newKeys()
    const issuer = issue({ subject: 'CA', issuer: 'CA', keys: otherKeys, signer: otherKeys })
    const server = await serve(bytes(listOf(1)))
    const about = issue({ subject: 'H', issuer: 'CA', keys: newKeys(), signer: otherKeys, serial: 7 })
    const source = crlHttpSource({ ...options, url: server.origin })
    const answer = await source(Certificate.fromDer(about), Certificate.fromDer(issuer), at)
    expect(answer).toMatchObject({ status: 'unknown' })
    expect(answer.problems.join()).toContain('no key at hand has signed')
  })

  test('is left alone for a while after a failure', async () => {
    clock()
    const server = await serve((response) => response.writeHead(503).end())
    const source = crlHttpSource({ ...options, url: server.origin, retryMs: 1000 })
    await ask(source)
    vi.advanceTimersByTime(999)
    expect((await ask(source)).problems.join()).toContain('HTTP 503')
    expect(server.requests).toHaveLength(1)
    vi.advanceTimersByTime(1)
    server.answer = bytes(listOf(1))
    expect((await ask(source)).status).toBe('good')
    expect(server.requests).toHaveLength(2)
  })

  const from = ['200101020000Z', '200111000000Z'] as const
  const numbered = extension(20, false, integer(2))
  const backwards = listWith([], [extension(20, false, integer(1))], from)
  const unnumbered = listWith([], [], from)
  const ofUsers = listWith([], [numbered, extension(28, true, der(0x30, Uint8Array.of(0x81, 1, 0xff)))], from)
  test.each<[string, Uint8Array, string]>([
    ['an older list', listOf(1), 'an older list than the one held'],
    ['an older list that is malformed', listOf(1).subarray(1), 'not a revocation list'],
    ['a newer list that is forged', forged(3), 'no key at hand has signed'],
    ['a newer list with an older number', backwards, 'an older list than the one held'],
    ['a newer list without a number', unnumbered, 'an older list than the one held'],
    ['a newer list that is outdated', listWith([], [numbered], ['200101020000Z', '200101115959Z']), 'not in force'],
    ['a newer list of another scope', ofUsers, 'another list than the one held'],
  ])('does not make a held list go by %s', async (_, content, problem) => {
    clock()
    const held = listOf(2, [7])
    const server = await serve(bytes(held))
    const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000, retryMs: 1000 })
    expect((await ask(source)).status).toBe('revoked')
    server.answer = bytes(content)
    vi.advanceTimersByTime(60_000)
    expect(await ask(source)).toMatchObject({ status: 'revoked', problems: [] })
    const answer = await askUntil(source, ({ problems }) => problems.length > 0)
    expect(answer).toMatchObject({ status: 'revoked', evidence: [{ sha256: sha256(held) }] })
    expect(answer.problems.join()).toContain(problem)
    expect(server.requests).toHaveLength(2)
    server.answer = bytes(listOf(3))
    vi.advanceTimersByTime(1000)
    expect((await ask(source)).status).toBe('revoked')
    expect(await askUntil(source, ({ status }) => status === 'good')).toMatchObject({ problems: [] })
  })

  test('does not make an outdated list go by an older one', async () => {
    clock()
    const server = await serve(bytes(listOf(2, [7])))
    const source = crlHttpSource({ ...options, url: server.origin, retryMs: 1000 })
    await ask(source)
    server.answer = bytes(listOf(1))
    vi.advanceTimersByTime(1000)
    const later = await ask(source, leaf(), new Date('2020-01-12T00:00:00Z'))
    expect(later.problems).toContain(`list from ${server.origin}: an older list than the one held`)
    expect((await ask(source)).status).toBe('revoked')
  })

  test('whose outage is over the end of the list held makes the certificate unknown', async () => {
    clock()
    const server = await serve(bytes(listOf(1)))
    const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000 })
    await ask(source)
    server.answer = (response) => response.writeHead(503).end()
    vi.advanceTimersByTime(60_000)
    expect(await ask(source)).toMatchObject({ status: 'good', problems: [] })
    const answer = await askUntil(source, ({ problems }) => problems.length > 0)
    expect(answer).toMatchObject({ status: 'good', problems: [expect.stringContaining('HTTP 503')] })
    expect((await ask(source, leaf(), new Date('2020-01-12T00:00:00Z'))).status).toBe('unknown')
  })
})

describe('the list in force', () => {
  const dated = (from: string, number: number) =>
    listWith([], [extension(20, false, integer(number))], [from, '200111000000Z'])

  test.each([
    ['an hour', '200101130000Z', new Date('2020-01-01T13:00:00Z')],
    ['20 seconds', '200101120020Z', new Date('2020-01-01T12:00:20Z')],
  ])(
    'stays while the next one is dated %s ahead of the clock, and makes room when that holds',
    async (_, from, later) => {
      clock()
      const held = listOf(2)
      const server = await serve(bytes(held))
      const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000, retryMs: 1000 })
      await ask(source)
      const next = dated(from, 3)
      server.answer = bytes(next)
      vi.advanceTimersByTime(60_000)
      await ask(source)
      await vi.waitUntil(() => server.requests.length === 2)
      for (const _again of [1, 2, 3]) {
        expect(await ask(source)).toMatchObject({ status: 'good', evidence: [{ sha256: sha256(held) }] })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      server.answer = (response) => response.writeHead(503).end()
      expect(await ask(source, leaf(), later)).toMatchObject({ status: 'good', evidence: [{ sha256: sha256(next) }] })
    },
  )

  test('a list dated years ahead does not keep out the next one', async () => {
    clock()
    const server = await serve(bytes(listOf(2)))
    const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000, retryMs: 1000 })
    await ask(source)
    for (const content of [
      listWith([], [extension(20, false, integer(9))], ['290101000000Z', '300101000000Z']),
      listOf(3, [7]),
    ]) {
      server.answer = bytes(content)
      for (const { length } = server.requests; server.requests.length === length; ) {
        vi.advanceTimersByTime(60_000)
        await ask(source)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    await askUntil(source, ({ status }) => status === 'revoked')
  })

  test('answers at once while a server does not respond, and the question that needs the next list waits for it', async () => {
    clock()
    const server = await serve(bytes(listOf(2)))
    const source = crlHttpSource({ ...options, url: server.origin, maxAgeMs: 60_000 })
    await ask(source)
    let respond = (): void => {}
    const asked = new Promise<void>((resolve) => {
      server.answer = (response) => {
        respond = () =>
          bytes(listWith([], [extension(20, false, integer(3))], ['200112000000Z', '200211000000Z']))(
            response,
            Buffer.of(),
            undefined as never,
          )
        resolve()
      }
    })
    vi.advanceTimersByTime(60_000)
    expect((await ask(source)).status).toBe('good')
    await asked
    for (const _again of [1, 2, 3]) expect((await ask(source)).status).toBe('good')
    const later = ask(source, leaf(), new Date('2020-01-13T00:00:00Z'))
    respond()
    expect((await later).status).toBe('good')
    expect(server.requests).toHaveLength(2)
  })
})

test('a query without an answer is sent once more at once, and its answer counts', async () => {
  const server = await serve((response) => {
    server.answer = bytes(listOf(1))
    response.socket?.resetAndDestroy()
  })
  expect(await ask(crlHttpSource({ ...options, url: server.origin }))).toMatchObject({ status: 'good', problems: [] })
  expect(server.requests).toHaveLength(2)
})

test.each<[string, Partial<CrlHttpSourceOptions>, typeof TypeError | typeof RangeError]>([
  ['no address at all', {}, TypeError],
  ['an address of no scheme', { url: 'crl.example' }, TypeError],
  ['an address with credentials', { url: 'http://user:secret@crl.example' }, TypeError],
  ['an origin with a path', { allow: ['http://crl.example/ca.crl'] }, TypeError],
  ['one origin', { allow: 'http://crl.example' as never }, TypeError],
  ['no fetch', { allow: [], fetch: 1 as never }, TypeError],
  ['no anchors', { allow: [], anchors: undefined as never }, TypeError],
  ['no time', { allow: [], timeoutMs: 0 }, RangeError],
  ['too much time', { allow: [], timeoutMs: 2 ** 31 }, RangeError],
  ['time as text', { allow: [], timeoutMs: '1' as never }, TypeError],
  ['no bytes', { allow: [], maxBytes: 0 }, RangeError],
  ['too many bytes', { allow: [], maxBytes: 2 ** 31 }, RangeError],
  ['bytes as text', { allow: [], maxBytes: '1' as never }, TypeError],
  ['an age of no number', { allow: [], maxAgeMs: Number.NaN }, RangeError],
  ['a negative retry', { allow: [], retryMs: -1 }, RangeError],
])('%s is refused at creation', (_, wrong, kind) => {
  expect(() => crlHttpSource({ ...options, ...wrong })).toThrow(kind)
})

test('a fetch that ignores the end of its time does not hold up the answer', async () => {
  const deaf = (() => new Promise<never>(() => {})) as typeof fetch
  const answer = await ask(crlHttpSource({ ...options, url: 'http://crl.example', fetch: deaf, timeoutMs: 50 }))
  expect(answer.problems).toEqual(['list from http://crl.example: no answer within 50 ms'])
})
