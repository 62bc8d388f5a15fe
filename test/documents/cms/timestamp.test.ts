import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addLongTermValues,
  addTimestamp,
  createCms,
  createTimestampRequest,
  type DocumentTrust,
  parseTimestampResponse,
  type TimestampSource,
  type TimestampTrust,
  timestampHttpSource,
} from '../../../src/documents/index.ts'
import { issueRevocationList } from '../../../src/emulator/index.ts'
import { Certificate, crlSource, RevocationList } from '../../../src/pki/index.ts'
import { der, integer, sequence } from '../../support/issue.ts'
import { pem } from '../../support/openssl.ts'
import {
  attribute,
  type Bench,
  cmsBench,
  content,
  draftCms,
  good,
  hashed,
  ids,
  isClean,
  problemsOf,
  signerInfo,
} from './fixture.ts'
import { createTsa, type Tsa } from './openssl-authority.ts'

let bench: Bench
let tsa: Tsa
let timestamps: TimestampTrust

beforeAll(async () => {
  bench = await cmsBench()
  tsa = createTsa()
  timestamps = { anchors: [tsa.anchor], revocation: good }
})
afterAll(() => tsa.close())

const digest = hashed('sha256', content)
const source = (more: Partial<Parameters<typeof timestampHttpSource>[0]> = {}) =>
  timestampHttpSource({ url: 'http://tsa.example/ts', fetch: tsa.fetch, ...more })
const signed = async (): Promise<Uint8Array> =>
  (await createCms({ signer: bench.signer, content: { bytes: content, attach: true } })).der

describe('requests', () => {
  test('are what openssl reads', () => {
    const request = createTimestampRequest({ hash: 'SHA-256', digest, policy: '1.2.3.4.5' })
    tsa.write('q.tsq', request.der)
    const { text } = tsa.run('ts', '-query', '-in', 'q.tsq', '-text')
    expect(text).toMatch(/Version: 1/)
    expect(text).toMatch(/Hash Algorithm: sha256/)
    expect(text).toMatch(/Policy OID: 1.2.3.4.5/)
    expect(text).toMatch(/Nonce: 0x[0-9A-F]{30,}/)
    expect(text).toMatch(/Certificate required: yes/)
  })

  test('have a nonce of their own each', () => {
    const nonces = Array.from({ length: 50 }, () =>
      Buffer.from(createTimestampRequest({ hash: 'SHA-256', digest }).nonce).toString('hex'),
    )
    expect(new Set(nonces).size).toBe(50)
  })

  test('of wrong arguments are not made', () => {
    expect(() => createTimestampRequest({ hash: 'SHA-1' as never, digest })).toThrow(TypeError)
    expect(() => createTimestampRequest({ hash: 'SHA-512', digest })).toThrow(RangeError)
  })
})

