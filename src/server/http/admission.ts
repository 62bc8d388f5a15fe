import { type Exchange, requireTime } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/** A waiting job. */
interface Waiting {
  readonly since: number
  readonly exchange: Exchange
  readonly begin: () => Promise<void>
  readonly refuse: (error: unknown) => void
}

/** Jobs started per turn of the event loop, unless they take longer than a phase. */
const perTurn = 8
/** Length of a phase of accepting requests or of starting jobs, milliseconds. */
const phaseMs = 5
/** Idle time after which a request starts at once, milliseconds. */
const pauseMs = 20
/** Minimum number of turns for accepting requests, also when the process gets little CPU time. */
const fewestTurns = 50

/**
 * Starts jobs in order of arrival, a limited number at once, and refuses those that would wait too long before anything
 * is spent on them. The wait is measured, not estimated, so it includes every cause of delay: verification, a slow
 * store, a busy machine.
 *
 * Node accepts one new connection per turn of the event loop: while each turn does much work, connections wait in the
 * kernel backlog, unseen. Therefore phases alternate: turns that only accept requests, then turns that start a few
 * jobs. Waiting requests are then known, probes are answered in between, and aborted requests are detected before work
 * is done for them.
 */
export class Admission {
  readonly #most: number
  readonly #waitMs: number
  readonly #waiting = new Queue<Waiting>()
  #running = 0
  /** Accepting turns left in the phase. */
  #turns = 0
  /** When a job was last started. */
  #begun = Number.NEGATIVE_INFINITY
  /** Whether a request came since the last turn. */
  #arrived = false
  /** Start of the present phase. */
  #phase = 0
  #phaseTurns = 0
  #working = false
  #timer: NodeJS.Timeout | undefined

  /** @param most - jobs at once; twice as many may wait. @param waitMs - longest wait, milliseconds. */
  constructor(most: number, waitMs: number) {
    this.#most = most
    this.#waitMs = waitMs
  }

  /** Refuses a request that could not be served in time. @throws RequestProblem `ERR_OVERLOADED`. */
  requireRoom(): void {
    this.#arrived = true
    const first = this.#waiting.first
    if (first === undefined) return
    const isLate = this.#isLong() && performance.now() - first.since > this.#waitMs / 2
    if (isLate || this.#isFull()) throw overloaded()
  }

  /**
   * Runs a job when its turn comes.
   *
   * @throws RequestProblem `ERR_OVERLOADED`, `ERR_REQUEST` when its sender has disconnected; the job was then not
   *   started. Rethrows what the job throws.
   */
  run<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isFull()) throw overloaded()
      const now = performance.now()
      const one = { since: now, exchange, begin: () => work().then(resolve, reject), refuse: reject }
      // After a pause no connection waits in the backlog.
      if (this.#running === 0 && this.#waiting.length === 0 && now - this.#begun > pauseMs) {
        this.#begin(one)
        return
      }
      this.#waiting.push(one)
      this.#arm()
    })
  }

  #isFull(): boolean {
    return this.#running + this.#waiting.length >= 3 * this.#most
  }

  /** A few waiting jobs are not overload but a stalled machine: they are served when it continues. */
  #isLong(): boolean {
    return this.#running >= this.#most || this.#waiting.length >= this.#most / 8
  }

  #arm(): void {
    if (this.#turns === 0 && this.#waiting.length > 0 && this.#running < this.#most) {
      this.#beginPhase(false)
      this.#schedule(1)
    }
    // While all places are taken only this timer expires waiting jobs.
    const first = this.#waiting.first
    if (first === undefined || this.#timer !== undefined) return
    // One more millisecond: a timer may fire early by a fraction.
    const leftMs = Math.max(0, first.since + this.#waitMs - performance.now()) + 1
    this.#timer = setTimeout(() => this.#expire(), leftMs).unref()
  }

  #schedule(turns: number): void {
    this.#turns += turns
    for (let i = 0; i < turns; i++) setImmediate(() => this.#turn())
  }

  #beginPhase(working: boolean): void {
    this.#phase = performance.now()
    this.#phaseTurns = 0
    this.#working = working
  }

  #turn(): void {
    this.#turns -= 1
    const isOver = performance.now() - this.#phase > phaseMs
    if (!this.#working) {
      const isQuiet = !this.#arrived
      this.#arrived = false
      this.#phaseTurns += 1
      if (isQuiet || (isOver && this.#phaseTurns >= fewestTurns)) this.#beginPhase(true)
      this.#schedule(this.#working ? Math.max(1, Math.min(this.#waiting.length, perTurn)) : 1)
      return
    }
    // The first job of a phase always starts.
    if (!isOver || this.#turns === 0) this.#beginNext()
    if (this.#turns === 0) this.#arm()
  }

  #beginNext(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (!isWanted(next, this.#isLong() ? this.#waitMs : Number.POSITIVE_INFINITY)) continue
      this.#begin(next)
      return
    }
  }

  #next(): Waiting | undefined {
    return this.#running < this.#most ? this.#waiting.shift() : undefined
  }

  #begin({ exchange, begin }: Waiting): void {
    this.#begun = performance.now()
    this.#running += 1
    let running = true
    const leave = (): void => {
      if (!running) return
      running = false
      this.#running -= 1
      this.#arm()
    }
    // A job that never ends releases its place at the time limit.
    exchange.leave = leave
    begin().then(leave)
  }

  #expire(): void {
    this.#timer = undefined
    for (let first = this.#waiting.first; first !== undefined; first = this.#waiting.first) {
      if (isWanted(first, this.#isLong() ? this.#waitMs : Number.POSITIVE_INFINITY)) break
      this.#waiting.shift()
    }
    this.#arm()
  }
}

/** Whether the sender is still connected and has not waited too long; otherwise the job is refused. */
function isWanted({ since, exchange, refuse }: Waiting, waitMs: number): boolean {
  try {
    requireTime(exchange)
    if (exchange.request.signal.aborted)
      throw new RequestProblem('ERR_REQUEST', 'the sender has disconnected; nothing was done')
    if (performance.now() - since > waitMs) throw overloaded()
    return true
  } catch (error) {
    refuse(error)
    return false
  }
}

function overloaded(): RequestProblem {
  const message = 'overloaded; nothing was done, the challenge is still valid'
  return new RequestProblem('ERR_OVERLOADED', message, { 'retry-after': '1' })
}

/** FIFO with constant cost per operation. */
class Queue<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  get first(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#items[this.#head++] = undefined
    if (this.#head === this.#items.length || this.#head > 1_024) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
