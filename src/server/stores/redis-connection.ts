import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff, withinTime } from '../../waiting.ts'
import type { Condition } from '../health.ts'
import { conditionOf, faultOf, RedisFault, type RedisFaultReason } from './redis-faults.ts'

/** The methods used of a client of the `redis` package. Error replies are thrown as RedisReply. */
export interface RedisClient {
  connect(): Promise<unknown>
  sendCommand(command: readonly string[]): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  destroy(): void
}

/** How connections are made and checked. */
export interface RedisConnectionOptions {
  /** Creates a client that is not connected yet and does not reconnect by itself. */
  readonly make: () => Promise<RedisClient>
  /**
   * Checks whether the server can serve; called for each new connection, and periodically.
   *
   * @returns warnings: conditions an operator has to act on although the server can serve. @throws RedisFault,
   *   RedisReply when it cannot.
   */
  readonly examine: (send: Send, isNew: boolean) => Promise<readonly RedisFaultReason[]>
  /** Longest wait for connecting and for a reply, ms. */
  readonly timeoutMs: number
  /** Time between two checks, ms. */
  readonly checkMs: number
}

/** Sends one command. */
export type Send = (...command: readonly string[]) => Promise<unknown>

/** A connection: one client, not reused after it is lost. */
interface Link {
  readonly client: RedisClient
  readonly lost: AbortSignal
  readonly giveUp: (fault: RedisFault) => void
}

const firstDelay = 50
const longestDelay = 2_000

/**
 * One connection to Redis at a time, replaced in the background when it is lost. Each client of the `redis` package
 * serves one connection only, so a command is never queued for the next one, and never sent twice.
 *
 * A working connection is dropped as well when its server replies that it cannot serve: a primary that has become a
 * replica would refuse every write for as long as it keeps the connection.
 */
export class RedisConnection {
  readonly #options: RedisConnectionOptions
  readonly #closing = new AbortController()
  #link: Link | undefined
  #running: Promise<void> | undefined
  #conditions: readonly Condition[] = [conditionOf('unreachable', new Date())]
  /** Why there is no connection. */
  #fault = new RedisFault('unreachable')

  constructor(options: RedisConnectionOptions) {
    this.#options = options
  }

  /** Connects, and reconnects from then on. */
  async open(): Promise<void> {
    await this.#connect()
    this.#running = this.#stayConnected()
  }

  /** Connects in the background. */
  openLater(): void {
    this.#running = this.#connect().then(
      () => this.#stayConnected(),
      () => this.#stayConnected(),
    )
  }

  /** The last known state of the server. */
  conditions(): readonly Condition[] {
    return this.#conditions
  }

  /**
   * Sends a command; fails at once without a connection. The connection is dropped when no reply arrives within the
   * timeout, since later replies would queue behind it, and after a reply that says that the server cannot serve. The
   * command is not resent in either case: it may have been carried out.
   *
   * @throws RedisFault.
   */
  async send(command: readonly string[]): Promise<unknown> {
    const link = this.#link
    if (link === undefined) throw new RedisFault(this.#fault.reason, { cause: this.#fault.cause })
    try {
      return await this.#inTime(link.client.sendCommand(command), link.giveUp)
    } catch (error) {
      const { fault, keeps } = faultOf(error)
      if (!keeps && fault.reason !== 'unreachable') link.giveUp(fault)
      throw fault
    }
  }

  /** Fails pending commands and releases all resources. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#link?.giveUp(new RedisFault('closed'))
    await this.#running
    this.#fail(new RedisFault('closed'))
  }

  async #stayConnected(): Promise<void> {
    const { signal } = this.#closing
    const pauses = new Backoff(firstDelay, longestDelay)
    while (!signal.aborted) {
      if (this.#link !== undefined) {
        const since = performance.now()
        await this.#watch(this.#link)
        // A connection refused early is not retried at once: the server may refuse the next one too.
        const refusedSoon = this.#fault.reason !== 'unreachable' && performance.now() - since < longestDelay
        if (!refusedSoon) pauses.reset()
      }
      await this.#pause(pauses.next())
      // Failures are retried later.
      await this.#connect().catch(() => {})
    }
  }

  /** Checks a connection periodically until it is lost. */
  async #watch(link: Link): Promise<void> {
    while (!link.lost.aborted) {
      await this.#pause(this.#options.checkMs, link.lost)
      if (!link.lost.aborted) await this.#examine(link, false).catch(() => {})
    }
  }

  /** Waits 50 to 100 % of `ms`: jitter, so that not all servers reconnect at the same moment. */
  async #pause(ms: number, signal = this.#closing.signal): Promise<void> {
    await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {})
  }

  async #connect(): Promise<void> {
    if (this.#closing.signal.aborted) return
    let client: RedisClient
    try {
      client = await this.#options.make()
    } catch (error) {
      const { fault } = faultOf(error)
      this.#fail(fault)
      throw fault
    }
    const lost = new AbortController()
    const giveUp = (fault: RedisFault): void => {
      // Later commands are not sent to it.
      if (this.#link === link) {
        this.#link = undefined
        this.#fail(fault)
      }
      client.destroy()
      lost.abort()
    }
    const link: Link = { client, lost: lost.signal, giveUp }
    client.on('error', (error) => giveUp(faultOf(error).fault))
    try {
      await this.#inTime(client.connect(), giveUp)
      await this.#examine(link, true)
    } catch (error) {
      const { fault } = faultOf(error)
      giveUp(fault)
      this.#fail(fault)
      throw fault
    }
    if (this.#closing.signal.aborted) client.destroy()
    else this.#link = link
  }

  async #examine(link: Link, isNew: boolean): Promise<void> {
    try {
      const send: Send = (...command) => this.#inTime(link.client.sendCommand(command), link.giveUp)
      this.#report(await this.#options.examine(send, isNew))
    } catch (error) {
      const { fault } = faultOf(error)
      link.giveUp(fault)
      throw fault
    }
  }

  /** Records why there is no connection. */
  #fail(fault: RedisFault): void {
    this.#fault = fault
    this.#report([fault.reason])
  }

  /** Records the state, and since when. */
  #report(reasons: readonly RedisFaultReason[]): void {
    const before = this.#conditions
    const since = (reason: string | undefined): Date => before.find((one) => one.reason === reason)?.since ?? new Date()
    this.#conditions =
      reasons.length === 0
        ? [{ part: 'store', state: 'ok', since: since(undefined) }]
        : reasons.map((reason) => conditionOf(reason, since(reason)))
  }

  #inTime<T>(answer: Promise<T>, giveUp: (fault: RedisFault) => void): Promise<T> {
    const { timeoutMs } = this.#options
    return withinTime(answer, timeoutMs, () => {
      const fault = new RedisFault('unreachable', { cause: new Error(`no answer within ${timeoutMs} ms`) })
      giveUp(fault)
      return fault
    })
  }
}
