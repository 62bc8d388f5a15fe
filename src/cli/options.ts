import { parseArgs } from 'node:util'
import { typedDay } from '../bytes.ts'
import { pinIds, pins } from '../pins.ts'
import { identifierPattern } from '../token/index.ts'
import { type CliError, usageError } from './cli-error.ts'
import type { CommandName } from './command-names.ts'

/** One option. `meta` names its value in help; without it the option is a switch. */
interface OptionSpec {
  readonly meta?: string
  readonly choices?: readonly string[]
  readonly pattern?: RegExp
  /** A day that people type: full-width forms are narrowed, its parts apart by hyphens. */
  readonly typed?: true
  /** It may be given several times, and all values are used: by every command, or by these. */
  readonly several?: true | readonly CommandName[]
}

const choice = (...choices: readonly string[]): OptionSpec => ({ meta: choices.join('|'), choices })
const number = (meta: string): OptionSpec => ({ meta, pattern: /^\d{1,5}$/ })
const day: OptionSpec = { meta: 'YYYY-MM-DD', pattern: /^\d{4}-\d{2}-\d{2}$/, typed: true }
const cardKind = choice('my-number', 'juki', 'phone-android', 'phone-iphone')

/** Name of an option, without its dashes. */
export type OptionName =
  | 'json'
  | 'reader'
  | 'virtual'
  | 'virtual-kind'
  | 'no-short-file-id'
  | 'no-extended-length'
  | 'no-direct-reference'
  | 'extended-length'
  | 'short-file-id'
  | 'direct-reference'
  | 'select-without-data'
  | 'binding'
  | 'isolated'
  | 'wait'
  | 'pin-stdin'
  | 'accept-that-a-wrong-pin-blocks-the-card'
  | 'watch'
  | 'pin'
  | 'out'
  | 'pem'
  | 'challenge'
  | 'server'
  | 'terminal'
  | 'token-file'
  | 'server-ca'
  | 'client-cert'
  | 'client-key'
  | 'key'
  | 'anchors'
  | 'crl'
  | 'ocsp'
  | 'require-revocation'
  | 'use'
  | 'at'
  | 'birth-date'
  | 'issue-date'
  | 'count'
  | 'hash'
  | 'pki'
  | 'html'
  | 'junit'
  | 'only'
  | 'terminals'
  | 'purpose'
  | 'origin'
  | 'timeout'
  | 'max-wait'
  | 'allow-not-run'
  | 'kind'
  | 'port'
  | 'host'
  | 'contactless'
  | 'faults'
  | 'code-b'
  | 'with'
  | 'roots'
  | 'reveal'
  | 'png'
  | 'profile'
  | 'form'
  | 'track'
  | 'order'
  | 'direction'
  | 'caps-lock'
  | 'layout'
  | 'channel'
  | 'rounds'
  | 'sign-password'
  | 'hours'
  | 'minutes'
  | 'sessions'
  | 'faults-rate'
  | 'keep-all'
  | 'lang'
  | 'help'

