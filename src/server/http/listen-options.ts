import { constants } from 'node:crypto'
import type { ServerOptions } from 'node:https'
import { requireWithin } from './options.ts'
import type { ProxyOptions } from './proxies.ts'

/** PEM texts, or their bytes. */
export interface TlsOptions {
  /** Certificate of the server, then those of its CAs. */
  readonly cert: string | Uint8Array
  readonly key: string | Uint8Array
  /** CAs that client certificates are verified against. No default. */
  readonly ca?: string | Uint8Array | undefined
  /**
   * `required`: the handshake fails without a certificate of `ca`. `optional`: without one there is no
   * `Caller.certificateName`. Default `none`.
   */
  readonly requestClientCert?: 'none' | 'optional' | 'required' | undefined
}

/** Options of {@link listen}. Times in milliseconds. */
export interface ListenOptions {
  /** Address to listen on. Default `127.0.0.1`: this machine only. */
  readonly host?: string | undefined
  /** 0: any free port. */
  readonly port: number
  /** HTTPS, TLS 1.2 or later. Without it plain HTTP, for the local machine or behind a proxy. */
  readonly tls?: TlsOptions | undefined
  /**
   * Longest time until the headers of a request are complete, and for a TLS handshake, 100 to 600 000. Default 10 000.
   */
  readonly headersTimeoutMs?: number | undefined
  /** Longest time until a request is complete, at least `headersTimeoutMs`. Default 15 000. */
  readonly requestTimeoutMs?: number | undefined
  /**
   * How long an idle connection is kept, 100 to 600 000. Default 5 000; behind a proxy, longer than the proxy's own
   * keep-alive.
   */
  readonly keepAliveTimeoutMs?: number | undefined
  /** Connections at once, at most, 1 to 65 535; further ones are closed on accept. Default 1 000. */
  readonly maxConnections?: number | undefined
  /** Headers of a request, at most, 10 to 1 000. Default 100. All headers together: 16 384 bytes. */
  readonly maxHeadersCount?: number | undefined
  /** Trusted proxies. Without it the caller is the peer of the connection, and forwarded headers are ignored. */
  readonly proxies?: ProxyOptions | undefined
}

/** The options with their defaults. */
export type ListenSettings = {
  readonly [Name in Exclude<keyof ListenOptions, 'tls' | 'proxies'>]-?: NonNullable<ListenOptions[Name]>
} & Pick<ListenOptions, 'proxies'>

/** @throws TypeError, RangeError naming the option that is not as described. */
export function listenSettings(options: ListenOptions): ListenSettings {
  const { host = '127.0.0.1', port, tls, proxies } = options
  const {
    headersTimeoutMs = 10_000,
    keepAliveTimeoutMs = 5_000,
    maxConnections = 1_000,
    maxHeadersCount = 100,
  } = options
  const { requestTimeoutMs = Math.max(15_000, headersTimeoutMs) } = options
  if (typeof host !== 'string' || host === '') throw new TypeError('host must be an address')
  requireWithin('port', port, 0, 65_535)
  requireWithin('headersTimeoutMs', headersTimeoutMs, 100, 600_000)
  requireWithin('requestTimeoutMs', requestTimeoutMs, headersTimeoutMs, 600_000)
  requireWithin('keepAliveTimeoutMs', keepAliveTimeoutMs, 100, 600_000)
  requireWithin('maxConnections', maxConnections, 1, 65_535)
  requireWithin('maxHeadersCount', maxHeadersCount, 10, 1_000)
  if (tls !== undefined) requireTls(tls)
  return {
    host,
    port,
    headersTimeoutMs,
    requestTimeoutMs,
    keepAliveTimeoutMs,
    maxConnections,
    maxHeadersCount,
    proxies,
  }
}

/** @throws TypeError. */
export function requireTls({ cert, key, ca, requestClientCert = 'none' }: TlsOptions): void {
  if (cert === undefined || key === undefined) throw new TypeError('tls must have cert and key')
  if (!['none', 'optional', 'required'].includes(requestClientCert)) {
    throw new TypeError('requestClientCert must be none, optional or required')
  }
  // Without `ca`, any public CA could issue terminal certificates.
  if (requestClientCert !== 'none' && ca === undefined) throw new TypeError('requestClientCert needs tls.ca')
}

/** Limits of Node's server. */
export function serverOptions(settings: ListenSettings): ServerOptions {
  const { headersTimeoutMs, requestTimeoutMs, keepAliveTimeoutMs } = settings
  return {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
    maxHeaderSize: 16_384,
    insecureHTTPParser: false,
    // Refused later with an error code.
    requireHostHeader: false,
  }
}

/** TLS options. Everything else is Node's default. */
export function tlsServerOptions(tls: TlsOptions, handshakeTimeout: number): ServerOptions {
  const { cert, key, ca, requestClientCert = 'none' } = tls
  const bytes = (pem: string | Uint8Array): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem))
  return {
    cert: bytes(cert),
    key: bytes(key),
    ...(ca !== undefined && { ca: bytes(ca) }),
    requestCert: requestClientCert !== 'none',
    rejectUnauthorized: requestClientCert === 'required',
    minVersion: 'TLSv1.2',
    handshakeTimeout,
    // No renegotiation: the client certificate of a connection cannot change.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
  }
}
