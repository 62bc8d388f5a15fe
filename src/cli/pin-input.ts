import type { Pin } from '../card/index.ts'
import { usageError } from './cli-error.ts'
import type { InputStream, Io } from './io.ts'
import type { PinTyping } from './pin-bytes.ts'
import { openTerminal, promptHidden, SecretLines } from './prompt.ts'

/** Source of PINs: a terminal, or lines of standard input. Never arguments or the environment. */
export interface PinInput {
  /** A person is prompted, so a useless prompt should be avoided. */
  readonly interactive: boolean
  /** @throws CliError `ERR_USAGE` without a source of PINs. To be called before the card is accessed. */
  requireSource(): void
  /**
   * The next PIN.
   *
   * @param label - the prompt.
   * @throws CliError `ERR_USAGE` when it is the last one and standard input has more lines.
   */
  ask(label: string, form: PinForm): Promise<Pin>
  /** Wipes buffered input and releases the terminal. */
  close(): void
}

/** Conversion of the typed PIN, and whether it is the last one of the call. */
export interface PinForm extends PinTyping {
  /** Further PINs, or parts of this one, follow. Default false. */
  readonly more?: boolean
}

/** How PINs are entered in one call. */
export interface PinInputOptions {
  /** `--pin-stdin`. */
  readonly fromStdin: boolean
  /** Standard input carries a file, so PINs are prompted for at the controlling terminal. */
  readonly stdinTaken: boolean
}

/** Creates the source of PINs of this call. */
export function createPinInput(io: Io, { fromStdin, stdinTaken }: PinInputOptions): PinInput {
  if (fromStdin) return linesOf(io)
  if (!stdinTaken) return personAt(io, io.stdin.isTTY ? io.stdin : undefined)
  const terminal = (io.dependencies?.openTerminal ?? openTerminal)()
  return { ...personAt(io, terminal), close: () => void terminal?.destroy() }
}

function linesOf(io: Io): PinInput {
  const lines = new SecretLines(io.stdin, io.signal)
  return {
    interactive: false,
    requireSource() {},
    async ask(_, form) {
      const line = await lines.next()
      try {
        if (!form.more) await lines.requireEnd()
        const { pinFromBytes } = await import('./pin-bytes.ts')
        return pinFromBytes(line, form)
      } finally {
        line.fill(0)
      }
    },
    close: () => lines.close(),
  }
}

function personAt(io: Io, input: InputStream | undefined): PinInput {
  return {
    interactive: input !== undefined,
    requireSource() {
      if (input === undefined) throw usageError('no-terminal')
    },
    async ask(label, form) {
      if (input === undefined) throw usageError('no-terminal')
      const { pinFromBytes } = await import('./pin-bytes.ts')
      return pinFromBytes(await promptHidden(io, input, label), form)
    },
    close() {},
  }
}