/** Every option of every command. */
const optionTable: Readonly<Record<OptionName, OptionSpec>> = {
  json: {},
  reader: { meta: 'NAME' },
  virtual: {},
  'virtual-kind': cardKind,
  'no-short-file-id': {},
  'no-extended-length': {},
  'no-direct-reference': {},
  'extended-length': choice('yes', 'no'),
  'short-file-id': choice('yes', 'no'),
  'direct-reference': choice('yes', 'no'),
  'select-without-data': choice('yes', 'no'),
  binding: choice('pcsc-mini', 'pcsclite'),
  isolated: {},
  wait: number('SECONDS'),
  'pin-stdin': {},
  'accept-that-a-wrong-pin-blocks-the-card': {},
  watch: {},
  pin: choice(...pinIds.filter((id) => pins[id].changeable)),
  out: { meta: 'FILE' },
  pem: {},
  challenge: { meta: 'HEX', pattern: /^(?:[0-9A-Fa-f]{2})+$/ },
  server: { meta: 'URL', pattern: /^https?:\/\/[^\s]{1,500}$/ },
  terminal: { meta: 'NAME', pattern: identifierPattern },
  'token-file': { meta: 'FILE' },
  'server-ca': { meta: 'FILE' },
  'client-cert': { meta: 'FILE' },
  'client-key': { meta: 'FILE' },
  key: choice('auth', 'sign'),
  anchors: { meta: 'DIR', several: true },
  crl: { meta: 'FILE', several: true },
  ocsp: { meta: 'FILE', several: true },
  'require-revocation': {},
  use: choice('auth', 'sign'),
  at: { meta: 'TIME', pattern: /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/ },
  'birth-date': day,
  'issue-date': day,
  count: { meta: 'N', pattern: /^[1-9]\d{0,14}$/ },
  hash: { meta: 'HEX', pattern: /^[0-9A-Fa-f]{64}$/ },
  pki: { meta: 'DIR' },
  html: { meta: 'FILE' },
  junit: { meta: 'FILE' },
  only: { meta: 'ID', pattern: /^[a-z0-9-]{1,64}$/, several: true },
  terminals: { meta: 'FILE' },
  purpose: { meta: 'NAME', pattern: identifierPattern, several: ['evaluate'] },
  origin: { meta: 'ORIGIN', pattern: /^https?:\/\/[a-z0-9.:[\]-]{1,250}$/ },
  timeout: number('SECONDS'),
  'max-wait': number('SECONDS'),
  'allow-not-run': {},
  kind: cardKind,
  port: number('PORT'),
  host: { meta: 'HOST' },
  contactless: {},
  faults: { meta: 'FILE' },
  'code-b': {},
  with: choice('birth-date', 'code-a', 'code-b'),
  roots: { meta: 'FILE|known|known-test', several: true },
  reveal: {},
  png: {},
  profile: { meta: 'FILE' },
  form: choice('keyboard', 'bits', 'hex'),
  track: choice('iso1', 'iso2', 'iso3', 'jis2'),
  order: choice('msb', 'lsb'),
  direction: choice('forward', 'reverse'),
  'caps-lock': {},
  layout: choice('same', 'us', 'jp'),
  channel: choice('convenience-store', 'municipal-machine', 'counter'),
  rounds: { meta: 'N', pattern: /^[1-9]\d{0,2}$/ },
  'sign-password': {},
  hours: { meta: 'HOURS', pattern: /^(?=.*[1-9])\d{1,4}(?:\.\d{1,3})?$/ },
  minutes: { meta: 'MINUTES', pattern: /^(?=.*[1-9])\d{1,5}(?:\.\d{1,3})?$/ },
  sessions: { meta: 'N', pattern: /^[1-9]\d{0,8}$/ },
  'faults-rate': { meta: 'SHARE', pattern: /^(?:0(?:\.\d{1,4})?|1(?:\.0{1,4})?)$/ },
  'keep-all': {},
  lang: choice('ja', 'en'),
  help: {},
}

/** All names of options. */
export const optionNames = Object.keys(optionTable) as readonly OptionName[]

/** What stands behind the readers: a virtual card, or a binding. */
export const sourceOptions: readonly OptionName[] = [
  'virtual',
  'virtual-kind',
  'no-short-file-id',
  'no-extended-length',
  'no-direct-reference',
  'binding',
  'isolated',
]

/** What card and reader take, where that is known: not found out in the session then. */
export const capabilityOptions: readonly CapabilityOption[] = [
  'extended-length',
  'short-file-id',
  'direct-reference',
  'select-without-data',
]

/** Name of one of {@link capabilityOptions}. */
export type CapabilityOption = Extract<
  OptionName,
  'extended-length' | 'short-file-id' | 'direct-reference' | 'select-without-data'
>

/** The issuance server, and what a terminal is and asks for there. */
export const serverOptions: readonly OptionName[] = [
  'server',
  'terminal',
  'purpose',
  'origin',
  'timeout',
  'token-file',
  'server-ca',
  'client-cert',
  'client-key',
]

