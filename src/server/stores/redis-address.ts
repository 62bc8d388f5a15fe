import { load } from '../../optional-package.ts'
import { withinTime } from '../../waiting.ts'
import type { RedisClient } from './redis-connection.ts'
import { faultOf, RedisFault, RedisReply } from './redis-faults.ts'

/** Certificates of a TLS connection, PEM. */
export interface RedisTls {
  /** CA certificates to verify the server with. Default: those of Node.js. */
  readonly ca?: string | Uint8Array | undefined
  /** Our certificate, with its chain, where the server requires one (`tls-auth-clients`). */
  readonly cert?: string | Uint8Array | undefined
  /** The private key of `cert`. */
  readonly key?: string | Uint8Array | undefined
  /** Name in the certificate of the server. Default: the host. */
  readonly servername?: string | undefined
}

/** Redis Sentinels that name the primary. */
export interface RedisSentinels {
  /** Name of the primary: `sentinel monitor NAME …`. */
  readonly name: string
  /** At least one; the answer of the first that responds is used. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[]
  /** User and password of the Sentinels themselves. Default: none. */
  readonly username?: string | undefined
  readonly password?: string | undefined
}

/** Address and credentials of Redis. */
export interface RedisAddressOptions {
  /**
   * `redis://` or, with TLS, `rediss://`: `redis://user:password@host:6379/0`. With `sentinel` its host and port are
   * not used: `redis://user:password@sentinel/0`.
   */
  readonly url: string
  /** For `rediss://` only; used for the Sentinels too. */
  readonly tls?: RedisTls | undefined
  /** Queried for the primary at each connection; `url` then gives user, password, database and whether TLS is used. */
  readonly sentinel?: RedisSentinels | undefined
}

interface Node {
  readonly host: string
  readonly port: number
}

/** Commands waiting for a reply, at most. Further ones fail at once. */
const mostWaiting = 10_000

/**
 * Makes clients for the primary.
 *
 * The Sentinels are queried here, not by `createSentinel` of the package: that one resends a command after READONLY or
 * a lost connection, so a nonce could be taken by a command whose reply is lost.
 */
export class RedisAddress {
  readonly #redis: typeof import('redis')
  readonly #options: RedisAddressOptions
  readonly #timeoutMs: number
  /** The primary as the Sentinels last named it; undefined without Sentinels. */
  #primary: Node | undefined

  private constructor(redis: typeof import('redis'), options: RedisAddressOptions, timeoutMs: number) {
    this.#redis = redis
    this.#options = options
    this.#timeoutMs = timeoutMs
  }

  /**
   * @throws DependencyError `ERR_DEPENDENCY_MISSING` when the package `redis` is not installed.
   * @throws TypeError for an address that is not as described.
   */
  static async load(options: RedisAddressOptions, timeoutMs: number): Promise<RedisAddress> {
    checkAddress(options)
    const redis = await load('redis', () => import('redis'))
    return new RedisAddress(redis, options, timeoutMs)
  }

