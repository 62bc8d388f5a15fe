import type { Option } from './arguments.ts'
import type { Command } from './context.ts'
import type { Language } from './language.ts'

/** A possible next word with its description. */
interface Word {
  readonly word: string
  readonly help: string
}

/** Completion data of one command. */
interface Entry {
  /** `pin status`. */
  readonly name: string
  readonly options: readonly Word[]
  /** Options that take a value, and its possible values; none for a file or free text. */
  readonly values: readonly { readonly option: string; readonly words: readonly string[]; readonly isFile: boolean }[]
  /** Possible values of the first operand. */
  readonly operands: readonly string[]
}

/** The completion script of a shell. Derived from the commands; the script itself does not run this program. */
export function completionScript(
  shell: 'bash' | 'zsh' | 'fish',
  commands: readonly Command[],
  language: Language,
): string {
  const entries = commands.map((command) => entryOf(command, language))
  return { bash, zsh, fish }[shell](entries, firstWords(commands, language), secondWords(commands, language))
}

function entryOf({ name, options, operands = [] }: Command, language: Language): Entry {
  const takesValue = options.filter(({ meta }) => meta !== undefined)
  return {
    name,
    options: options.map((option) => ({ word: `--${option.name}`, help: option.help[language] })),
    values: takesValue.map((option) => ({
      option: `--${option.name}`,
      words: option.choices ?? [],
      isFile: isFile(option),
    })),
    operands: /^[a-z-]+(?:\|[a-z-]+)+$/.test(operands[0] ?? '') ? operands[0]!.split('|') : [],
  }
}

const isFile = ({ meta = '' }: Option): boolean => /^(?:FILE|DIR)/.test(meta)

/** First words of commands; one shared by several has the help of the first. */
function firstWords(commands: readonly Command[], language: Language): readonly Word[] {
  const words = new Map<string, string>()
  for (const { name, help } of commands) {
    const [first = ''] = name.split(' ')
    if (!words.has(first)) words.set(first, help[language])
  }
  return [...words].map(([word, help]) => ({ word, help }))
}

/** Second words by the first: `pin` has `status` and `change`. */
function secondWords(commands: readonly Command[], language: Language): ReadonlyMap<string, readonly Word[]> {
  const words = new Map<string, Word[]>()
  for (const { name, help } of commands) {
    const [first = '', second] = name.split(' ')
    if (second !== undefined) words.set(first, [...(words.get(first) ?? []), { word: second, help: help[language] }])
  }
  return words
}

type Script = (
  entries: readonly Entry[],
  first: readonly Word[],
  second: ReadonlyMap<string, readonly Word[]>,
) => string

const wordsOf = (words: readonly Word[]): string => words.map(({ word }) => word).join(' ')

/** `record FILE COMMAND` and `replay FILE COMMAND`: the words after the file are a command line of their own. */
const bash: Script = (entries, first, second) => `# bash completion of jpki-card
_jpki_card() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at=1 name
  case \${COMP_WORDS[1]} in record|replay) at=3 ;; esac
  if [ "$COMP_CWORD" -eq 2 ] && [ "$at" -eq 3 ]; then COMPREPLY=( $(compgen -f -- "$cur") ); return; fi
  if [ "$COMP_CWORD" -le "$at" ]; then COMPREPLY=( $(compgen -W "${wordsOf(first)}" -- "$cur") ); return; fi
  name=\${COMP_WORDS[at]}
  case $name in
${[...second]
  .map(
    ([
      word,
      words,
    ]) => `    ${word}) if [ "$COMP_CWORD" -eq $((at+1)) ]; then COMPREPLY=( $(compgen -W "${wordsOf(words)}${optionsOf(entries, word)}" -- "$cur") ); return; fi
      case \${COMP_WORDS[at+1]} in ${words.map((one) => one.word).join('|')}) name="$name \${COMP_WORDS[at+1]}" ;; esac ;;`,
  )
  .join('\n')}
  esac
  case "$name/$prev" in
${entries
  .flatMap(({ name, values }) =>
    values.map(
      ({ option, words, isFile: file }) =>
        `    "${name}/${option}") COMPREPLY=( $(compgen ${file ? '-f' : `-W "${words.join(' ')}"`} -- "$cur") ); return ;;`,
    ),
  )
  .join('\n')}
  esac
  case "$cur" in
    -*) case "$name" in
${entries.map(({ name, options }) => `      "${name}") COMPREPLY=( $(compgen -W "${wordsOf(options)}" -- "$cur") ) ;;`).join('\n')}
      esac ;;
    *) case "$name" in
${entries
  .filter(({ operands }) => operands.length > 0)
  .map(({ name, operands }) => `      "${name}") COMPREPLY=( $(compgen -W "${operands.join(' ')}" -- "$cur") ) ;;`)
  .join('\n')}
      *) COMPREPLY=( $(compgen -f -- "$cur") ) ;;
      esac ;;
  esac
}
complete -o filenames -F _jpki_card jpki-card
`

