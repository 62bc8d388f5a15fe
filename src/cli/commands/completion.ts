import { usageError } from '../cli-error.ts'
import type { Command } from '../context.ts'
import { help, lang } from '../options.ts'

const shells = ['bash', 'zsh', 'fish'] as const

export const completion: Command = {
  name: 'completion',
  operands: [shells.join('|')],
  options: [lang, help],
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
