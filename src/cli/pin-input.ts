import type { Pin } from '../card/index.ts'
import { usageError } from './cli-error.ts'
import type { InputStream, Io } from './io.ts'
import type { PinTyping } from './pin-bytes.ts'
import { openTerminal, promptHidden, SecretLines } from './prompt.ts'

/** Where PINs come from: a person at a terminal, or lines of standard input. Never arguments or the environment. */
export interface PinInput {
  /** A person is asked, so a question in vain should be spared. */
  readonly interactive: boolean
  /** @throws CliError `ERR_USAGE` when there is no way to give a PIN. Call it before the card is touched. */
  requireSource(): void
  /**
   * The next PIN.
   *
   * @param label - what a person is asked.
   * @throws CliError `ERR_USAGE` when it is the last one and standard input has more.
   */
  ask(label: string, form: PinForm): Promise<Pin>
  /** Wipes what was read and lets go of the terminal. */
  close(): void
}

/** How what is typed is put right, and whether it is the last of the call. */
export interface PinForm extends PinTyping {
  /** Other PINs, or parts of this one, are asked for after it. Default false. */
  readonly more?: boolean
}

/** How PINs are given in one call. */
export interface PinInputOptions {
  /** `--pin-stdin`. */
  readonly fromStdin: boolean
  /** Standard input carries a file, so a person is asked at the terminal itself. */
  readonly stdinTaken: boolean
}

/** The way PINs are given in this call. */
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