describe('responses', () => {
  const ask = () => createTimestampRequest({ hash: 'SHA-256', digest })
  const refused = async (
    response: Uint8Array,
    request = ask(),
    acceptance: object = { trust: timestamps },
  ): Promise<unknown> =>
    parseTimestampResponse(response, request, acceptance).then(
      () => 'accepted',
      (error: { code?: string; reason?: string }) => (error.code === 'ERR_TIMESTAMP' ? error.reason : error),
    )

  test('of openssl are accepted', async () => {
    const request = ask()
    const { time, report } = await parseTimestampResponse(tsa.reply(request.der), request, { trust: timestamps })
    expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(60_000)
    expect(report).toMatchObject({ indication: 'TOTAL-PASSED', policy: '1.2.3.4.1', problems: [] })
    // Without trust the token is verified all the same; whose it is, is for the reader of the document.
    expect(await refused(tsa.reply(request.der), request, {})).toBe('accepted')
  })

  test('to something else are refused', async () => {
    const request = ask()
    expect(await refused(tsa.reply(ask().der), request)).toBe('nonce')
    const other = { ...request, der: createTimestampRequest({ hash: 'SHA-256', digest: hashed('sha256', digest) }).der }
    expect(await refused(tsa.reply(request.der), { ...request, digest: hashed('sha256', digest) })).toBe('imprint')
    expect(await refused(tsa.reply(other.der), request)).toBe('nonce')
    expect(await refused(tsa.reply(request.der), { ...request, policy: '1.2.3.4.5' })).toBe('policy')
    const later = { trust: timestamps, at: new Date(Date.now() + 3_600_000) }
    expect(await refused(tsa.reply(request.der), request, later)).toBe('time')
    expect(await refused(tsa.reply(request.der), request, { trust: { anchors: [bench.ca], revocation: good } })).toBe(
      'token',
    )
    expect(await refused(tsa.reply(request.der), request, { trust: { ...timestamps, policies: ['9.9'] } })).toBe(
      'token',
    )
    expect(await refused(tsa.reply(request.der, 'refusing'), request)).toBe('status')
    expect(await refused(tsa.reply(request.der, 'sha1_ess'), request)).toBe('token')
  })

  test('that are malformed are refused', async () => {
    const request = ask()
    const right = tsa.reply(request.der)
    for (const bytes of [
      new Uint8Array(),
      Uint8Array.of(0x30, 0),
      Buffer.concat([right, Uint8Array.of(0)]),
      right.subarray(0, -1),
    ])
      expect(await refused(bytes, request)).toBe('format')
    // 256 is not 0 or 1.
    expect(await refused(sequence(sequence(der(0x02, Uint8Array.of(1, 0))), integer(1)), request)).toBe('status')
    expect(await refused(sequence(sequence(integer(0))), request)).toBe('format')
    expect(await refused(sequence(sequence(integer(0)), draftCms({ bench })), request)).toBe('format')
  })

  test('with any byte changed are refused', async () => {
    const request = ask()
    const right = tsa.reply(request.der)
    const accepted: number[] = []
    for (let i = 0; i < right.length; i++) {
      const copy = new Uint8Array(right)
      copy[i] = copy[i]! ^ 1
      if ((await refused(copy, request)) === 'accepted') accepted.push(i)
    }
    // The status "granted with modifications", the certificate of the CA, which is the anchor, and versions.
    const token = await Promise.all(
      accepted.map(async (i) => {
        const copy = new Uint8Array(right)
        copy[i] = copy[i]! ^ 1
        return (await parseTimestampResponse(copy, request, { trust: timestamps })).time.getTime()
      }),
    )
    const { time } = await parseTimestampResponse(right, request, { trust: timestamps })
    expect(new Set([...token, time.getTime()]).size).toBe(1)
  }, 120_000)

  test('by a certificate that is not for timestamps alone are refused', async () => {
    const request = ask()
    const original = tsa.read('tsa.pem')
    for (const name of ['not_critical.pem', 'two_usages.pem']) {
      tsa.write('tsa.pem', tsa.read(name))
      const reply = tsa.run(
        'ts',
        '-reply',
        '-config',
        'c.cnf',
        '-section',
        'tsa',
        '-queryfile',
        tsa.write('q.tsq', request.der),
        '-out',
        'r.tsr',
      )
      // openssl itself refuses to sign with one of them.
      if (reply.code === 0) expect(await refused(tsa.read('r.tsr'), request)).toBe('token')
    }
    tsa.write('tsa.pem', original)
  })
})

