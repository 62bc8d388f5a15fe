import { describe, expect, test } from 'vitest'
import { RefusalError, ServerError } from '../../src/errors.ts'
import { type CaseState, type IssueOptions, issueDocuments } from '../../src/issuance/index.ts'
import { serve, user } from '../server/fixture.ts'
import { signerOf } from '../server/http/desk-fixture.ts'
import { composer, documents, register } from '../server/issuance/fixture.ts'
import { clientAt, type Fate, otherUser, purpose, servedDesk, TestPrinter } from './served.ts'

/** Code of the error of a visit, or its last state. */
async function ended(options: IssueOptions): Promise<string> {
  try {
    return (await issueDocuments(options)).state
  } catch (error) {
    return error instanceof RefusalError || error instanceof ServerError ? error.code : String(error)
  }
}

const visit = { signer: signerOf(), purpose, documents, pollMs: 50 }

describe('a visit', () => {
  test('ends with the paper in the tray, and nothing of it stays', async () => {
    await using town = await servedDesk()
    const printer = new TestPrinter()
    const states: CaseState[] = []
    const onState = (state: CaseState) => void states.push(state)
    const issued = await issueDocuments({ ...visit, server: clientAt(town.url), printer, onState })
    expect(issued).toMatchObject({ state: 'collected', pageCount: 2 })
    expect(printer.printed).toEqual([1, 2].map((n) => `residence-record ${n} of subject-of-${issued.holder}`))
    expect(printer.calls).toEqual(['clear', 'print', 'collected', 'clear'])
    expect(printer.pages.every(({ content }) => content.every((byte) => byte === 0))).toBe(true)
    expect(states.filter((state) => state !== 'composing')).toEqual([
      'opened',
      'sealed',
      'released',
      'printed',
      'collected',
    ])
  })

  test('of two holders at two terminals at once prints for each their own', async () => {
    await using town = await servedDesk()
    const visits = [user, otherUser].map(async ({ auth }, i) => {
      const printer = new TestPrinter()
      const server = clientAt(town.url, `kiosk-${i + 1}`)
      return { printer, ...(await issueDocuments({ ...visit, signer: signerOf(auth), server, printer })) }
    })
    const [one, two] = await Promise.all(visits)
    expect(one!.holder).not.toBe(two!.holder)
    for (const { printer, holder } of [one!, two!]) expect([...printer.subjects]).toEqual([`subject-of-${holder}`])
  })

  test('does not begin when the printer cannot be cleared: no card signs', async () => {
    await using town = await servedDesk()
    const printer = Object.assign(new TestPrinter(), { clear: () => Promise.reject(new Error('jam')) })
    const server = clientAt(town.url)
    expect(await ended({ ...visit, server, printer })).toBe('ERR_PRINTER')
    expect(server.paths).toEqual([])
  })

  test('needs a server that seals: a challenge of format 1 is not signed', async () => {
    await using town = await servedDesk({ service: serve({ formats: ['jpki-card-token:1'] }) })
    const signer = { sign: () => Promise.reject(new Error('signed')) }
    const printer = new TestPrinter()
    expect(await ended({ ...visit, signer, server: clientAt(town.url), printer })).toBe('ERR_TOKEN')
  })

  test.each([
    ['of a protected person', { registers: [register({ suppressed: 'protected' })] }, 'ERR_NOT_ISSUABLE'],
    ['with a stale register', { registers: [register({ asOf: 0 })] }, 'ERR_REGISTER'],
    ['without a composer', { composer: { compose: () => Promise.reject(new Error('down')) } }, 'ERR_DOCUMENT'],
  ])('%s ends with a code, and nothing printed', async (_, options, code) => {
    await using town = await servedDesk({}, options)
    const printer = new TestPrinter()
    expect(await ended({ ...visit, server: clientAt(town.url), printer })).toBe(code)
    expect(printer.calls).toEqual(['clear', 'clear'])
  })

  test('ends with its signal, and the case is abandoned', async () => {
    const never = { compose: () => new Promise<never>(() => {}) }
    await using town = await servedDesk({}, { composer: never })
    const leave = new AbortController()
    const onState = (state: CaseState) => state === 'composing' && leave.abort(new Error('left'))
    const printer = new TestPrinter()
    const { signal } = leave
    expect(await ended({ ...visit, server: clientAt(town.url), printer, signal, onState })).toBe('Error: left')
    expect(town.events.at(-1)).toMatchObject({ type: 'case', state: 'abandoned' })
  })
})

