import { LightAbortController } from './light-abort.ts'

/** Something that happens at a virtual time. */
export interface Event {
  /** Milliseconds since the schedule began. */
  readonly at: number
  readonly order: number
  run: (() => void) | undefined
}

/** The one of Node.js, before {@link withoutRealTime} replaces it. */
const nextTurn = setImmediate
const settled = Promise.resolve()

/**
 * Virtual time: one event at a time, in order of time, then of entry. After each, all microtasks run before the next; an
 * event is therefore atomic with all that follows from it without another event.
 */
export class Scheduler {
  /** Milliseconds since the schedule began. */
  now = 0
  /** Events that have happened. */
  steps = 0
  /** A binary heap. */
  readonly #heap: Event[] = []
  #order = 0

  /** @param delay - milliseconds from now, from 0. */
  after(delay: number, run: () => void): Event {
    const event: Event = { at: this.now + delay, order: this.#order++, run }
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(event, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = event
    return event
  }

  /** An event that is not to happen. */
  cancel(event: Event): void {
    event.run = undefined
  }

  /**
   * Lets events happen until there are none, or `isOver` says so, which is asked before each. Resolves in a turn of the
   * event loop of its own, after rejections without a handler were reported.
   */
  run(isOver: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      // process.nextTick from a microtask: the tick runs when no microtask is left.
      const onTick = (): void => void process.nextTick(step)
      const step = (): void => {
        try {
          const event = isOver() ? undefined : this.#take()
          if (event === undefined) {
            nextTurn(resolve)
            return
          }
          this.now = event.at
          this.steps += 1
          event.run!()
        } catch (error) {
          reject(error)
          return
        }
        void settled.then(onTick)
      }
      process.nextTick(step)
    })
  }

  /** The next event that was not cancelled. */
  #take(): Event | undefined {
    for (;;) {
      const first = this.#pop()
      if (first === undefined || first.run !== undefined) return first
    }
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    const { length } = heap
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= length) break
      if (below + 1 < length && isBefore(heap[below + 1]!, heap[below]!)) below += 1
      if (!isBefore(heap[below]!, last)) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
    return first
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** The AbortController of Node.js, or one that behaves the same at less cost. */
export type AbortKind = 'light' | 'real'

/** What makes a run differ from the next one. */
const realTime = ['setTimeout', 'setInterval', 'setImmediate'] as const

/**
 * Runs `work` while timers, the clock and random numbers of the system, and rejections without a handler, are reported
 * instead of used.
 *
 * @param report - gets what was used.
 */
export async function withoutRealTime<T>(
  abortKind: AbortKind,
  report: (used: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const globals = globalThis as unknown as Record<string, unknown>
  const kept = [...realTime, 'AbortController'].map((name) => [name, globals[name]] as const)
  const { now } = Date
  const { random } = Math
  const performanceNow = performance.now
  const onRejection = (reason: unknown): void => report(`rejection without a handler: ${String(reason)}`)
  for (const name of realTime) {
    globals[name] = () => {
      report(name)
      return { unref() {}, ref() {} }
    }
  }
  if (abortKind === 'light') globals['AbortController'] = LightAbortController
  Date.now = () => {
    report('Date.now')
    return 0
  }
  Math.random = () => {
    report('Math.random')
    return 0
  }
  performance.now = () => {
    report('performance.now')
    return 0
  }
  process.on('unhandledRejection', onRejection)
  // What a stack costs is most of an error.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return await work()
  } finally {
    for (const [name, value] of kept) globals[name] = value
    Date.now = now
    Math.random = random
    performance.now = performanceNow
    process.off('unhandledRejection', onRejection)
    Error.stackTraceLimit = stackTraceLimit
  }
}
