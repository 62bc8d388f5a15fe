// `npm run docs:commands`: writes the tables of commands into both READMEs, from the built program.
import { readFileSync, writeFileSync } from 'node:fs'
import { commands } from '../dist/cli/commands.js'
import { pinOptions } from '../dist/cli/options.js'
import { commandTable, withCommandTable } from './lib/command-table.mjs'

for (const [name, language] of [
  ['README.md', 'en'],
  ['README.ja.md', 'ja'],
]) {
  const file = new URL(`../${name}`, import.meta.url)
  writeFileSync(file, withCommandTable(readFileSync(file, 'utf8'), commandTable(commands, pinOptions, language)))
}
