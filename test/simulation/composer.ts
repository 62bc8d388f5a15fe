import type { ComposedDocument, Composer, CompositionOrder } from '../../src/server/issuance/ports.ts'
import type { Instance } from './instance.ts'
import type { World } from './world.ts'

/** Where documents are composed, for all instances. */
export interface Office {
  /** Results so far, oldest first. */
  readonly results: ComposedDocument[]
  /** For the variant `lock-freed`: the one file, and the end of the lock on it, virtual time. */
  file: string
  lockedUntil: number
}

/** The text of a page: what is printed, with the person it is about. */
export function pageText(subject: string, document: string, number: number): string {
  return `${subject}|${document}|${number}`
}

/** The person a printed page is about. */
export function subjectIn(content: Uint8Array): string {
  return Buffer.from(content).toString('latin1').split('|')[0]!
}

/** How a result comes about. */
type Manner = 'right' | 'slow' | 'late' | 'failed' | 'mixed' | 'earlier' | 'page-count'
const manners = ['failed', 'mixed', 'earlier', 'page-count', 'late', 'slow'] as const

/** The composer as connected to one instance. */
export function composerOf(instance: Instance, office: Office): Composer {
  const { world } = instance
  if (world.variant === 'lock-freed') return { compose: (order) => composeInOneFile(instance, office, order) }
  return {
    compose: (order, { signal }) => compose(instance, office, order, signal),
    ...(world.plan.readsMarker && { subjectOf: ({ content }: { content: Uint8Array }) => subjectIn(content) }),
  }
}

function compose(
  instance: Instance,
  office: Office,
  order: CompositionOrder,
  signal: AbortSignal,
): Promise<ComposedDocument> {
  const { world, name } = instance
  const manner: Manner = manners.find((one) => world.fault(`composer-${one}`, name)) ?? 'right'
  return new Promise((resolve, reject) => {
    world.busy += 1
    const end = (settle: () => void): void => {
      world.busy -= 1
      signal.removeEventListener('abort', onAbort)
      if (instance.isAlive) settle()
    }
    const event = world.after(durationOf(world, manner), () =>
      end(() => {
        if (manner === 'failed') return reject(new Error('the composer failed'))
        const result = resultOf(world, office, order, manner)
        office.results.push(result)
        const isWrong = result.case !== order.case || result.pages.length !== result.pageCount
        if (isWrong || result.pages.some(({ subject }) => subject !== order.subject)) {
          instance.sawMismatch(`composer-${manner}`)
        }
        resolve(result)
      }),
    )
    const onAbort = (): void => {
      if (manner === 'late') return
      world.scheduler.cancel(event)
      end(() => reject(new Error('the order was withdrawn')))
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

function durationOf(world: World, manner: Manner): number {
  if (manner === 'slow') return world.stream('composer-slow').integer(1_000, 40_000)
  if (manner === 'late') return world.stream('composer-late').integer(1_000, 40_000)
  return world.random.integer(5, 900)
}

function resultOf(world: World, office: Office, order: CompositionOrder, manner: Manner): ComposedDocument {
  const { case: id, subject, document, copies } = order
  const pages = Array.from({ length: copies }, (_, i) => pageOf(subject, document, i + 1))
  if (manner === 'earlier') {
    const earlier = office.results.findLast((result) => result.case !== id)
    if (earlier !== undefined) return earlier
  }
  if (manner === 'mixed') {
    const stream = world.stream('composer-mixed')
    const others = office.results.flatMap((result) => result.pages.map((page) => page.subject))
    const other = others.findLast((one) => one !== subject) ?? 'subject-of-another'
    pages[stream.integer(0, copies - 1)] = pageOf(other, document, 1)
  }
  const pageCount = manner === 'page-count' ? copies + world.stream('composer-page-count').pick([-1, 1]) : copies
  return { case: id, pageCount, pages }
}

function pageOf(subject: string, document: string, number: number) {
  return { mediaType: 'text/plain', subject, content: Buffer.from(pageText(subject, document, number), 'latin1') }
}

/** Time after which a request of `lock-freed` that waits frees the lock of another one, milliseconds. */
const lockLimitMs = 1_500

/**
 * The composer of incident I1: one current file for all requests. A request waits for the lock on it; when that takes too long,
 * the lock is freed, but the request before is not ended. The marker it answers is that of the order, not of the file.
 */
async function composeInOneFile(
  instance: Instance,
  office: Office,
  { case: id, subject, document, copies }: CompositionOrder,
): Promise<ComposedDocument> {
  const { world } = instance
  for (let waited = 0; office.lockedUntil > world.now && waited < lockLimitMs; waited += 100) await instance.pause(100)
  office.lockedUntil = world.now + 60_000
  office.file = subject
  // Under load, waiting for the print exceeds the limit.
  const isLoaded = world.random.chance(0.2)
  await instance.pause(isLoaded ? world.random.integer(1_000, 3_000) : world.random.integer(5, 900))
  office.lockedUntil = 0
  const pages = Array.from({ length: copies }, (_, i) => ({ ...pageOf(office.file, document, i + 1), subject }))
  return { case: id, pageCount: copies, pages }
}
