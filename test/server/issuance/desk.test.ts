import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../../src/errors.ts'
import { openDocument } from '../../../src/issuance/index.ts'
import {
  type AcceptedToken,
  IssuanceDesk,
  type IssuanceDeskOptions,
  memoryStore,
  type RegisterAnswer,
} from '../../../src/server/index.ts'
import {
  composed,
  composer,
  deskOf,
  documents,
  origin,
  outcome,
  register,
  settled,
  TestClock,
  visitOf,
} from './fixture.ts'

const terminal = 'kiosk-1'

/** A desk with a case, when its document is composed. */
async function sealedCase(options: Partial<IssuanceDeskOptions> = {}, n = 1, accepted: Partial<AcceptedToken> = {}) {
  const made = deskOf(options)
  const visit = visitOf(n, accepted)
  const { id } = await made.desk.open(visit.accepted, documents)
  await settled()
  return { ...made, ...visit, id, view: await made.desk.state(id, { terminal }) }
}

describe('a case', () => {
  test('goes from the accepted token to the paper in the tray', async () => {
    const { desk, key, accepted, id, view, clock, events } = await sealedCase()
    expect(view).toMatchObject({
      state: 'sealed',
      fence: 3,
      pageCount: 2,
      holder: 'holder-1',
      deadline: clock.now() + 180_000,
    })
    const { case: released, sealed } = await desk.release(id, { terminal, fence: 3 })
    expect(released).toMatchObject({ state: 'released', fence: 4 })
    const context = {
      origin,
      case: id,
      fence: 3,
      terminal,
      challengeDigest: accepted.challengeDigest,
      holder: 'holder-1',
      deadline: view.deadline,
    }
    const { subject, pages } = openDocument(key, context, sealed, { pageCount: 2, now: clock.now() })
    expect(subject).toBe('subject-of-holder-1')
    expect(pages.map(({ content }) => new TextDecoder().decode(content))).toEqual([
      'residence-record 1 of subject-of-holder-1',
      'residence-record 2 of subject-of-holder-1',
    ])
    expect(await desk.report(id, { terminal, fence: 4, outcome: 'printed' })).toMatchObject({
      state: 'printed',
      fence: 5,
    })
    expect(await desk.report(id, { terminal, fence: 5, outcome: 'collected' })).toMatchObject({
      state: 'collected',
      fence: 6,
    })
    expect(events.map(({ type, state, from }) => `${type} ${from ?? ''}>${state}`)).toEqual([
      'case >opened',
      'case opened>composing',
      'case composing>sealed',
      'case sealed>released',
      'case released>printed',
      'case printed>collected',
    ])
    expect(events.at(-1)).toMatchObject({
      case: id,
      terminal,
      holder: 'holder-1',
      documents: 'residence-record:1',
      pages: 2,
      fence: 6,
    })
    expect(JSON.stringify(events)).not.toContain('subject-of')
  })

  test('is known to its terminal only', async () => {
    const { desk, id, events } = await sealedCase()
    const other = { terminal: 'kiosk-2' }
    expect(await outcome(desk.state(id, other))).toBe('ERR_CASE_UNKNOWN')
    expect(await outcome(desk.release(id, { ...other, fence: 3 }))).toBe('ERR_CASE_UNKNOWN')
    expect(await outcome(desk.report(id, { ...other, outcome: 'abandoned' }))).toBe('ERR_CASE_UNKNOWN')
    expect(events.filter(({ type }) => type === 'case-refused').map(({ action }) => action)).toEqual([
      'state',
      'release',
      'abandoned',
    ])
    expect((await desk.state(id, { terminal })).state).toBe('sealed')
    for (const unknown of ['', 'x'.repeat(32), '../breaker', id.slice(1)]) {
      expect(await outcome(desk.state(unknown, { terminal }))).toBe('ERR_CASE_UNKNOWN')
    }
  })

  test('is released once, with its fencing number, and audited', async () => {
    const { desk, id, events } = await sealedCase()
    expect(await outcome(desk.release(id, { terminal, fence: 2 }))).toBe('ERR_CASE_STATE')
    const both = await Promise.all([1, 2, 3].map(() => outcome(desk.release(id, { terminal, fence: 3 }))))
    expect(both.sort()).toEqual(['ERR_CASE_STATE', 'ERR_CASE_STATE', 'done'])
    expect(await outcome(desk.release(id, { terminal, fence: 4 }))).toBe('ERR_CASE_STATE')
    expect(events.filter(({ state, type }) => type === 'case' && state === 'released')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'case-refused')).toHaveLength(4)
  })

  test.each([
    ['printed', 3],
    ['collected', 3],
    ['mismatch', 3],
    ['printed', 4],
    ['printed', undefined],
  ] as const)('takes no report %s (fence %s) before its release', async (reported, fence) => {
    const { desk, id } = await sealedCase()
    expect(await outcome(desk.report(id, { terminal, fence, outcome: reported }))).toBe('ERR_CASE_STATE')
    expect((await desk.state(id, { terminal })).state).toBe('sealed')
    expect(await desk.stopped()).toBeUndefined()
  })

  test('takes the same report again, and no other one after its end', async () => {
    const { desk, id } = await sealedCase()
    await desk.release(id, { terminal, fence: 3 })
    const printed = await desk.report(id, { terminal, fence: 4, outcome: 'printed' })
    expect(await desk.report(id, { terminal, fence: 4, outcome: 'printed' })).toEqual(printed)
    await desk.report(id, { terminal, fence: 5, outcome: 'collected' })
    expect((await desk.report(id, { terminal, fence: 5, outcome: 'collected' })).fence).toBe(6)
    expect(await outcome(desk.report(id, { terminal, outcome: 'abandoned' }))).toBe('ERR_CASE_STATE')
    expect(await outcome(desk.report(id, { terminal, fence: 6, outcome: 'printed' }))).toBe('ERR_CASE_STATE')
  })

  test('ends with its time, in every state, and says so in the audit log', async () => {
    const { desk, clock, id, events } = await sealedCase()
    await clock.advance(180_000)
    expect(await outcome(desk.release(id, { terminal, fence: 3 }))).toBe('ERR_CASE_EXPIRED')
    expect(await desk.state(id, { terminal })).toMatchObject({ state: 'expired', code: 'ERR_CASE_EXPIRED' })
    expect(events.at(-2)).toMatchObject({ state: 'expired', from: 'sealed' })

    const released = await sealedCase({}, 2)
    await released.desk.release(released.id, { terminal, fence: 3 })
    await released.clock.advance(299_999)
    await released.desk.sweep()
    expect((await released.desk.state(released.id, { terminal })).state).toBe('released')
    await released.clock.advance(1)
    expect(await released.desk.sweep()).toBe(1)
    expect(released.events.at(-1)).toMatchObject({ state: 'expired', from: 'released' })
    expect(await released.desk.sweep()).toBe(0)
  })

  test('of a token is one, and a token without a visit key has none', async () => {
    const { desk } = deskOf()
    const { accepted } = visitOf()
    expect(await outcome(desk.open({ ...accepted, visitKey: undefined }, documents))).toBe('ERR_TOKEN')
    const both = await Promise.all([1, 2].map(() => outcome(desk.open(accepted, documents))))
    expect(both.sort()).toEqual(['ERR_CASE_STATE', 'done'])
  })

  test.each([
    [[]],
    [[{ document: 'a', copies: 0 }]],
    [[{ document: 'a', copies: 100 }]],
    [[{ document: '..', copies: 1 }]],
    [
      [
        { document: 'a', copies: 1 },
        { document: 'a', copies: 1 },
      ],
    ],
    [[{ document: 'a', copies: 1, more: 1 }]],
    [null],
    ['a'],
    [Array.from({ length: 17 }, (_, i) => ({ document: `d${i}`, copies: 1 }))],
    [[{ document: 'not-offered', copies: 1 }]],
  ])('is not opened for %j', async (wrong) => {
    const { desk } = deskOf({ documents: ['residence-record', 'a'] })
    expect(await outcome(desk.open(visitOf().accepted, wrong as never))).toBe('ERR_DOCUMENT')
  })

  test('is found by the digest of its challenge, by its terminal', async () => {
    const { desk, id, accepted } = await sealedCase({}, 1, { holderDigest: 'D'.repeat(43) })
    expect(await desk.find(accepted.challengeDigest, { terminal })).toMatchObject({
      state: 'case',
      case: { id, state: 'sealed' },
      holderDigest: 'D'.repeat(43),
    })
    expect(await desk.find(accepted.challengeDigest, { terminal: 'kiosk-2' })).toEqual({ state: 'unknown' })
    await desk.recordRefusal('B'.repeat(43), { terminal }, 'ERR_CERTIFICATE_REVOKED')
    expect(await desk.find('B'.repeat(43), { terminal })).toEqual({ state: 'refused', code: 'ERR_CERTIFICATE_REVOKED' })
    expect(await desk.find('C'.repeat(43), { terminal })).toEqual({ state: 'unknown' })
  })

  test('shows serial number and reason to the issuing system only, when configured', async () => {
    const made = deskOf({ includeSerialNumber: true, registers: [register({ suppressed: 'protected' })] })
    const { id } = await made.desk.open({ ...visitOf().accepted, serialNumber: '01ab' }, documents)
    await settled()
    expect(await made.desk.issuingCase(id)).toMatchObject({
      serialNumber: '01ab',
      reason: 'protected',
      code: 'ERR_NOT_ISSUABLE',
    })
    const seen = await made.desk.state(id, { terminal })
    expect(seen).toMatchObject({ state: 'refused', code: 'ERR_NOT_ISSUABLE' })
    expect(JSON.stringify(seen)).not.toMatch(/01ab|protected/)
    const without = deskOf()
    const other = await without.desk.open({ ...visitOf().accepted, serialNumber: '01ab' }, documents)
    expect((await without.desk.issuingCase(other.id)).serialNumber).toBeUndefined()
  })
})

