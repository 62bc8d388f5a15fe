import { describe, expect, test } from 'vitest'
import {
  freshRecord,
  isBareHash,
  parseRecord,
  recordText,
  unique,
} from '../../../src/server/municipal-pin/pin-record.ts'

const empty = { v: 2, stamp: 's', wrong: 0, pending: [], wrongTries: 0 }
const keyed = { ...empty, hash: 'scrypt:…', key: 'own' }

describe('the record of a PIN', () => {
  test('is read as it was written', () => {
    for (const record of [
      freshRecord(),
      freshRecord({ hash: 'h', key: 'own' }),
      { ...freshRecord(), locked: true, wrong: 2, pending: ['one', 'two'], wrongTries: 7, firstWrong: 1, lastWrong: 3 },
    ]) {
      expect(parseRecord(recordText(record), 'own')).toEqual(record)
    }
  })

  test('is made without tries, under a stamp of its own', () => {
    const { stamp, ...record } = freshRecord({ hash: 'h', key: 'own' })
    expect(record).toEqual({ hash: 'h', key: 'own', wrong: 0, pending: [], wrongTries: 0 })
    expect(stamp).toMatch(/^[\w-]{16}$/)
    expect(new Set([stamp, unique(), freshRecord().stamp]).size).toBe(3)
  })

  test.each<[object]>([
    [empty],
    [keyed],
    [{ ...empty, locked: false }],
    [{ ...keyed, locked: true, pending: ['one', 'two'] }],
    [{ ...empty, firstWrong: 0, lastWrong: 0, lastRight: 0 }],
    [{ ...empty, stamp: 's'.repeat(256) }],
  ])('may be %j', (kept) => {
    const { v: _, ...record } = kept as typeof empty
    expect(parseRecord(JSON.stringify(kept), 'own')).toEqual(record)
  })

  test.each<[unknown]>([
    ...[null, 7, 'text', [], {}, true].map((value): [unknown] => [value]),
    ...[1, 3, '2', undefined].map((v): [unknown] => [{ ...empty, v }]),
    ...[7, null, undefined, 's'.repeat(257)].map((stamp): [unknown] => [{ ...empty, stamp }]),
    [{ ...empty, hash: 'h' }],
    [{ ...empty, key: 'own' }],
    [{ ...keyed, key: 'other' }],
    [{ ...keyed, hash: 7 }],
    [{ ...keyed, hash: null }],
    [{ ...keyed, hash: 'h'.repeat(257) }],
    [{ ...empty, locked: 'yes' }],
    [{ ...empty, locked: null }],
    ...[-1, 0.5, '0', null, undefined].flatMap((count): [unknown][] => [
      [{ ...empty, wrong: count }],
      [{ ...empty, wrongTries: count }],
    ]),
    ...['firstWrong', 'lastWrong', 'lastRight'].flatMap((name): [unknown][] => [
      [{ ...empty, [name]: -1 }],
      [{ ...empty, [name]: '2026-01-01' }],
    ]),
    ...[undefined, null, {}, 'one', [7], ['one', 7], [7, 'one'], ['x'.repeat(257)]].map((pending): [unknown] => [
      { ...empty, pending },
    ]),
  ])('is never %j', (kept) => {
    expect(() => parseRecord(JSON.stringify(kept), 'own')).toThrow(
      expect.objectContaining({ name: 'RefusalError', code: 'ERR_STORE_UNAVAILABLE' }),
    )
  })

  test.each(['', '{', 'scrypt:2:1:1'])('is never the text %j', (kept) => {
    expect(() => parseRecord(kept, 'own')).toThrow(expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }))
  })

  test('differs from a bare hash by how the text begins', () => {
    const texts = ['scrypt:2:1:1:salt:hash', recordText(freshRecord({ hash: 'scrypt:', key: 'own' })), 'x scrypt:']
    expect(texts.map(isBareHash)).toEqual([true, false, false])
  })
})
