import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DerReader } from '../../../src/der/index.ts'
import { DecodeError } from '../../../src/errors.ts'
import { readEntry } from '../../../src/pki/revocation/crl/entry.ts'
import { EntryScan } from '../../../src/pki/revocation/crl/entry-index.ts'
import { der, extension, sequence } from '../../support/issue.ts'

const reason = (code: number) => sequence(extension('2.5.29.21', der(0x0a, Buffer.from([code]))))
const twoDigits = (most: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'))

/** Entries of the usual form, with dates that often do not exist and serial numbers that are often not minimal. */
const entry = fc
  .record({
    serial: fc.uint8Array({ minLength: 0, maxLength: 6 }),
    tag: fc.constantFrom(0x17, 0x17, 0x17, 0x18),
    date: fc.tuple(twoDigits(99), twoDigits(13), twoDigits(32), twoDigits(25), twoDigits(61), twoDigits(60)),
    zone: fc.constantFrom('Z', 'Z', 'Z', '+', ''),
    extensions: fc.constantFrom(Buffer.alloc(0), reason(1), reason(4), reason(7), sequence()),
  })
  .map(({ serial, tag, date, zone, extensions }) =>
    sequence(der(0x02, serial), der(tag, Buffer.from(date.join('') + zone)), extensions),
  )

function readable(bytes: Uint8Array, at: number): number {
  try {
    const reader = new DerReader(bytes, at)
    readEntry(reader, true)
    return reader.offset
  } catch (error) {
    if (error instanceof DecodeError) return 0
    throw error
  }
}

describe('an entry known at sight', () => {
  test('is one that can be read, and ends where reading ends', () => {
    let known = 0
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 8 }),
        fc.option(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { freq: 2 }),
        (entries, change) => {
          const whole = Buffer.concat([reason(1), reason(4), ...entries])
          const learnt = reason(1).length + reason(4).length
          if (change !== null) whole[learnt + (change[0] % (whole.length - learnt))] = change[1]
          const bytes = new Uint8Array(whole)
          const scan = new EntryScan(bytes, bytes.length)
          scan.learn(0, reason(1).length)
          scan.learn(reason(1).length, learnt)
          for (let at = learnt; at < bytes.length; at++) {
            const after = scan.after(at)
            if (after === 0) continue
            known++
            expect(after).toBe(readable(bytes, at))
          }
        },
      ),
      { numRuns: 3000 },
    )
    expect(known).toBeGreaterThan(500)
  })

  test('with extensions is one whose very extensions were read before', () => {
    const bytes = new Uint8Array(
      sequence(der(0x02, Buffer.from([5])), der(0x17, Buffer.from('260301000000Z')), reason(1)),
    )
    const scan = new EntryScan(bytes, bytes.length)
    expect(scan.after(0)).toBe(0)
    scan.learn(bytes.length - reason(1).length, bytes.length)
    expect(scan.after(0)).toBe(bytes.length)
  })

  test('does not reach beyond the list', () => {
    const bytes = new Uint8Array(sequence(der(0x02, Buffer.from([5])), der(0x17, Buffer.from('260301000000Z'))))
    expect(new EntryScan(bytes, bytes.length).after(0)).toBe(bytes.length)
    for (let end = 0; end < bytes.length; end++) {
      expect(new EntryScan(bytes, end).after(0)).toBe(0)
      expect(new EntryScan(bytes.subarray(0, end), end).after(0)).toBe(0)
    }
  })
})
