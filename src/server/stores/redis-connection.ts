import { setTimeout as sleep } from 'node:timers/promises'
import { Backoff, withinTime } from '../../waiting.ts'
import type { Condition } from '../health.ts'
import { conditionOf, faultOf, RedisFault, type RedisFaultReason } from './redis-faults.ts'

/** What is used of a client of the `redis` package. Error replies come as RedisReply. */
export interface RedisClient {
  connect(): Promise<unknown>
  sendCommand(command: readonly string[]): Promise<unknown>
  on(event: 'error', listener: (error: unknown) => void): unknown
  destroy(): void
}

/** How connections are made and looked at. */
export interface RedisConnectionOptions {
  /** A client that is not connected yet and never connects again by itself. */
  readonly make: () => Promise<RedisClient>
  /**
   * Whether the server at the other end can serve; asked of each new connection, and again from time to time.
   *
   * @returns what someone has to act on although it can serve, in whole or in part. @throws RedisFault, RedisReply when it cannot.
   */
  readonly examine: (send: Send, isNew: boolean) => Promise<readonly RedisFaultReason[]>
  /** Longest wait for connecting and for an answer, ms. */
  readonly timeoutMs: number
  /** Time between two examinations, ms. */
  readonly checkMs: number
}

/** Sends one command. */
export type Send = (...command: readonly string[]) => Promise<unknown>

/** A connection: one client, never used again once it is lost. */
interface Link {
  readonly client: RedisClient
  readonly lost: AbortSignal
  readonly giveUp: (fault: RedisFault) => void
}

const firstDelay = 50
const longestDelay = 2_000

/**
 * One connection to Redis at a time, made again in the background when it is lost. Each client of the `redis` package
 * serves one connection only, so a command is never kept for the next one, and never sent twice.
 *
 * A connection that survives is given up as well when its server replies that it cannot serve: a primary that has become a
 * replica would refuse everything for as long as it keeps its connections.
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

  /** Connects. From then on it stays connected as far as it can. */
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

  /** The state of the server, as far as it is known now. */
  conditions(): readonly Condition[] {
    return this.#conditions
  }

  /**
   * Sends a command. It fails at once when there is no connection. The connection is given up when there is no answer
   * within the time-out, since whatever comes next would wait behind it, and after a reply that says that the server cannot
   * serve. The command is not sent again either way: it may have been carried out.
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

  /** Fails what is under way, and leaves nothing behind. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#link?.giveUp(new RedisFault('closed'))
    await this.#running
    this.#report(new RedisFault('closed'))
  }

  async #stayConnected(): Promise<void> {
    const { signal } = this.#closing
    const pauses = new Backoff(firstDelay, longestDelay)
    while (!signal.aborted) {
      if (this.#link !== undefined) {
        const since = performance.now()
        await this.#watch(this.#link)
        // One that was refused soon is not made again at once: its server may refuse each as it refused this one.
        const refusedSoon = this.#fault.reason !== 'unreachable' && performance.now() - since < longestDelay
        if (!refusedSoon) pauses.reset()
      }
      await this.#pause(pauses.next())
      // A failure is tried again, later.
      await this.#connect().catch(() => {})
    }
    this.#link?.giveUp(new RedisFault('closed'))
  }

  /** Examines a connection from time to time until it is lost. */
  async #watch(link: Link): Promise<void> {
    while (!link.lost.aborted) {
      await this.#pause(this.#options.checkMs, link.lost)
      if (!link.lost.aborted) await this.#examine(link, false).catch(() => {})
    }
  }

  /** Waits, or half as long: not all servers come back at the same moment. */
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
      this.#report(fault)
      throw fault
    }
    const lost = new AbortController()
    const giveUp = (fault: RedisFault): void => {
      // What comes after this is not sent to it.
      if (this.#link === link) {
        this.#link = undefined
        this.#report(fault)
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
      this.#report(fault)
      throw fault
    }
    if (this.#closing.signal.aborted) giveUp(new RedisFault('closed'))
    else this.#link = link
  }

  async #examine(link: Link, isNew: boolean): Promise<void> {
    try {
      const send: Send = (...command) => this.#inTime(link.client.sendCommand(command), link.giveUp)
      this.#report(undefined, await this.#options.examine(send, isNew))
    } catch (error) {
      const { fault } = faultOf(error)
      link.giveUp(fault)
      throw fault
    }
  }

  /** Notes the state, with the time since when it is so. */
  #report(fault: RedisFault | undefined, warnings: readonly RedisFaultReason[] = []): void {
    if (fault !== undefined) this.#fault = fault
    const reasons = fault === undefined ? warnings : [fault.reason]
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
