import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { OcspResponse, type OcspStatusOptions, ocspStatus } from '../../../src/pki/revocation/index.ts'
import { Certificate, SignatureBudget } from '../../../src/pki/x509/index.ts'
import * as asn1 from '../../support/issue.ts'
import { ca, der, extension, issue, newKeys, oid, sequence } from '../../support/issue.ts'
import { byKey, byName, nonceOf, ocspResponder, type Reply } from '../../support/ocsp.ts'

const [root, holder, otherKeys, delegate] = [newKeys(), newKeys(), newKeys(), newKeys()]
const at = new Date('2026-06-01T12:00:00Z')
const later = (minutes: number): Date => new Date(at.getTime() + 60_000 * minutes)
const day = 24 * 60

const issuer = Certificate.fromDer(
  issue({ subject: 'CA', issuer: 'CA', keys: root, signer: root, extensions: ca(), serial: 1 }),
)
const certificate = Certificate.fromDer(
  issue({ subject: 'H', issuer: 'CA', keys: holder, signer: root, extensions: [asn1.keyUsage(0x80)], serial: 7 }),
)

const ocspSigning = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.9')))
const noCheck = extension('1.3.6.1.5.5.7.48.1.5', Buffer.from([5, 0]))
const responder = (plan: Partial<asn1.Plan> = {}): Buffer =>
  issue({ subject: 'R', issuer: 'CA', keys: delegate, signer: root, extensions: [ocspSigning, noCheck], ...plan })

const { certId, revoked, single, reply, one } = ocspResponder(root, at)
const delegated = (plan: Partial<asn1.Plan> = {}, rest: Reply = {}): Buffer =>
  reply({ id: byName('R'), signer: delegate, certificates: [responder(plan)], ...rest })

/** A delegate with these extensions. */
const by = (...extensions: readonly Buffer[]): Buffer => delegated({ extensions })

const ask = (bytes: Uint8Array, options: Partial<OcspStatusOptions> = {}) =>
  ocspStatus(certificate, issuer, OcspResponse.fromDer(bytes), { at, ...options })