describe('over HTTP', () => {
  const answer = (body: BodyInit | null, init: ResponseInit = {}): typeof fetch =>
    (async () =>
      new Response(body, { headers: { 'content-type': 'application/timestamp-reply' }, ...init })) as typeof fetch
  const reason = (fetch: typeof globalThis.fetch, more: object = {}): Promise<unknown> =>
    source({ fetch, ...more })(digest, 'SHA-256').catch((error: { code: string; reason: string }) => [
      error.code,
      error.reason,
    ])

  test('sends a query and no more', async () => {
    let seen: [string, RequestInit] | undefined
    const spy = (async (url: string, init: RequestInit) => {
      seen = [url, init]
      return tsa.fetch(url, init)
    }) as typeof fetch
    await source({ fetch: spy, headers: { authorization: 'Bearer invented' } })(digest, 'SHA-256')
    expect(seen![0]).toBe('http://tsa.example/ts')
    expect(seen![1]).toMatchObject({
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/timestamp-query', authorization: 'Bearer invented' },
    })
  })

  test('is bounded in time and length, and follows nothing', async () => {
    const unreachable = ['ERR_TIMESTAMP', 'unreachable']
    expect(await reason(answer(new Uint8Array(70_000)))).toEqual(unreachable)
    expect(await reason(answer(new Uint8Array(70_000)), { maxBytes: 80_000 })).toEqual(['ERR_TIMESTAMP', 'format'])
    expect(await reason(answer(null, { status: 302, headers: { location: 'http://elsewhere.example' } }))).toEqual(
      unreachable,
    )
    expect(await reason(answer('x', { status: 500 }))).toEqual(unreachable)
    expect(await reason(answer('x', { headers: { 'content-type': 'text/html' } }))).toEqual(unreachable)
    expect(await reason(answer(null))).toEqual(['ERR_TIMESTAMP', 'format'])
    expect(await reason((async () => Promise.reject(new TypeError('refused'))) as typeof fetch)).toEqual(unreachable)
    expect(await reason((() => new Promise(() => {})) as typeof fetch, { timeoutMs: 20 })).toEqual(unreachable)
    const slow = new ReadableStream({ pull: () => new Promise(() => {}) })
    expect(await reason(answer(slow), { timeoutMs: 20 })).toEqual(unreachable)
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) })
    expect(await reason(answer(broken))).toEqual(unreachable)
  })

  test('of wrong options is not made', () => {
    for (const url of ['file:///etc/hosts', 'http://user:secret@tsa.example'])
      expect(() => source({ url })).toThrow(TypeError)
    expect(() => source({ timeoutMs: 0 })).toThrow(RangeError)
    expect(() => source({ maxBytes: 0 })).toThrow(RangeError)
  })
})

describe('CAdES-B-T', () => {
  test('verifies here and with openssl', async () => {
    const stamped = await addTimestamp(await signed(), source())
    const report = await bench.verify(stamped, { timestamps })
    expect(isClean(report)).toBe(true)
    expect(report.signatures[0]).toMatchObject({
      profile: 'CAdES-B-T',
      verifiedAt: { by: 'timestamp' },
      notChecked: [],
    })
    tsa.write('s.der', stamped)
    tsa.write('root.pem', pem('CERTIFICATE', bench.ca.der))
    expect(
      tsa.run(
        'cms',
        '-verify',
        '-cades',
        '-inform',
        'DER',
        '-in',
        's.der',
        '-binary',
        '-CAfile',
        'root.pem',
        '-purpose',
        'any',
        '-out',
        'got',
      ).code,
    ).toBe(0)
  })

  test('with no trust in the authority proves nothing', async () => {
    const report = await bench.verify(await addTimestamp(await signed(), source()))
    expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', verifiedAt: { by: 'claimed' } })
    expect(report.signatures[0]!.timestamps[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    })
    expect(problemsOf(report)).toEqual(['timestamp-not-valid', 'certificate-unused', 'certificate-trust-anchor'])
  })

  test('of another signature is none', async () => {
    const info = signerInfo({ bench })
    const { token } = await source()(hashed('sha256', content), 'SHA-256')
    for (const unsigned of [
      attribute(ids.timestamp, token),
      attribute(ids.timestamp, integer(1)),
      attribute(ids.timestamp, draftCms({ bench })),
    ]) {
      const report = await bench.verify(draftCms({ bench, unsigned: [unsigned] }), { timestamps })
      expect(report.signatures[0]).toMatchObject({
        timestamps: [{ indication: 'TOTAL-FAILED' }],
        verifiedAt: { by: 'claimed' },
      })
    }
    const { token: right } = await source()(hashed('sha256', info.signature), 'SHA-256')
    const two = await bench.verify(draftCms({ bench, unsigned: [attribute(ids.timestamp, right, token)] }), {
      timestamps,
    })
    expect(two.signatures[0]).toMatchObject({
      timestamps: [{ indication: 'TOTAL-PASSED' }, { indication: 'TOTAL-FAILED' }],
      verifiedAt: { by: 'timestamp' },
    })
  })

  test('a token of any source is verified before it is added', async () => {
    const cms = await signed()
    const by = async (change: (token: Uint8Array) => Uint8Array | Promise<Uint8Array>): Promise<unknown> => {
      const given: TimestampSource = async (digest, hash) => {
        const timestamp = await source()(digest, hash)
        return { ...timestamp, token: await change(timestamp.token) }
      }
      return addTimestamp(cms, given).then(
        () => 'added',
        (error: { code?: string; reason?: string }) => (error.code === 'ERR_TIMESTAMP' ? error.reason : error),
      )
    }
    expect(await by((token) => token)).toBe('added')
    expect(await by(async () => (await source()(digest, 'SHA-256')).token)).toBe('imprint')
    const flipped = (token: Uint8Array): Uint8Array =>
      token.map((byte, i) => (i === token.length - 1 ? byte ^ 1 : byte))
    expect(await by(flipped)).toBe('token')
    expect(await by(() => draftCms({ bench }))).toBe('token')
    expect(await by(() => Uint8Array.of(0x30, 0))).toBe('token')
    expect(await by(() => 'token' as never)).toBeInstanceOf(TypeError)
  })

  test('each byte changed in turn: none passes as unchanged and fully covered', async () => {
    const stamped = await addTimestamp(await signed(), source())
    const accepted: number[] = []
    for (let i = 0; i < stamped.length; i++) {
      const copy = new Uint8Array(stamped)
      copy[i] = copy[i]! ^ (1 << (i % 8))
      const report = await bench.verify(copy, { timestamps })
      if (isClean(report) && report.signatures[0]!.verifiedAt.by === 'timestamp') accepted.push(i)
    }
    expect(accepted).toEqual([])
  }, 120_000)
})

