import { JpkiCardError, TransportError } from '../errors.ts'
import { CliError } from './cli-error.ts'

/** What the process ends with. Documented; never renumbered. */
export const exitCodes = { done: 0, failed: 1, usage: 2, noCard: 3, pin: 4 } as const

const signalCodes: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** Exit code after a signal; the reason of the abort is its name. 130 when it is something else. */
export function interruptCode(reason: unknown): number {
  return signalCodes[String(reason)] ?? 130
}

/** Exit code of a failure. */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (error instanceof CliError) {
    if (error.code === 'ERR_USAGE') return exitCodes.usage
    return error.code === 'ERR_PIN_MISMATCH' ? exitCodes.pin : exitCodes.failed
  }
  if (!(error instanceof JpkiCardError)) return exitCodes.failed
  if (error.code === 'ERR_ABORTED') return interruptCode(signal.aborted ? signal.reason : error.cause)
  if (error.code.startsWith('ERR_PIN_')) return exitCodes.pin
  return error instanceof TransportError ? exitCodes.noCard : exitCodes.failed
}
