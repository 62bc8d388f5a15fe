/**
 * The issuance server over HTTP: a handler on web-standard requests and responses, and a Node server for it.
 *
 * @module jpki-card/http
 */
export type { CloseReport } from './connections.ts'
export type { HttpHandler } from './handler.ts'
export { createHttpHandler } from './handler.ts'
export type { ListeningServer } from './listen.ts'
export { listen } from './listen.ts'
export type { ListenOptions, TlsOptions } from './listen-options.ts'
export type { Caller, HttpHandlerOptions, HttpLimits, RequestEvent } from './options.ts'
export type { Rate } from './rate-limiter.ts'