describe('a request that is no case', () => {
  test('is audited for a known terminal, or about a case that exists', async () => {
    const { desk, events } = deskOf()
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    events.length = 0
    await desk.recordRejected('open', { code: 'ERR_REQUEST' })
    await desk.recordRejected('release', { case: 'x'.repeat(32), terminal: 'kiosk-1', code: 'ERR_REQUEST' })
    expect(events).toEqual([])
    await desk.recordRejected('open', { terminal: 'kiosk-1', code: 'ERR_REQUEST' })
    await desk.recordRejected('release', { case: id, code: 'ERR_REQUEST' })
    const refused = { type: 'case-refused', code: 'ERR_REQUEST' }
    expect(events).toEqual([
      { ...refused, action: 'open', case: undefined, terminal: 'kiosk-1' },
      { ...refused, action: 'release', case: id, terminal: undefined },
    ])
  })
})

describe('the register', () => {
  const clock = new TestClock()
  test.each<[string, string, Partial<RegisterAnswer>]>([
    ['stale', 'ERR_REGISTER', { asOf: clock.now() - 300_001 }],
    ['malformed', 'ERR_REGISTER', { asOf: clock.now() + 60_001 }],
    ['gap', 'ERR_REGISTER', { missing: 1 }],
    ['malformed', 'ERR_REGISTER', { subject: '' }],
    ['malformed', 'ERR_REGISTER', { subject: 'a b' }],
    ['malformed', 'ERR_REGISTER', { sequence: -1 }],
    ['malformed', 'ERR_REGISTER', { sequence: 1.5 }],
    ['malformed', 'ERR_REGISTER', { asOf: Number.NaN }],
    ['malformed', 'ERR_REGISTER', { suppressed: 'unheard-of' as never }],
    ['died', 'ERR_NOT_ISSUABLE', { suppressed: 'died' }],
  ])('refuses: %s %s %j', async (reason, code, answer) => {
    const { desk } = deskOf({ registers: [register(answer, clock)] })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ state: 'refused', code, reason })
    expect(await desk.stopped()).toBeUndefined()
  })

  test('that went back is refused on every instance, whatever process saw it', async () => {
    const store = memoryStore()
    const first = deskOf({ store, registers: [register({ sequence: 8 })] })
    await first.desk.open(visitOf(1).accepted, documents)
    await settled()
    const second = deskOf({ store, registers: [register({ sequence: 7 })] })
    const { id } = await second.desk.open(visitOf(2).accepted, documents)
    await settled()
    expect(await second.desk.issuingCase(id)).toMatchObject({
      state: 'refused',
      code: 'ERR_REGISTER',
      reason: 'went-back',
    })
  })

  test('that was answered for another case stops issuing', async () => {
    const lookup = () => Promise.reject(new RefusalError('ERR_REGISTER', 'no', { reason: 'case' }))
    const { desk } = deskOf({ registers: [{ name: 'residents', lookup }] })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ state: 'refused', code: 'ERR_REGISTER', reason: 'case' })
    expect((await desk.stopped())?.reason).toBe('case')
  })

  test('that throws is unavailable', async () => {
    const { desk } = deskOf({
      registers: [{ name: 'residents', lookup: async () => Promise.reject(new Error('down')) }],
    })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ state: 'refused', code: 'ERR_REGISTER', reason: 'unavailable' })
  })

  test.each<[string, Partial<RegisterAnswer>]>([
    ['another person', { subject: 'another' }],
    ['a suppression the other does not know', { suppressed: 'moved-away' }],
  ])('that contradicts another stops issuing: %s', async (_, answer) => {
    const { desk } = deskOf({ registers: [register(), register(answer, clock, 'copy')] })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ code: 'ERR_REGISTER', reason: 'register-contradiction' })
    expect(await desk.stopped()).toMatchObject({ reason: 'register-contradiction', case: id })
  })
})

