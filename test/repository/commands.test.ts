import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
// @ts-expect-error: a script, without types
import { commandTable, withCommandTable } from '../../scripts/lib/command-table.mjs'
import { commands } from '../../src/cli/commands.ts'
import { pinOptions } from '../../src/cli/options.ts'

describe('the tables of commands', () => {
  test.each([
    ['README.md', 'en'],
    ['README.ja.md', 'ja'],
  ])('of %s are those the commands make: else run `npm run docs:commands`', (name, language) => {
    const readme = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
    expect(withCommandTable(readme, commandTable(commands, pinOptions, language))).toBe(readme)
  })
})
