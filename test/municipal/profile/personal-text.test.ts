import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { PersonalText } from '../../../src/municipal/profile/field.ts'

test('personal text shows itself only when asked', () => {
  const text = new PersonalText('123456')
  const shown = [
    String(text),
    `${text}`,
    JSON.stringify({ text }),
    inspect({ deep: [{ text }] }, { depth: 9, showHidden: true }),
    format('%s %o %O %j', text, text, text, text),
    Object.values(text).join(),
    JSON.stringify(Object.getOwnPropertyDescriptors(text)),
  ]
  for (const one of shown) expect(one).not.toContain('123456')
  expect(text.reveal()).toBe('123456')
  expect(JSON.stringify({ text })).toBe('{"text":"[personal]"}')
})