describe('the composer', () => {
  const bytes = new Uint8Array([1])
  const page = (subject: string) => ({ mediaType: 'text/plain', subject, content: bytes })
  test.each<[string, boolean, (order: Parameters<typeof composed>[0]) => unknown]>([
    ['malformed', false, (order) => composed(order, { pages: [], pageCount: 0 })],
    ['malformed', false, () => undefined],
    [
      'malformed',
      false,
      (order) => composed(order, { pages: [{ ...page(order.subject), content: new Uint8Array() }], pageCount: 1 }),
    ],
    [
      'malformed',
      false,
      (order) => composed(order, { pages: [{ ...page(order.subject), content: 'text' as never }], pageCount: 1 }),
    ],
    [
      'malformed',
      false,
      (order) => composed(order, { pages: [{ ...page(order.subject), mediaType: 'x' }], pageCount: 1 }),
    ],
    [
      'page-limit',
      false,
      (order) => composed(order, { pages: Array.from({ length: 1_000 }, () => page(order.subject)), pageCount: 1_000 }),
    ],
    [
      'length-limit',
      false,
      (order) =>
        composed(order, { pages: [{ ...page(order.subject), content: new Uint8Array(8_388_609) }], pageCount: 1 }),
    ],
    ['case', true, (order) => composed(order, { case: 'another' })],
    ['page-count', true, (order) => composed(order, { pageCount: 3 })],
    ['subject', true, (order) => composed(order, { pages: [page(order.subject), page('another')] })],
  ])('delivering %s is refused (stops issuing: %s)', async (reason, stops, compose) => {
    const { desk, events } = deskOf({ composer: { compose: async (order) => compose(order) as never } })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ state: 'refused', code: 'ERR_DOCUMENT', reason })
    expect((await desk.stopped())?.reason).toBe(stops ? reason : undefined)
    expect(events.some(({ type }) => type === 'issuing-stopped')).toBe(stops)
  })

  test('is verified by the marker in the bytes, which is read after they are copied', async () => {
    const shared = new TextEncoder().encode('subject-of-holder-1')
    const subjectOf = ({ content }: { content: Uint8Array }): string => {
      // A composer that changes a page while it is being verified.
      shared.fill(0)
      return new TextDecoder().decode(content)
    }
    const compose = async (order: Parameters<typeof composed>[0]) =>
      composed(order, { pages: [{ mediaType: 'text/plain', subject: order.subject, content: shared }], pageCount: 1 })
    const good = await sealedCase({ composer: { compose, subjectOf } })
    expect(good.view.state).toBe('sealed')
    const { desk } = deskOf({ composer: { ...composer, subjectOf: () => 'another' } })
    await desk.open(visitOf(2).accepted, documents)
    await settled()
    expect((await desk.stopped())?.reason).toBe('subject')
  })

  test('may refuse what its form does not take', async () => {
    const compose = async () =>
      Promise.reject(new RefusalError('ERR_NOT_ISSUABLE', 'no', { reason: 'too-many-characters' }))
    const { desk } = deskOf({ composer: { compose } })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    expect(await desk.issuingCase(id)).toMatchObject({ code: 'ERR_NOT_ISSUABLE', reason: 'too-many-characters' })
  })

  test.each([
    [181_000, undefined],
    [181_001, 'late-answer'],
  ])('that answers %i ms after the opening: stop %s', async (ms, stop) => {
    let answer: (() => void) | undefined
    let aborted = false
    const compose = async (order: Parameters<typeof composed>[0], { signal }: { signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return composed(order)
    }
    const { desk, clock } = deskOf({ composer: { compose } })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    await clock.advance(180_000)
    expect(aborted).toBe(true)
    expect((await desk.state(id, { terminal })).state).toBe('expired')
    await clock.advance(ms - 180_000)
    answer!()
    await settled()
    expect((await desk.state(id, { terminal })).state).toBe('expired')
    expect((await desk.stopped())?.reason).toBe(stop)
    expect(desk.counts.late).toBe(1)
  })

  test('is aborted when the terminal abandons the case', async () => {
    let signal: AbortSignal | undefined
    const compose = async (_: unknown, options: { signal: AbortSignal }) => {
      signal = options.signal
      return new Promise<never>(() => {})
    }
    const { desk } = deskOf({ composer: { compose } })
    const { id } = await desk.open(visitOf().accepted, documents)
    await settled()
    await desk.report(id, { terminal, outcome: 'abandoned' })
    expect(signal?.aborted).toBe(true)
    await desk.close()
  })
})

