import { expect, test } from 'vitest'
import { RefusalError } from '../../src/errors.ts'
import {
  conditionOf,
  faultOf,
  RedisFault,
  type RedisFaultReason,
  RedisReply,
} from '../../src/server/stores/redis-faults.ts'

const replyOf = (message: string): RedisReply => new RedisReply(new Error(message))

test.each<[string, RedisFaultReason, boolean]>([
  ['ERR unknown command', 'unexpected-answer', true],
  ['WRONGTYPE Operation', 'unexpected-answer', true],
  ['OOM command not allowed', 'full', true],
  ['NOAUTH Authentication required.', 'refused', false],
  ['WRONGPASS invalid', 'refused', false],
  ['NOPERM this user', 'refused', false],
  ["READONLY You can't write", 'read-only-replica', false],
  ['MASTERDOWN Link', 'read-only-replica', false],
  ['LOADING Redis is loading', 'loading', false],
  ['NOREPLICAS Not enough', 'too-few-replicas', false],
  ['MISCONF Redis is configured', 'not-writable', false],
  ['CLUSTERDOWN The cluster', 'cluster', false],
  ['CROSSSLOT Keys', 'cluster', false],
  ['MOVED 1 127.0.0.1:1', 'cluster', false],
  ['ASK 1 127.0.0.1:1', 'cluster', false],
  ['TRYAGAIN Multiple', 'cluster', false],
  ['BUSY Redis is busy', 'busy', false],
  ['NEWCODE of a later release', 'unexpected-answer', false],
  ['toString is no code', 'unexpected-answer', false],
  ['', 'unexpected-answer', false],
])('the reply %j means %s, and the connection stays good: %j', (message, reason, keeps) => {
  const reply = replyOf(message)
  const found = faultOf(reply)
  expect([found.fault.reason, found.keeps]).toEqual([reason, keeps])
  expect(found.fault.cause).toBe(reply)
})

test.each([
  ["ERR Error running script (call to f_0a): @user_script:3: @user_script: 3: -READONLY You can't write", 'READONLY'],
  ['ERR Error running script\n@user_script:3: x -OOM command', 'OOM'],
  ['ERR Error running script: -OOM command', 'ERR'],
  ['XERR user_script: -OOM command', 'XERR'],
  ['MISCONF user_script: -OOM command', 'MISCONF'],
  ['no code', ''],
  ['no READONLY', ''],
  ['Ab', 'A'],
])('the code of the reply %j is %j, and the reply is kept as its cause', (message, code) => {
  const cause = new Error(message)
  expect(new RedisReply(cause)).toMatchObject({ name: 'RedisReply', code, message, cause })
})

test('a fault is itself, a refusal is an answer that must not be, and neither leaves a good connection', () => {
  const fault = new RedisFault('loading')
  expect(faultOf(fault)).toEqual({ fault, keeps: false })
  const refused = new RefusalError('ERR_STORE_UNAVAILABLE', 'no text')
  const found = faultOf(refused)
  expect([found.fault.reason, found.keeps, found.fault.cause]).toEqual(['unexpected-answer', false, refused])
})

test.each([
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_OSSL_X', 'EPROTO'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'CRL_HAS_EXPIRED', 'SUBJECT_ISSUER_MISMATCH'],
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_CHAIN_TOO_LONG',
    'UNABLE_TO_GET_ISSUER_CERT',
    'CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
])('the code %s is of TLS', (code) => {
  const cause = Object.assign(new Error('x'), { code })
  const { fault, keeps } = faultOf(cause)
  expect([fault.reason, keeps, fault.cause]).toEqual(['tls', false, cause])
})

test.each([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPROTONOSUPPORT',
    'ERR_SOCKET_CLOSED',
    'XERR_TLS_X',
    'CERTAIN',
    'X-CERT',
    'NOT-UNABLE_TO_X',
  ],
  ...[7, undefined, ['EPROTO']],
])('the code %j is not of TLS', (code) => {
  const { fault, keeps } = faultOf({ code })
  expect([fault.reason, keeps]).toEqual(['unreachable', false])
})

test.each([null, undefined, 'text', new Error('x')])('%j has no code: unreachable', (error) => {
  expect(faultOf(error).fault.reason).toBe('unreachable')
})

test('conditions are warnings where it can serve, else failures', () => {
  const since = new Date(0)
  const warnings = ['evicting', 'not-persistent']
  const all = ['unreachable', 'refused', 'tls', 'primary-unknown', 'read-only-replica', 'loading', 'cluster'] as const
  const more = ['not-writable', 'too-few-replicas', 'full', 'busy', 'unexpected-answer', 'closed'] as const
  for (const reason of [...all, ...more, 'evicting', 'not-persistent'] as const) {
    const { detail, ...rest } = conditionOf(reason, since)
    const state = warnings.includes(reason) ? 'warning' : 'failed'
    expect(rest).toEqual({ part: 'store', state, reason, since })
    expect(detail).toBe(new RedisFault(reason).message)
    expect(detail).toMatch(/\w \w/)
  }
})
