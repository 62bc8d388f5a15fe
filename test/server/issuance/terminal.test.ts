import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../../src/errors.ts'
import {
  type CaseConnection,
  type CaseOutcome,
  type CaseView,
  type CollectOptions,
  collectDocument,
  type Printer,
  sealDocument,
} from '../../../src/issuance/index.ts'
import { origin, outcome, settled, TestClock, visitOf } from './fixture.ts'

const terminal = 'kiosk-1'
const lifetimeMs = 180_000

/** A visit whose document is sealed, a server that hands it out, and a printer; each part may be replaced. */
function collecting(
  replaced: { connection?: Partial<CaseConnection>; printer?: Partial<Printer>; waitedMs?: number } = {},
) {
  const clock = new TestClock()
  const { key, accepted } = visitOf()
  const { holder, purpose, challengeDigest, visitKey } = accepted
  const sentAt = clock.now()
  const view: CaseView = {
    id: 'c'.repeat(32),
    fence: 3,
    state: 'sealed',
    terminal,
    purpose,
    holder,
    documents: [{ document: 'residence-record', copies: 1 }],
    openedAt: sentAt,
    deadline: sentAt + lifetimeMs,
    pageCount: 1,
  }
  const context = { origin, case: view.id, fence: 3, terminal, challengeDigest, holder, deadline: view.deadline }
  const page = { document: 'residence-record', mediaType: 'text/plain', subject: 's', content: Buffer.from('a page') }
  const sealed = sealDocument(visitKey!, context, 's', [page])
  const released: CaseView = { ...view, state: 'released', fence: 4 }
  const reports: { readonly outcome: CaseOutcome; readonly fence?: number | undefined }[] = []
  const printed: string[] = []
  const connection: CaseConnection = {
    state: async () => view,
    release: async () => ({ case: released, sealed }),
    report: async (_, report) => {
      reports.push(report)
      return { ...released, state: report.outcome === 'mismatch' ? 'stopped' : report.outcome, fence: 5 }
    },
    ...replaced.connection,
  }
  const printer: Printer = {
    print: async (pages) => void printed.push(...pages.map(({ content }) => Buffer.from(content).toString())),
    clear: async () => {},
    ...replaced.printer,
  }
  const visit = { case: view, origin, terminal, challengeDigest, holder, key, sentAt }
  const collect = (options: Partial<CollectOptions> = {}) => {
    return collectDocument(visit, { connection, printer, clock, ...options })
  }
  return { clock, collect, reports, printed, released, sealed, connection }
}

describe('a visit', () => {
  test('ends with its paper, and the report of it', async () => {
    const { collect, printed, reports } = collecting()
    expect(await collect()).toEqual({ state: 'collected', pageCount: 1 })
    expect(printed).toEqual(['a page'])
    expect(reports).toEqual([
      { outcome: 'printed', fence: 4 },
      { outcome: 'collected', fence: 5 },
    ])
  })

  test.each<[string, Partial<Printer>]>([
    ['does not notice that the paper is taken', { collected: () => new Promise(() => {}) }],
    ['says that it was not taken', { collected: async () => false }],
    ['fails while it waits for that', { collected: async () => Promise.reject(new Error('sensor')) }],
  ])('ends also when the printer %s', async (_, printer) => {
    const { clock, collect, reports } = collecting({ printer })
    const ended = collect({ collectMs: 90_000 })
    await settled()
    await clock.advance(90_000)
    expect(await ended).toEqual({ state: 'abandoned', pageCount: 1 })
    expect(reports.at(-1)).toEqual({ outcome: 'abandoned', fence: undefined })
  })

  test('prints nothing after the deadline, however long the answer to its token took', async () => {
    const { clock, collect, printed, reports } = collecting()
    await clock.advance(lifetimeMs)
    expect(await outcome(collect())).toBe('ERR_SEAL')
    expect(printed).toEqual([])
    expect(reports).toEqual([{ outcome: 'abandoned', fence: undefined }])
  })

  test.each([
    ['ends when its signal is aborted', true],
    ['does not end', false],
  ])('ends with its time when the printer stands and %s', async (_, ends) => {
    let signal: AbortSignal | undefined
    const print: Printer['print'] = (_, options) => {
      signal = options.signal
      return new Promise((_, reject) => {
        if (ends) options.signal.addEventListener('abort', () => reject(new Error('interrupted')))
      })
    }
    const { clock, collect, reports } = collecting({ printer: { print } })
    const ended = outcome(collect())
    await settled()
    await clock.advance(lifetimeMs - 1)
    expect(signal?.aborted).toBe(false)
    await clock.advance(1)
    expect(signal?.aborted).toBe(true)
    if (!ends) {
      expect(reports).toEqual([])
      await clock.advance(5_000)
    }
    expect(await ended).toBe('ERR_CASE_EXPIRED')
    expect(reports).toEqual([{ outcome: 'abandoned', fence: undefined }])
  })

  test('reports until the store of the server is back', async () => {
    const outcomes: CaseOutcome[] = []
    let failures = 0
    const made = collecting({
      connection: {
        state: async (...question) => {
          if (failures++ < 2) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
          return usual.state(...question)
        },
        release: async () => ({ case: made.released, sealed: { ...made.sealed, ciphertext: 'AAAA' } }),
        report: async (_, { outcome }) => {
          outcomes.push(outcome)
          if (outcomes.length < 3) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
          return { ...made.released, state: 'stopped', fence: 5 }
        },
      },
    })
    const usual = collecting().connection
    const view = await usual.state('', { signal: new AbortController().signal })
    usual.state = async () => view
    const ended = outcome(made.collect())
    for (let i = 0; i < 8; i++) await made.clock.advance(1_000)
    expect(await ended).toBe('ERR_SEAL')
    expect(outcomes).toEqual(['mismatch', 'mismatch', 'mismatch'])
  })

  test('reports the document of another case as a mismatch, without a fencing number it does not know', async () => {
    const made = collecting({
      connection: { release: async () => ({ case: { ...made.released, id: 'd'.repeat(32) }, sealed: made.sealed }) },
    })
    expect(await outcome(made.collect())).toBe('ERR_ANSWER_MISMATCH')
    expect(made.printed).toEqual([])
    expect(made.reports).toEqual([{ outcome: 'mismatch', fence: undefined }])
  })
})