describe('a case that is abandoned while it is moved on', () => {
  /** A desk whose case is moved on by `meanwhile` between the reading and the writing of the terminal's report. */
  async function abandonedDuring(meanwhile: (made: ReturnType<typeof deskOf>, id: string) => Promise<unknown>) {
    const store = memoryStore()
    let compose = (): void => {}
    const isComposed = new Promise<void>((resolve) => {
      compose = resolve
    })
    let waits = true
    const slow = {
      ...store,
      async compareAndSet(changes: Parameters<typeof store.compareAndSet>[0]) {
        if (waits && changes[0]!.next?.includes('"state":"abandoned"') === true) {
          waits = false
          compose()
          await settled()
          await meanwhile(made, id)
        }
        return store.compareAndSet(changes)
      },
    }
    const made = deskOf({
      store: slow,
      composer: {
        async compose(order) {
          await isComposed
          return composed(order)
        },
      },
    })
    const { id } = await made.desk.open(visitOf().accepted, documents)
    await settled()
    const end = await made.desk.report(id, { terminal, outcome: 'abandoned' }).catch((error) => error.code)
    return { ...made, id, end }
  }

  test('ends: what was sealed meanwhile is not released', async () => {
    const { desk, id, end, events } = await abandonedDuring(async () => {})
    expect(end).toMatchObject({ state: 'abandoned', fence: 4 })
    expect(events.at(-1)).toMatchObject({ state: 'abandoned', from: 'sealed' })
    expect(await outcome(desk.release(id, { terminal, fence: 3 }))).toBe('ERR_CASE_STATE')
    expect(events.filter(({ type }) => type === 'case-refused')).toHaveLength(1)
  })

  test('ends once, when it is reported twice at once', async () => {
    const { end, events } = await abandonedDuring((made, id) =>
      made.desk.report(id, { terminal, outcome: 'abandoned' }),
    )
    expect(end).toMatchObject({ state: 'abandoned', fence: 4 })
    expect(events.filter(({ state }) => state === 'abandoned')).toHaveLength(1)
  })

  test('is refused when it has ended otherwise', async () => {
    const { end } = await abandonedDuring(async ({ clock, desk }, id) => {
      await clock.advance(180_000)
      expect((await desk.state(id, { terminal })).state).toBe('expired')
    })
    expect(end).toBe('ERR_CASE_STATE')
  })
})

