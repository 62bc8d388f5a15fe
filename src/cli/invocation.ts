import type { Transcript } from '../transcript/index.ts'
import { readText } from './bounded-file.ts'
import { usageError } from './cli-error.ts'
import { type CommandName, commandNames } from './command-names.ts'
import type { Command, Recording } from './context.ts'
import { type Arguments, type Options, optionForm, parseArguments, pinInArguments } from './options.ts'
import { type CommandEntry, registry } from './registry.ts'

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | {
      readonly kind: 'command'
      readonly load: () => Promise<Command>
      readonly options: Options
      readonly operands: readonly string[]
      readonly name: CommandName
      /** It can be recorded and played back. */
      readonly session: boolean
      readonly recording: Recording | undefined
      readonly replay: Transcript | undefined
    }

/** Options that the virtual card has no use for. */
const realOnly = ['reader', 'binding', 'isolated'] as const

/** How a command is run by `record` or `replay`; neither for the command itself. */
interface Wrapping {
  readonly record?: { readonly file: string; readonly keepAll: boolean }
  readonly replay?: string
}

/** Reads a command line. @throws CliError `ERR_USAGE`; TranscriptError for `replay`. */
export function readInvocation(argv: readonly string[]): Promise<Invocation> {
  return read(argv, {})
}

async function read(argv: readonly string[], wrapping: Wrapping): Promise<Invocation> {
  const args = parseArguments(argv)
  const { options } = args
  const [first] = args.operands
  if (first === undefined) {
    if (options.has('help')) return { kind: 'help', command: undefined }
    throw options.has('pin') ? pinInArguments() : usageError('missing-command')
  }
  const { name, words } = findCommand(args)
  const entry = registry[name]
  if (entry.load === undefined) return readWrapped(name as 'record' | 'replay', argv, args)
  if (options.has('help')) return { kind: 'help', command: name }
  const operands = args.operands.slice(words).map(({ text }) => text)
  checkOptions(name, options, wrapping)
  checkOperands(entry, operands)
  const { record, replay } = wrapping
  const isWrapped = record !== undefined || replay !== undefined
  if (isWrapped && !entry.session) throw usageError('not-recordable')
  if (replay !== undefined && (['virtual', ...realOnly] as const).some((name) => options.has(name))) {
    throw usageError('not-while-replaying')
  }
  return {
    kind: 'command',
    load: entry.load,
    name,
    session: entry.session,
    options,
    operands,
    recording: record && { file: record.file, keep: record.keepAll ? 'all-but-secrets' : 'public', command: name },
    replay: replay === undefined ? undefined : await readTranscript(replay),
  }
}

/** The command, and how many words it took. */
function findCommand({ operands, options }: Arguments): { readonly name: CommandName; readonly words: number } {
  const [first = '', second = ''] = operands.map(({ text }) => text)
  for (const [name, words] of [
    [`${first} ${second}`, 2],
    [first, 1],
  ] as const) {
    const found = commandNames.find((known) => known === name)
    if (found !== undefined) return { name: found, words }
  }
  const [begun, ...more] = commandNames.filter((name) => name.startsWith(`${first} `))
  if (begun === undefined) throw usageError('unknown-command', /^[a-z-]{2,20}$/.test(first) ? first : undefined)
  if (options.has('help')) return { name: begun, words: 1 }
  const alone = [begun, ...registry[begun].operands].join(' ')
  const several = [begun, ...more.map((name) => name.split(' ')[1])].join('|')
  throw usageError('missing-operand', more.length === 0 ? alone : several)
}

/** `record FILE COMMAND …` and `replay FILE COMMAND …`: the rest of the line is a command line of its own. */
async function readWrapped(name: 'record' | 'replay', argv: readonly string[], args: Arguments): Promise<Invocation> {
  const { options, operands } = args
  const [own, file, command] = operands
  if (command === undefined && options.has('help')) return { kind: 'help', command: name }
  if (own === undefined || file === undefined || command === undefined) {
    throw usageError('missing-operand', `${name} ${registry[name].operands.join(' ')}`)
  }
  if (command.text === 'record' || command.text === 'replay') throw usageError('not-recordable')
  const keepAll = options.has('keep-all')
  if (keepAll && name === 'replay') throw usageError('wrong-option', '--keep-all')
  if (keepAll && !options.has('virtual')) throw usageError('only-with-virtual', '--keep-all')
  const rest = argv.filter((_, index) => index !== own.index && index !== file.index)
  return read(rest, name === 'record' ? { record: { file: file.text, keepAll } } : { replay: file.text })
}

function checkOptions(name: CommandName, options: Options, wrapping: Wrapping): void {
  const entry = registry[name]
  const [stranger] = options.strangers([...entry.options, ...(wrapping.record ? (['keep-all'] as const) : [])])
  if (stranger === 'pin') throw pinInArguments()
  if (stranger !== undefined) throw usageError('wrong-option', `--${stranger}`)
  const [contradicted] = options.contradicted(name)
  if (contradicted !== undefined) throw usageError('given-twice', optionForm(contradicted))
  const missing = entry.required.find((name) => !options.has(name))
  if (missing !== undefined) throw usageError('missing-option', optionForm(missing))
  if (!entry.options.includes('virtual')) return
  const virtualOnly = ['virtual-kind', 'no-short-file-id', 'no-extended-length', 'no-direct-reference'] as const
  const given = virtualOnly.find((name) => options.has(name))
  if (given !== undefined && !options.has('virtual')) throw usageError('only-with-virtual', `--${given}`)
  const real = realOnly.find((name) => options.has(name))
  if (real !== undefined && options.has('virtual')) throw usageError('not-with-virtual', `--${real}`)
}

function checkOperands(entry: CommandEntry, operands: readonly string[]): void {
  const several = entry.operands.at(-1)?.endsWith('...') === true
  const missing = entry.operands[operands.length]
  if (missing !== undefined && !missing.startsWith('[')) throw usageError('missing-operand', missing)
  if (operands.length > entry.operands.length && !several) throw usageError('too-many-operands')
}

/** Longest transcript, bytes; those of long sessions are large. */
const longestTranscript = 268_435_456

async function readTranscript(file: string): Promise<Transcript> {
  const { parseTranscript } = await import('../transcript/index.ts')
  return parseTranscript(await readText(file, longestTranscript))
}