describe('a response is trusted', () => {
  test.each<[string, () => Buffer]>([
    ['signed by the issuer', () => reply()],
    ['of the issuer named by its key', () => reply({ id: byKey(root) })],
    ['about it by SHA-256', () => one({ id: certId(7, 'CA', root, 'sha256') })],
    ['among answers about others', () => reply({ singles: [single({ id: certId(8), status: revoked() }), single()] })],
    ['of a delegate', () => delegated()],
    ['of a delegate named by its key', () => delegated({}, { id: byKey(delegate) })],
    [
      'of a delegate after useless certificates',
      () => delegated({}, { certificates: [responder({ keys: otherKeys }), responder()] }),
    ],
    ['without nextUpdate, for a day', () => one({ nextUpdate: undefined, thisUpdate: later(5 - day) })],
    ['within the skew of the clocks', () => reply({ singles: [single({ thisUpdate: later(4) })], produced: later(4) })],
  ])('%s', (_, make) => {
    expect(ask(make())).toMatchObject({ status: 'good' })
  })

  test('and says what it was based on', () => {
    const bytes = delegated()
    expect(ask(bytes)).toMatchObject({
      evidence: {
        producedAt: later(-5),
        thisUpdate: later(-10),
        nextUpdate: later(60),
        responder: { subject: 'CN=R' },
        sha256: createHash('sha256').update(bytes).digest('hex').toUpperCase(),
      },
    })
  })

  test.each([
    [1, 'keyCompromise'],
    [6, 'certificateHold'],
    [undefined, undefined],
  ])('when it says revoked with reason %s', (number, reason) => {
    expect(ask(one({ status: revoked(number) }))).toMatchObject({ status: 'revoked', revokedAt: later(-day), reason })
  })

  test('with the nonce of the request', () => {
    const nonce = Buffer.alloc(32, 5)
    expect(ask(reply({ extensions: [nonceOf(nonce)] }), { nonce }).status).toBe('good')
    expect(ask(reply({ extensions: [nonceOf(nonce)] }), { nonce, requireNonce: true }).status).toBe('good')
    expect(ask(reply(), { nonce, requireNonce: false }).status).toBe('good')
  })

  test.each<[string, Parameters<typeof single>[0][], Date | undefined]>([
    ['as the one that ends first', [{ nextUpdate: later(60) }, { nextUpdate: later(30) }], later(30)],
    ['as one without nextUpdate, which may be old at once', [{ nextUpdate: undefined }, {}], undefined],
  ])('of several good answers %s, in any order', (_, plans, nextUpdate) => {
    const singles = plans.map(single)
    for (const ordered of [singles, singles.toReversed()]) {
      const { evidence } = ask(reply({ singles: ordered }))
      expect(evidence).toMatchObject({ thisUpdate: later(-10) })
      expect(evidence?.nextUpdate).toEqual(nextUpdate)
    }
  })

  test('when one of several answers says revoked, in any order', () => {
    const singles = [single(), single({ status: revoked(1) })]
    for (const ordered of [singles, singles.toReversed()]) {
      expect(ask(reply({ singles: ordered }))).toMatchObject({ status: 'revoked', reason: 'keyCompromise' })
    }
  })

  const falseWritten = extension('2.5.29.19', sequence(Buffer.from('010100', 'hex')))
  const findings = (bytes: Uint8Array, by = issuer) =>
    ocspStatus(certificate, by, OcspResponse.fromDer(bytes), { at }).evidence?.findings.map(({ kind }) => kind)

  test('and notes what the response and the delegate are not encoded by, but not the issuer, whose path notes it', () => {
    const twice = [single(), single()]
    const noted = Certificate.fromDer(
      issue({ subject: 'CA', issuer: 'CA', keys: root, signer: root, extensions: [falseWritten] }),
    )
    expect(findings(reply({ singles: twice }), noted)).toEqual(['duplicate-entry'])
    expect(findings(by(ocspSigning, noCheck, falseWritten))).toEqual(['default-written-out'])
    expect(findings(delegated({ extensions: [ocspSigning, noCheck, falseWritten] }, { singles: twice }))).toEqual([
      'duplicate-entry',
      'default-written-out',
    ])
  })

  test('of a delegate the caller accepts, and of no other', async () => {
    const bytes = by(ocspSigning)
    expect(ask(bytes, { validateResponder: ({ subject }) => subject === 'CN=R' }).status).toBe('good')
    expect(ask(bytes, { validateResponder: () => false })).toMatchObject({ problem: 'responder-refused' })
    expect(ask(delegated(), { validateResponder: () => false })).toMatchObject({ problem: 'responder-refused' })
    const promise = (async () => true) as unknown as () => boolean
    expect(ask(bytes, { validateResponder: promise })).toMatchObject({ problem: 'responder-refused' })
  })
})