describe('a stop', () => {
  test('ends open cases on every instance, and what was not released stays sealed', async () => {
    const store = memoryStore()
    const one = await sealedCase({ store }, 1)
    const two = deskOf({ store })
    await two.desk.stop({ clerk: 'sato', note: 'test of the stop' })
    expect(await outcome(one.desk.release(one.id, { terminal, fence: 3 }))).toBe('ERR_ISSUING_STOPPED')
    expect(await one.desk.state(one.id, { terminal })).toMatchObject({ state: 'stopped', code: 'ERR_ISSUING_STOPPED' })
    expect(await outcome(one.desk.open(visitOf(2).accepted, documents))).toBe('ERR_ISSUING_STOPPED')
    expect(one.desk.conditions()).toMatchObject([{ part: 'issuing', state: 'failed', reason: 'clerk' }])
    expect(two.events.at(-1)).toMatchObject({ type: 'issuing-stopped', clerk: 'sato', note: 'test of the stop' })
  })

  test('is ended by a named clerk with a reason, and cases of before do not continue', async () => {
    const store = memoryStore()
    const one = await sealedCase({ store }, 1)
    const two = deskOf({ store })
    await two.desk.stop({ clerk: 'sato', note: 'a test' })
    for (const wrong of [
      { clerk: '', note: 'x' },
      { clerk: 'a b', note: 'x' },
      { clerk: 'sato', note: ' ' },
    ]) {
      await expect(two.desk.resume({ ...wrong, stop: '0-0' })).rejects.toBeInstanceOf(TypeError)
    }
    const clerk = { clerk: 'suzuki', note: 'cause found' }
    await expect(two.desk.resume({ ...clerk, stop: 1 as never })).rejects.toBeInstanceOf(TypeError)
    expect(await outcome(two.desk.resume({ ...clerk, stop: '0-1' }))).toBe('ERR_CASE_STATE')
    await two.desk.resume({ ...clerk, stop: (await two.desk.stopped())!.id })
    expect(two.events.at(-1)).toMatchObject({
      type: 'issuing-resumed',
      clerk: 'suzuki',
      note: 'cause found',
      stopReason: 'clerk',
    })
    expect(await outcome(two.desk.resume({ clerk: 'suzuki', note: 'again', stop: '1-0' }))).toBe('ERR_CASE_STATE')
    expect(await outcome(one.desk.release(one.id, { terminal, fence: 3 }))).toBe('ERR_ISSUING_STOPPED')
    const { view } = await sealedCase({ store }, 3)
    expect(view.state).toBe('sealed')
  })

  test('is not resumed from a cause that the clerk has not seen', async () => {
    const { desk, events } = deskOf()
    await desk.stop({ clerk: 'sato', note: 'a page of another person' })
    const seen = (await desk.stopped())!.id
    await desk.stop({ clerk: 'tanaka', note: 'the same at another shop' })
    expect(await desk.stopped()).toMatchObject({ clerk: 'sato', more: 1 })
    const clerk = { clerk: 'suzuki', note: 'cause found' }
    expect(await outcome(desk.resume({ ...clerk, stop: seen }))).toBe('ERR_CASE_STATE')
    expect(events.filter(({ type }) => type === 'issuing-resumed')).toEqual([])
    await desk.resume({ ...clerk, stop: (await desk.stopped())!.id })
    expect(await desk.stopped()).toBeUndefined()
    // That of another stop does not fit the next one.
    await desk.stop({ clerk: 'sato', note: 'again' })
    expect(await outcome(desk.resume({ ...clerk, stop: seen }))).toBe('ERR_CASE_STATE')
  })

  test('that the store has lost holds where it was known, is written again once, and ends when it is resumed', async () => {
    const store = memoryStore()
    const [one, two] = [deskOf({ store }), deskOf({ store })]
    await one.desk.stop({ clerk: 'sato', note: 'before the failover' })
    const stop = await two.desk.stopped()
    await store.remove('breaker')
    expect(await outcome(two.desk.open(visitOf().accepted, documents))).toBe('ERR_ISSUING_STOPPED')
    expect(await outcome(one.desk.open(visitOf().accepted, documents))).toBe('ERR_ISSUING_STOPPED')
    await Promise.all([one.desk.sweep(), two.desk.sweep()])
    expect(await deskOf({ store }).desk.stopped()).toEqual(stop)
    await two.desk.resume({ clerk: 'suzuki', note: 'cause found', stop: stop!.id })
    expect([await one.desk.stopped(), await two.desk.stopped()]).toEqual([undefined, undefined])
    await one.desk.sweep()
    await one.desk.open(visitOf().accepted, documents)
  })

  test('by a mismatch the terminal reports', async () => {
    const { desk, id } = await sealedCase()
    await desk.release(id, { terminal, fence: 3 })
    expect(await desk.report(id, { terminal, fence: 4, outcome: 'mismatch' })).toMatchObject({ state: 'stopped' })
    expect(await desk.stopped()).toMatchObject({ reason: 'terminal-mismatch', case: id })
  })

  test('that cannot be written holds in this process, and is written later', async () => {
    const store = memoryStore()
    let isDown = false
    const failing = {
      ...store,
      compareAndSet: async (changes: Parameters<typeof store.compareAndSet>[0]) => {
        if (isDown) throw new RefusalError('ERR_STORE_UNAVAILABLE', 'down')
        return store.compareAndSet(changes)
      },
    }
    const { desk, events } = deskOf({ store: failing })
    isDown = true
    expect(await outcome(desk.stop({ clerk: 'sato', note: 'store is down' }))).toBe('ERR_STORE_UNAVAILABLE')
    expect(events.at(-1)).toMatchObject({ type: 'issuing-stopped' })
    isDown = false
    expect(await outcome(desk.open(visitOf().accepted, documents))).toBe('ERR_ISSUING_STOPPED')
    await desk.sweep()
    expect(await outcome(deskOf({ store }).desk.open(visitOf().accepted, documents))).toBe('ERR_ISSUING_STOPPED')
  })
})

