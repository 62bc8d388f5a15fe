import { randomBytes } from 'node:crypto'
import type { RawData, WebSocket } from 'ws'
import {
  type BridgeErrorObject,
  type BridgeEvent,
  type BridgeEvents,
  type BridgeMethod,
  type BridgeMethods,
  bridgeProtocols,
  longestPin,
} from '../bridge-client/index.ts'
import { BridgeError, JpkiCardError } from '../errors.ts'
import { hasDuplicateName, isRecord } from '../json.ts'
import type { Code } from '../outcomes.ts'
import type { BridgeClientOptions } from './options.ts'
import type { Pairing, Session } from './pairing.ts'
import type { ParamSchemas } from './schemas.ts'

/** Bytes that may wait for a client that does not read them: it is disconnected then. */
const mostWaiting = 1_048_576
/** Calls of a connection that may be open at once. */
const mostCalls = 16
/** How long a connection may take to pair, milliseconds, and how many of its frames may be refused until then. */
const pairingMs = 10_000
const mostRefusals = 8

/** Numbers of JSON-RPC 2.0, 5.1; from -32000 on, of this protocol. */
const numbers: Readonly<Partial<Record<Code, number>>> = {
  ERR_BRIDGE_REQUEST: -32600,
  ERR_INTERNAL: -32603,
  ERR_BRIDGE_ACCESS: -32001,
  ERR_BRIDGE_VISIT: -32002,
  ERR_BRIDGE_BUSY: -32003,
}

/** A request of a client, verified against its schema. */
export type BridgeRequest = {
  [Name in BridgeMethod]: { readonly method: Name; readonly params: BridgeMethods[Name]['params'] }
}[Exclude<BridgeMethod, 'question.pin' | 'session.pair' | 'session.resume'>]

/** What the bridge does for its connections. */
export interface ConnectionHost {
  readonly schemas: ParamSchemas
  readonly pairing: Pairing
  readonly version: string
  perform(session: Session, request: BridgeRequest): Promise<unknown>
  /** Takes over the bytes of a PIN, which it wipes. */
  takePin(session: Session, question: number, pin: Uint8Array): void
  /** The connection has a session. */
  joined(connection: Connection, session: Session, isNew: boolean): void
  left(connection: Connection): void
  refused(code: Code, detail: string | undefined): void
  /** An error that is a fault of this program. */
  failed(error: unknown): void
}

/** A request that is refused, and which part of it. */
class Refusal extends BridgeError {
  readonly detail: string | undefined
  readonly number: number | undefined
  constructor(code: BridgeError['code'], message: string, detail?: string, number?: number) {
    super(code, message)
    this.detail = detail
    this.number = number
  }
}

/** One WebSocket of a client: frames to requests, and answers to frames. */
export class Connection {
  session: Session | undefined
  readonly #socket: WebSocket
  readonly #client: BridgeClientOptions
  readonly #host: ConnectionHost
  readonly #nonce = randomBytes(32).toString('base64url')
  readonly #pairing: NodeJS.Timeout
  #lastId = 0
  #calls = 0
  #refusals = 0
  #isAlive = true

