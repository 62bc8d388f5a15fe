import { type Exchange, requireTime } from './exchange.ts'
import { RequestProblem } from './problem.ts'

/** What waits for its turn. */
interface Waiting {
  readonly since: number
  readonly exchange: Exchange
  readonly begin: () => Promise<void>
  readonly refuse: (error: unknown) => void
}

/** How many begin before the event loop looks at its sockets again, unless they take longer than a phase. */
const perTurn = 8
/** Time for taking requests, or for beginning work, before it is the other's turn, milliseconds. */
const phaseMs = 5
/** After so long without work a request begins at once, milliseconds. */
const pauseMs = 20
/** Fewest turns for taking requests that come, also where the machine gives this process little time. */
const fewestTurns = 50

/**
 * Lets work begin in the order in which it came, so much at once and no more, and refuses what would wait too long while
 * refusing is still cheap. The wait is measured, not estimated; so whatever makes the server slow counts: judging, a slow
 * store, a busy machine.
 *
 * Node takes one new connection for each turn of the event loop, so while each turn does much work, others wait where they
 * cannot be seen. Therefore turns that bring requests do no work for a while; then a little work begins, and so on: what waits
 * is known, probes are answered in between, and senders that have gone are noticed before anything is done for them.
 */
export class Admission {
  readonly #most: number
  readonly #waitMs: number
  readonly #waiting = new Queue<Waiting>()
  #running = 0
  /** Turns that are due. */
  #turns = 0
  /** When work began last. */
  #begun = Number.NEGATIVE_INFINITY
  /** Whether a request came since the last turn. */
  #arrived = false
  /** When the phase began in which requests are taken or, later, work begins. */
  #phase = 0
  #phaseTurns = 0
  #working = false
  #timer: NodeJS.Timeout | undefined

  /** @param most - how much at once; twice as much may wait. @param waitMs - the longest wait. */
  constructor(most: number, waitMs: number) {
    this.#most = most
    this.#waitMs = waitMs
  }

  /** Whether one more can be served in time, before anything is done for it. @throws RequestProblem `ERR_OVERLOADED`. */
  requireRoom(): void {
    this.#arrived = true
    const first = this.#waiting.first
    if (first === undefined) return
    const isLate = this.#isLong() && performance.now() - first.since > this.#waitMs / 2
    if (isLate || this.#isFull()) throw overloaded()
  }

  /**
   * Runs work when its turn comes.
   *
   * @throws RequestProblem `ERR_OVERLOADED`, `ERR_REQUEST` when its sender has gone; then it was not begun. Whatever it throws.
   */
  run<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isFull()) throw overloaded()
      const now = performance.now()
      const one = { since: now, exchange, begin: () => work().then(resolve, reject), refuse: reject }
      // After a pause there is nothing that waits unseen.
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

  /** A few that wait are no overload, but a machine that stood still: they are served as soon as it goes on. */
  #isLong(): boolean {
    return this.#running >= this.#most || this.#waiting.length >= this.#most / 8
  }

  #arm(): void {
    if (this.#turns === 0 && this.#waiting.length > 0 && this.#running < this.#most) {
      this.#beginPhase(false)
      this.#schedule(1)
    }
    // With all places taken nothing else looks at those who wait.
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#expire(), this.#waitMs).unref()
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
    // The first of a phase always begins.
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
    // Whatever never ends gives its place back when its time is over.
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

/** Whether someone still waits for it, and not too long; otherwise it is refused. */
function isWanted({ since, exchange, refuse }: Waiting, waitMs: number): boolean {
  try {
    requireTime(exchange)
    if (exchange.request.signal.aborted)
      throw new RequestProblem('ERR_REQUEST', 'the sender has gone; nothing was done')
    if (performance.now() - since > waitMs) throw overloaded()
    return true
  } catch (error) {
    refuse(error)
    return false
  }
}

function overloaded(): RequestProblem {
  const message = 'more requests than can be served in time; nothing was done, the challenge is still good'
  return new RequestProblem('ERR_OVERLOADED', message, { 'retry-after': '1' })
}

/** First in, first out, at the same cost however many there are. */
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
