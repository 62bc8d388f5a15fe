import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { ServerError } from '../../errors.ts'
import { load } from '../../optional-package.ts'
import { type CloseOptions, type CloseReport, Connections } from './connections.ts'
import type { HttpHandler, HttpRoutes } from './handler.ts'
import {
  type ListenOptions,
  type ListenSettings,
  listenSettings,
  requireTls,
  serverOptions,
  type TlsOptions,
  tlsServerOptions,
} from './listen-options.ts'
import { answerClientError } from './malformed.ts'
import { nodeHandlerWith } from './node.ts'
import { requireWithin } from './options.ts'

/** A server that is listening. */
export interface ListeningServer extends AsyncDisposable {
  /** `http://` or `https://`, with the address and port it listens on. */
  readonly url: string
  readonly host: string
  readonly port: number
  /**
   * Stops accepting connections, lets running requests finish, then ends the rest. A second call returns the same
   * report; the handler and its service stay open.
   *
   * With `drainMs` no request is lost: first the handler reports not ready and every response ends its connection,
   * while new connections are still accepted, until load balancers have switched to other instances.
   *
   * @param options - `drainMs`: duration of that phase, 0 to 600 000. Default 0. `graceMs`: grace period for running
   *   requests after it, 0 to 600 000. Default 10 000.
   * @throws RangeError for a `drainMs` or `graceMs` out of range.
   */
  close(options?: CloseOptions): Promise<CloseReport>
  /**
   * Replaces certificate, key and client CA for new handshakes; open connections keep theirs, and TLS sessions of the
   * former ones are not resumed. `requestClientCert` is unchanged.
   *
   * @throws TypeError when the server was started without TLS. @throws ServerError `ERR_SERVER` when certificate or key
   *   are unusable; the former ones stay in use.
   */
  updateTls(tls: TlsOptions): void
}

/** Length of the listen backlog, as far as the system allows: absorbs bursts. */
const backlog = 4_096

/** Idle time after which a connection is destroyed, milliseconds; longer than any request may take. */
const deadAfter = 900_000

/**
 * Serves a handler over HTTP or HTTPS. As `@hono/node-server` does by default, it replaces the global `Request` and
 * `Response` by lighter compatible ones, which halves the cost of a response.
 *
 * @throws TypeError, RangeError naming the option that is not as described.
 * @throws ServerError `ERR_SERVER` when the address cannot be listened on, or certificate and key cannot be used.
 * @throws DependencyError `ERR_DEPENDENCY_MISSING` when `@hono/node-server` is not installed.
 */
export async function listen(
  handler: HttpRoutes & Partial<Pick<HttpHandler, 'drain'>>,
  options: ListenOptions,
): Promise<ListeningServer> {
  const settings = listenSettings(options)
  const { getRequestListener } = await load('@hono/node-server', () => import('@hono/node-server'))
  const server = createNodeServer(settings, options.tls)
  server.maxConnections = settings.maxConnections
  // One more, so that exceeding the limit can be detected.
  server.maxHeadersCount = settings.maxHeadersCount + 1
  server.timeout = deadAfter
  const connections = new Connections(server, options.tls !== undefined)
  const { proxies, maxHeadersCount } = settings
  const answer = nodeHandlerWith(getRequestListener, handler, { proxies, maxHeadersCount }, true)
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (connections.begin(outgoing)) answer(incoming, outgoing)
  })
  server.on('clientError', (error, socket) => answerClientError(error, socket, connections.isAnswering(socket)))
  const { port, host } = settings
  const bound = await bind(server, host, port)
  // Accepting one connection failed; the others continue.
  server.on('error', () => {})
  const shown = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
  let closing: Promise<CloseReport> | undefined
  const close: ListeningServer['close'] = async ({ drainMs = 0, graceMs = 10_000 } = {}) => {
    requireWithin('drainMs', drainMs, 0, 600_000)
    requireWithin('graceMs', graceMs, 0, 600_000)
    if (closing === undefined && drainMs > 0) handler.drain?.()
    closing ??= connections.close(drainMs, graceMs)
    return closing
  }
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${shown}:${bound.port}`,
    host: bound.address,
    port: bound.port,
    close,
    updateTls(tls) {
      if (!(server instanceof TlsServer)) throw new TypeError('the server was started without TLS')
      requireTls(tls)
      try {
        server.setSecureContext(tlsServerOptions(tls, settings.headersTimeoutMs))
      } catch (cause) {
        throw new ServerError('unusable certificate or key of the server', { cause })
      }
    },
    [Symbol.asyncDispose]: async () => void (await close()),
  }
}

function createNodeServer(settings: ListenSettings, tls: TlsOptions | undefined): Server {
  if (tls === undefined) return createServer(serverOptions(settings))
  try {
    return createTlsServer({ ...serverOptions(settings), ...tlsServerOptions(tls, settings.headersTimeoutMs) })
  } catch (cause) {
    throw new ServerError('unusable certificate or key of the server', { cause })
  }
}

function bind(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void =>
      reject(new ServerError(`cannot listen on ${host}, port ${port}: ${cause.code ?? 'unknown'}`, { cause }))
    server.once('error', fail)
    server.listen({ port, host, backlog }, () => {
      server.off('error', fail)
      resolve(server.address() as AddressInfo)
    })
  })
}
