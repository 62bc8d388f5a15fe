import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { helpOn } from '../help.ts'
import { unknownCommand } from '../invocation.ts'
import { generalOptions, help as helpOption, json, lang } from '../options.ts'
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

const shells = ['bash', 'zsh', 'fish'] as const

export const completion: Command = {
  name: 'completion',
  operands: [shells.join('|')],
  options: [lang, helpOption],
  help: {
    ja: 'シェルの補完スクリプトを出力します。',
    en: 'Write a script that completes commands and options in a shell.',
  },
  notes: {
    ja: 'bash: source <(jpki-card completion bash)。zsh: fpath のフォルダーの _jpki-card に保存します。fish: ~/.config/fish/completions/jpki-card.fish に保存します。',
    en: 'bash: source <(jpki-card completion bash). zsh: save it as _jpki-card in a folder of fpath. fish: save it as ~/.config/fish/completions/jpki-card.fish.',
  },
  run: async ({ io, operands, commands, messages }) => {
    const shell = shells.find((known) => known === operands[0])
    if (shell === undefined) throw usageError('bad-value', `completion ${shells.join('|')}`)
    const { completionScript } = await import('../completion-script.ts')
    io.stdout.write(completionScript(shell, commands, messages.language))
    return undefined
  },
}

export const demo: Command = {
  name: 'demo',
  options: [...generalOptions],
  help: {
    ja: '仮想カードで一連の機能を実演します（リーダー不要）。',
    en: 'Show everything on a virtual card. Needs no reader.',
  },
  run: async (context) => (await import('../demo/demo.ts')).demo(context),
}