/** What an option looks like on the command line: `--wait SECONDS`. */
export function optionForm(name: OptionName): string {
  const spec = optionTable[name]
  return spec.meta === undefined ? `--${name}` : `--${name} ${spec.meta}`
}

/** The options given, checked. */
export class Options {
  /** Values in the order given; none for a switch. */
  readonly #values: ReadonlyMap<OptionName, readonly string[]>
  constructor(values: ReadonlyMap<OptionName, readonly string[]>) {
    this.#values = values
  }
  has(name: OptionName): boolean {
    return this.#values.has(name)
  }
  /** The value, or `undefined` when the option was not given. */
  get(name: OptionName): string | undefined {
    return this.#values.get(name)?.at(-1)
  }
  /** Every value of an option that may be given several times, in order. */
  all(name: OptionName): readonly string[] {
    return this.#values.get(name) ?? []
  }
  /** Options given with more than one value to a command that uses one: none may be dropped silently. */
  contradicted(command: CommandName): readonly OptionName[] {
    return [...this.#values]
      .filter(([name, values]) => new Set(values).size > 1 && !takesSeveral(name, command))
      .map(([name]) => name)
  }
  /** The first option given that is not allowed. */
  strangers(allowed: readonly OptionName[]): readonly OptionName[] {
    return [...this.#values.keys()].filter((name) => !allowed.includes(name))
  }
}

function takesSeveral(name: OptionName, command: CommandName): boolean {
  const { several = [] } = optionTable[name]
  return several === true || several.includes(command)
}

/** A word that is not an option, and where it stands among the arguments. */
export interface Operand {
  readonly text: string
  readonly index: number
}

/** Arguments taken apart. */
export interface Arguments {
  readonly options: Options
  readonly operands: readonly Operand[]
}

/**
 * Takes arguments apart. What was typed is never repeated in an error, since it may be a PIN; only names of options made
 * of small letters are.
 *
 * @throws CliError `ERR_USAGE`.
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const options = Object.fromEntries(
    optionNames.map((name) => [name, { type: isSwitch(name) ? ('boolean' as const) : ('string' as const) }]),
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  })
  const values = new Map<OptionName, readonly string[]>()
  const operands: Operand[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push({ text: token.value, index: token.index })
    if (token.kind !== 'option') continue
    const name = knownName(token.name)
    values.set(name, [...(values.get(name) ?? []), ...checkedValue(token)])
  }
  return { options: new Options(values), operands }
}

const secretNames = new Set(['password', 'passwd', 'passcode', 'passphrase', 'p', 'pin-code', 'auth-pin', 'sign-pin'])

/** Tells how PINs are given, for whoever tried an argument. */
export function pinInArguments(): CliError {
  return usageError('pin-in-arguments')
}

function knownName(name: string): OptionName {
  if (Object.hasOwn(optionTable, name)) return name as OptionName
  if (secretNames.has(name)) throw pinInArguments()
  throw usageError('unknown-option', /^[a-z-]{2,40}$/.test(name) ? `--${name}` : undefined)
}

/** The value of an option; none for a switch. */
function checkedValue(token: {
  name: string
  value?: string | undefined
  inlineValue?: boolean | undefined
}): readonly string[] {
  const name = token.name as OptionName
  const { choices, pattern, typed } = optionTable[name]
  if (isSwitch(name)) {
    if (token.value !== undefined) throw usageError('takes-no-value', `--${name}`)
    return []
  }
  const value = typed === undefined ? token.value : token.value && (typedDay(token.value) ?? token.value)
  if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('-'))) {
    throw usageError('needs-value', optionForm(name))
  }
  if (choices !== undefined && !choices.includes(value)) {
    // A wrong name has no digit; what has one may be the PIN itself.
    throw name === 'pin' && /\p{Nd}/u.test(value) ? pinInArguments() : usageError('bad-value', optionForm(name))
  }
  if (pattern !== undefined && !pattern.test(value)) throw usageError('bad-value', optionForm(name))
  return [value]
}

function isSwitch(name: OptionName): boolean {
  const spec = optionTable[name]
  return spec.meta === undefined
}
