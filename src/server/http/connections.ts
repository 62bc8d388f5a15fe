import type { Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** How a server is closed. Times in milliseconds. */
export interface CloseOptions {
  readonly drainMs?: number | undefined
  readonly graceMs?: number | undefined
}

/** What became of the requests that ran when a server was closed, or came later. */
export interface CloseReport {
  /** Requests answered after the call. */
  readonly finished: number
  /** Requests cut off without their whole answer. */
  readonly cutOff: number
}

/** After the listener is closed: how long those who have a connection may still send a request on it. */
const lingerMs = 1_000
/** Longest wait for a moment without new connections to close the listener. */
const quietMs = 500

/** The connections of a server, and the requests on them. */
export class Connections {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Those without a request so far, with the bytes of their handshake. */
  readonly #unused = new Map<Socket, number>()
  readonly #running = new Set<ServerResponse>()
  /** Of each connection that ends, the answer that says so. */
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
   * Takes note of a request until its answer is sent, or its connection lost.
   *
   * @returns whether it is to be served: not one behind an answer that ends the connection, RFC 9112 9.6.
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

  /** Whether an answer to a whole request, or the beginning of an answer, is still to go out on a connection. */
  isAnswering(socket: Duplex): boolean {
    for (const { req, headersSent } of this.#running) {
      if (req.socket === socket && (headersSent || req.complete)) return true
    }
    return false
  }

  /**
   * Announces the end on every answer for some time while all is served, then takes no new connection, lets requests finish
   * for some time and ends what is left.
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
    // Ends connections without a request, too.
    this.#server.close()
    for (const [socket, before] of this.#unused) if (socket.bytesRead === before) socket.destroy()
    const timer = setTimeout(() => this.#cutAll(), graceMs)
    await closed
    clearTimeout(timer)
    return { finished: this.#finished, cutOff: this.#cutOff }
  }

  /**
   * Closes the listener and no connection. What the system has accepted and this process has not taken would be lost, and it
   * takes one for each turn of the event loop: so it is done after a turn that brought none.
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
    // That of HTTP ends idle connections, on which a request may be under way.
    NetServer.prototype.close.call(this.#server)
  }

  /** No further request comes on the connection of this answer: the last one, when requests were sent ahead. */
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
