import type { ClearReport } from '../card/index.ts'
import type { VirtualCard } from '../emulator/index.ts'
import type { Keep, Transcript } from '../transcript/index.ts'
import type { Option, Options, Texts } from './arguments.ts'
import type { Io } from './io.ts'
import type { Messages } from './messages/catalogue.ts'
import type { PinInput } from './pin-input.ts'

/** Recording of a session. */
export interface Recording {
  readonly file: string
  readonly keep: Keep
  readonly command: string
  /** Requested by the environment, for every command with a session. */
  readonly isTrace?: boolean
}

/** Result fields common to all commands with a session. */
export interface SessionFacts {
  readonly reader: string
  readonly exchanges: number
  /** How verified PINs were cleared. */
  readonly clearedBy: ClearReport['by']
}

/** Input of a command. */
export interface Context {
  readonly io: Io
  readonly options: Options
  /** Words after the command. */
  readonly operands: readonly string[]
  /** All commands, for `help` and `completion`. */
  readonly commands: readonly Command[]
  readonly messages: Messages
  readonly pins: PinInput
  readonly recording?: Recording | undefined
  /** Played back in place of a card. */
  readonly replay?: Transcript | undefined
  /** Set with the transport when `--virtual` is given: the card in the reader. */
  virtualCard?: VirtualCard
  /** Set by the session when a PIN may still be verified on the card. */
  notCleared: boolean
  /** Set by the session when it ended without error. */
  session?: SessionFacts
}

/** Result of a command. */
export interface Result {
  /**
   * Joined to `{"ok":true}` for `--json`, to `{"ok":false,"error":…}` when refused. A command with a session has the
   * {@link SessionFacts} added.
   */
  readonly json: Readonly<Record<string, unknown>>
  /** For people, on standard output. */
  readonly text: string | Uint8Array
  /** For people, on standard error. */
  readonly note?: string | undefined
  /** The error of a negative result: reported after it, and determines the exit code. */
  readonly refused?: Error | undefined
  /** Cells of `text` that are failures or problems: shown in red on a terminal. */
  readonly alarms?: readonly string[]
}

/**
 * Definition of one command. Parsing, help, suggestions, completion and the tables of both READMEs are derived from it.
 * Its file imports no part of the library statically, so that help and other commands start fast: `run` imports what it
 * needs.
 */
export interface Command {
  /** As typed: `pin status`. */
  readonly name: string
  /** As help shows them: `[CERT]` is optional, `FILE...` may be repeated. */
  readonly operands?: readonly string[]
  readonly options: readonly Option[]
  /** Mandatory options. */
  readonly required?: readonly Option[]
  /** Uses one card in one session, so it can be recorded and replayed. */
  readonly session?: true
  /** What it does, in a sentence. */
  readonly help: Texts
  /** Further help text. */
  readonly notes?: Texts
  /**
   * Absent for `record` and `replay`, which run another command. Resolves with `undefined` if it has written its output
   * itself.
   */
  readonly run?: (context: Context) => Promise<Result | undefined>
}
