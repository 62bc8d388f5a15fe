import { BridgeError, RefusalError } from '../errors.ts'
import { codesOf } from '../outcomes.ts'
import {
  type BridgeEvent,
  type BridgeEvents,
  type BridgeMethod,
  type BridgeMethods,
  type BridgeProtocol,
  bridgePath,
  bridgeProtocols,
  longestPin,
  programOrigin,
  proofText,
  secretPattern,
  sessionKeyInfo,
} from './protocol.ts'

/** The part of the standard `WebSocket` that is used. That of browsers, of Node.js from 22, and of the package `ws`. */
export interface WebSocketLike {
  binaryType: string
  readonly protocol: string
  readonly readyState: number
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'error' | 'open', listener: () => void): void
}

/** A session of a page or program with the bridge: keep it to reconnect, as secret as a password. */
export interface BridgeSession {
  readonly session: string
  /** 32 bytes, base64url. Proves the session, and is never sent. */
  readonly key: string
}

/** Options of {@link BridgeClient.connect}. */
export interface ConnectOptions {
  /** Either the one-time secret that the bridge has printed or written, 43 characters of base64url; */
  readonly secret?: string | undefined
  /** or the session of an earlier connection. */
  readonly session?: BridgeSession | undefined
  /** Default: the global one. On Node.js 20 that of the package `ws`. */
  readonly WebSocket?: (new (url: string, protocols: string[]) => WebSocketLike) | undefined
  /**
   * Origin of the page, as the browser sends it. Default: that of the page; `program` where there is no page.
   */
  readonly origin?: string | undefined
  /** Longest wait for the connection, and for every call that does not wait for the customer, milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** Ends the attempt to connect, and the connection. */
  readonly signal?: AbortSignal | undefined
}

/** Methods that wait for the customer: they end with the card. */
const unlimited: ReadonlySet<BridgeMethod> = new Set<BridgeMethod>(['visit.serve'])

/** Notifications of a name that are kept for its first listener. */
const mostEarly = 32

interface Call {
  resolve(result: unknown): void
  reject(error: Error): void
  readonly timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * A connection to `jpki-card bridge`, for pages and programs; uses nothing of Node.js.
 *
 * @example
 * ```ts
 * import { BridgeClient } from 'jpki-card/bridge-client'
 *
 * async function kiosk(secret: string) {
 *   const bridge = await BridgeClient.connect('ws://127.0.0.1:35970', { secret })
 *   bridge.on('screen', ({ text }) => console.log(text.title, text.text, text.next))
 *   bridge.on('visit', async ({ visit }) => {
 *     const outcome = await bridge.call('visit.serve', { visit, purpose: 'residence-record' })
 *     console.log(outcome.kind)
 *   })
 *   await bridge.call('session.language', { language: 'en' })
 *   return bridge
 * }
 * ```
 */
export class BridgeClient {
  /** For {@link ConnectOptions.session} of the next connection. */
  readonly session: BridgeSession
  /** Version of the protocol that was agreed on. */
  readonly protocol: BridgeProtocol
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>
  readonly #wire: Wire

  private constructor(wire: Wire, session: BridgeSession) {
    this.#wire = wire
    this.session = session
    this.protocol = wire.protocol
    this.closed = wire.closed
  }

  /**
   * Connects, and proves the secret or the session; the bridge proves the same, so that nothing is sent to another program on its
   * port.
   *
   * @param address - `ws://127.0.0.1:PORT`, as the bridge prints it.
   * @throws BridgeError `ERR_BRIDGE_LOST` when nothing answers in time or a proof of the bridge is wrong, `ERR_BRIDGE_ACCESS` when it
   *   does not take the secret or session. @throws TypeError for a secret of another form, an address that is not on this machine, or
   *   without a `WebSocket`.
   */
  static async connect(address: string, options: ConnectOptions): Promise<BridgeClient> {
    const { secret, session, origin = originOfPage() } = options
    if ((secret === undefined) === (session === undefined)) throw new TypeError('secret or session is needed')
    if (!secretPattern.test(secret ?? session!.key)) throw new TypeError('secret must be 43 characters of base64url')
    const wire = await Wire.open(address, options)
    try {
      const clientNonce = base64url(crypto.getRandomValues(new Uint8Array(32)))
      const parts = { protocol: wire.protocol, origin, bridgeNonce: wire.nonce, clientNonce }
      const key = secret ?? session!.key
      const proof = await proofOf(key, proofText('client', parts))
      const expected = await proofOf(key, proofText('bridge', parts))
      const nonce = clientNonce
      if (session !== undefined) {
        requireProof(await wire.call('session.resume', { session: session.session, nonce, proof }), expected)
        return new BridgeClient(wire, session)
      }
      const paired = await wire.call('session.pair', { nonce, proof })
      requireProof(paired, expected)
      return new BridgeClient(wire, { session: paired.session, key: await derived(key, sessionKeyInfo(parts)) })
    } catch (error) {
      wire.close()
      throw error
    }
  }

