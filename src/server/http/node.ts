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
  /** Trusted proxies. Without it the caller is the peer of the connection, and forwarded headers are ignored. */
  readonly proxies?: ProxyOptions | undefined
  /** Headers of a request, at most, 10 to 1 000. Default: the limit of the server. */
  readonly maxHeadersCount?: number | undefined
}

/** A listener of Node's `request` event, which Express and others take as a middleware. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse, next?: (error: unknown) => void) => void

/**
 * A handler as a listener for a server of Node: `createServer(node)`, `app.use('/issue', node)` in Express. It reads
 * the body itself, so it must be registered before body parsers. Requests that violate RFC 9112 are refused here;
 * limits for connections and slow senders are those of the server.
 *
 * @throws TypeError, RangeError. @throws DependencyError `ERR_DEPENDENCY_MISSING` when `@hono/node-server` is not
 *   installed.
 */
export async function toNodeHandler(handler: HttpRoutes, options: NodeHandlerOptions = {}): Promise<NodeHandler> {
  const { getRequestListener } = await load('@hono/node-server', () => import('@hono/node-server'))
  // The application's globals are not replaced.
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
      const error = new TypeError('the request body was already read: register this handler before body parsers')
      if (next === undefined) throw error
      next(error)
      return
    }
    const problem = frameProblem(incoming, mostHeaders)
    if (problem !== undefined) refuse(outgoing, problem)
    else answer(incoming, outgoing).catch(() => outgoing.destroy())
  }
}

/**
 * The response to a request refused before the handler: an invalid URL, or forwarded headers not from a trusted proxy.
 */
function answerOf(error: unknown): Response {
  const known = error instanceof Error && error.name === 'RequestError' ? malformed('its address') : error
  const { status, headers, body } = refusal(known)
  return new Response(body, { status, headers })
}
