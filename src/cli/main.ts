import { CliError, exitCodeOf, exitCodes, interruptCode } from './cli-error.ts'
import type { Command, Context, Recording } from './context.ts'
import { commandHelp, generalHelp, packageVersion } from './help.ts'
import { type Invocation, readInvocation } from './invocation.ts'
import { type Io, type OutputStream, outputFailed } from './io.ts'
import { chooseLanguage, messagesIn } from './language.ts'
import type { Messages } from './messages/catalogue.ts'
import { writeFailure, writeResult } from './output.ts'
import { createPinInput } from './pin-input.ts'

/**
 * Runs one command line. Writes to `io` only, and never ends the process. It is done when everything is written, however
 * slow the reader; a signal meanwhile ends the wait.
 *
 * @param argv - arguments after the program's name.
 * @returns the exit code: 0 done, 1 refused or failed, 2 usage, 3 no service, reader or card, 4 PIN, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const messages = messagesIn(chooseLanguage(argv, io.env))
  const code = await perform(argv, io, messages)
  for (const stream of [io.stdout, io.stderr]) {
    if (!(await isFlushed(stream, io.signal))) return interruptCode(io.signal.reason)
  }
  if (hasFailed(io.stdout) && code < 128) {
    const failure = new CliError('ERR_FILE', 'cannot-output', io.stdout.failure?.code)
    await writeFailure(io, messages, failure, { json: false, notCleared: false })
    return exitCodes.failed
  }
  return code === exitCodes.done && hasFailed(io.stderr) ? exitCodes.failed : code
}

/** For another reason than that its reader went away, which is no failure: it has read what it wanted. */
function hasFailed({ failure }: OutputStream): boolean {
  return failure !== undefined && failure.code !== 'EPIPE'
}

/** Waits until all is written; `false` when a signal came first. After a signal it takes a second one. */
function isFlushed(stream: OutputStream, signal: AbortSignal): Promise<boolean> {
  const flushed = (stream.flushed?.() ?? Promise.resolve()).then(() => true)
  if (signal.aborted) return flushed
  return new Promise((resolve) => {
    const stop = (): void => resolve(stream.failure !== undefined)
    signal.addEventListener('abort', stop, { once: true })
    flushed.then(resolve).finally(() => signal.removeEventListener('abort', stop))
  })
}

async function perform(argv: readonly string[], io: Io, messages: Messages): Promise<number> {
  if (argv[0] === '--version') {
    io.stdout.write(`${packageVersion()}\n`)
    return exitCodes.done
  }
  const state = { json: argv.includes('--json'), notCleared: false }
  try {
    const invocation = await readInvocation(argv)
    if (invocation.kind === 'help') {
      io.stdout.write(invocation.command ? commandHelp(invocation.command, messages) : generalHelp(messages))
      return exitCodes.done
    }
    return await run(invocation, io, messages, state)
  } catch (error) {
    // Told by `main`: that it was interrupted is only what follows from it.
    if (io.signal.reason === outputFailed && !state.notCleared) return exitCodes.failed
    await writeFailure(io, messages, error, state)
    return state.notCleared ? exitCodes.failed : exitCodeOf(error, io.signal)
  }
}

async function run(
  invocation: Extract<Invocation, { kind: 'command' }>,
  io: Io,
  messages: Messages,
  state: { json: boolean; notCleared: boolean },
): Promise<number> {
  const { options, operands, replay } = invocation
  const recording = invocation.recording ?? tracing(invocation, io)
  const command: Command = await invocation.load()
  const pins = createPinInput(io, {
    fromStdin: options.has('pin-stdin'),
    stdinTaken: operands.includes('-'),
  })
  const context: Context = { io, options, operands, messages, pins, recording, replay, notCleared: false }
  try {
    const result = await command(context)
    if (result === undefined) return exitCodes.done
    await writeResult(io, messages, options.has('json'), result)
    return result.refused === undefined ? exitCodes.done : exitCodeOf(result.refused, io.signal)
  } finally {
    state.notCleared = context.notCleared
    pins.close()
  }
}

/** `JPKI_CARD_TRACE=FILE`: every command that can be recorded is, masked, as `record` does. */
function tracing(
  { name, session, replay }: Extract<Invocation, { kind: 'command' }>,
  { env }: Io,
): Recording | undefined {
  const file = env['JPKI_CARD_TRACE']
  if (!file || !session || replay !== undefined) return undefined
  return { file, keep: 'public', command: name, isTrace: true }
}