  /**
   * A client of the primary, not connected yet. @throws RedisFault `primary-unknown`, `unreachable`, `refused`, `tls`.
   */
  async client(): Promise<RedisClient> {
    const { url, sentinel } = this.#options
    if (sentinel === undefined) return this.#client({ url })
    this.#primary = await this.#askSentinels(sentinel)
    const { username, password, pathname } = new URL(url)
    return this.#client({
      socket: this.#primary,
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
      database: pathname.length > 1 ? Number(pathname.substring(1)) : undefined,
    })
  }

  /**
   * Checks whether the Sentinels still name the same primary: one that is cut off from them does not notice a failover.
   *
   * @throws RedisFault `read-only-replica` when they name another one. Unreachable Sentinels are not a fault.
   */
  async checkPrimary(): Promise<void> {
    const primary = this.#primary
    if (primary === undefined) return
    const now = await this.#askSentinels(this.#options.sentinel!).catch(() => primary)
    if (now.host !== primary.host || now.port !== primary.port) throw new RedisFault('read-only-replica')
  }

  /** @throws RedisFault `primary-unknown`; its cause is the fault of the last Sentinel that did not answer. */
  async #askSentinels({ name, nodes, username, password }: RedisSentinels): Promise<Node> {
    let fault: RedisFault | undefined
    for (const node of nodes) {
      const client = this.#client({ socket: node, username, password })
      client.on('error', () => {})
      try {
        const asked = client.connect().then(() => client.sendCommand(['SENTINEL', 'get-master-addr-by-name', name]))
        const answer = await withinTime(asked, this.#timeoutMs, () => new RedisFault('unreachable'))
        const [host, port] = Array.isArray(answer) ? answer : []
        if (typeof host === 'string' && /^\d{1,5}$/.test(String(port))) return { host, port: Number(port) }
      } catch (error) {
        ;({ fault } = faultOf(error))
      } finally {
        client.destroy()
      }
    }
    throw new RedisFault('primary-unknown', { cause: fault })
  }

  #client(to: {
    readonly url?: string
    readonly socket?: Node
    readonly username?: string | undefined
    readonly password?: string | undefined
    readonly database?: number | undefined
  }): RedisClient {
    const { url, tls } = this.#options
    const { socket, ...rest } = to
    const secure = new URL(url).protocol === 'rediss:'
    const certificates = tls === undefined ? {} : { ca: pem(tls.ca), cert: pem(tls.cert), key: pem(tls.key) }
    const client = this.#redis.createClient({
      ...defined(rest),
      RESP: 2,
      disableOfflineQueue: true,
      commandsQueueMaxLength: mostWaiting,
      maintNotifications: 'disabled',
      socket: {
        ...socket,
        ...(secure && { tls: true as const, ...defined({ ...certificates, servername: tls?.servername }) }),
        reconnectStrategy: false,
        connectTimeout: this.#timeoutMs,
      },
    })
    const { ErrorReply } = this.#redis
    const asReply = (error: unknown): unknown => (error instanceof ErrorReply ? new RedisReply(error) : error)
    return {
      // Before this, only authentication and the selection of the database were sent.
      connect: () =>
        client.connect().catch((error) => {
          throw error instanceof ErrorReply && new RedisReply(error).code === 'ERR'
            ? new RedisFault('refused', { cause: error })
            : asReply(error)
        }),
      sendCommand: (command) =>
        client.sendCommand(command).catch((error) => {
          throw asReply(error)
        }),
      on: (event, listener) => client.on(event, (error) => listener(asReply(error))),
      destroy: () => client.destroy(),
    }
  }
}

/** @throws TypeError naming the option, never its value, which may hold a password. */
function checkAddress({ url, tls, sentinel }: RedisAddressOptions): void {
  if (typeof url !== 'string' || !URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new TypeError('url must be redis://… or rediss://…')
  }
  if (!/^(?:\/\d*)?$/.test(new URL(url).pathname))
    throw new TypeError('url must end with the number of a database, or nothing')
  if (tls !== undefined && new URL(url).protocol !== 'rediss:') throw new TypeError('tls needs a url of rediss://…')
  if ((tls?.cert === undefined) !== (tls?.key === undefined))
    throw new TypeError('tls.cert and tls.key belong together')
  if (sentinel === undefined) return
  const { name, nodes } = sentinel
  if (typeof name !== 'string' || name === '') throw new TypeError('sentinel.name must be text')
  const right = ({ host, port }: Node): boolean =>
    typeof host === 'string' && host !== '' && Number.isSafeInteger(port) && port > 0 && port < 65_536
  if (!Array.isArray(nodes) || nodes.length === 0 || !nodes.every(right)) {
    throw new TypeError('sentinel.nodes must be a list of host and port')
  }
}

const pem = (text: string | Uint8Array | undefined): string | Buffer | undefined =>
  text === undefined || typeof text === 'string' ? text : Buffer.from(text)

/** Omits undefined properties. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
