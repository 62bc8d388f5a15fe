import type { VirtualCard } from '../emulator/index.ts'
import type { Keep, Transcript } from '../transcript/index.ts'
import type { Io } from './io.ts'
import type { Messages } from './messages/catalogue.ts'
import type { Options } from './options.ts'
import type { PinInput } from './pin-input.ts'

/** Where a session is written down. */
export interface Recording {
  readonly file: string
  readonly keep: Keep
  readonly command: string
  /** Asked for by the environment, for whatever command comes. */
  readonly isTrace?: boolean
}

/** What a command works with. */
export interface Context {
  readonly io: Io
  readonly options: Options
  /** Words after the command. */
  readonly operands: readonly string[]
  readonly messages: Messages
  readonly pins: PinInput
  readonly recording?: Recording | undefined
  /** Played back in place of a card. */
  readonly replay?: Transcript | undefined
  /** Set with the transport when `--virtual` is given: the card in the reader. */
  virtualCard?: VirtualCard
  /** Set by the session when a PIN may still be verified on the card. */
  notCleared: boolean
}

/** What a command that ends by itself found out. */
export interface Result {
  /** Joined to `{"ok":true}` for `--json`, to `{"ok":false,"error":…}` when refused. */
  readonly json: Readonly<Record<string, unknown>>
  /** For people, on standard output. */
  readonly text: string | Uint8Array
  /** For people, on standard error. */
  readonly note?: string | undefined
  /** Why what was found is refused: told after it, and decides the exit code. */
  readonly refused?: Error | undefined
}

/** A command. `undefined`: it has written its output itself. */
export type Command = (context: Context) => Promise<Result | undefined>