  constructor(socket: WebSocket, client: BridgeClientOptions, host: ConnectionHost) {
    this.#socket = socket
    this.#client = client
    this.#host = host
    this.#pairing = setTimeout(() => this.close(4401, 'not paired in time'), pairingMs)
    // A frame that is too long or malformed is an error of the socket, which ends it with the code of RFC 6455, 7.4.1.
    socket.on('error', () => host.refused('ERR_BRIDGE_REQUEST', 'frame'))
    socket.on('pong', () => {
      this.#isAlive = true
    })
    socket.on('message', (data, isBinary) => void this.#receive(data, isBinary))
    socket.on('close', () => {
      clearTimeout(this.#pairing)
      host.left(this)
    })
    this.notify('hello', { nonce: this.#nonce, bridge: host.version })
  }

  notify<Name extends BridgeEvent>(method: Name, params: BridgeEvents[Name]): void {
    this.#send({ jsonrpc: '2.0', method, params })
  }

  /** Ends the connection when the client did not answer the last one. */
  ping(): void {
    if (!this.#isAlive) {
      this.#socket.terminate()
      return
    }
    this.#isAlive = false
    this.#socket.ping()
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
    // A client that does not take part in closing is not waited for.
    setTimeout(() => this.#socket.terminate(), 1_000).unref()
  }

  #send(frame: object): void {
    const { readyState, OPEN, bufferedAmount } = this.#socket
    if (readyState !== OPEN) return
    if (bufferedAmount > mostWaiting) {
      this.#host.refused('ERR_BRIDGE_BUSY', 'reading')
      this.#socket.terminate()
      return
    }
    this.#socket.send(JSON.stringify(frame))
  }

  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    const bytes = data as Buffer
    let id: number | null = null
    try {
      const knownId = (known: number): void => {
        id = known
      }
      const result = isBinary ? this.#receivePin(bytes, knownId) : await this.#call(bytes.toString(), knownId)
      this.#send({ jsonrpc: '2.0', id, result })
    } catch (error) {
      this.#send({ jsonrpc: '2.0', id, error: this.#errorObject(error) })
      if (this.session !== undefined) return
      this.#refusals++
      if (this.#refusals >= mostRefusals) this.close(4401, 'not paired')
    } finally {
      if (isBinary) bytes.fill(0)
    }
  }

  #errorObject(error: unknown): BridgeErrorObject {
    if (!(error instanceof BridgeError)) {
      this.#host.failed(error)
      const code = error instanceof JpkiCardError ? error.code : 'ERR_INTERNAL'
      return { code: numbers.ERR_INTERNAL!, message: 'the bridge failed', data: { code } }
    }
    const { detail, number } = error instanceof Refusal ? error : { detail: undefined, number: undefined }
    this.#host.refused(error.code, detail)
    const data = { code: error.code, ...(detail !== undefined && { detail }) }
    return { code: number ?? numbers[error.code] ?? -32_000, message: error.message, data }
  }

  /** The PIN of a question: id and question, four bytes each, big-endian, then the PIN. */
  #receivePin(bytes: Buffer, knownId: (id: number) => void): object {
    if (bytes.length < 9 || bytes.length > 8 + longestPin) throw malformed('binary frame', 'length')
    knownId(this.#requireId(bytes.readUInt32BE(0)))
    const session = this.#requireSession('question.pin')
    this.#host.takePin(session, bytes.readUInt32BE(4), bytes.subarray(8))
    return {}
  }

  async #call(text: string, knownId: (id: number) => void): Promise<unknown> {
    const { id, method, params } = requestOf(text)
    knownId(this.#requireId(id))
    if (!Object.hasOwn(this.#host.schemas, method)) throw malformed('unknown method', 'method', -32_601)
    const { success, data } = this.#host.schemas[method as BridgeMethod].safeParse(params)
    if (!success) throw malformed('invalid parameters', method, -32_602)
    if (method === 'session.pair' || method === 'session.resume') return this.#join(method, data as Proof)
    if (method === 'question.pin') throw malformed('a PIN comes as a binary frame', method)
    const session = this.#requireSession(method as BridgeMethod)
    if (this.#calls >= mostCalls) throw new Refusal('ERR_BRIDGE_BUSY', `${mostCalls} calls are open`)
    this.#calls++
    try {
      return await this.#host.perform(session, { method, params: data } as BridgeRequest)
    } finally {
      this.#calls--
    }
  }

  /** Ids increase, so that a frame that is sent a second time is none. */
  #requireId(id: unknown): number {
    const isNext = Number.isInteger(id) && (id as number) > this.#lastId && (id as number) <= 0x7fffffff
    if (!isNext) throw malformed('id must be an integer above the one before', 'id')
    this.#lastId = id as number
    return id as number
  }

  #requireSession(method: BridgeMethod): Session {
    if (this.session === undefined) throw new Refusal('ERR_BRIDGE_ACCESS', 'pair or resume first', 'session')
    const { methods } = this.#client
    const isAllowed = methods === undefined || method === 'session.language' || methods.includes(method)
    if (!isAllowed) throw new Refusal('ERR_BRIDGE_ACCESS', 'the settings do not allow this method', method)
    return this.session
  }

  #join(method: 'session.pair' | 'session.resume', params: Proof): object {
    if (this.session !== undefined) throw malformed('this connection has a session', 'session')
    const parts = {
      protocol: this.#socket.protocol || bridgeProtocols[0],
      origin: this.#client.origin,
      bridgeNonce: this.#nonce,
      clientNonce: params.nonce,
    }
    const { pairing } = this.#host
    const isNew = method === 'session.pair'
    const { session, proof } = isNew
      ? pairing.pair(this.#client, parts, params.proof)
      : pairing.resume(this.#client, parts, { session: params.session!, proof: params.proof })
    clearTimeout(this.#pairing)
    this.session = session
    // After the answer, so that the client knows its session by the first event.
    setImmediate(() => this.#host.joined(this, session, isNew))
    return isNew ? { session: session.id, proof } : { proof }
  }
}

interface Proof {
  readonly session?: string
  readonly nonce: string
  readonly proof: string
}

const malformed = (message: string, detail: string, number?: number): Refusal =>
  new Refusal('ERR_BRIDGE_REQUEST', message, detail, number)

const fields: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params'])

/** A JSON-RPC request; neither a batch nor a notification. */
function requestOf(text: string): { readonly id: unknown; readonly method: string; readonly params: unknown } {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    throw malformed('not JSON', 'frame', -32_700)
  }
  if (!isRecord(frame) || hasDuplicateName(text)) throw malformed('not one request', 'frame')
  const { jsonrpc, id, method, params = {} } = frame
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !Object.keys(frame).every((name) => fields.has(name))) {
    throw malformed('not a request of JSON-RPC 2.0', 'frame')
  }
  return { id, method, params }
}