describe('a response holds', () => {
  test.each<[string, Partial<Parameters<typeof single>[0]>, number, Partial<OcspStatusOptions>, string]>([
    ['thisUpdate ahead by the skew', { thisUpdate: at }, -60_000, { skewMs: 60_000 }, 'good'],
    ['thisUpdate ahead by 1 ms more', { thisUpdate: at }, -60_001, { skewMs: 60_000 }, 'from-the-future'],
    ['nextUpdate past by the skew', { nextUpdate: at }, 60_000, { skewMs: 60_000 }, 'good'],
    ['nextUpdate past by 1 ms more', { nextUpdate: at }, 60_001, { skewMs: 60_000 }, 'stale'],
    ['as old as asked for', { thisUpdate: at }, 60_000, { skewMs: 0, maxAgeMs: 60_000 }, 'good'],
    ['1 ms older than asked for', { thisUpdate: at }, 60_001, { skewMs: 0, maxAgeMs: 60_000 }, 'stale'],
    ['5 minutes ahead, the default', { thisUpdate: at }, -300_000, {}, 'good'],
    ['1 ms more ahead than the default', { thisUpdate: at }, -300_001, {}, 'from-the-future'],
  ])('to the millisecond, RFC 6960 4.2.2.1: %s', (_, plan, moment, options, expected) => {
    const bytes = reply({ singles: [single(plan)], produced: at })
    const found = ask(bytes, { at: new Date(at.getTime() + moment), ...options })
    expect(found.status === 'unknown' ? found.problem : found.status).toBe(expected)
  })

  test.each<[string, () => Buffer, number, string]>([
    ['the issuer, of 2 signatures', () => reply(), 2, 'good'],
    ['the issuer, of 1', () => reply(), 1, 'budget'],
    ['the issuer, of none', () => reply(), 0, 'budget'],
    ['a delegate, of 3', () => delegated(), 3, 'good'],
    ['a delegate, of 2', () => delegated(), 2, 'budget'],
    ['another key, of 2', () => reply({ signer: otherKeys }), 2, 'signature-invalid'],
    ['another key, of 1', () => reply({ signer: otherKeys }), 1, 'budget'],
  ])('within the budget of signatures: by %s', (_, make, checks, expected) => {
    const found = ask(make(), { signatures: { budget: new SignatureBudget(checks) } })
    expect(found).toMatchObject(expected === 'good' ? { status: 'good' } : { status: 'unknown', problem: expected })
  })

  test('by a policy for signatures that has no budget', () => {
    expect(ask(reply(), { signatures: { minRsaBits: 3072 } }).status).toBe('good')
  })
})

const anyUsage = extension('2.5.29.37', sequence(oid('2.5.29.37.0')))
const critical = extension('1.2.3.4', der(0x05), true)

