/** Errors of the command line itself, and the exit codes of all. */
import { type CodeOf, JpkiCardError, TransportError } from '../errors.ts'
import { exitCodes, isCode, outcomeOf } from '../outcomes.ts'

export { exitCodes }

/** Codes that occur on the command line only. */
export type CliErrorCode = CodeOf<'CliError'>

/** Problems of usage and files; the catalogue has a sentence for each. */
export const problems = [
  'pin-in-arguments',
  'unknown-option',
  'takes-no-value',
  'needs-value',
  'bad-value',
  'unknown-command',
  'missing-command',
  'missing-option',
  'missing-operand',
  'too-many-operands',
  'wrong-option',
  'only-with-virtual',
  'not-with-virtual',
  'not-recordable',
  'not-while-replaying',
  'no-such-reader',
  'several-readers',
  'stdin-twice',
  'no-terminal',
  'stdin-ended',
  'stdin-left-over',
  'line-too-long',
  'needs-restart',
  'bad-faults',
  'bad-identity',
  'bad-roots',
  'bad-input',
  'not-together',
  'bad-settings',
  'port-in-use',
  'port-not-allowed',
  'address-not-here',
  'cannot-listen',
  'bad-tls',
  'not-ready',
  'given-twice',
  'one-of',
  'not-with-file',
  'nothing-there',
  'no-anchor',
  'cannot-read',
  'wrong-encoding',
  'not-utf8',
  'not-pem',
  'too-large',
  'not-signed',
  'cannot-write',
  'cannot-output',
  'pins-differ',
  'not-authentic',
  'not-all-passed',
  'steps-failed',
  'soak-failed',
] as const

/** One of {@link problems}. */
export type Problem = (typeof problems)[number]

/**
 * Wrong usage, or a file that cannot be read or written. Never repeats an argument, which may be a PIN: its subject is
 * the name of an option, a form of usage, names of readers or the system's error name. For a folder named by an
 * argument, the file is named.
 */
export class CliError extends Error {
  readonly code: CliErrorCode
  readonly problem: Problem
  readonly subject: string
  /** Name of the file in a folder that the error is about. */
  readonly file: string | undefined
  constructor(code: CliErrorCode, problem: Problem, subject = '', file?: string) {
    super(`${file === undefined ? '' : `${file}: `}${subject === '' ? problem : `${problem}: ${subject}`}`)
    this.name = 'CliError'
    this.code = code
    this.problem = problem
    this.subject = subject
    this.file = file
  }
}

const signalCodes: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** Exit code after a signal; the abort reason is its name. 130 for any other reason. */
export function interruptCode(reason: unknown): number {
  return signalCodes[String(reason)] ?? 130
}

/** Exit code of a failure: that of its code; 1 for an error without one. */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  const isOwn = error instanceof CliError || error instanceof JpkiCardError
  const exit = isOwn && isCode(error.code) ? outcomeOf(error.code).exit : exitCodes.failed
  if (exit !== 'signal') return exit
  return interruptCode(signal.aborted ? signal.reason : (error as Error).cause)
}

/** No connected reader has the name given with `--reader`. */
export class ReaderNameError extends TransportError {
  /** Names of the readers that are connected. */
  readonly names: string
  constructor(names: string) {
    super('ERR_NO_READER', `no reader has this name or a part of it; connected: ${names}`)
    this.names = names
  }
}

/** Wrong usage. */
export function usageError(problem: Problem, subject?: string): CliError {
  return new CliError('ERR_USAGE', problem, subject)
}

/** Runs a file operation; its failure becomes `ERR_FILE` with the system's error name and without the path. */
export async function withFile<T>(problem: 'cannot-read' | 'cannot-write', body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    if (typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) throw error
    throw new CliError('ERR_FILE', problem, code)
  }
}
