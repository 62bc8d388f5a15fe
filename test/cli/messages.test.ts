import { describe, expect, it } from 'vitest'
import { problems } from '../../src/cli/cli-error.ts'
import { en } from '../../src/cli/messages/en.ts'
import { ja } from '../../src/cli/messages/ja.ts'
import { dayInJapan, displayWidth, momentInJapan, table } from '../../src/cli/output.ts'

/** Paths of all texts, `errors.ERR_TIMEOUT.what`. */
function paths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null) return [prefix]
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${prefix}.${key}`))
}

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'function') return [String(value('X', 1, 2))]
  return Object.values(value as object).flatMap(texts)
}

describe('catalogue', () => {
  it('has the same texts in both languages', () => {
    expect(paths(ja).sort()).toEqual(paths(en).sort())
  })

  it.each([
    ['en', en],
    ['ja', ja],
  ] as const)('%s knows every problem, and no other', (_, messages) => {
    expect(Object.keys(messages.problems).sort()).toEqual([...problems].sort())
    for (const text of texts(messages)) expect(text.trim()).not.toBe('')
  })

  it('is Japanese where it says so, and English where it says so', () => {
    for (const problem of problems) expect(ja.problems[problem]('X')).toMatch(/[ぁ-んァ-ヶ一-龠]/)
    for (const text of texts(en)) expect(text).not.toMatch(/[ぁ-んァ-ヶ一-龠]/)
  })
})

describe('table', () => {
  it('aligns wide characters', () => {
    expect(displayWidth('暗証番号 PIN')).toBe(12)
    const columns = {
      𠮷野家: 6,
      '葛\u{e0100}城': 4,
      '邉\ufe00': 2,
      'か\u3099': 2,
      が: 2,
      'ハ\u309a': 2,
      ｶﾞ: 2,
      'e\u0301': 1,
      '\u1112\u1161\u11ab': 2,
      한: 2,
      𰻞: 2,
      𛀁: 2,
      '👨\u200d👩\u200d👧': 2,
      '👍🏽': 2,
      '🇯🇵': 2,
      '☺\ufe0f': 2,
      '☺': 1,
      '㈱': 2,
      '①': 1,
      '': 0,
    }
    for (const [text, width] of Object.entries(columns)) expect([text, displayWidth(text)]).toEqual([text, width])
    const lines = table(
      [
        ['𠮷野家', 'x'],
        ['葛\u{e0100}城', 'x'],
        ['か\u3099', 'x'],
        ['abcdef', 'x'],
      ],
      '',
    ).split('\n')
    expect(lines).toEqual(['𠮷野家  x', '葛\u{e0100}城    x', 'か\u3099      x', 'abcdef  x', ''])
    expect(
      table(
        [
          ['暗証', 'x'],
          ['ab', 'y'],
        ],
        '',
      ),
    ).toBe('暗証  x\nab    y\n')
  })

  it('lets no text of a card or file move the cursor or forge a line', () => {
    const hostile = 'CN=a\nRevocation  passed\u001b[2K\u009b1A\u202e\u2028'
    expect(table([[hostile, '氏名\ue000']], '')).toBe(
      'CN=a\ufffdRevocation  passed\ufffd[2K\ufffd1A\ufffd\ufffd  氏名\ue000\n',
    )
  })

  it('shows days and moments in Japan, past the year 9999 too', () => {
    expect(momentInJapan(new Date('2026-12-31T15:00:00.999Z'))).toBe('2027-01-01 00:00:00 JST')
    expect(dayInJapan(new Date('2026-12-31T15:00:00Z'))).toBe('2027-01-01')
    expect(dayInJapan(new Date('9999-12-31T23:59:59Z'))).toBe('10000-01-01')
  })
})
