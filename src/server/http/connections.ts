import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a server is closed. Times in milliseconds. */
export interface CloseOptions {
  readonly drainMs?: number | undefined
  readonly graceMs?: number | undefined
}

/** Result for the requests that were running when a server was closed, or arrived later. */
export interface CloseReport {
  /** Requests answered after the call. */
  readonly finished: number
  /** Requests ended without a complete response. */
  readonly cutOff: number
}

/** After the listener is closed: how long open connections may still send a request. */
const lingerMs = 1_000
/** Longest wait for a turn without new connections before the listener is closed. */
const quietMs = 500

/** The connections of a server, and the requests on them. */
export class Connections {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Connections without a request so far, with the bytes of their handshake. */
  readonly #unused = new Map<Socket, number>()
  readonly #running = new Set<ServerResponse>()
  /** For each connection that ends, the response with `Connection: close`. */
  readonly #last = new WeakMap<Socket, ServerResponse>()
  #closing = false
  #finished = 0
  #cutOff = 0

  constructor(server: Server, secure: boolean) {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on(secure ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#unused.set(socket, socket.bytesRead)
      socket.on('close', () => this.#unused.delete(socket))
    })
  }

  /**
   * Registers a request until its response is sent or its connection lost.
   *
   * @returns whether it is to be served: not after a response with `Connection: close`, RFC 9112 9.6.
   */
  begin(response: ServerResponse): boolean {
    const { socket } = response.req
    this.#unused.delete(socket)
    if (this.#last.get(socket)?.headersSent === true) return false
    this.#running.add(response)
    response.on('close', () => {
      if (!this.#running.delete(response) || !this.#closing) return
      if (response.writableFinished) this.#finished += 1
      else this.#cutOff += 1
    })
    if (this.#closing) this.#endConnection(response)
    return true
  }

  /** Whether a response, or the rest of one, is still to be sent on a connection. */
  isAnswering(socket: Duplex): boolean {
    for (const { req, headersSent } of this.#running) {
      if (req.socket === socket && (headersSent || req.complete)) return true
    }
    return false
  }

  /**
   * Sends `Connection: close` on every response during `drainMs` while still serving, then stops listening, lets
   * requests finish during `graceMs`, and ends what is left.
   */
  async close(drainMs: number, graceMs: number): Promise<CloseReport> {
    this.#closing = true
    const closed = new Promise<void>((resolve) => this.#server.once('close', resolve))
    for (const response of this.#running) this.#endConnection(response)
    if (drainMs > 0) {
      await sleep(drainMs)
      await this.#stopListening()
      await Promise.race([closed, sleep(Math.min(lingerMs, graceMs))])
    }
    // Also ends idle connections.
    this.#server.close()
    for (const [socket, before] of this.#unused) if (socket.bytesRead === before) socket.destroy()
    const timer = setTimeout(() => this.#cutAll(), graceMs)
    await closed
    clearTimeout(timer)
    return { finished: this.#finished, cutOff: this.#cutOff }
  }

  /**
   * Closes the listener, no connection. Connections the kernel has accepted and Node has not would be lost, and Node
   * accepts one per turn of the event loop: so it closes after a turn without a new one.
   */
  async #stopListening(): Promise<void> {
    let taken = true
    const take = (): void => {
      taken = true
    }
    this.#server.on('connection', take)
    const latest = performance.now() + quietMs
    while (taken && performance.now() < latest) {
      taken = false
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    this.#server.off('connection', take)
    // `close` of http.Server would end idle connections, on which a request may be arriving.
    NetServer.prototype.close.call(this.#server)
  }

  /** Makes this response the last one of its connection: of pipelined requests, that of the last. */
  #endConnection(response: ServerResponse): void {
    if (response.headersSent) return
    const { socket } = response.req
    const before = this.#last.get(socket)
    if (before?.headersSent === false) before.removeHeader('connection')
    this.#last.set(socket, response)
    response.setHeader('connection', 'close')
  }

  #cutAll(): void {
    this.#cutOff += this.#running.size
    this.#running.clear()
    for (const socket of this.#sockets) socket.destroy()
  }
}
