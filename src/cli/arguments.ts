import { parseArgs } from 'node:util'
import { typedDay } from '../bytes.ts'
import { type CliError, usageError } from './cli-error.ts'

/** A text in both languages of the command line. */
export interface Texts {
  readonly ja: string
  readonly en: string
}

/**
 * One option. `V` is the type of its value; an option without `meta` is a switch. Options of several commands are
 * defined once in `options.ts`, those of a single command beside the command.
 */
export interface Option<V extends string = string> {
  /** Without its dashes. */
  readonly name: string
  readonly help: Texts
  /** Placeholder of the value in help: `FILE`. */
  readonly meta?: string
  readonly choices?: readonly V[]
  readonly pattern?: RegExp
  /** A typed date: full-width characters are converted to ASCII, other separators to hyphens. */
  readonly typed?: true
  /** May be given several times; all values are used. */
  readonly several?: true
  /** Its value names a PIN, so users may type the PIN itself instead: its errors then explain how PINs are entered. */
  readonly namesPin?: true
  /** Former names, still accepted, not shown in help. */
  readonly aliases?: readonly string[]
}

/** An option whose value is one of a few words. */
export function choice<const V extends string>(
  choices: readonly V[],
  option: Omit<Option, 'choices'>,
): Option<V> & { readonly choices: readonly V[] } {
  return { meta: choices.join('|'), ...option, choices }
}

/** Form of an option on the command line: `--wait SECONDS`. */
export function optionForm({ name, meta }: Option): string {
  return meta === undefined ? `--${name}` : `--${name} ${meta}`
}

/** The given options, validated. */
export class Options {
  /** Values in the order given, by the name of the option; none for a switch. */
  readonly #values: ReadonlyMap<string, readonly string[]>
  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values
  }
  has({ name }: Option): boolean {
    return this.#values.has(name)
  }
  /** The value, or `undefined` when the option was not given. */
  get<V extends string>({ name }: Option<V>): V | undefined {
    return this.#values.get(name)?.at(-1) as V | undefined
  }
  /** Every value of an option that may be given several times, in order. */
  all<V extends string>({ name }: Option<V>): readonly V[] {
    return (this.#values.get(name) ?? []) as readonly V[]
  }
  /** The first of `options` given with different values although only one is used: no value may be dropped silently. */
  contradicted(options: readonly Option[]): Option | undefined {
    return options.find((option) => option.several === undefined && new Set(this.all(option)).size > 1)
  }
  /** Name of the first option given that is not one of `allowed`. */
  unexpected(allowed: readonly Option[]): string | undefined {
    return [...this.#values.keys()].find((name) => !allowed.some((option) => option.name === name))
  }
}

/** A word that is not an option, and its index among the arguments. */
export interface Operand {
  readonly text: string
  readonly index: number
}

/** An option as it was typed. */
interface Token {
  readonly name: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

/** Parsed arguments; values of options not validated yet. */
export interface Arguments {
  readonly operands: readonly Operand[]
  readonly tokens: readonly Token[]
}

/**
 * Parses arguments. Never fails: errors are found by {@link checkedOptions}.
 *
 * @param known - every option of every command: whether an option takes a value decides whether the next word is an
 *   operand.
 */
export function takeApart(argv: readonly string[], known: readonly Option[]): Arguments {
  const options = Object.fromEntries(
    known.flatMap((option) =>
      [option.name, ...(option.aliases ?? [])].map((name) => [
        name,
        { type: isSwitch(option) ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  return {
    operands: tokens.flatMap((token) =>
      token.kind === 'positional' ? [{ text: token.value, index: token.index }] : [],
    ),
    tokens: tokens.filter((token) => token.kind === 'option'),
  }
}

/**
 * The options with validated values, in the order given. Arguments are never repeated in an error, since they may
 * contain a PIN; only option names of lower-case letters are.
 *
 * @param own - options of the command, which take precedence.
 * @param known - every option of every command.
 * @param unknown - makes the error for an unknown option; its name is omitted where it may be a secret.
 * @throws CliError `ERR_USAGE`.
 */
export function checkedOptions(
  tokens: readonly Token[],
  own: readonly Option[],
  known: readonly Option[],
  unknown: (name: string | undefined) => CliError,
): Options {
  const values = new Map<string, readonly string[]>()
  for (const token of tokens) {
    const option = named(own, token.name) ?? named(known, token.name)
    if (option === undefined) {
      if (secretNames.has(token.name)) throw pinInArguments()
      throw unknown(/^[a-z-]{2,40}$/.test(token.name) ? token.name : undefined)
    }
    values.set(option.name, [...(values.get(option.name) ?? []), ...checkedValue(option, token)])
  }
  return new Options(values)
}

const named = (options: readonly Option[], wanted: string): Option | undefined =>
  options.find(({ name, aliases }) => name === wanted || aliases?.includes(wanted))

const secretNames = new Set(['password', 'passwd', 'passcode', 'passphrase', 'p', 'pin-code', 'auth-pin', 'sign-pin'])

/** The error for a PIN among the arguments: it explains how PINs are entered. */
export function pinInArguments(): CliError {
  return usageError('pin-in-arguments')
}

/** The value of an option; none for a switch. */
function checkedValue(option: Option, token: Token): readonly string[] {
  const { name, choices, pattern, typed, namesPin } = option
  if (isSwitch(option)) {
    if (token.value !== undefined) throw usageError('takes-no-value', `--${name}`)
    return []
  }
  const value = typed === undefined ? token.value : token.value && (typedDay(token.value) ?? token.value)
  if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-'))) {
    throw usageError('needs-value', optionForm(option))
  }
  if (choices !== undefined && !choices.includes(value)) {
    // A mistyped name has no digit; a value with a digit may be the PIN itself.
    if (namesPin && /\p{Nd}/u.test(value)) throw pinInArguments()
    throw usageError('bad-value', `--${name} ${choices.join('|')}`)
  }
  if (pattern !== undefined && !pattern.test(value)) throw usageError('bad-value', optionForm(option))
  return [value]
}

function isSwitch({ meta }: Option): boolean {
  return meta === undefined
}
