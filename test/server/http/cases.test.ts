import { describe, expect, test } from 'vitest'
import { type CaseJson, openDocument, parseCase, type SealedDocument } from '../../../src/issuance/index.ts'
import { serve } from '../fixture.ts'
import { documents, origin, register, settled } from '../issuance/fixture.ts'
import { accepted, as, askOpen, deskHandler, read, visitAt } from './desk-fixture.ts'
import { handlerWith, outcome, post } from './fixture.ts'

type Opened = { readonly holder: string; readonly serialNumber?: string; readonly case: CaseJson }

/** A case of `kiosk-1` whose document is sealed. */
async function sealed(...options: Parameters<typeof deskHandler>) {
  const made = await deskHandler(...options)
  const visit = await visitAt(made.service)
  const opened = await accepted<Opened>(made.handler, askOpen(visit.token))
  await settled()
  return { ...made, ...visit, opened, id: opened.case.id, path: `/v1/cases/${opened.case.id}` }
}

const refusedIn = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type === 'case-refused')

describe('a case over HTTP', () => {
  test('goes from the token to the paper in the tray', async () => {
    const { handler, key, digest, opened, path, id } = await sealed()
    expect(opened.case).toMatchObject({ fence: 1, state: 'opened', terminal: 'kiosk-1', documents })
    expect(opened.case.holder).toBe(opened.holder)
    const view = parseCase(await accepted(handler, read(path, 'kiosk-1')))
    expect(view).toMatchObject({
      id,
      state: 'sealed',
      fence: 3,
      pageCount: 2,
      deadline: Date.parse(opened.case.deadline),
    })
    const released = await accepted<{ case: CaseJson; sealed: SealedDocument }>(
      handler,
      post(`${path}/release`, { fence: 3, terminal: 'kiosk-1' }, as('kiosk-1')),
    )
    expect(released.case).toMatchObject({ id, state: 'released', fence: 4 })
    const { deadline, openedAt: now } = view
    const context = { origin, case: id, fence: 3, terminal: 'kiosk-1', challengeDigest: digest, deadline }
    const { holder } = opened
    const { subject } = openDocument(key, { ...context, holder }, released.sealed, { pageCount: 2, now })
    expect(subject).toBe(`subject-of-${holder}`)
    const report = (outcome: string, fence: number) =>
      accepted<CaseJson>(handler, post(`${path}/outcome`, { outcome, fence }, as('kiosk-1')))
    expect(await report('printed', 4)).toMatchObject({ state: 'printed', fence: 5 })
    expect(await report('collected', 5)).toMatchObject({ state: 'collected', fence: 6 })
  })

  test('shows the serial number and the reason to the issuing system, not to the terminal', async () => {
    const registers = [register({ suppressed: 'protected' })]
    const { handler, opened, path, id } = await sealed({}, { includeSerialNumber: true, registers })
    expect(opened).not.toHaveProperty('serialNumber')
    const atTerminal = await accepted<CaseJson>(handler, read(path, 'kiosk-1'))
    expect(atTerminal).toMatchObject({ state: 'refused', code: 'ERR_NOT_ISSUABLE' })
    expect(JSON.stringify(atTerminal)).not.toMatch(/protected|serial/)
    const atIssuer = await accepted<object>(handler, read(`/v1/issuing${path.slice(3)}`, 'issuer-1'))
    expect(atIssuer).toMatchObject({ id, reason: 'protected', serialNumber: expect.stringMatching(/^[0-9A-F]+$/) })
    expect(await outcome(await handler.fetch(read(`/v1/issuing${path.slice(3)}`, 'kiosk-1')))).toBe('403 ERR_FORBIDDEN')
    expect(await outcome(await handler.fetch(read(path, 'issuer-1')))).toBe('403 ERR_FORBIDDEN')
  })

  test('of two terminals at once stays with each', async () => {
    const { handler, service } = await deskHandler()
    const terminals = ['kiosk-1', 'kiosk-2']
    const visits = await Promise.all(terminals.map((terminal) => visitAt(service, terminal)))
    const opened = await Promise.all(
      visits.map(({ token }, i) => accepted<Opened>(handler, askOpen(token, terminals[i]))),
    )
    await settled()
    const ids = opened.map((one) => one.case.id)
    expect(new Set(ids).size).toBe(2)
    for (const [i, terminal] of terminals.entries()) {
      const [own, other] = [ids[i], ids[1 - i]]
      expect(await accepted(handler, read(`/v1/cases/${own}`, terminal))).toMatchObject({ terminal, state: 'sealed' })
      expect(await outcome(await handler.fetch(read(`/v1/cases/${other}`, terminal)))).toBe('404 ERR_CASE_UNKNOWN')
    }
  })

  test('is opened once for one token, and its second submission does not decide what became of it', async () => {
    const { handler, service } = await deskHandler()
    const { token, digest } = await visitAt(service)
    const answers = await Promise.all([1, 2, 3].map(async () => outcome(await handler.fetch(askOpen(token)))))
    expect(answers.toSorted()).toEqual(['201', '409 ERR_NONCE_UNKNOWN', '409 ERR_NONCE_UNKNOWN'])
    const ask = post('/v1/tokens', { challengeDigest: digest }, as('kiosk-1'))
    expect(await accepted(handler, ask)).toMatchObject({ challengeDigest: digest, state: 'case' })
  })
})

