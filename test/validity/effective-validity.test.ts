import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CardExpiry,
  type CertificateState,
  cardValidity,
  certificateValidity,
  type EffectiveInput,
  effectiveValidity,
} from '../../src/validity/index.ts'
import { vectors } from '../support/vectors.ts'
import { instant, likelyDay } from './arbitraries.ts'

interface Case {
  readonly id: string
  readonly certificate?: { readonly notBefore: string; readonly notAfter: string }
  readonly card?: CardExpiry
  readonly at: string
  readonly state: CertificateState
  readonly limitedBy: 'certificate' | 'card'
  readonly lastMoment: string
  readonly lastDayInJapan: string
  readonly daysLeft: number
}

describe('effectiveValidity', () => {
  for (const { id, certificate, card, ...expected } of vectors<Case>('validity/effective.json')) {
    test(id, () => {
      const { at, state, limitedBy, lastMoment, lastDayInJapan, daysLeft } = expected
      const times = certificate && {
        notBefore: new Date(certificate.notBefore),
        notAfter: new Date(certificate.notAfter),
      }
      expect(effectiveValidity({ certificate: times, card } as EffectiveInput, new Date(at))).toEqual({
        state,
        limitedBy,
        lastMoment: new Date(lastMoment),
        lastDayInJapan,
        daysLeft,
        ...(times && { certificate: certificateValidity(times, new Date(at)) }),
        ...(card && { card: cardValidity(card, new Date(at)) }),
      })
    })
  }

  test('is never later than either, ends when one ends, and its states come in order', () => {
    const order: readonly CertificateState[] = ['not-yet-valid', 'valid', 'renewable', 'expired']
    const source = fc.constantFrom('common-record', 'visual', 'get-data')
    fc.assert(
      fc.property(instant, instant, likelyDay, source, instant, instant, (notBefore, notAfter, expiry, from, a, b) => {
        const input = { certificate: { notBefore, notAfter }, card: { expiry, source: from } as CardExpiry }
        const [first, second] = a <= b ? [a, b] : [b, a]
        const both = effectiveValidity(input, first)
        const { certificate, card } = both
        expect(+both.lastMoment).toBe(Math.min(+certificate!.lastMoment, +card!.lastMoment))
        expect(both.lastMoment).toEqual({ certificate, card }[both.limitedBy]!.lastMoment)
        const expired = certificate!.state === 'expired' || card!.state === 'expired'
        expect(both.state === 'expired').toBe(expired)
        expect(expired).toBe(Math.floor(+first / 1000) > +both.lastMoment / 1000)
        const later = effectiveValidity(input, second)
        expect(order.indexOf(both.state)).toBeLessThanOrEqual(order.indexOf(later.state))
      }),
      { numRuns: 2000 },
    )
  })

  test('misuse', () => {
    const at = new Date(0)
    expect(() => effectiveValidity({} as EffectiveInput, at)).toThrow(TypeError)
    expect(() => cardValidity({ expiry: '2030-02-29', source: 'visual' }, at)).toThrow(RangeError)
    expect(() => cardValidity({ expiry: '2030-00-01', source: 'visual' }, at)).toThrow(RangeError)
    expect(() => cardValidity({ expiry: '0000-01-01', source: 'visual' }, at)).toThrow(RangeError)
    expect(() => cardValidity({ expiry: '20300217', source: 'visual' }, at)).toThrow(TypeError)
    expect(() => cardValidity({ expiry: '2030-02-17', source: 'toString' as 'visual' }, at)).toThrow(TypeError)
    expect(() => cardValidity({ expiry: '2030-02-17', source: 'visual' }, new Date(Number.NaN))).toThrow(RangeError)
  })
})
