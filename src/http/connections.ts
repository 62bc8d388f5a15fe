import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What became of the requests that ran when a server was closed. */
export interface CloseReport {
  /** Requests answered after the call. */
  readonly finished: number
  /** Requests cut off without their whole answer. */
  readonly cutOff: number
}

/** The connections of a server, and the requests on them. */
export class Connections {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Those without a request so far, with the bytes of their handshake. */
  readonly #unused = new Map<Socket, number>()
  readonly #running = new Set<ServerResponse>()
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

  /** Takes note of a request until its answer is sent, or its connection lost. */
  begin(response: ServerResponse): void {
    this.#unused.delete(response.req.socket)
    this.#running.add(response)
    response.on('close', () => {
      if (!this.#running.delete(response) || !this.#closing) return
      if (response.writableFinished) this.#finished += 1
      else this.#cutOff += 1
    })
    if (this.#closing) endConnection(response)
  }

  /** Whether an answer to a whole request, or the beginning of an answer, is still to go out on a connection. */
  isAnswering(socket: Duplex): boolean {
    for (const { req, headersSent } of this.#running) {
      if (req.socket === socket && (headersSent || req.complete)) return true
    }
    return false
  }

  /** Takes no new connection, lets requests finish for some time, then ends what is left. */
  async close(graceMs: number): Promise<CloseReport> {
    this.#closing = true
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const response of this.#running) endConnection(response)
    this.#server.closeIdleConnections()
    for (const [socket, before] of this.#unused) if (socket.bytesRead === before) socket.destroy()
    const timer = setTimeout(() => this.#cutAll(), graceMs)
    await closed
    clearTimeout(timer)
    return { finished: this.#finished, cutOff: this.#cutOff }
  }

  #cutAll(): void {
    this.#cutOff += this.#running.size
    this.#running.clear()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** No further request comes on the connection of this answer. */
function endConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