describe('a token whose answer was lost', () => {
  const find = (challengeDigest: string, by = 'kiosk-1') => post('/v1/tokens', { challengeDigest }, as(by))

  test('is found with its case, by its terminal', async () => {
    const { handler, digest, id, opened } = await sealed()
    const { holder, holderDigest } = opened as Opened & { readonly holderDigest: string }
    const found = { challengeDigest: digest, state: 'case', case: { id, holder, state: 'sealed' }, holderDigest }
    expect(await accepted(handler, find(digest))).toMatchObject(found)
    expect(await accepted(handler, find(digest, 'kiosk-2'))).toEqual({ challengeDigest: digest, state: 'unknown' })
  })

  test('is found with the code it was refused with', async () => {
    const { handler, service } = await deskHandler({
      service: serve({ revocation: { mode: 'required', sources: [] } }),
    })
    const { token, digest } = await visitAt(service)
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('503 ERR_REVOCATION_UNKNOWN')
    const refused = { challengeDigest: digest, state: 'refused', code: 'ERR_REVOCATION_UNKNOWN' }
    expect(await accepted(handler, find(digest))).toEqual(refused)
  })

  test('is not refused for another terminal that submits it', async () => {
    const { handler, service } = await deskHandler()
    const { token, digest } = await visitAt(service)
    expect(await outcome(await handler.fetch(askOpen(token, 'kiosk-2')))).toBe('403 ERR_TOKEN_TERMINAL')
    expect(await accepted(handler, find(digest, 'kiosk-2'))).toEqual({ challengeDigest: digest, state: 'unknown' })
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('201')
  })

  test('is unknown where terminals are not authenticated and it was refused', async () => {
    const service = serve({ revocation: { mode: 'required', sources: [] } })
    const { handler } = await deskHandler({ service, terminalOf: undefined })
    const { token, digest } = await visitAt(service)
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('503 ERR_REVOCATION_UNKNOWN')
    const ask = post('/v1/tokens', { challengeDigest: digest, terminal: 'kiosk-1' })
    expect(await accepted(handler, ask)).toMatchObject({ state: 'unknown' })
  })
})

describe('a terminal that is not authenticated', () => {
  test('names itself in every request', async () => {
    const { handler, path } = await sealed({ terminalOf: undefined })
    expect(await outcome(await handler.fetch(read(path, '')))).toBe('400 ERR_REQUEST')
    expect(await outcome(await handler.fetch(read(`${path}?terminal=kiosk-2`, '')))).toBe('404 ERR_CASE_UNKNOWN')
    expect(await accepted(handler, read(`${path}?terminal=kiosk-1`, ''))).toMatchObject({ state: 'sealed' })
    const release = (body: object) => post(`${path}/release`, body)
    expect(await outcome(await handler.fetch(release({ fence: 3 })))).toBe('400 ERR_REQUEST')
    expect(await outcome(await handler.fetch(release({ fence: 3, terminal: 'kiosk-1' })))).toBe('200')
  })
})

