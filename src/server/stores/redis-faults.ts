import { RefusalError } from '../../errors.ts'
import type { Condition } from '../health.ts'

/** Why a Redis store cannot serve, or needs an operator. Stable: `reason` of its conditions. */
export type RedisFaultReason =
  /** No reply, or not in time. */
  | 'unreachable'
  /** User, password or a command refused. */
  | 'refused'
  /** TLS handshake failed: certificate of either side not accepted. */
  | 'tls'
  /** No Sentinel names a primary. */
  | 'primary-unknown'
  /** A replica, or Sentinel names another primary. */
  | 'read-only-replica'
  /** Loading its data files. */
  | 'loading'
  /** Cluster mode (`cluster_enabled`). */
  | 'cluster'
  /** Cannot write its data files (MISCONF). */
  | 'not-writable'
  /** Fewer replicas than `min-replicas-to-write`. */
  | 'too-few-replicas'
  /** Out of memory (`maxmemory`). */
  | 'full'
  /** Busy with a long-running script. */
  | 'busy'
  /** Unexpected reply. */
  | 'unexpected-answer'
  /** Its `maxmemory-policy` evicts keys before their expiry. */
  | 'evicting'
  /** No append-only file (`appendonly no`). */
  | 'not-persistent'
  /** The store was closed. */
  | 'closed'

/** Details for an operator. */
const details: Readonly<Record<RedisFaultReason, string>> = {
  unreachable: 'Redis does not respond: check that it runs, its address and the network',
  refused:
    'Redis refuses the user, the password, the database, a command or a further connection: check URL, ACL, maxclients',
  tls: 'the TLS connection to Redis was refused: check the certificates, the CA and the time',
  'primary-unknown': 'no Sentinel names a primary: check the nodes and the name',
  'read-only-replica': 'Redis is a read-only replica: check the address, or wait for the failover to end',
  loading: 'Redis is loading its data files: it serves once loading has finished',
  cluster: 'Redis runs in cluster mode (cluster_enabled): use one primary, with Sentinel where it must fail over',
  'not-writable': 'Redis cannot write its data files (MISCONF): check its disk',
  'too-few-replicas': 'Redis has fewer replicas than min-replicas-to-write requires',
  full: 'Redis has no memory left: raise maxmemory',
  busy: 'Redis is busy with a long-running script',
  'unexpected-answer':
    'unexpected reply from Redis: check that it is Redis, and that no other program writes keys with the same prefix',
  evicting: 'the maxmemory-policy of Redis evicts keys before their expiry: set it to noeviction',
  'not-persistent': 'Redis has no append-only file: set appendonly to yes where PINs or cases are stored',
  closed: 'the store was closed',
}

/** Redis is not usable. */
export class RedisFault extends Error {
  readonly reason: RedisFaultReason
  constructor(reason: RedisFaultReason, options: ErrorOptions = {}) {
    super(details[reason], options)
    this.name = new.target.name
    this.reason = reason
  }
}

/** A condition of the store. */
export function conditionOf(reason: RedisFaultReason, since: Date): Condition {
  const state = reason === 'evicting' || reason === 'not-persistent' ? 'warning' : 'failed'
  return { part: 'store', state, reason, detail: details[reason], since }
}

/** An error reply of Redis. Its code is the first word of the reply. */
export class RedisReply extends Error {
  readonly code: string
  constructor(cause: Error) {
    super(cause.message, { cause })
    this.name = new.target.name
    // Redis 6 wraps the error of a command in that of its script: `ERR Error running script …: -READONLY …`.
    const [, inner] = /^ERR .*user_script:.*? -([A-Z]+) /s.exec(cause.message) ?? []
    this.code = inner ?? /^[A-Z]+/.exec(cause.message)?.[0] ?? ''
  }
}

/** By code of an error reply: the reason, and whether the connection stays usable. */
const replies: Readonly<Record<string, readonly [reason: RedisFaultReason, keeps: boolean]>> = {
  ERR: ['unexpected-answer', true],
  WRONGTYPE: ['unexpected-answer', true],
  OOM: ['full', true],
  NOAUTH: ['refused', false],
  WRONGPASS: ['refused', false],
  NOPERM: ['refused', false],
  READONLY: ['read-only-replica', false],
  MASTERDOWN: ['read-only-replica', false],
  LOADING: ['loading', false],
  NOREPLICAS: ['too-few-replicas', false],
  MISCONF: ['not-writable', false],
  CLUSTERDOWN: ['cluster', false],
  CROSSSLOT: ['cluster', false],
  MOVED: ['cluster', false],
  ASK: ['cluster', false],
  TRYAGAIN: ['cluster', false],
  BUSY: ['busy', false],
}

/**
 * Classifies an error of a command or a connection.
 *
 * @returns the fault, and whether the connection stays usable: not after a reply that says that this server is the
 *   wrong one or cannot serve, nor after an unknown one.
 */
export function faultOf(error: unknown): { readonly fault: RedisFault; readonly keeps: boolean } {
  if (error instanceof RedisFault) return { fault: error, keeps: false }
  if (error instanceof RedisReply) {
    const [reason, keeps] = replies[error.code] ?? ['unexpected-answer', false]
    return { fault: new RedisFault(reason, { cause: error }), keeps }
  }
  if (error instanceof RefusalError)
    return { fault: new RedisFault('unexpected-answer', { cause: error }), keeps: false }
  return { fault: new RedisFault(isTlsError(error) ? 'tls' : 'unreachable', { cause: error }), keeps: false }
}

/** Codes of Node.js (`ERR_TLS_…`), of OpenSSL (`ERR_SSL_…`), of a refused handshake, and of X.509 verification. */
function isTlsError(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return (
    typeof code === 'string' &&
    /^(?:ERR_(?:TLS|SSL|OSSL)_|EPROTO$|(?:\w+_)?(?:CERT|CRL|ISSUER|CHAIN)(?:_\w+)?$|UNABLE_TO_)/.test(code)
  )
}