  /**
   * Calls `listener` with each notification of a name. The first listener of a name gets those that came before it as well, at most
   * 32, so that none is lost between connecting and listening.
   *
   * @returns removes the listener.
   */
  on<Name extends BridgeEvent>(name: Name, listener: (event: BridgeEvents[Name]) => void): () => void {
    return this.#wire.on(name, listener as (event: unknown) => void)
  }

  /**
   * Calls a method.
   *
   * @throws BridgeError `ERR_BRIDGE_REQUEST`, `ERR_BRIDGE_ACCESS`, `ERR_BRIDGE_VISIT`, `ERR_BRIDGE_BUSY` as the bridge refuses,
   *   `ERR_BRIDGE_LOST` without an answer: what a visit has come to is not known then.
   */
  call<Name extends BridgeMethod>(
    method: Name,
    params: BridgeMethods[Name]['params'],
  ): Promise<BridgeMethods[Name]['result']> {
    return this.#wire.call(method, params)
  }

  /**
   * Hands over a PIN, where the operator lets clients do so. The bytes are wiped.
   *
   * @param pin - ASCII.
   * @throws as {@link call}. RangeError for a PIN that is not 1 to 16 bytes; it is wiped all the same.
   */
  sendPin(question: number, pin: Uint8Array): Promise<void> {
    return this.#wire.sendPin(question, pin)
  }

  /** Ends the connection. A visit of this session is cancelled unless the session is resumed at once. */
  close(): void {
    this.#wire.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** The frames of a connection. */
class Wire {
  readonly protocol: BridgeProtocol
  readonly closed: Promise<void>
  nonce = ''
  readonly #socket: WebSocketLike
  readonly #timeoutMs: number
  readonly #calls = new Map<number, Call>()
  readonly #listeners = new Map<string, Set<(event: unknown) => void>>()
  /** Notifications of names nothing has listened to yet. */
  readonly #early = new Map<string, unknown[]>()
  #lastId = 0
  #isClosed = false

  private constructor(socket: WebSocketLike, timeoutMs: number) {
    this.#socket = socket
    this.#timeoutMs = timeoutMs
    this.protocol = bridgeProtocols.find((one) => one === socket.protocol)!
    this.closed = new Promise((resolve) => {
      const over = (): void => {
        this.#isClosed = true
        for (const { reject, timer } of this.#calls.values()) {
          clearTimeout(timer)
          reject(new BridgeError('ERR_BRIDGE_LOST', 'the connection to the bridge has ended'))
        }
        this.#calls.clear()
        resolve()
      }
      socket.addEventListener('close', over)
      if (socket.readyState > 1) over()
    })
    socket.addEventListener('message', ({ data }) => this.#receive(data))
  }

  /** Resolves after the first frame of the bridge. */
  static async open(address: string, options: ConnectOptions): Promise<Wire> {
    const { WebSocket: make = globalSocket(), timeoutMs = 10_000, signal } = options
    if (!(timeoutMs >= 100 && timeoutMs <= 600_000)) throw new RangeError('timeoutMs must be 100 to 600 000')
    const url = addressOf(address)
    return new Promise((resolve, reject) => {
      const socket = new make(url, [...bridgeProtocols])
      socket.binaryType = 'arraybuffer'
      const fail = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        reject(signal?.aborted ? signal.reason : new BridgeError('ERR_BRIDGE_LOST', 'the bridge does not answer'))
        socket.close()
      }
      const end = (): void => {
        socket.close()
        fail()
      }
      const timer = setTimeout(fail, timeoutMs)
      socket.addEventListener('error', fail)
      socket.addEventListener('close', fail)
      socket.addEventListener('open', () => {
        if (!bridgeProtocols.some((one) => one === socket.protocol)) return fail()
        const wire = new Wire(socket, timeoutMs)
        wire.on('hello', (event) => {
          clearTimeout(timer)
          wire.nonce = String((event as BridgeEvents['hello']).nonce)
          resolve(wire)
        })
      })
      signal?.addEventListener('abort', end, { once: true })
      if (signal?.aborted) end()
    })
  }

  on(name: string, listener: (event: unknown) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    const early = this.#early.get(name) ?? []
    this.#early.delete(name)
    this.#listeners.set(name, listeners.add(listener))
    queueMicrotask(() => {
      for (const event of early) if (listeners.has(listener)) listener(event)
    })
    return () => void listeners.delete(listener)
  }

  call<Name extends BridgeMethod>(
    method: Name,
    params: BridgeMethods[Name]['params'],
  ): Promise<BridgeMethods[Name]['result']> {
    const id = ++this.#lastId
    const limit = unlimited.has(method) ? undefined : this.#timeoutMs
    return this.#send(id, JSON.stringify({ jsonrpc: '2.0', id, method, params }), limit) as Promise<
      BridgeMethods[Name]['result']
    >
  }

  async sendPin(question: number, pin: Uint8Array): Promise<void> {
    const frame = new Uint8Array(8 + pin.length)
    try {
      if (pin.length < 1 || pin.length > longestPin) throw new RangeError(`pin must be 1 to ${longestPin} bytes`)
      const id = ++this.#lastId
      const view = new DataView(frame.buffer)
      view.setUint32(0, id)
      view.setUint32(4, question)
      frame.set(pin, 8)
      await this.#send(id, frame, this.#timeoutMs)
    } finally {
      frame.fill(0)
      pin.fill(0)
    }
  }

  close(): void {
    this.#socket.close(1000)
  }

  #send(id: number, frame: string | Uint8Array, limitMs: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw new BridgeError('ERR_BRIDGE_LOST', 'the connection to the bridge has ended')
      const late = (): void => {
        this.#calls.delete(id)
        reject(new BridgeError('ERR_BRIDGE_LOST', 'no answer of the bridge in time'))
      }
      const timer = limitMs === undefined ? undefined : setTimeout(late, limitMs)
      this.#calls.set(id, { resolve, reject, timer })
      this.#socket.send(frame)
    })
  }