describe('what a terminal must not send', () => {
  const wrongDocuments = [
    undefined,
    null,
    'residence-record',
    [],
    [{}],
    [{ document: 'residence-record' }],
    [{ document: 'residence-record', copies: 0 }],
    [{ document: 'residence-record', copies: 100 }],
    [{ document: 'residence-record', copies: '1' }],
    [{ document: 'residence record', copies: 1 }],
    [{ document: 'residence-record', copies: 1, pages: 1 }],
    [...documents, ...documents],
    Array.from({ length: 17 }, (_, i) => ({ document: `d${i}`, copies: 1 })),
  ]

  test.each(wrongDocuments)('documents %j leave the challenge unused, and are audited', async (wrong) => {
    const { handler, service, events } = await deskHandler()
    const { token } = await visitAt(service)
    const answer = await outcome(await handler.fetch(askOpen(token, 'kiosk-1', { documents: wrong })))
    expect(answer).toBe('400 ERR_REQUEST')
    expect(refusedIn(events)).toMatchObject([{ action: 'open', terminal: 'kiosk-1', code: 'ERR_REQUEST' }])
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('201')
  })

  test('a document that is not issued here', async () => {
    const { handler, service } = await deskHandler({}, { documents: ['income'] })
    const { token, digest } = await visitAt(service)
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('422 ERR_DOCUMENT')
    const ask = post('/v1/tokens', { challengeDigest: digest }, as('kiosk-1'))
    expect(await accepted(handler, ask)).toMatchObject({ state: 'refused', code: 'ERR_DOCUMENT' })
  })

  const bodies: readonly (readonly [path: string, body: unknown, answer: string])[] = [
    ['release', {}, '400 ERR_REQUEST'],
    ['release', { fence: '3' }, '400 ERR_REQUEST'],
    ['release', { fence: 3.5 }, '400 ERR_REQUEST'],
    ['release', { fence: 0 }, '400 ERR_REQUEST'],
    ['release', { fence: -1 }, '400 ERR_REQUEST'],
    ['release', { fence: 1e300 }, '400 ERR_REQUEST'],
    ['release', { fence: [3] }, '400 ERR_REQUEST'],
    ['release', { fence: 3, holder: 'x' }, '400 ERR_REQUEST'],
    ['release', { fence: 3, terminal: 'kiosk-2' }, '403 ERR_TOKEN_TERMINAL'],
    ['release', '{"fence":3,"fence":3}', '400 ERR_REQUEST'],
    ['release', 'x'.repeat(40_000), '413 ERR_BODY_TOO_LARGE'],
    ['outcome', {}, '400 ERR_REQUEST'],
    ['outcome', { outcome: 'released', fence: 3 }, '400 ERR_REQUEST'],
    ['outcome', { outcome: 'expired' }, '400 ERR_REQUEST'],
    ['outcome', { outcome: ['printed'], fence: 3 }, '400 ERR_REQUEST'],
    ['outcome', { outcome: 'printed', fence: null }, '400 ERR_REQUEST'],
    ['outcome', { outcome: 'toString' }, '400 ERR_REQUEST'],
  ]

  test.each(bodies)('%s with %j is refused, audited, and changes nothing', async (action, body, answer) => {
    const { handler, path, id, events, desk } = await sealed()
    events.length = 0
    expect(await outcome(await handler.fetch(post(`${path}/${action}`, body, as('kiosk-1'))))).toBe(answer)
    expect(refusedIn(events)).toMatchObject([{ case: id, terminal: 'kiosk-1', action, code: answer.slice(4) }])
    expect(await desk.state(id, { terminal: 'kiosk-1' })).toMatchObject({ state: 'sealed', fence: 3 })
  })

  test('an answer names the case it is about', async () => {
    const { handler, path, id } = await sealed()
    const response = await handler.fetch(post(`${path}/release`, {}, as('kiosk-1')))
    expect(await response.json()).toMatchObject({ code: 'ERR_REQUEST', case: id })
  })

  const steps: readonly (readonly [name: string, action: string, body: object, by: string, answer: string])[] = [
    ['an outcome before the release', 'outcome', { outcome: 'printed', fence: 3 }, 'kiosk-1', '409 ERR_CASE_STATE'],
    ['a mismatch before the release', 'outcome', { outcome: 'mismatch', fence: 3 }, 'kiosk-1', '409 ERR_CASE_STATE'],
    ['a release with another fence', 'release', { fence: 2 }, 'kiosk-1', '409 ERR_CASE_STATE'],
    ['a release by another terminal', 'release', { fence: 3 }, 'kiosk-2', '404 ERR_CASE_UNKNOWN'],
    ['an outcome of another terminal', 'outcome', { outcome: 'abandoned' }, 'kiosk-2', '404 ERR_CASE_UNKNOWN'],
  ]

  test.each(steps)('%s is refused and audited', async (_, action, body, by, answer) => {
    const { handler, path, id, events, desk } = await sealed()
    events.length = 0
    expect(await outcome(await handler.fetch(post(`${path}/${action}`, body, as(by))))).toBe(answer)
    expect(refusedIn(events)).toMatchObject([{ case: id, terminal: by, code: answer.slice(4) }])
    expect(await desk.state(id, { terminal: 'kiosk-1' })).toMatchObject({ state: 'sealed', fence: 3 })
    expect(await desk.stopped()).toBeUndefined()
  })

  test('a release again, at once or later', async () => {
    const { handler, path } = await sealed()
    const release = () => handler.fetch(post(`${path}/release`, { fence: 3 }, as('kiosk-1')))
    const answers = await Promise.all([release(), release()].map(async (one) => outcome(await one)))
    expect(answers.toSorted()).toEqual(['200', '409 ERR_CASE_STATE'])
    expect(await outcome(await release())).toBe('409 ERR_CASE_STATE')
  })

  const id = 'A'.repeat(32)
  test.each([
    [`/v1/cases/${id}`, '404 ERR_CASE_UNKNOWN'],
    [`/v1/cases/${id}?terminal=kiosk-2`, '403 ERR_TOKEN_TERMINAL'],
    [`/v1/cases/${id}?state=sealed`, '400 ERR_REQUEST'],
    [`/v1/cases/${id}?terminal=kiosk-1&terminal=kiosk-1`, '400 ERR_REQUEST'],
    [`/v1/cases/${id.slice(1)}`, '404 ERR_NOT_FOUND'],
    [`/v1/cases/${id}A`, '404 ERR_NOT_FOUND'],
    [`/v1/cases/${id.slice(1)}~`, '404 ERR_NOT_FOUND'],
    [`/v1/cases/%41${id.slice(1)}`, '404 ERR_NOT_FOUND'],
    [`/v1/cases/${id}/`, '404 ERR_NOT_FOUND'],
    [`/v1/cases/${id}/release`, '405 ERR_METHOD'],
    ['/v1/cases', '405 ERR_METHOD'],
  ])('GET %s is answered %s', async (path, answer) => {
    const { handler } = await deskHandler()
    expect(await outcome(await handler.fetch(read(path, 'kiosk-1')))).toBe(answer)
  })
})

