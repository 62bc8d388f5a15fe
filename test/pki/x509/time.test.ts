import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DerReader, readTime } from '../../../src/der/index.ts'

/** A UTCTime or GeneralizedTime. */
function timeOf(tag: number, text: string): DerReader {
  return new DerReader(Uint8Array.of(tag, text.length, ...Buffer.from(text, 'latin1')))
}

test('a time is read as the calendar has it, in every year there is', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      (date) => {
        date.setUTCMilliseconds(0)
        const text = `${date.toISOString().slice(0, 19).replaceAll(/\D/g, '')}Z`
        expect(new Date(readTime(timeOf(0x18, text)))).toEqual(date)
      },
    ),
  )
})

test.each([
  ['00000229000000Z', '0000-02-29T00:00:00Z'],
  ['00500101000000Z', '0050-01-01T00:00:00Z'],
  ['00991231235959Z', '0099-12-31T23:59:59Z'],
  ['01000101000000Z', '0100-01-01T00:00:00Z'],
])('a year below 100 is that year, not one of the twentieth century: %s', (text, expected) => {
  expect(readTime(timeOf(0x18, text))).toBe(Date.parse(expected))
})

test.each([
  ['491231235959Z', '2049-12-31T23:59:59Z'],
  ['500101000000Z', '1950-01-01T00:00:00Z'],
])('two digits mean 1950 to 2049: %s', (text, expected) => {
  expect(readTime(timeOf(0x17, text))).toBe(Date.parse(expected))
})
