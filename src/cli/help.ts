import { readFileSync } from 'node:fs'
import { type CommandName, commandNames } from './command-names.ts'
import type { Messages } from './messages/catalogue.ts'
import { type OptionName, optionForm } from './options.ts'
import { table } from './output.ts'
import { registry } from './registry.ts'

/** The version of this package, from its package.json. Loads nothing else, so that `--version` answers at once. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** One line that shows how a command is called. */
function usageLine(name: CommandName): string {
  const { operands, required } = registry[name]
  return ['jpki-card', name, ...operands, ...required.map(optionForm)].join(' ')
}

/** Help on all commands. */
export function generalHelp(messages: Messages): string {
  const rows = commandNames.map((name) => [name, messages.commands[name]])
  const { help } = messages
  return (
    `${help.usage}: jpki-card COMMAND [OPTIONS]\n\n${help.intro}\n\n${help.commands}:\n${table(rows)}\n` +
    `${help.more}\n\n${help.pins}\n\n${help.exitCodes}:\n${table(messages.exitCodes)}`
  )
}

/** Help on one command. */
export function commandHelp(name: CommandName, messages: Messages): string {
  const { help } = messages
  const { options } = registry[name]
  const rows = options.map((option: OptionName) => [optionForm(option), messages.options[option]])
  const notes = messages.notes[name]
  return (
    `${help.usage}: ${usageLine(name)} [OPTIONS]${registry[name].load === undefined ? '…' : ''}\n\n` +
    `${messages.commands[name]}\n${notes === undefined ? '' : `\n${notes}\n`}\n${help.options}:\n${table(rows)}`
  )
}
