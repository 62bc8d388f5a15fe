import { setTimeout as sleep } from 'node:timers/promises'

/** What is used of a client of the `redis` package. */
export interface RedisClient {
  connect(): Promise<unknown>
  sendCommand(command: readonly string[]): Promise<unknown>
  on(event: 'error', listener: () => void): unknown
  destroy(): void
}

/** A connection: one client, never used again once it is lost. */
interface Link {
  readonly client: RedisClient
  readonly lost: Promise<void>
  readonly giveUp: () => void
}

const firstDelay = 50
const longestDelay = 2_000

/**
 * One connection to Redis at a time, made again in the background when it is lost. Each client of the `redis` package
 * serves one connection only, so a command is never kept for the next one, and never sent twice.
 */
export class RedisConnection {
  readonly #make: () => RedisClient
  readonly #timeoutMs: number
  readonly #closing = new AbortController()
  #link: Link | undefined
  #running: Promise<void> | undefined

  /** @param make a client that is not connected yet and never connects again by itself. */
  constructor(make: () => RedisClient, timeoutMs: number) {
    this.#make = make
    this.#timeoutMs = timeoutMs
  }

  /** Connects. From then on it stays connected as far as it can. */
  async open(): Promise<void> {
    await this.#connect()
    this.#running = this.#stayConnected()
  }

  /**
   * Sends a command. It fails at once when there is no connection, and after the time-out when there is no answer: then
   * the connection is given up, since whatever comes next would wait behind it.
   */
  send(command: readonly string[]): Promise<unknown> {
    if (this.#link === undefined) return Promise.reject(new Error('there is no connection'))
    const { client, giveUp } = this.#link
    return this.#inTime(client.sendCommand(command), giveUp)
  }

  /** Fails what is under way, and leaves nothing behind. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#link?.giveUp()
    await this.#running
  }

  async #stayConnected(): Promise<void> {
    let delay = firstDelay
    while (!this.#closing.signal.aborted) {
      if (this.#link !== undefined) {
        await this.#link.lost
        this.#link = undefined
        delay = firstDelay
      }
      await this.#pause(delay)
      delay = Math.min(2 * delay, longestDelay)
      // A failure is tried again, later.
      await this.#connect().catch(() => {})
    }
    this.#link?.giveUp()
  }

  /** Waits, or half as long: not all servers come back at the same moment. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing
    await sleep(ms * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {})
  }

  async #connect(): Promise<void> {
    if (this.#closing.signal.aborted) return
    const client = this.#make()
    let giveUp = (): void => {}
    const lost = new Promise<void>((resolve) => {
      giveUp = () => {
        client.destroy()
        resolve()
      }
      client.on('error', giveUp)
    })
    try {
      await this.#inTime(client.connect(), giveUp)
    } catch (error) {
      giveUp()
      throw error
    }
    this.#link = { client, lost, giveUp }
  }

  async #inTime<T>(answer: Promise<T>, giveUp: () => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.#timeoutMs} ms`))
        giveUp()
      }, this.#timeoutMs)
    })
    try {
      return await Promise.race([answer, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
