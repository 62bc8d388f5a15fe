import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CertificateState, certificateValidity, effectiveValidity, hasNoEnd } from '../../src/validity/index.ts'
import { vectors } from '../support/vectors.ts'
import { instant } from './arbitraries.ts'

interface Case {
  readonly id: string
  readonly notBefore: string
  readonly notAfter: string
  readonly at: string
  readonly state: CertificateState
  readonly lastMoment: string
  readonly lastDayInJapan: string
  readonly daysLeft: number
  readonly renewableFrom: string
  readonly flags: readonly string[]
}

describe('certificateValidity', () => {
  for (const { id, notBefore, notAfter, at, lastMoment, ...rest } of vectors<Case>('validity/certificate.json')) {
    test(id, () => {
      const { state, lastDayInJapan, daysLeft, renewableFrom, flags } = rest
      expect(
        certificateValidity({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) }, new Date(at)),
      ).toEqual({ state, lastMoment: new Date(lastMoment), lastDayInJapan, daysLeft, renewableFrom, flags })
    })
  }

  test.each([
    ['9999-12-31T23:59:59Z', true],
    ['9999-12-31T15:00:00Z', true],
    ['9999-12-31T14:59:59Z', false],
    ['2049-12-31T23:59:59Z', false],
  ])('an end of %s is no end (RFC 5280 4.1.2.5): %j', (text, endless) => {
    expect(hasNoEnd(new Date(text))).toBe(endless)
    const times = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date(text) }
    const at = new Date('2026-06-01T00:00:00Z')
    const validity = certificateValidity(times, at)
    expect(validity.state).toBe('valid')
    const nulls = [validity.lastDayInJapan, validity.daysLeft, validity.renewableFrom].map((value) => value === null)
    expect(nulls).toEqual([endless, endless, endless])
    expect(JSON.stringify(validity)).not.toContain('+')
    expect(certificateValidity(times, new Date('2025-01-01T00:00:00Z')).state).toBe('not-yet-valid')
    const card = { expiry: '2030-04-01', source: 'common-record' } as const
    expect(effectiveValidity({ certificate: times, card }, at)).toMatchObject({
      limitedBy: 'card',
      lastDayInJapan: '2030-04-01',
    })
    expect(effectiveValidity({ certificate: times }, at).daysLeft === null).toBe(endless)
  })

  test('states come in their order as time passes, and days left never grow', () => {
    const order: readonly CertificateState[] = ['not-yet-valid', 'valid', 'renewable', 'expired']
    fc.assert(
      fc.property(instant, instant, instant, instant, (notBefore, notAfter, a, b) => {
        const [first, second] = a <= b ? [a, b] : [b, a]
        const before = certificateValidity({ notBefore, notAfter }, first)
        const after = certificateValidity({ notBefore, notAfter }, second)
        expect(order.indexOf(before.state)).toBeLessThanOrEqual(order.indexOf(after.state))
        expect(after.daysLeft!).toBeLessThanOrEqual(before.daysLeft!)
        if (after.daysLeft! < 0) expect(after.state).toBe('expired')
        if (after.state !== 'expired') expect(after.daysLeft!).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 2000 },
    )
  })

  test('days left and last day do not depend on the time zone of the machine', () => {
    const zone = process.env['TZ']
    try {
      const zones = [
        ['UTC', 0],
        ['Asia/Tokyo', 9],
        ['America/Los_Angeles', 16],
      ] as const
      const seen = zones.map(([name, hours]) => {
        process.env['TZ'] = name
        expect(new Date(0).getHours()).toBe(hours)
        const times = { notBefore: new Date('2025-10-27T01:02:03Z'), notAfter: new Date('2030-02-17T14:59:59Z') }
        return certificateValidity(times, new Date('2029-11-17T15:00:00Z'))
      })
      expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1)
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  test('what is no valid Date is misuse', () => {
    const good = new Date(0)
    const bad = new Date(Number.NaN)
    const never = '2030-02-17' as unknown as Date
    expect(() => certificateValidity({ notBefore: bad, notAfter: good }, good)).toThrow(RangeError)
    expect(() => certificateValidity({ notBefore: good, notAfter: bad }, good)).toThrow(RangeError)
    expect(() => certificateValidity({ notBefore: good, notAfter: good }, bad)).toThrow(RangeError)
    expect(() => certificateValidity({ notBefore: good, notAfter: good }, never)).toThrow(TypeError)
  })

  test('"no well-defined end" of RFC 5280 is no last day in Japan', () => {
    const times = { notBefore: new Date(0), notAfter: new Date('9999-12-31T23:59:59Z') }
    expect(certificateValidity(times, new Date(0))).toMatchObject({ state: 'valid', lastDayInJapan: null })
  })
})
