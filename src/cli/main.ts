import type { Command, Context, Recording } from './context.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { commandHelp, generalHelp } from './help.ts'
import { type Invocation, readInvocation } from './invocation.ts'
import type { Io } from './io.ts'
import { chooseLanguage, messagesIn } from './language.ts'
import type { Messages } from './messages/catalogue.ts'
import { writeFailure, writeResult } from './output.ts'
import { createPinInput } from './pin-input.ts'
import { packageVersion } from './version.ts'

/**
 * Runs one command line. Writes to `io` only, and never ends the process.
 *
 * @param argv - arguments after the program's name.
 * @returns the exit code: 0 done, 1 refused or failed, 2 usage, 3 no service, reader or card, 4 PIN, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === '--version') {
    io.stdout.write(`${packageVersion()}\n`)
    return exitCodes.done
  }
  const messages = messagesIn(chooseLanguage(argv, io.env))
  const state = { json: argv.includes('--json'), notCleared: false }
  try {
    const invocation = await readInvocation(argv)
    if (invocation.kind === 'help') {
      io.stdout.write(invocation.command ? commandHelp(invocation.command, messages) : generalHelp(messages))
      return exitCodes.done
    }
    return await run(invocation, io, messages, state)
  } catch (error) {
    writeFailure(io, messages, error, state)
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
    writeResult(io, messages, options.has('json'), result)
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
