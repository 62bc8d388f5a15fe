import { afterAll, expect, test } from 'vitest'
import { localMoment } from '../../src/report/index.ts'

const former = process.env['TZ']
afterAll(() => {
  if (former === undefined) delete process.env['TZ']
  else process.env['TZ'] = former
})

test.each([
  ['Asia/Tokyo', '2026-04-01 09:30:05 +09:00'],
  ['UTC', '2026-04-01 00:30:05 +00:00'],
  ['America/St_Johns', '2026-03-31 22:00:05 -02:30'],
])('a moment by the clock of a machine in %s', (zone, text) => {
  process.env['TZ'] = zone
  expect(localMoment(new Date('2026-04-01T00:30:05.999Z'))).toBe(text)
})