describe('what is not in the audit log', () => {
  test('is not handed out; the end of a case is written later', async () => {
    let fails = false
    const events: unknown[] = []
    const audit = {
      write(event: object) {
        if (fails) throw new Error('disk full')
        events.push(event)
      },
    }
    const made = await sealedCase({ audit })
    fails = true
    expect(await outcome(made.desk.release(made.id, { terminal, fence: 3 }))).toBe('ERR_AUDIT')
    await made.clock.advance(300_000)
    await made.desk.sweep()
    fails = false
    await made.clock.advance(30_000)
    expect(await made.desk.sweep()).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'case', state: 'expired', from: 'released', case: made.id })
    expect(await made.desk.sweep()).toBe(0)
  })

  test('is counted once, however often its line is tried', async () => {
    let fails = false
    const audit = { write: () => (fails ? Promise.reject(new Error('disk full')) : undefined) }
    const { desk, clock } = await sealedCase({ audit })
    fails = true
    await clock.advance(300_000)
    for (let i = 0; i < 3; i++) {
      await desk.sweep()
      await clock.advance(30_000)
    }
    fails = false
    expect(await desk.sweep()).toBe(1)
    const { opened, composing, sealed, expired, ...others } = desk.counts.states
    expect({ opened, composing, sealed, expired }).toEqual({ opened: 1, composing: 1, sealed: 1, expired: 1 })
    expect(Object.values(others).every((count) => count === 0)).toBe(true)
  })

  test('is no case either', async () => {
    const audit = { write: () => Promise.reject(new Error('disk full')) }
    const { desk } = deskOf({ audit })
    expect(await outcome(desk.open(visitOf().accepted, documents))).toBe('ERR_AUDIT')
    expect(desk.counts.states).toMatchObject({ opened: 1, refused: 1 })
  })
})

