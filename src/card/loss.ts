import { ins } from '../apdu/index.ts'
import { ResponseError, TransportError } from '../errors.ts'

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof TransportError && codes.includes(error.code)

/** Another program reset the card, which is still there. */
export const isReset = (error: unknown): error is TransportError => isCode(error, 'ERR_CARD_RESET')

/** The card left the field: nothing is verified on it any more. */
export const isRemoval = (error: unknown): boolean => isCode(error, 'ERR_CARD_REMOVED', 'ERR_NO_CARD')

/** The connection is of no use, so closing it proves nothing about the card. */
export const isDead = (error: unknown): boolean =>
  isCode(error, 'ERR_TIMEOUT', 'ERR_CONNECTION_CLOSED', 'ERR_SERVICE_UNAVAILABLE')

/** Commands that leave the application and its verified PINs as they are, whatever becomes of them. */
const reads: ReadonlySet<number> = new Set([ins.readBinary, ins.readRecord, ins.getData])

/**
 * Whether the card took the command is not known, so neither is what is selected on it. An answer that was cut or spoilt on its way
 * leaves no doubt where the command only reads.
 *
 * @param instruction - INS of the command.
 */
export const losesTrack = (error: unknown, instruction: number): boolean =>
  (error instanceof ResponseError && !reads.has(instruction)) ||
  (error instanceof TransportError && error.code !== 'ERR_READER_BUSY')
