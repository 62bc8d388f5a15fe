import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { getRequestListener } from '@hono/node-server'
import { load } from '../../optional-package.ts'
import { refusal } from './exchange.ts'
import type { HttpRoutes } from './handler.ts'
import { frameProblem, malformed, refuse } from './malformed.ts'
import { requireWithin } from './options.ts'
import { callerOf, Proxies, type ProxyOptions } from './proxies.ts'

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions {
  /** Proxies in front. Without it the caller is the other end of the connection, and no forwarded header is looked at. */
  readonly proxies?: ProxyOptions | undefined
  /** Most headers of a request, 10 to 1 000. Default: as many as the server takes. */
  readonly maxHeadersCount?: number | undefined
}

/** A listener of Node's `request` event, which Express and others take as a middleware. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse, next?: (error: unknown) => void) => void

/**
 * A handler as a listener for a server of Node: `createServer(node)`, `app.use('/issue', node)` in Express. The body must not
 * have been read before, so it comes before what parses bodies. What is not a request in the sense of RFC 9112 is refused
 * here; bounds for connections and slow senders are those of the server.
 *
 * @throws TypeError, RangeError. @throws DependencyError `ERR_DEPENDENCY_MISSING` when `@hono/node-server` is not installed.
 */
export async function toNodeHandler(handler: HttpRoutes, options: NodeHandlerOptions = {}): Promise<NodeHandler> {
  const { getRequestListener } = await load('@hono/node-server', () => import('@hono/node-server'))
  // The server is somebody else's, so its globals stay.
  return nodeHandlerWith(getRequestListener, handler, options, false)
}

/** @param overrideGlobalObjects - whether `Request` and `Response` are replaced by lighter ones. @internal */
export function nodeHandlerWith(
  toListener: typeof getRequestListener,
  handler: HttpRoutes,
  { proxies, maxHeadersCount }: NodeHandlerOptions,
  overrideGlobalObjects: boolean,
): NodeHandler {
  if (maxHeadersCount !== undefined) requireWithin('maxHeadersCount', maxHeadersCount, 10, 1_000)
  const mostHeaders = maxHeadersCount ?? Number.POSITIVE_INFINITY
  const known = proxies && new Proxies(proxies)
  const answer = toListener(
    (request, { incoming }) => {
      const peer = callerOf(incoming.socket as Socket)
      return handler.fetch(request, known === undefined ? peer : known.callerOf(incoming as IncomingMessage, peer))
    },
    { hostname: 'localhost', errorHandler: answerOf, overrideGlobalObjects },
  )
  return (incoming, outgoing, next) => {
    if (incoming.readableEnded && Number(incoming.headers['content-length'] ?? 1) > 0 && incoming.method === 'POST') {
      const error = new TypeError('the body was read before: put this handler before what parses bodies')
      if (next === undefined) throw error
      next(error)
      return
    }
    const problem = frameProblem(incoming, mostHeaders)
    if (problem !== undefined) refuse(outgoing, problem)
    else answer(incoming, outgoing).catch(() => outgoing.destroy())
  }
}

/** What stands in the way of a request before the handler sees it: an address that is none, headers that no proxy wrote. */
function answerOf(error: unknown): Response {
  const known = error instanceof Error && error.name === 'RequestError' ? malformed('its address') : error
  const { status, headers, body } = refusal(known)
  return new Response(body, { status, headers })
}