describe('options', () => {
  const good = { origin, composer, registers: [register()], store: memoryStore() }
  test.each<[string, object]>([
    ['origin', { origin: 'issue.example' }],
    ['store', { store: {} }],
    ['registers', { registers: [] }],
    ['registers', { registers: [register(), register()] }],
    ['composer', { composer: {} }],
    ['documents', { documents: ['a b'] }],
    ['lifetimeMs', { lifetimeMs: 9_999 }],
    ['maxPages', { maxPages: 1_001 }],
    ['abortGraceMs', { abortGraceMs: -1 }],
    ['instances', { instances: { processes: 2 } }],
    ['instances', { instances: { machines: 2 } }],
    ['instances', { store: { ...good.store, scope: 'machine' }, instances: { machines: 2 } }],
  ])('%s: %j is refused', (name, wrong) => {
    expect(() => new IssuanceDesk({ ...good, ...wrong })).toThrow(name)
  })

  test('take a store that all instances share', () => {
    const machine = { ...good.store, scope: 'machine' } as const
    const shared = { ...good.store, scope: 'shared' } as const
    new IssuanceDesk({ ...good, store: machine, instances: { processes: 4 } })
    new IssuanceDesk({ ...good, store: shared, instances: { processes: 4, machines: 3 } })
  })
})
