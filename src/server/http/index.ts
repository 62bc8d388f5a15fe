/**
 * The issuance server over HTTP: a handler on web-standard requests and responses, and a Node server for it.
 */
export type { CloseOptions, CloseReport } from './connections.ts'
export type { HttpHandler, HttpRoutes, Probes } from './handler.ts'
export { createHttpHandler, createProbeRoutes } from './handler.ts'
export type { ListeningServer } from './listen.ts'
export { listen } from './listen.ts'
export type { ListenOptions, TlsOptions } from './listen-options.ts'
export type { NodeHandler, NodeHandlerOptions } from './node.ts'
export { toNodeHandler } from './node.ts'
export type { Caller, DeniedEvent, HttpHandlerOptions, HttpLimits, RequestEvent } from './options.ts'
export type { ProxyOptions } from './proxies.ts'
export type { Rate } from './rate-limiter.ts'
