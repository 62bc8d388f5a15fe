import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocketServer } from 'ws'
import {
  type BridgeCounts,
  type BridgeEvent,
  type BridgeEvents,
  type BridgeOutcome,
  type BridgeState,
  bridgePath,
  bridgeProtocols,
  longestFrame,
  programOrigin,
} from '../bridge-client/index.ts'
import { Pin } from '../card/index.ts'
import { BridgeError, JpkiCardError, ServerError } from '../errors.ts'
import { type KioskEvent, KioskMonitor, type VisitScreen } from '../kiosk/index.ts'
import { loadAll } from '../optional-package.ts'
import type { Code } from '../outcomes.ts'
import { type BridgeRequest, Connection, type ConnectionHost } from './connection.ts'
import { type BridgeClientOptions, type BridgeOptions, type Settings, settingsOf } from './options.ts'
import { Pairing, type Session } from './pairing.ts'
import { pinPath, servePinPage } from './pin-page.ts'
import { type ParamSchemas, paramSchemas } from './schemas.ts'
import { BridgeVisit, screenFor } from './visit.ts'

/** Connections at once, those that have not paired included. */
const mostConnections = 16
/** How often connections are asked whether they are there, milliseconds. */
const pingMs = 15_000
/** How long the last screen of a visit stays after the card is out, milliseconds. */
const endedMs = 4_000

/** A running bridge, see {@link startBridge}. */
export interface Bridge extends AsyncDisposable {
  /** For `BridgeClient.connect`: `ws://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  readonly counts: BridgeCounts
  /** Makes a new one-time secret; the one before is void. */
  renewSecret(): Promise<void>
  /** Cancels the visit, clears the card, ends every connection. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts the bridge: pages and programs of this machine serve customers through it, over JSON-RPC 2.0 on a WebSocket. It holds the
 * readers; it listens on loopback only, for the origins it is given and no others, and each client proves a one-time secret first.
 * `docs/bridge.md` has the protocol. The command line runs it as `jpki-card bridge`.
 *
 * @throws TypeError, RangeError naming a wrong option. DependencyError `ERR_DEPENDENCY_MISSING` without the packages `ws` and `zod`.
 *   ServerError `ERR_SERVER` when it cannot listen, with the error of the system as its cause.
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const settings = settingsOf(options)
  await loadAll({ ws: () => import('ws'), zod: () => import('zod') })
  const { WebSocketServer: Sockets } = await import('ws')
  const { z } = await import('zod')
  const sockets = new Sockets({
    noServer: true,
    maxPayload: longestFrame,
    perMessageDeflate: false,
    handleProtocols: (offered) => bridgeProtocols.find((one) => offered.has(one)) ?? false,
  })
  const bridge = new RunningBridge(settings, sockets, paramSchemas(z))
  await bridge.start()
  return bridge
}

class RunningBridge implements Bridge, ConnectionHost {
  readonly schemas: ParamSchemas
  readonly pairing: Pairing
  readonly version: string
  readonly #settings: Settings
  readonly #sockets: WebSocketServer
  readonly #server: Server
  readonly #monitor: KioskMonitor
  readonly #connections = new Set<Connection>()
  readonly #bySession = new Map<Session, Connection>()
  readonly #graces = new Map<Session, NodeJS.Timeout>()
  readonly #end = new AbortController()
  readonly #counts = {
    visits: 0,
    outcomes: {} as Record<string, number>,
    refusals: {} as Record<string, number>,
    requests: {} as Record<string, number>,
  }
  #pings: NodeJS.Timeout | undefined
  #serving: Promise<void> | undefined
  #visit: BridgeVisit | undefined
  /** What sessions draw between visits. */
  #idle: VisitScreen = { step: 'out-of-service' }
  #questions = 0
  #endedTimer: NodeJS.Timeout | undefined

