import { CliError, exitCodeOf, exitCodes, interruptCode } from './cli-error.ts'
import type { Context, Recording } from './context.ts'
import type { Invocation } from './invocation.ts'
import { type Io, type OutputStream, outputFailed } from './io.ts'
import { chooseLanguage, type Language, messagesIn } from './language.ts'
import type { Messages } from './messages/catalogue.ts'

/**
 * Runs one command line. Writes to `io` only, and never ends the process. Resolves when all output is written, however
 * slow its reader; a signal ends that wait.
 *
 * @param argv - arguments after the program's name.
 * @returns the exit code: 0 done, 1 refused or failed, 2 usage, 3 no service, reader or card, 4 PIN, 130 interrupted.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const language = chooseLanguage(argv, io.env)
  const code = await perform(argv, io, language)
  for (const stream of [io.stdout, io.stderr]) {
    if (!(await isFlushed(stream, io.signal))) return interruptCode(io.signal.reason)
  }
  if (hasFailed(io.stdout) && code < 128) {
    const failure = new CliError('ERR_FILE', 'cannot-output', io.stdout.failure?.code)
    await report(io, language, failure, { json: false, notCleared: false })
    return exitCodes.failed
  }
  return code === exitCodes.done && hasFailed(io.stderr) ? exitCodes.failed : code
}

/** Whether writing failed other than by EPIPE, which is not an error: the reader has ended. */
function hasFailed({ failure }: OutputStream): boolean {
  return failure !== undefined && failure.code !== 'EPIPE'
}

/** Waits until all is written; `false` when a signal came first. After a first signal, it takes a second one. */
function isFlushed(stream: OutputStream, signal: AbortSignal): Promise<boolean> {
  const flushed = (stream.flushed?.() ?? Promise.resolve()).then(() => true)
  if (signal.aborted) return flushed
  return new Promise((resolve) => {
    const stop = (): void => resolve(stream.failure !== undefined)
    signal.addEventListener('abort', stop, { once: true })
    flushed.then(resolve).finally(() => signal.removeEventListener('abort', stop))
  })
}

/** State of a run, for the report of its failure. */
interface State {
  readonly json: boolean
  notCleared: boolean
}

async function perform(argv: readonly string[], io: Io, language: Language): Promise<number> {
  const state: State = { json: argv.includes('--json'), notCleared: false }
  if (argv[0] === '--version') {
    const { packageVersion } = await import('./package-version.ts')
    const version = packageVersion()
    io.stdout.write(`${state.json ? JSON.stringify({ ok: true, version }) : version}\n`)
    return exitCodes.done
  }
  try {
    const { commands } = await import('./commands.ts')
    const { readInvocation } = await import('./invocation.ts')
    const invocation = await readInvocation(argv, commands)
    if (invocation.kind === 'help') {
      const { helpOn } = await import('./help.ts')
      const { columnsOf } = await import('./style.ts')
      const words = invocation.command?.name.split(' ') ?? []
      io.stdout.write(helpOn(words, commands, { language, json: state.json, width: columnsOf(io.stdout, io.env) }))
      return exitCodes.done
    }
    return await run({ ...invocation, commands }, io, await messagesIn(language), state)
  } catch (error) {
    // Reported by `main`; the interruption is only its consequence.
    if (io.signal.reason === outputFailed && !state.notCleared) return exitCodes.failed
    await report(io, language, error, state)
    return state.notCleared ? exitCodes.failed : exitCodeOf(error, io.signal)
  }
}

/** Writes a failure, its label in red on a terminal, and similar known words. */
async function report(io: Io, language: Language, error: unknown, state: State): Promise<void> {
  const { writeFailure } = await import('./output.ts')
  const { colouredLabels, isColoured } = await import('./style.ts')
  const messages = await messagesIn(language)
  await writeFailure(io, isColoured(io.stderr, io.env) ? colouredLabels(messages) : messages, error, state)
  const { UnknownWordError } = await import('./invocation.ts')
  if (state.json || !(error instanceof UnknownWordError) || error.near.length === 0) return
  io.stderr.write(`${messages.didYouMean(error.near)}\n`)
}

async function run(
  invocation: Extract<Invocation, { kind: 'command' }> & Pick<Context, 'commands'>,
  io: Io,
  messages: Messages,
  state: State,
): Promise<number> {
  const { command, commands, options, operands, replay } = invocation
  const { json, pinStdin } = await import('./options.ts')
  const { createPinInput } = await import('./pin-input.ts')
  const recording = invocation.recording ?? tracing(invocation, io)
  const pins = createPinInput(io, { fromStdin: options.has(pinStdin), stdinTaken: operands.includes('-') })
  const context: Context = {
    io,
    options,
    operands,
    commands,
    messages,
    pins,
    recording,
    replay,
    notCleared: false,
  }
  try {
    const result = await command.run?.(context)
    if (result === undefined) return exitCodes.done
    const { writeResult } = await import('./output.ts')
    const { colouredLabels, isColoured, markAlarms } = await import('./style.ts')
    const { text, alarms = [] } = result
    const marked = typeof text === 'string' && isColoured(io.stdout, io.env) ? markAlarms(text, alarms) : text
    const labels = isColoured(io.stderr, io.env) ? colouredLabels(messages) : messages
    const facts = command.session && context.session
    await writeResult(io, labels, options.has(json), { ...result, text: marked, json: { ...result.json, ...facts } })
    return result.refused === undefined ? exitCodes.done : exitCodeOf(result.refused, io.signal)
  } finally {
    state.notCleared = context.notCleared
    pins.close()
  }
}

/** `JPKI_CARD_TRACE=FILE`: every command that can be recorded is, masked, as `record` does. */
function tracing(
  { command: { name, session }, replay }: Extract<Invocation, { kind: 'command' }>,
  { env }: Io,
): Recording | undefined {
  const file = env['JPKI_CARD_TRACE']
  if (!file || !session || replay !== undefined) return undefined
  return { file, keep: 'public', command: name, isTrace: true }
}