  #keep(name: string, event: unknown): void {
    const early = this.#early.get(name) ?? []
    if (this.#early.size < mostEarly) this.#early.set(name, [...early, event].slice(-mostEarly))
  }

  /** What is not a frame of this protocol ends the connection: what sends it is not the bridge. */
  #receive(data: unknown): void {
    const frame = parsed(data)
    if (frame === undefined) {
      this.close()
      return
    }
    const { id, method, params, result, error } = frame
    if (typeof method === 'string') {
      const listeners = this.#listeners.get(method)
      if (listeners !== undefined) for (const listener of [...listeners]) listener(params)
      else this.#keep(method, params)
      return
    }
    const call = this.#calls.get(id as number)
    // The answer to a call that was given up.
    if (call === undefined) return
    this.#calls.delete(id as number)
    clearTimeout(call.timer)
    if (error === undefined) call.resolve(result)
    else call.reject(errorOf(error))
  }
}

interface Frame {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

function parsed(data: unknown): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data))
    return typeof frame === 'object' && frame !== null ? frame : undefined
  } catch {
    return undefined
  }
}

function errorOf(error: unknown): BridgeError | RefusalError {
  const { message, data } = (error ?? {}) as { readonly message?: unknown; readonly data?: { readonly code?: unknown } }
  const code = data?.code
  const own = codesOf('BridgeError').find((one) => one === code)
  if (own !== undefined) return new BridgeError(own, String(message))
  if (code === 'ERR_INTERNAL') return new RefusalError(code, 'the bridge failed')
  return new BridgeError('ERR_BRIDGE_LOST', 'an answer of the bridge is invalid')
}

/** Loopback only: a PIN may be sent to it. */
function addressOf(address: string): string {
  const url = new URL(address)
  const isHere = url.hostname === '127.0.0.1' || url.hostname === '[::1]' || url.hostname === 'localhost'
  if (url.protocol !== 'ws:' || !isHere) throw new TypeError('the address must be ws:// on the local machine')
  return new URL(bridgePath, url).href
}

function globalSocket(): NonNullable<ConnectOptions['WebSocket']> {
  const { WebSocket: found } = globalThis as { readonly WebSocket?: NonNullable<ConnectOptions['WebSocket']> }
  if (found === undefined) throw new TypeError('WebSocket is needed: that of the package ws')
  return found
}

function originOfPage(): string {
  const { location } = globalThis as { readonly location?: { readonly origin: string } }
  return location?.origin ?? programOrigin
}

function requireProof({ proof }: { readonly proof: string }, expected: string): void {
  if (proof === expected) return
  throw new BridgeError('ERR_BRIDGE_LOST', 'what answers on the port of the bridge does not know the secret')
}

const hmac = { name: 'HMAC', hash: 'SHA-256' }

async function proofOf(key: string, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', bytesOf(key), hmac, false, ['sign'])
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text))))
}

async function derived(key: string, info: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', bytesOf(key), 'HKDF', false, ['deriveBits'])
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode(info) }
  return base64url(new Uint8Array(await crypto.subtle.deriveBits(how, imported, 256)))
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
}
