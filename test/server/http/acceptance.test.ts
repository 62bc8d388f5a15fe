import { describe, expect, test } from 'vitest'
import { acceptanceBody } from '../../../src/server/http/issuance.ts'
import type { Acceptance } from '../../../src/server/index.ts'

const acceptanceJson = (acceptance: Acceptance): string => JSON.stringify(acceptanceBody(acceptance))

const at = new Date('2026-06-01T00:00:00Z')
const nextUpdate = new Date('2026-06-02T00:00:00Z')
const evidence = (sha256: string, issuer = 'O="A\\, B"\n') => ({
  kind: 'crl',
  issuer,
  thisUpdate: at,
  nextUpdate,
  sha256,
})
const acceptance = {
  ok: true,
  holder: 'h'.repeat(43),
  terminal: 'kiosk-1',
  purpose: 'residence-record',
  at,
  validUntil: nextUpdate,
  validity: { state: 'valid' },
  userVerification: { claimed: 'pin', byPolicy: undefined },
  challengeDigest: 'c'.repeat(43),
  holderDigest: 'd'.repeat(43),
  checks: [
    { check: 'path', result: 'passed', depth: 0, message: 'of no concern' },
    { check: 'revocation', result: 'not-done', depth: 1 },
  ],
  revocation: [
    { status: 'good', evidence: [evidence('AA'), evidence('BB')], problems: ['/srv/lists: no such file'] },
    { status: 'unknown', evidence: [], problems: ['not asked for'] },
  ],
} as unknown as Acceptance

const { validity: _, ...sent } = acceptance
const expected = JSON.parse(
  JSON.stringify({
    ...sent,
    checks: acceptance.checks.map(({ message: _message, ...rest }) => rest),
    revocation: acceptance.revocation.map(({ problems: _problems, ...rest }) => rest),
  }),
) as object

describe('an acceptance in JSON', () => {
  test('contains the fields for terminals, and nothing else', () => {
    expect(JSON.parse(acceptanceJson(acceptance))).toEqual(expected)
    expect(JSON.parse(acceptanceJson(acceptance))).toEqual(expected)
  })

  test('holds a serial number when there is one', () => {
    expect(JSON.parse(acceptanceJson({ ...acceptance, serialNumber: '0A1B' }))).toEqual({
      ...expected,
      serialNumber: '0A1B',
    })
  })

  test('contains each list unchanged, whatever their number', () => {
    for (let i = 0; i < 200; i++) {
      const revocation = [{ status: 'good', evidence: [evidence(`${i}`, `CA ${i}`)], problems: [] }]
      const parsed = JSON.parse(acceptanceJson({ ...acceptance, revocation } as unknown as Acceptance)) as Acceptance
      expect(parsed.revocation[0]!.evidence[0]!.issuer).toBe(`CA ${i}`)
    }
  })

  test('may be without the end of a list', () => {
    const { nextUpdate: _end, ...endless } = evidence('CC')
    const revocation = [{ status: 'good', evidence: [endless], problems: [] }]
    const text = acceptanceJson({ ...acceptance, revocation } as unknown as Acceptance)
    expect(JSON.parse(text)).toMatchObject({ revocation: [{ evidence: [{ thisUpdate: at.toISOString() }] }] })
    expect(text.match(/nextUpdate/)).toBeNull()
  })
})