describe('a response is not trusted', () => {
  test.each<[string, string, () => Buffer, Partial<OcspStatusOptions>?]>([
    ['unknown', 'status-unknown', () => one({ status: der(0x82) })],
    ['garbage for a signature', 'signature-invalid', () => reply({ signature: Buffer.alloc(70, 1) })],
    ['an empty signature', 'signature-invalid', () => reply({ signature: Buffer.alloc(0) })],
    ['signed by another key', 'signature-invalid', () => reply({ signer: otherKeys })],
    [
      'revoked, by another key',
      'signature-invalid',
      () => reply({ signer: otherKeys, singles: [single({ status: revoked() })] }),
    ],
    ['responder ID of another key', 'responder-not-found', () => reply({ id: byName('X') })],
    ['key hash of another key', 'responder-not-found', () => reply({ id: byKey(otherKeys) })],
    ['delegate not sent along', 'responder-not-found', () => delegated({}, { certificates: [] })],
    ['delegate signed by another key', 'signature-invalid', () => delegated({}, { signer: otherKeys })],
    ['delegate without usage', 'responder-not-authorised', () => by(noCheck)],
    ['delegate of any usage', 'responder-not-authorised', () => by(anyUsage, noCheck)],
    ['delegate that may not sign', 'responder-not-authorised', () => by(ocspSigning, noCheck, asn1.keyUsage(0x06))],
    ['delegate that is a CA', 'responder-not-authorised', () => by(ocspSigning, noCheck, asn1.basicConstraints(true))],
    ['delegate, critical extension', 'responder-not-authorised', () => by(ocspSigning, noCheck, critical)],
    ['delegate of another CA', 'responder-not-authorised', () => delegated({ issuer: 'CB', signer: otherKeys })],
    ['delegate of a namesake CA', 'responder-not-authorised', () => delegated({ signer: otherKeys })],
    ['delegate of the right key under another name', 'responder-not-authorised', () => delegated({ issuer: 'CB' })],
    ['delegate on its own key', 'responder-not-authorised', () => delegated({ keys: holder }, { signer: holder })],
    ['delegate expired', 'responder-expired', () => delegated({ notAfter: later(-1) })],
    ['delegate not yet valid', 'responder-expired', () => delegated({ notBefore: later(1) })],
    ['delegate that may be revoked', 'responder-unchecked', () => by(ocspSigning)],
    [
      'delegate with a malformed nocheck',
      'responder-unchecked',
      () => by(ocspSigning, extension('1.3.6.1.5.5.7.48.1.5', sequence())),
    ],
    ['another serial number', 'other-certificate', () => one({ id: certId(8) })],
    ['another issuer name', 'other-certificate', () => one({ id: certId(7, 'CB') })],
    ['another issuer key', 'other-certificate', () => one({ id: certId(7, 'CA', otherKeys) })],
    ['an unknown hash', 'other-certificate', () => one({ id: certId(7, 'CA', root, 'sha512') })],
    ['two answers, good and unknown', 'ambiguous', () => reply({ singles: [single(), single({ status: der(0x82) })] })],
    ['revoked, but stale', 'stale', () => one({ status: revoked(), nextUpdate: later(-6) })],
    [
      'revoked, with a critical extension',
      'unknown-critical-extension',
      () => one({ status: revoked(), extensions: [critical] }),
    ],
    ['revoked, without the nonce', 'nonce-missing', () => one({ status: revoked() }), { nonce: Buffer.alloc(32, 5) }],
    ['a second answer that is stale', 'stale', () => reply({ singles: [single(), single({ nextUpdate: later(-6) })] })],
    ['nextUpdate passed', 'stale', () => one({ nextUpdate: later(-6) })],
    ['older than a day without nextUpdate', 'stale', () => one({ nextUpdate: undefined, thisUpdate: later(-6 - day) })],
    ['older than asked for', 'stale', () => reply(), { maxAgeMs: 60_000 }],
    ['no skew allowed', 'from-the-future', () => reply({ produced: later(1) }), { skewMs: 0 }],
    [
      'from the future',
      'from-the-future',
      () => reply({ singles: [single({ thisUpdate: later(6) })], produced: later(6) }),
    ],
    ['produced in the future', 'from-the-future', () => reply({ produced: later(6) })],
    ['produced before it was known', 'times-inconsistent', () => reply({ produced: later(-20) })],
    ['nextUpdate before thisUpdate', 'times-inconsistent', () => one({ nextUpdate: later(-11) })],
    ['nonce missing', 'nonce-missing', () => reply(), { nonce: Buffer.alloc(32, 5) }],
    [
      'nonce wrong',
      'nonce-wrong',
      () => reply({ extensions: [nonceOf(Buffer.alloc(32, 6))] }),
      { nonce: Buffer.alloc(32, 5), requireNonce: false },
    ],
    ['an unknown critical extension', 'unknown-critical-extension', () => reply({ extensions: [critical] })],
    ['critical extension of the answer', 'unknown-critical-extension', () => one({ extensions: [critical] })],
  ])('%s', (_, problem, make, options) => {
    expect(ask(make(), options)).toMatchObject({ status: 'unknown', problem })
  })

  test.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('error status %i', (number, problem) => {
    expect(ask(sequence(der(0x0a, Buffer.from([number]))))).toEqual({ status: 'unknown', problem })
  })

  test('about a certificate of another issuer of that name', () => {
    const plan = { subject: 'H', issuer: 'CA', keys: holder, signer: otherKeys, serial: 7 }
    const other = Certificate.fromDer(issue(plan))
    const answer = ocspStatus(other, issuer, OcspResponse.fromDer(reply()), { at })
    expect(answer).toEqual({ status: 'unknown', problem: 'issuer-mismatch' })
  })

  test('options out of range', () => {
    expect(() => ask(reply(), { at: new Date('never') })).toThrow(TypeError)
    expect(() => ask(reply(), { requireNonce: true })).toThrow(TypeError)
    expect(() => ask(reply(), { skewMs: -1 })).toThrow(RangeError)
    expect(() => ask(reply(), { maxAgeMs: Number.NaN })).toThrow(RangeError)
  })
})
