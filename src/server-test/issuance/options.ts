import type { EvaluateOptions } from '../options.ts'
import type { TownAddress } from './town.ts'

/** Commands that end and start what is evaluated; each is run by the shell, and must have ended what it does when it ends. */
export interface ControlCommands {
  /** Ends the server at once, as `kill -9` does. */
  readonly kill?: string | undefined
  /** Starts it again. */
  readonly start?: string | undefined
  /** Ends the store at once, and starts it again with what is on its disk. */
  readonly restartStore?: string | undefined
  /** Starts another instance, with other settings, on the same store: that of {@link EvaluateIssuanceOptions.second}. */
  readonly startOther?: string | undefined
  /** Ends that one. */
  readonly stopOther?: string | undefined
  /** Not a command: the store keeps nothing when the server ends, as one in memory, which is for tests only. */
  readonly forgets?: boolean | undefined
}

/** Names of {@link ControlCommands}. */
export const controlNames = ['kill', 'start', 'restartStore', 'startOther', 'stopOther'] as const

/** Options of a run. */
export interface EvaluateIssuanceOptions extends Omit<EvaluateOptions, 'transactions' | 'cutOffMs'> {
  /** Where the registers and the composer of the evaluation are served: the addresses that the server is configured with. */
  readonly town: TownAddress
  /** Headers of a clerk who may resume issuing. Secret; never reported. */
  readonly clerk?: Readonly<Record<string, string>> | undefined
  /** Address of another instance on the same store, with other settings. */
  readonly second?: string | undefined
  readonly control?: ControlCommands | undefined
  /** Kind of document that the server issues. Default `evaluation`. */
  readonly document?: string | undefined
  /** Cases of the case of high load, 20 to 100 000. Default 300. */
  readonly cases?: number | undefined
}

/**
 * The commands of a JSON file: `{ "kill": "…", "start": "…", "restartStore": "…", "startOther": "…", "stopOther": "…" }`,
 * each of them optional, and `"forgets": true`.
 *
 * @throws TypeError for anything else; its message contains nothing of the text.
 */
export function parseControl(text: string): ControlCommands {
  const commands = Object.entries(Object(parse(text)) as Record<string, unknown>)
  const isCommand = (name: string, value: unknown): boolean =>
    (controlNames as readonly string[]).includes(name) && typeof value === 'string' && value.trim() !== ''
  const isKnown = ([name, value]: readonly [string, unknown]): boolean =>
    name === 'forgets' ? typeof value === 'boolean' : isCommand(name, value)
  if (commands.length === 0 || !commands.every(isKnown)) throw new TypeError('control must be commands by known names')
  return Object.fromEntries(commands)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('not JSON')
  }
}
