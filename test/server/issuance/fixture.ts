import type { Clock } from '../../../src/issuance/index.ts'
import {
  type AcceptedToken,
  type AuditEvent,
  type ComposedDocument,
  type Composer,
  type CompositionOrder,
  IssuanceDesk,
  type IssuanceDeskOptions,
  memoryStore,
  type Register,
  type RegisterAnswer,
} from '../../../src/server/index.ts'
import { createVisitKey, type VisitKey } from '../../../src/token/index.ts'

export const origin = 'https://issue.example'

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 5, 1)
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((wake) => {
      this.#sleepers.push({ at: this.#now + ms, wake })
      signal?.addEventListener('abort', () => wake(), { once: true })
    })
  }

  /** Moves the time, and lets what was woken run. */
  async advance(ms: number): Promise<void> {
    this.#now += ms
    for (const { at, wake } of this.#sleepers) if (at <= this.#now) wake()
    await settled()
  }
}

/** Lets everything run that needs no timer. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A visit: its key pair, and the accepted token. */
export function visitOf(
  n = 1,
  more: Partial<AcceptedToken> = {},
): { readonly key: VisitKey; readonly accepted: AcceptedToken } {
  const key = createVisitKey()
  const accepted = {
    holder: `holder-${n}`,
    terminal: 'kiosk-1',
    purpose: 'residence-record',
    challengeDigest: Buffer.alloc(32, n).toString('base64url'),
    visitKey: key.publicKey,
    ...more,
  }
  return { key, accepted }
}

/** A register that knows everyone by the pseudonym. */
export function register(
  answer: Partial<RegisterAnswer> = {},
  clock: Clock = new TestClock(),
  name = 'residents',
): Register {
  return {
    name,
    lookup: async ({ holder }) => ({ subject: `subject-of-${holder}`, asOf: clock.now(), sequence: 7, ...answer }),
  }
}

/** A composed document of two pages. */
export function composed(
  { case: id, subject, document }: CompositionOrder,
  more: Partial<ComposedDocument> = {},
): ComposedDocument {
  const pages = [1, 2].map((n) => {
    return { mediaType: 'text/plain', subject, content: new TextEncoder().encode(`${document} ${n} of ${subject}`) }
  })
  return { case: id, pageCount: 2, pages, ...more }
}

export const composer: Composer = { compose: async (order) => composed(order) }

/** A desk with what it needs, and what it wrote to the audit log. */
export function deskOf(options: Partial<IssuanceDeskOptions> = {}) {
  const clock = (options.clock as TestClock | undefined) ?? new TestClock()
  const events: AuditEvent[] = []
  const store = options.store ?? memoryStore({ clock: () => clock.now() })
  const audit = { write: (event: AuditEvent) => void events.push(event) }
  const registers = options.registers ?? [register({}, clock)]
  const desk = new IssuanceDesk({ origin, composer, audit, ...options, clock, store, registers })
  return { desk, clock, store, events }
}

/** The code and the reason of the error of a call; `done` without one. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

export const documents = [{ document: 'residence-record', copies: 1 }]
