import { RefusalError } from '../../errors.ts'
import type { Condition } from '../health.ts'

/** Why a Redis store cannot serve, or needs someone to act. Stable: `reason` of its conditions. */
export type RedisFaultReason =
  /** It does not answer, or not in time. */
  | 'unreachable'
  /** It refuses the user, the password or a command. */
  | 'refused'
  /** Its TLS certificate, or ours, is not accepted. */
  | 'tls'
  /** No Sentinel names a primary. */
  | 'primary-unknown'
  /** It is a replica, or Sentinel names another primary. */
  | 'read-only-replica'
  /** It is reading its files. */
  | 'loading'
  /** It is part of a cluster (`cluster_enabled`). */
  | 'cluster'
  /** It cannot write its files (MISCONF). */
  | 'not-writable'
  /** Fewer replicas than `min-replicas-to-write` asks for. */
  | 'too-few-replicas'
  /** Its memory is used up. */
  | 'full'
  /** A script keeps it busy. */
  | 'busy'
  /** It answers what it must not. */
  | 'unexpected-answer'
  /** Its `maxmemory-policy` removes keys before their end. */
  | 'evicting'
  /** It keeps no append-only file. */
  | 'not-persistent'
  /** The store was closed. */
  | 'closed'

/** For an operator. */
const details: Readonly<Record<RedisFaultReason, string>> = {
  unreachable: 'Redis does not answer: check that it runs, its address and the network',
  refused:
    'Redis refuses the user, the password, the database, a command or a further connection: check URL, ACL, maxclients',
  tls: 'the TLS connection to Redis was refused: check the certificates, the CA and the time',
  'primary-unknown': 'no Sentinel names a primary: check the nodes and the name',
  'read-only-replica': 'Redis is a read-only replica: check the address, or wait for the failover to end',
  loading: 'Redis is reading its files: it answers when it is done',
  cluster: 'Redis runs in cluster mode (cluster_enabled): use one primary, with Sentinel where it must fail over',
  'not-writable': 'Redis cannot write its files (MISCONF): check its disk',
  'too-few-replicas': 'Redis has fewer replicas than min-replicas-to-write asks for',
  full: 'Redis has no memory left: raise maxmemory',
  busy: 'a script keeps Redis busy',
  'unexpected-answer': 'Redis answered what it must not: check what it is and who else writes below the prefix',
  evicting: 'the maxmemory-policy of Redis removes keys before their end: set it to noeviction',
  'not-persistent': 'Redis keeps no append-only file: set appendonly to yes where PINs are kept',
  closed: 'the store was closed',
}

/** A Redis that cannot be used now. */
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

/** By code of a reply: why, and whether the connection stays good for other commands. */
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
 * What an error of a command or a connection means.
 *
 * @returns the fault, and whether the connection can still be used: not after a reply that says that this server is the wrong
 *   one or cannot serve, nor after one that is not known here.
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
