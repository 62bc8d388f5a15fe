import type { Command } from '../context.ts'
import { helpOn } from '../help.ts'
import { unknownCommand } from '../invocation.ts'
import { generalOptions, json } from '../options.ts'
import { columnsOf } from '../style.ts'

export const help: Command = {
  name: 'help',
  operands: ['[COMMAND...]'],
  options: generalOptions,
  help: {
    ja: 'コマンドの説明を表示します（help options で共通のオプション）。',
    en: 'Show help on a command, or with `help options` on the options that most commands have.',
  },
  run: async ({ io, operands, commands, options, messages }) => {
    const form = { language: messages.language, json: options.has(json), width: columnsOf(io.stdout, io.env) }
    io.stdout.write(helpOn(operands, commands, form, () => unknownCommand(operands, commands)))
    return undefined
  },
}
