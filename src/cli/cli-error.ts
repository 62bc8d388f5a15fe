/** Errors only the command line knows. Their codes join those of `jpki-card`. */

import { TransportError } from '../errors.ts'

/** Codes of {@link CliError}. */
export const cliErrorCodes = [
  'ERR_USAGE',
  'ERR_FILE',
  'ERR_PIN_MISMATCH',
  'ERR_EVALUATION',
  'ERR_AUTHENTICITY',
  'ERR_FIELD_TEST',
  'ERR_SERVER_START',
] as const

/** One of the codes only the command line knows. */
export type CliErrorCode = (typeof cliErrorCodes)[number]

/** What exactly is wrong; the catalogue has a sentence for each. */
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
  'bad-roots',
  'bad-input',
  'not-together',
  'bad-settings',
  'port-in-use',
  'port-not-allowed',
  'address-not-here',
  'cannot-listen',
  'bad-tls',
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
 * Wrong usage, or a file that cannot be read or written. It never repeats an argument, which may be a PIN: its subject is
 * the name of an option, a form of usage, names of readers or the system's error name. Of a folder that an argument names,
 * the file is named.
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