describe('a lost answer', () => {
  /** A fate for the n-th request to a path. */
  const nth = (form: RegExp, fates: readonly Fate[]) => {
    let count = 0
    return (path: string): Fate => (form.test(path) ? (fates[count++] ?? 'sent') : 'sent')
  }
  const quick = { now: () => Date.now(), sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) }
  const withFates = async (form: RegExp, fates: readonly Fate[]) => {
    await using town = await servedDesk()
    const printer = new TestPrinter()
    const server = clientAt(town.url, 'kiosk-1', nth(form, fates))
    const state = await ended({ ...visit, server, printer, clock: quick, openAttempts: 4 })
    const opened = town.events.filter((event) => event.type === 'case' && event['state'] === 'opened')
    return { state, printer, paths: server.paths, opened: opened.length, last: town.events.at(-1) }
  }

  test.each<[string, RegExp, Fate[], number]>([
    ['to the token', /^\/v1\/cases$/, ['unanswered'], 1],
    ['to the token, which did not arrive', /^\/v1\/cases$/, ['lost', 'lost'], 1],
    ['to the token, and to the question about it', /^\/v1\/(cases|tokens)$/, ['unanswered', 'lost', 'unanswered'], 1],
    ['to questions for the state', /^\/v1\/cases\/[\w-]+$/, ['lost', 'unanswered'], 1],
    ['to reports', /outcome$/, ['lost', 'unanswered', 'unanswered', 'sent', 'lost'], 1],
  ])('%s is got over: one case, printed once', async (_, form, fates, cases) => {
    const { state, printer, opened } = await withFates(form, fates)
    expect(state).toBe('collected')
    expect(opened).toBe(cases)
    expect(printer.calls).toEqual(['clear', 'print', 'collected', 'clear'])
  })

  test('to the release ends the visit: nothing is printed, and the case is abandoned', async () => {
    const { state, printer, last } = await withFates(/release$/, ['unanswered'])
    expect(state).toBe('ERR_SERVER')
    expect(printer.calls).toEqual(['clear', 'clear'])
    expect(last).toMatchObject({ type: 'case', state: 'abandoned', from: 'released' })
  })

  test('to all requests with the token ends the visit', async () => {
    const { state, paths } = await withFates(/^\/v1\/(cases|tokens)$/, Array(20).fill('lost'))
    expect(state).toBe('ERR_SERVER')
    expect(paths.filter((path) => path === '/v1/cases')).toHaveLength(4)
  })

  test('with the refusal of a token is found', async () => {
    await using town = await servedDesk({ service: serve({ revocation: { mode: 'required', sources: [] } }) })
    const server = clientAt(town.url, 'kiosk-1', nth(/^\/v1\/cases$/, ['unanswered']))
    const printer = new TestPrinter()
    expect(await ended({ ...visit, server, printer, clock: quick })).toBe('ERR_REVOCATION_UNKNOWN')
    expect(server.paths.filter((path) => path === '/v1/cases')).toHaveLength(1)
  })

  test('of a store that does not answer for a moment is got over', async () => {
    await using town = await servedDesk()
    let failures = 3
    const { read } = town.store
    town.store.read = async (key) => {
      if (key.startsWith('case:') && failures-- > 0) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
      return read.call(town.store, key)
    }
    const printer = new TestPrinter()
    expect(await ended({ ...visit, server: clientAt(town.url), printer, clock: quick })).toBe('collected')
  })
})

describe('what is not of this visit is not printed', () => {
  test('a document of another visit stops issuing', async () => {
    await using town = await servedDesk({}, { composer })
    // The document of a second visit is handed out in the first one, with the id exchanged.
    let other: unknown
    const second = clientAt(town.url, 'kiosk-2', undefined, (path, body) => {
      if (path.endsWith('release')) other = body['sealed']
      return body
    })
    await issueDocuments({ ...visit, server: second, printer: new TestPrinter() })
    const first = clientAt(town.url, 'kiosk-1', undefined, (path, body) => {
      const { case: view } = body as { readonly case: { readonly id: string } }
      return path.endsWith('release') ? { case: view, sealed: { ...(other as object), case: view.id } } : body
    })
    const printer = new TestPrinter()
    expect(await ended({ ...visit, server: first, printer })).toBe('ERR_SEAL')
    expect(printer.calls).toEqual(['clear', 'clear'])
    expect(await town.desk.stopped()).toMatchObject({ reason: 'terminal-mismatch' })
  })
})
