import type { Transcript } from '../transcript/index.ts'
import {
  type Arguments,
  checkedOptions,
  type Option,
  type Options,
  optionForm,
  pinInArguments,
  takeApart,
} from './arguments.ts'
import { CliError, usageError } from './cli-error.ts'
import { keepAll, record } from './commands/apdu.ts'
import type { Command, Recording } from './context.ts'
import { help, identity, kind, realOnly, virtual, virtualLimits } from './options.ts'

/** Maximum edit distance, by the length of the input. */
const allowed = (length: number): number => (length <= 3 ? 1 : length <= 7 ? 2 : 3)

/** The `words` similar to the input, at most three, the nearest first: "did you mean". */
export function nearest(typed: string, words: readonly string[]): readonly string[] {
  return words
    .map((word) => ({ word, distance: word.startsWith(typed) && typed.length > 1 ? 0.5 : distanceOf(typed, word) }))
    .filter(({ distance }) => distance > 0 && distance <= allowed(typed.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ word }) => word)
}

/** Edit distance: insertion, deletion, substitution, transposition (optimal string alignment). */
function distanceOf(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost)
      if (swapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

/** A parsed command line. */
export type Invocation =
  | { readonly kind: 'help'; readonly command: Command | undefined }
  | {
      readonly kind: 'command'
      readonly command: Command
      readonly options: Options
      readonly operands: readonly string[]
      readonly recording: Recording | undefined
      readonly replay: Transcript | undefined
    }

/** An unknown command or option, with similar known ones. */
export class UnknownWordError extends CliError {
  readonly near: readonly string[]
  constructor(error: CliError, near: readonly string[]) {
    super(error.code, error.problem, error.subject)
    this.near = near
  }
}

/** How a command is run: by `record`, by `replay`, or directly. */
interface Wrapping {
  readonly record?: { readonly file: string; readonly keepAll: boolean }
  readonly replay?: string
}

/** Reads a command line. @throws CliError `ERR_USAGE`; TranscriptError for `replay`. */
export function readInvocation(argv: readonly string[], commands: readonly Command[]): Promise<Invocation> {
  return read(argv, commands, {})
}

async function read(argv: readonly string[], commands: readonly Command[], wrapping: Wrapping): Promise<Invocation> {
  const known = commands.flatMap(({ options }) => options)
  const args = takeApart(argv, known)
  const found = findCommand(args, commands)
  const own = found?.command.options ?? []
  const options = checkedOptions(args.tokens, own, known, (name) => unknownOption(name, own.length > 0 ? own : known))
  if (args.operands.length === 0) {
    if (options.has(help)) return { kind: 'help', command: undefined }
    throw known.some((option) => option.namesPin && options.has(option))
      ? pinInArguments()
      : usageError('missing-command')
  }
  if (found === undefined) return family(args, commands, options)
  const { command, words } = found
  if (command.run === undefined) return readWrapped(command, argv, commands, args, options)
  if (options.has(help)) return { kind: 'help', command }
  const operands = args.operands.slice(words).map(({ text }) => text)
  checkOptions(command, options, known, wrapping)
  checkOperands(command, operands)
  const { record: recorded, replay } = wrapping
  const isWrapped = recorded !== undefined || replay !== undefined
  if (isWrapped && command.session === undefined) throw usageError('not-recordable')
  if (replay !== undefined && [virtual, ...realOnly].some((option) => options.has(option))) {
    throw usageError('not-while-replaying')
  }
  return {
    kind: 'command',
    command,
    options,
    operands,
    recording: recorded && {
      file: recorded.file,
      keep: recorded.keepAll ? 'all-but-secrets' : 'public',
      command: command.name,
    },
    replay: replay === undefined ? undefined : await readTranscript(replay),
  }
}

/** The command, and the number of words of its name. */
function findCommand(
  { operands }: Arguments,
  commands: readonly Command[],
): { readonly command: Command; readonly words: number } | undefined {
  const [first = '', second = ''] = operands.map(({ text }) => text)
  const two = commands.find(({ name }) => name === `${first} ${second}`)
  if (two !== undefined) return { command: two, words: 2 }
  const one = commands.find(({ name }) => name === first)
  return one && { command: one, words: 1 }
}

/** The first word is common to several commands (`pin status`, `pin change`), or unknown. */
function family({ operands }: Arguments, commands: readonly Command[], options: Options): Invocation {
  const [first = '', second = ''] = operands.map(({ text }) => text)
  const [begun, ...more] = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (begun === undefined) throw unknownCommand([first, second], commands)
  if (options.has(help)) return { kind: 'help', command: begun }
  const alone = [begun.name, ...(begun.operands ?? [])].join(' ')
  const several = [begun.name, ...more.map(({ name }) => name.split(' ')[1])].join('|')
  const error = usageError('missing-operand', more.length === 0 ? alone : several)
  const words = [begun, ...more].map(({ name }) => name.split(' ')[1]!)
  throw new UnknownWordError(
    error,
    nearest(second, words).map((word) => `${first} ${word}`),
  )
}

/** The error for an unknown command. @param words - as typed; repeated only where they cannot be a secret. */
export function unknownCommand(words: readonly string[], commands: readonly Command[]): CliError {
  const [first = '', second = ''] = words
  const isWord = /^[a-z-]{2,20}$/.test(first)
  const error = usageError('unknown-command', isWord ? first : undefined)
  const names = commands.map(({ name }) => name)
  const two = nearest(`${first} ${second}`, names)
  return isWord ? new UnknownWordError(error, two.length > 0 ? two : nearest(first, names)) : error
}

function unknownOption(name: string | undefined, options: readonly Option[]): CliError {
  const error = usageError('unknown-option', name && `--${name}`)
  const near = name === undefined ? [] : nearest(name, [...new Set(options.map((option) => option.name))])
  return new UnknownWordError(
    error,
    near.map((one) => `--${one}`),
  )
}

/** `record FILE COMMAND …` and `replay FILE COMMAND …`: the rest of the line is a command line of its own. */
async function readWrapped(
  wrapper: Command,
  argv: readonly string[],
  commands: readonly Command[],
  { operands }: Arguments,
  options: Options,
): Promise<Invocation> {
  const [own, file, first] = operands
  if (first === undefined && options.has(help)) return { kind: 'help', command: wrapper }
  if (own === undefined || file === undefined || first === undefined) {
    throw usageError('missing-operand', [wrapper.name, ...(wrapper.operands ?? [])].join(' '))
  }
  if (commands.some(({ name, run }) => name === first.text && run === undefined)) throw usageError('not-recordable')
  const keepsAll = options.has(keepAll)
  const records = wrapper === record
  if (keepsAll && !records) throw usageError('wrong-option', `--${keepAll.name}`)
  if (keepsAll && !options.has(virtual)) throw usageError('only-with-virtual', `--${keepAll.name}`)
  const rest = argv.filter((_, index) => index !== own.index && index !== file.index)
  return read(rest, commands, records ? { record: { file: file.text, keepAll: keepsAll } } : { replay: file.text })
}

function checkOptions(command: Command, options: Options, known: readonly Option[], wrapping: Wrapping): void {
  const unexpected = options.unexpected([...command.options, ...(wrapping.record ? [keepAll] : [])])
  if (unexpected !== undefined) {
    const isPin = known.some(({ name, namesPin }) => namesPin && name === unexpected)
    throw isPin ? pinInArguments() : usageError('wrong-option', `--${unexpected}`)
  }
  const contradicted = options.contradicted(command.options)
  if (contradicted !== undefined) throw usageError('given-twice', optionForm(contradicted))
  const missing = command.required?.find((option) => !options.has(option))
  if (missing !== undefined) throw usageError('missing-option', optionForm(missing))
  if (!command.options.includes(virtual)) return
  const limit = [kind, identity, ...virtualLimits].find((option) => options.has(option))
  if (limit !== undefined && !options.has(virtual)) throw usageError('only-with-virtual', `--${limit.name}`)
  const real = realOnly.find((option) => options.has(option))
  if (real !== undefined && options.has(virtual)) throw usageError('not-with-virtual', `--${real.name}`)
}

function checkOperands({ operands = [] }: Command, given: readonly string[]): void {
  const missing = operands[given.length]
  if (missing !== undefined && !missing.startsWith('[')) throw usageError('missing-operand', missing)
  if (given.length > operands.length && !/\.\.\.\]?$/.test(operands.at(-1) ?? '')) throw usageError('too-many-operands')
}

/** Longest transcript, bytes; those of long sessions are large. */
const longestTranscript = 268_435_456

async function readTranscript(file: string): Promise<Transcript> {
  const { readText } = await import('./bounded-file.ts')
  const { parseTranscript } = await import('../transcript/index.ts')
  return parseTranscript(await readText(file, longestTranscript))
}
