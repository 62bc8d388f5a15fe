import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { CheckResult, RevocationAnswer, VerificationReport } from '../../src/pki/trust/index.ts'
import type { Certificate } from '../../src/pki/x509/index.ts'
import { answer, authorities, events, now, read, refusal, request, serve, user } from './fixture.ts'

/** What path validation was asked, what it is to answer in place of its own answer, and the generation of an anchor. */
const inspection = vi.hoisted(() => ({
  asked: [] as { readonly [name: string]: unknown }[],
  change: undefined as ((report: unknown) => unknown) | undefined,
  generation: undefined as number | undefined,
}))
vi.mock('../../src/pki/trust/index.ts', async (original) => {
  const real = await original<typeof import('../../src/pki/trust/index.ts')>()
  return {
    ...real,
    jpkiAuthorityOf: () => (inspection.generation === undefined ? undefined : { generation: inspection.generation }),
    inspectCertificate: async (...given: Parameters<typeof real.inspectCertificate>) => {
      inspection.asked.push({ certificate: given[0], ...given[1] })
      const report = await real.inspectCertificate(...given)
      return inspection.change === undefined ? report : inspection.change(report)
    },
  }
})
beforeEach(() => {
  Object.assign(inspection, { asked: [], change: undefined, generation: undefined })
  events.length = 0
})

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const anchor = read(authorities.authCa)
const other = read(authorities.signCa)

test('a path is looked for from the certificate to the anchors, for authentication, at the time of the service', async () => {
  const signatures = { minimumRsaBits: 2048 } as never
  const service = serve({ signatures })
  await service.verify(await answer(await service.challenge(request)), request)
  expect(inspection.asked).toMatchObject([{ use: 'auth', at: now, hierarchies: ['virtual'], signatures }])
  const [{ certificate, anchors, intermediates, revocation }] = inspection.asked as [Record<string, unknown>]
  expect((certificate as Certificate).der).toEqual(user.auth.certificate)
  expect((anchors as Certificate[]).map(({ der }) => der)).toEqual([anchor.der])
  expect([intermediates, revocation]).toEqual([[], expect.objectContaining({ mode: 'required' })])
})

test('the CA certificate of a token is one more intermediate, unless it is an anchor', async () => {
  const pool = async (caCertificate: string | undefined, intermediates?: readonly Certificate[]) => {
    const service = serve({ intermediates })
    const token = await answer(await service.challenge(request))
    await service.verify({ ...token, ...(caCertificate !== undefined && { caCertificate }) }, request)
    return (inspection.asked.at(-1)!['intermediates'] as Certificate[]).map(({ der }) => base64(der))
  }
  const [own, foreign] = [base64(anchor.der), base64(other.der)]
  expect(await pool(undefined)).toEqual([])
  expect(await pool(own)).toEqual([])
  expect(await pool(foreign)).toEqual([foreign])
  expect(await pool(foreign, [anchor])).toEqual([own, foreign])
  expect(await pool(undefined, [anchor])).toEqual([own])
})

test.each<[readonly RevocationAnswer['status'][], string]>([
  [['good'], 'good'],
  [['good', 'good'], 'good'],
  [['good', 'unknown'], 'not-checked'],
  [['unknown', 'good'], 'not-checked'],
  [['unknown'], 'not-checked'],
])('with %j on its path a token is written down as: revocation %s', async (statuses, expected) => {
  inspection.change = (report) => ({
    ...(report as VerificationReport),
    revocation: statuses.map((status) => ({ status })),
  })
  const service = serve()
  await service.verify(await answer(await service.challenge(request)), request)
  expect(events.at(-1)).toMatchObject({ type: 'accepted', revocation: expected })
})

test('the generation of the anchor is written down, and the holder is named by the issuer, on a path of any length', async () => {
  inspection.generation = 3
  const long = (report: VerificationReport) => [report.path![0]!, other, ...report.path!.slice(1)]
  inspection.change = (report) => ({ ...(report as VerificationReport), path: long(report as VerificationReport) })
  const service = serve()
  const { holder } = await service.verify(await answer(await service.challenge(request)), request)
  expect(events.at(-1)).toMatchObject({ type: 'accepted', generation: 3 })
  inspection.change = undefined
  const direct = await service.verify(await answer(await service.challenge(request)), request)
  expect(direct.holder).not.toBe(holder)
  expect(direct.holder).toMatch(/^[\w-]{43}$/)
})

describe('a certificate that fails', () => {
  const failing = async (failure: CheckResult, more: Partial<VerificationReport> = {}) => {
    inspection.change = (report) => ({ ...(report as VerificationReport), ok: false, failure, ...more })
    const service = serve()
    const token = await answer(await service.challenge(request))
    const { code, check, depth, message } = await refusal(() => service.verify(token, request))
    return { code, check, depth, message }
  }
  const failed = (check: CheckResult['check'], depth: number): CheckResult => ({
    check,
    depth,
    result: 'failed',
    message: 'of 山田太郎',
  })

  test.each(['good', 'unknown', undefined] as const)(
    'for revocation, with the status %s, is of unknown revocation',
    async (status) => {
      const revocation = status === undefined ? [] : [{ status, evidence: [], problems: [] }]
      expect(await failing(failed('revocation', 0), { revocation })).toMatchObject({
        code: 'ERR_REVOCATION_UNKNOWN',
        check: 'revocation',
        depth: 0,
      })
    },
  )

  test('is revoked by the status of the certificate that failed', async () => {
    const status = (...all: RevocationAnswer['status'][]) => ({
      revocation: all.map((one) => ({ status: one, evidence: [], problems: [] })),
    })
    const code = async (depth: number, more: object) => (await failing(failed('revocation', depth), more)).code
    expect(await code(1, status('good', 'revoked'))).toBe('ERR_CERTIFICATE_REVOKED')
    expect(await code(0, status('unknown', 'revoked'))).toBe('ERR_REVOCATION_UNKNOWN')
  })

  test('for its validity has not begun before notBefore, and has expired from then on', async () => {
    const { notBefore } = read(user.auth)
    const at = async (ms: number, depth = 0) =>
      (await failing(failed('validity', depth), { at: new Date(notBefore.getTime() + ms) })).code
    expect(await at(-1)).toBe('ERR_CERTIFICATE_NOT_YET_VALID')
    expect(await at(0)).toBe('ERR_CERTIFICATE_EXPIRED')
    expect(await at(-1, 1)).toBe('ERR_CERTIFICATE_REFUSED')
  })

  test('names the check, and its reason for the profile only', async () => {
    const code = 'ERR_CERTIFICATE_REFUSED'
    const message = 'the certificate is refused: key-usage'
    expect(await failing(failed('key-usage', 2))).toEqual({ code, check: 'key-usage', depth: 2, message })
    expect((await failing(failed('jpki-profile', 0))).message).toBe(
      'the certificate is refused: jpki-profile, of 山田太郎',
    )
  })

  test('without a reason is refused all the same', async () => {
    expect((await failing(undefined as never)).code).toBe('ERR_INTERNAL')
  })
})

test('whatever a path is worth, a signature of another certificate is refused', async () => {
  const service = serve()
  const token = await answer(await service.challenge(request))
  const swapped = { ...token, certificate: base64(user.sign.certificate) }
  inspection.change = (report) => ({
    ...(report as VerificationReport),
    ok: true,
    path: [other, anchor],
    revocation: [],
  })
  await expect(service.verify(swapped, request)).rejects.toMatchObject({ code: 'ERR_TOKEN_SIGNATURE' })
})