/** Options of a command whose name is the first word of others too: `serve` beside `serve prepare`. */
function optionsOf(entries: readonly Entry[], word: string): string {
  const alone = entries.find(({ name }) => name === word)
  return alone === undefined ? '' : ` ${wordsOf(alone.options)}`
}

const zshText = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:\\]/g, '\\$&')

const zsh: Script = (entries, first, second) => `#compdef jpki-card
_jpki_card() {
  local at=2 name prev=$words[CURRENT-1] cur=$words[CURRENT]
  case $words[2] in record|replay) at=4 ;; esac
  if (( CURRENT == 3 && at == 4 )); then _files; return; fi
  if (( CURRENT <= at )); then
    local -a commands=(
${first.map(({ word, help }) => `      '${word}:${zshText(help)}'`).join('\n')}
    )
    _describe command commands
    return
  fi
  name=$words[at]
  case $name in
${[...second]
  .map(
    ([word, words]) => `    ${word})
      if (( CURRENT == at + 1 )) && [[ $cur != -* ]]; then
        local -a second=(${words.map((one) => `'${one.word}:${zshText(one.help)}'`).join(' ')})
        _describe command second
        return
      fi
      case $words[at+1] in ${words.map((one) => one.word).join('|')}) name="$name $words[at+1]" ;; esac ;;`,
  )
  .join('\n')}
  esac
  case "$name/$prev" in
${entries
  .flatMap(({ name, values }) =>
    values.map(
      ({ option, words, isFile: file }) =>
        `    '${name}/${option}') ${file ? '_files' : `compadd -- ${words.join(' ')}`}; return ;;`,
    ),
  )
  .join('\n')}
  esac
  if [[ $cur == -* ]]; then
    local -a options
    case $name in
${entries.map(({ name, options }) => `      '${name}') options=(${options.map(({ word, help }) => `'${word}:${zshText(help)}'`).join(' ')}) ;;`).join('\n')}
    esac
    _describe option options
    return
  fi
  case $name in
${entries
  .filter(({ operands }) => operands.length > 0)
  .map(({ name, operands }) => `    '${name}') compadd -- ${operands.join(' ')} ;;`)
  .join('\n')}
    *) _files ;;
  esac
}
if [ "$funcstack[1]" = _jpki-card ]; then _jpki_card "$@"; else compdef _jpki_card jpki-card; fi
`

const fishText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const fish: Script = (entries, first, second) => {
  const lines = [
    '# fish completion of jpki-card',
    'complete -c jpki-card -f',
    ...first.map(({ word, help }) => `complete -c jpki-card -n __fish_use_subcommand -a ${word} -d ${fishText(help)}`),
  ]
  for (const [word, words] of second) {
    const names = words.map((one) => one.word).join(' ')
    const when = `'__fish_seen_subcommand_from ${word}; and not __fish_seen_subcommand_from ${names}'`
    lines.push(...words.map((one) => `complete -c jpki-card -n ${when} -a ${one.word} -d ${fishText(one.help)}`))
  }
  for (const { name, options, values, operands } of entries) {
    const [one = '', two] = name.split(' ')
    const others = second.get(one)?.map(({ word }) => word) ?? []
    const seen = `__fish_seen_subcommand_from ${one}`
    const when =
      two === undefined
        ? `'${seen}${others.length === 0 ? '' : `; and not __fish_seen_subcommand_from ${others.join(' ')}`}'`
        : `'${seen}; and __fish_seen_subcommand_from ${two}'`
    for (const { word, help } of options) {
      const value = values.find(({ option }) => option === word)
      const takes = value === undefined ? '' : value.isFile ? ' -rF' : ` -x -a ${fishText(value.words.join(' '))}`
      lines.push(`complete -c jpki-card -n ${when} -l ${word.slice(2)}${takes} -d ${fishText(help)}`)
    }
    if (operands.length > 0) lines.push(`complete -c jpki-card -n ${when} -a ${fishText(operands.join(' '))}`)
    else lines.push(`complete -c jpki-card -n ${when} -F`)
  }
  return `${lines.join('\n')}\n`
}