  constructor(settings: Settings, sockets: WebSocketServer, schemas: ParamSchemas) {
    this.#settings = settings
    this.#sockets = sockets
    this.schemas = schemas
    this.version = settings.version ?? ''
    this.pairing = new Pairing(settings.onSecret, settings.language)
    this.#monitor = new KioskMonitor(settings.transport, { readers: settings.readers, survey: false })
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 8_192 })
    this.#server.maxConnections = 64
    this.#server.on('request', (request, response) => {
      const host = { settings, origin: this.#origin, question: (token: string) => this.#visit?.pinQuestion(token) }
      const serve = async (): Promise<void> => {
        if (!this.#isAddressed(request)) response.writeHead(421).end()
        else if (!(await servePinPage(host, request, response))) response.writeHead(404).end()
      }
      serve().catch(() => response.destroy())
    })
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return this.#origin.replace(/^http/, 'ws')
  }

  get counts(): BridgeCounts {
    return structuredClone(this.#counts)
  }

  get #origin(): string {
    const { host } = this.#settings
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  async start(): Promise<void> {
    const { host, port } = this.#settings
    try {
      this.#server.listen({ host, port })
      await once(this.#server, 'listening')
    } catch (cause) {
      throw new ServerError(`the bridge cannot listen at ${host}:${port}`, { cause })
    }
    await this.pairing.renew()
    this.#monitor.on((event) => this.#readerEvent(event))
    this.#pings = setInterval(() => {
      for (const connection of this.#connections) connection.ping()
    }, pingMs)
    this.#serving = this.#serve()
  }

  renewSecret(): Promise<void> {
    return this.pairing.renew()
  }

  async close(): Promise<void> {
    this.#end.abort()
    clearInterval(this.#pings)
    clearTimeout(this.#endedTimer)
    for (const timer of this.#graces.values()) clearTimeout(timer)
    this.#visit?.abandon()
    for (const connection of this.#connections) connection.close(1001, 'the bridge ends')
    this.#server.close()
    this.#server.closeAllConnections()
    await this.#monitor.close()
    await this.#serving
    this.pairing.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The customers, one after another. */
  async #serve(): Promise<void> {
    this.#showIdle()
    for await (const visit of this.#monitor.visits()) {
      this.#counts.visits++
      this.#visit = new BridgeVisit(visit, {
        settings: this.#settings,
        pinPage: (token) => `${this.#origin}${pinPath}${token}`,
        nextQuestion: () => ++this.#questions,
        notify: (session, name, params) => this.#notify(session, name, params),
        ended: (outcome) => this.#ended(outcome),
      })
      const { number, reader } = this.#visit
      this.#settings.onEvent({ event: 'visit', visit: number, reader })
      this.#notifyAll('visit', { visit: number, reader })
      await this.#visit.over
      const { lastScreen } = this.#visit
      this.#visit = undefined
      this.#notifyAll('removed', { visit: number })
      if (lastScreen !== undefined) {
        this.#idle = lastScreen
        this.#drawIdle()
        // The next customer may stand there by then, whose visit draws its own screens.
        clearTimeout(this.#endedTimer)
        this.#endedTimer = setTimeout(() => this.#showIdle(), endedMs)
      } else this.#showIdle()
    }
  }

  #ended(outcome: BridgeOutcome): void {
    const { outcomes, refusals } = this.#counts
    add(outcomes, outcome.kind)
    const { kind, visit } = outcome
    const reason = kind === 'refused' ? (outcome.code ?? outcome.situation) : undefined
    if (reason !== undefined) add(refusals, reason)
    this.#settings.onEvent({ event: 'outcome', visit, kind, reason })
  }

  #showIdle(): void {
    const { accepts } = this.#settings
    const isReady = this.#monitor.state === 'ready'
    this.#idle = isReady ? { step: 'place-card', details: { accepts } } : { step: 'out-of-service' }
    this.#drawIdle()
  }

  #drawIdle(): void {
    if (this.#visit !== undefined) return
    for (const session of this.#bySession.keys()) {
      this.#notify(session, 'screen', screenFor(this.#settings, session, this.#idle))
    }
  }

  #readerEvent(event: KioskEvent): void {
    const code = event.type === 'trouble' ? event.error.code : undefined
    this.#notifyAll('reader', { type: event.type, reader: event.reader, code })
    const isInService = this.#idle.step !== 'out-of-service'
    const isReady = this.#monitor.state === 'ready'
    // The last screen of a visit gives way to a fault only.
    if (isInService !== isReady) this.#showIdle()
  }

  #notify<Name extends BridgeEvent>(session: Session, name: Name, params: BridgeEvents[Name]): void {
    this.#bySession.get(session)?.notify(name, params)
  }

  #notifyAll<Name extends BridgeEvent>(name: Name, params: BridgeEvents[Name]): void {
    for (const connection of this.#bySession.values()) connection.notify(name, params)
  }

  // Connections

  /** The address by which it was asked for must be its own: a name that was made to lead here is not (DNS rebinding). */
  #isAddressed({ headers }: IncomingMessage): boolean {
    const { port } = this
    return [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`].includes(String(headers.host))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const client = this.#clientOf(request)
    const [status, why] = this.#refusalOf(request)
    if (client === undefined || status !== undefined) {
      add(this.#counts.requests, 'ERR_BRIDGE_ACCESS')
      const origin = request.headers.origin?.slice(0, 200)
      this.#settings.onEvent({ event: 'connection-refused', why, origin })
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status!]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connections.add(new Connection(webSocket, client, this))
    })
  }

  /** Status and reason for a request that may not become a connection. */
  #refusalOf(request: IncomingMessage): readonly [status?: number, why?: string] {
    const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/)
    if (this.#end.signal.aborted) return [503, 'ending']
    if (!this.#isAddressed(request)) return [421, 'host']
    if (this.#clientOf(request) === undefined) return [403, 'origin']
    if (request.url !== bridgePath) return [404, 'path']
    if (!bridgeProtocols.some((one) => offered.includes(one))) return [400, 'version']
    return this.#connections.size >= mostConnections ? [503, 'connections'] : []
  }

  #clientOf({ headers: { origin } }: IncomingMessage): BridgeClientOptions | undefined {
    const name = origin ?? programOrigin
    // A page could name itself `program` only by an origin of that name, which no browser sends.
    return this.#settings.clients.find((one) => one.origin === name)
  }

  joined(connection: Connection, session: Session, isNew: boolean): void {
    this.#bySession.set(session, connection)
    clearTimeout(this.#graces.get(session))
    this.#graces.delete(session)
    this.#settings.onEvent({ event: isNew ? 'paired' : 'resumed', origin: session.client.origin })
    if (isNew) this.pairing.renew().catch((error: unknown) => this.failed(error))
    this.#draw(session)
  }

  /** Everything a session needs to draw the present state. */
  #draw(session: Session): void {
    const visit = this.#visit
    if (visit === undefined) {
      this.#notify(session, 'screen', screenFor(this.#settings, session, this.#idle))
      return
    }
    if (visit.owner === undefined) this.#notify(session, 'visit', { visit: visit.number, reader: visit.reader })
    visit.showAgain(session)
  }

  left(connection: Connection): void {
    this.#connections.delete(connection)
    const { session } = connection
    if (session === undefined) return
    session.isConnected = false
    session.leftAt = Date.now()
    this.#bySession.delete(session)
    this.#settings.onEvent({ event: 'disconnected', origin: session.client.origin })
    const visit = this.#visit
    if (visit?.owner !== session || this.#end.signal.aborted) return
    const over = (): void => {
      this.#graces.delete(session)
      visit.abandon()
    }
    this.#graces.set(session, setTimeout(over, this.#settings.resumeMs))
  }

  refused(code: Code, detail: string | undefined): void {
    add(this.#counts.requests, code)
    this.#settings.onEvent({ event: 'request-refused', code, detail })
  }

  failed(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: '' }
    const code = error instanceof JpkiCardError ? error.code : name
    this.#settings.onEvent({ event: 'failure', code, detail: error instanceof JpkiCardError ? message : undefined })
  }

  takePin(session: Session, question: number, pin: Uint8Array): void {
    const owned = Pin.fromBytes(pin)
    try {
      this.#requireVisit(undefined).answer(session, question, { pin: owned })
    } catch (error) {
      owned.wipe()
      throw error
    }
  }

  async perform(session: Session, { method, params }: BridgeRequest): Promise<unknown> {
    switch (method) {
      case 'state':
        return this.#state(session)
      case 'session.language':
        session.language = params.language
        this.#draw(session)
        return {}
      case 'visit.serve':
        this.#requirePurpose(params.purpose)
        return this.#requireVisit(params.visit).serve(session, params)
      case 'visit.cancel':
        this.#requireVisit(params.visit).cancel(session)
        return {}
      case 'question.service':
        this.#requireVisit(undefined).answer(session, params.question, { service: params.service })
        return {}
      case 'question.documents':
        this.#requireVisit(undefined).answer(session, params.question, { documents: params.documents })
        return {}
      case 'question.active':
        this.#requireVisit(undefined).active(session, params.question)
        return {}
    }
  }

  /** @param number - of the visit; `undefined` for the present one. */
  #requireVisit(number: number | undefined): BridgeVisit {
    const visit = this.#visit
    if (visit === undefined || (number !== undefined && visit.number !== number)) {
      throw new BridgeError('ERR_BRIDGE_VISIT', 'the visit has ended')
    }
    return visit
  }

  #requirePurpose(purpose: string): void {
    if (this.#settings.purposes.includes(purpose)) return
    throw new BridgeError('ERR_BRIDGE_REQUEST', 'purpose: not offered by the settings')
  }

  #state(session: Session): BridgeState {
    const visit = this.#visit
    const { pinEntry, services, purposes, documents } = this.#settings
    const owned = visit?.owner === undefined ? 'no' : visit.owner === session ? 'by-you' : 'by-other'
    const readers = this.#monitor.readers.map(({ name, card, trouble }) => ({
      name,
      card: card !== undefined,
      trouble: trouble?.code,
    }))
    return {
      state: this.#monitor.state,
      readers,
      visit: visit && { visit: visit.number, reader: visit.reader, owned },
      pinEntry,
      services,
      purposes,
      documents,
      counts: this.counts,
    }
  }
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