describe('the desk over HTTP', () => {
  const stop = (action: string, body: unknown, by = 'clerk-1') => post(`/v1/desk/${action}`, body, as(by))

  test('is stopped and resumed by a named clerk with a reason, and says so', async () => {
    const { handler, service, events, path } = await sealed({ metrics: true })
    expect(await accepted(handler, read('/v1/desk', 'clerk-1'))).toEqual({ stopped: false })
    const stopped = await accepted<object>(handler, stop('stop', { note: 'a page of another person' }))
    const about = {
      id: '0-0',
      causes: 1,
      reason: 'clerk',
      clerk: 'clerk-1',
      note: 'a page of another person',
      at: expect.any(String),
    }
    expect(stopped).toEqual({ stopped: true, stop: about })
    expect(await accepted(handler, read('/v1/desk', 'clerk-2'))).toEqual(stopped)
    expect(await outcome(await handler.fetch(read('/readyz', '')))).toBe('503 ERR_NOT_READY')
    const { token } = await visitAt(service)
    expect(await outcome(await handler.fetch(askOpen(token)))).toBe('503 ERR_ISSUING_STOPPED')
    expect(await accepted(handler, read(path, 'kiosk-1'))).toMatchObject({ state: 'stopped' })
    const metrics = await (await handler.fetch(read('/metrics', ''))).text()
    expect(metrics).toContain('jpki_card_issuing_stopped 1')
    expect(metrics).toContain('jpki_card_cases_total{state="sealed"} 1')
    expect(metrics).toContain('jpki_card_late_results_total 0')
    expect(metrics).not.toContain(path.slice(10))
    expect(await accepted(handler, stop('resume', { note: 'found', stop: '0-0' }, 'clerk-2'))).toEqual({
      stopped: false,
    })
    expect(await outcome(await handler.fetch(stop('resume', { note: 'again', stop: '1-0' })))).toBe(
      '409 ERR_CASE_STATE',
    )
    expect(await outcome(await handler.fetch(read('/readyz', '')))).toBe('200')
    expect(events.filter(({ type }) => type === 'issuing-resumed')).toMatchObject([{ clerk: 'clerk-2', note: 'found' }])
  })

  test.each([
    ['no note', {}, 'clerk-1', '400 ERR_REQUEST'],
    ['an empty note', { note: ' ' }, 'clerk-1', '400 ERR_REQUEST'],
    ['a long note', { note: 'x'.repeat(501) }, 'clerk-1', '400 ERR_REQUEST'],
    ['a note that is no text', { note: 1 }, 'clerk-1', '400 ERR_REQUEST'],
    ['another clerk', { note: 'n', clerk: 'clerk-2' }, 'clerk-1', '400 ERR_REQUEST'],
    ['a terminal', { note: 'n' }, 'kiosk-1', '403 ERR_FORBIDDEN'],
    ['an unknown caller', { note: 'n' }, '', '403 ERR_FORBIDDEN'],
  ])('is not stopped with %s', async (_, body, by, answer) => {
    const { handler, desk } = await deskHandler()
    expect(await outcome(await handler.fetch(stop('stop', body, by)))).toBe(answer)
    expect(await desk.stopped()).toBeUndefined()
  })

  test('stops when a terminal reports a mismatch of what was released to it', async () => {
    const { handler, path, desk, id } = await sealed()
    await accepted(handler, post(`${path}/release`, { fence: 3 }, as('kiosk-1')))
    const report = post(`${path}/outcome`, { outcome: 'mismatch', fence: 4 }, as('kiosk-1'))
    expect(await accepted(handler, report)).toMatchObject({ state: 'stopped' })
    expect(await desk.stopped()).toMatchObject({ reason: 'terminal-mismatch', case: id })
  })
})

