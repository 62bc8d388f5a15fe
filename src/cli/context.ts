import type { ClearReport } from '../card/index.ts'
import type { VirtualCard } from '../emulator/index.ts'
import type { Keep, Transcript } from '../transcript/index.ts'
import type { Option, Options, Texts } from './arguments.ts'
import type { Io } from './io.ts'
import type { Messages } from './messages/catalogue.ts'
import type { PinInput } from './pin-input.ts'

/** Where a session is recorded. */
export interface Recording {
  readonly file: string
  readonly keep: Keep
  readonly command: string
  /** Asked for by the environment, for every command with a session. */
  readonly isTrace?: boolean
}

/** What every session ends with, as all answers of such commands have it. */
export interface SessionFacts {
  readonly reader: string
  readonly exchanges: number
  /** How verified PINs were cleared. */
  readonly clearedBy: ClearReport['by']
}

/** What a command works with. */
export interface Context {
  readonly io: Io
  readonly options: Options
  /** Words after the command. */
  readonly operands: readonly string[]
  /** All commands, for those that are about them. */
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
  /** Set by the session when it ended well. */
  session?: SessionFacts
}

/** What a command that ends by itself found out. */
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
  /** Why what was found is refused: reported after it, and decides the exit code. */
  readonly refused?: Error | undefined
  /** Cells of `text` that are failures or problems: shown in red on a terminal. */
  readonly alarms?: readonly string[]
}

/**
 * One command, all that is known of it. Parsing, help, suggestions, completion and the tables of both READMEs derive from it. Its file
 * loads no room of the library by itself, so that help and the other commands stay fast: `run` imports what it needs.
 */
export interface Command {
  /** As typed: `pin status`. */
  readonly name: string
  /** As help shows them: `[CERT]` may be left out, of `FILE...` there may be several. */
  readonly operands?: readonly string[]
  readonly options: readonly Option[]
  /** Those without which it does not run. */
  readonly required?: readonly Option[]
  /** Talks to one card in one session, so it can be recorded and played back. */
  readonly session?: true
  /** What it does, in a sentence. */
  readonly help: Texts
  /** What else help says. */
  readonly notes?: Texts
  /** Absent for `record` and `replay`, which run another command. `undefined`: it has written its output itself. */
  readonly run?: (context: Context) => Promise<Result | undefined>
}
