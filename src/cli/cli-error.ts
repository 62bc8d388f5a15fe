/** Errors only the command line knows. Their codes join those of `jpki-card/errors`. */

/** Codes of {@link CliError}. */
export const cliErrorCodes = ['ERR_USAGE', 'ERR_FILE', 'ERR_PIN_MISMATCH', 'ERR_INTERNAL'] as const

/** One of the codes only the command line knows. */
export type CliErrorCode = (typeof cliErrorCodes)[number]

/** Wrong usage, or a file that cannot be read or written. The message never repeats an argument: it may be a PIN. */
export class CliError extends Error {
  readonly code: CliErrorCode
  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.code = code
  }
}

/** Runs a file operation; its failure becomes `ERR_FILE` with the system's error name and without the path. */
export async function withFile<T>(message: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error
    throw new CliError('ERR_FILE', `${message} (${code})`)
  }
}