describe('routes of a desk', () => {
  const paths = ['/v1/cases', '/v1/tokens', `/v1/cases/${'A'.repeat(32)}/release`, '/v1/desk/stop']

  test('are served with a desk only', async () => {
    const handler = await handlerWith()
    for (const path of paths) expect(await outcome(await handler.fetch(post(path, {})))).toBe('404 ERR_NOT_FOUND')
  })

  test('of clerks and of the issuing system are served where they can be authenticated', async () => {
    const { handler } = await deskHandler({ clerkOf: undefined, issuerOf: undefined })
    expect(await outcome(await handler.fetch(read('/v1/desk', 'clerk-1')))).toBe('404 ERR_NOT_FOUND')
    const issuing = `/v1/issuing/cases/${'A'.repeat(32)}`
    expect(await outcome(await handler.fetch(read(issuing, 'issuer-1')))).toBe('404 ERR_NOT_FOUND')
  })

  test('name their methods, below a path prefix too', async () => {
    const { handler } = await deskHandler({ basePath: '/town.a' })
    const ask = (path: string) => handler.fetch(new Request(`http://server.test${path}`, { method: 'OPTIONS' }))
    const allow = async (path: string) => (await ask(path)).headers.get('allow')
    expect(await allow(`/town.a/v1/cases/${'A'.repeat(32)}`)).toBe('GET, HEAD, OPTIONS')
    expect(await allow('/town.a/v1/cases')).toBe('POST, OPTIONS')
    expect(await allow('/town-a/v1/cases')).toBeNull()
  })

  test('count a clerk apart from a terminal of the same name', async () => {
    const limits = { perTerminal: { perSecond: 0.1, burst: 1 } }
    const { handler } = await deskHandler({ limits, clerkOf: () => 'kiosk-1' })
    expect(await outcome(await handler.fetch(read('/v1/desk', 'clerk-1')))).toBe('200')
    expect(await outcome(await handler.fetch(read('/v1/desk', 'clerk-1')))).toBe('429 ERR_RATE_LIMITED')
    const path = `/v1/cases/${'A'.repeat(32)}`
    expect(await outcome(await handler.fetch(read(path, 'kiosk-1')))).toBe('404 ERR_CASE_UNKNOWN')
    expect(await outcome(await handler.fetch(read(path, 'kiosk-1')))).toBe('429 ERR_RATE_LIMITED')
  })
})