describe('times', () => {
  const day = 86_400_000
  const listed = async (more: object = {}, from = Date.now() - day): Promise<Uint8Array> =>
    issueRevocationList(bench.person.signCa, {
      thisUpdate: new Date(from),
      nextUpdate: new Date(from + 7 * day),
      ...more,
    })
  const by = async (list: Uint8Array): Promise<DocumentTrust['revocation']> => ({
    mode: 'required',
    sources: [crlSource({ lists: [await RevocationList.load(list)], anchors: [bench.ca], intermediates: [] })],
  })
  const revoked = (date: Date) => ({ revoked: [{ serialNumber: bench.certificate.serialNumber, at: date }] })

  test('a revocation counts by the time of the signature, when that is proven', async () => {
    const plain = await signed()
    const stamped = await addTimestamp(plain, source())
    const later = new Date(Date.now() + 3 * day)
    const list = await by(await listed(revoked(new Date(Date.now() + 2 * day)), Date.now() + 2 * day))
    const proven = await bench.verify(stamped, { revocation: list, at: later, timestamps })
    expect(proven.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED' })
    expect(problemsOf(proven)).toEqual(['revoked-after-timestamp'])
    const claimed = await bench.verify(plain, { revocation: list, at: later })
    expect(claimed.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'REVOKED_NO_POE' })
    const before = await by(await listed(revoked(new Date(Date.now() - 2 * day))))
    for (const cms of [plain, stamped]) {
      const report = await bench.verify(cms, { revocation: before, timestamps })
      expect(report.signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'REVOKED' })
    }
  })

  test('an unknown status is not good', async () => {
    const outdated = await by(await listed({}, Date.now() - 30 * day))
    const report = await bench.verify(await signed(), { revocation: outdated })
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' })
    const skipped = await bench.verify(await signed(), { revocation: { mode: 'none' } })
    expect(skipped.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', notChecked: ['revocation'] })
  })

  test('a list of the time that is only claimed is not enough', async () => {
    // Whoever has the key of a certificate that was revoked since can write any time.
    const old = await by(await listed({}, Date.now() - day))
    const report = await bench.verify(await signed(), { revocation: old, at: new Date(Date.now() + 20 * day) })
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'TRY_LATER' })
  })

  test('a certificate that has expired since needs a timestamp', async () => {
    const after = new Date(bench.certificate.notAfter.getTime() + day)
    const plain = await signed()
    const report = await bench.verify(plain, { at: after })
    expect(report.signatures[0]).toMatchObject({ indication: 'INDETERMINATE', subIndication: 'OUT_OF_BOUNDS_NO_POE' })
    const early = await bench.verify(plain, { at: new Date(bench.certificate.notBefore.getTime() - day) })
    expect(early.signatures[0]).toMatchObject({ indication: 'TOTAL-FAILED', subIndication: 'NOT_YET_VALID' })
    expect(problemsOf(early)).toContain('signing-time-ahead')
  })

  test('a time ahead of the clock or of the timestamp is refused', async () => {
    const { der: ahead } = await createCms({
      signer: bench.signer,
      content: { bytes: content, attach: true },
      signingTime: new Date(Date.now() + day),
    })
    for (const cms of [ahead, await addTimestamp(ahead, source())]) {
      const report = await bench.verify(cms, { timestamps })
      expect(report.signatures[0]).toMatchObject({
        indication: 'INDETERMINATE',
        subIndication: 'SIG_CONSTRAINTS_FAILURE',
      })
    }
  })

  test('the kind of certificate and of key are required', async () => {
    const auth = await bench.verify(await signed(), { use: 'auth' })
    expect(auth.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'CHAIN_CONSTRAINTS_FAILURE',
    })
    const any = await bench.verify(await signed(), { use: undefined })
    expect(any.signatures[0]).toMatchObject({ indication: 'TOTAL-PASSED', notChecked: ['jpki-profile'] })
    const production = await bench.verify(await signed(), { hierarchies: undefined })
    expect(production.signatures[0]).toMatchObject({ indication: 'INDETERMINATE' })
    const unknown = await bench.verify(await signed(), { anchors: [], jpkiAnchors: true })
    expect(unknown.signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'NO_CERTIFICATE_CHAIN_FOUND',
    })
  })

  test('CAdES-B-LT needs no source any more', async () => {
    const stamped = await addTimestamp(await signed(), source())
    const list = await listed()
    const other = await issueRevocationList(bench.person.authCa, {
      thisUpdate: new Date(Date.now() - day),
      nextUpdate: new Date(Date.now() + day),
    })
    const trust = bench.trust({
      revocation: { mode: 'none' },
      timestamps: { ...timestamps, revocation: { mode: 'none' } },
    })
    const longTerm = await addLongTermValues(stamped, { revocationLists: [list, other] }, { trust })
    tsa.write('lt.der', longTerm)
    const { text } = tsa.run('cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'lt.der')
    expect(text.match(/d\.crl/g)).toHaveLength(1)
    const years = new Date(Date.now() + 9 * day)
    const offline = {
      revocation: { mode: 'required', sources: [] } as const,
      at: years,
      timestamps: { ...timestamps, revocation: { mode: 'none' } as const },
    }
    const report = await bench.verify(longTerm, offline)
    expect(report.signatures[0]).toMatchObject({ profile: 'CAdES-B-LT', indication: 'TOTAL-PASSED' })
    expect((await bench.verify(stamped, offline)).signatures[0]).toMatchObject({
      indication: 'INDETERMINATE',
      subIndication: 'TRY_LATER',
    })
    const at = Buffer.from(longTerm).indexOf(list)
    for (let i = at; i < at + list.length; i++) {
      const copy = new Uint8Array(longTerm)
      copy[i] = copy[i]! ^ 1
      // A source of its own makes the list in the document unnecessary; it is not unchanged all the same.
      expect(isClean(await bench.verify(copy, { timestamps }))).toBe(false)
    }
    expect(isClean(await bench.verify(longTerm, { timestamps }))).toBe(true)
    // Without a timestamp, or with a list that revokes, it is not made.
    await expect(addLongTermValues(await signed(), { revocationLists: [list] }, { trust })).rejects.toMatchObject({
      code: 'ERR_SIGNED_DOCUMENT',
      reason: 'timestamp-missing',
    })
    await expect(addLongTermValues(stamped, {}, { trust })).rejects.toMatchObject({ reason: 'TRY_LATER' })
    const revoking = await listed(revoked(new Date(Date.now() - 2 * day)))
    await expect(addLongTermValues(stamped, { revocationLists: [revoking] }, { trust })).rejects.toMatchObject({
      reason: 'REVOKED',
    })
    await expect(addLongTermValues(Uint8Array.of(1), {}, { trust })).rejects.toMatchObject({ code: 'ERR_DER' })
    await expect(addLongTermValues(stamped, { certificates: [Uint8Array.of(1)] }, { trust })).rejects.toMatchObject({
      code: 'ERR_CERTIFICATE',
    })
    await expect(addTimestamp(stamped, source(), { signer: 3 })).rejects.toThrow(RangeError)
    expect(Certificate.fromDer(bench.ca.der).der).toEqual(bench.ca.der)
  }, 120_000)
})
