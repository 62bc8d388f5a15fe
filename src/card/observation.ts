import { type Channel, channel } from 'node:diagnostics_channel'

/**
 * What is published on the diagnostics channel `jpki-card:exchange` for every command of every session, when it has
 * subscribers. Holds no data of commands or answers.
 */
export interface ExchangeMessage {
  /** Name of the reader. */
  readonly reader: string
  readonly command: string
  readonly ins: number
  /** Status word of the whole response; `undefined` when none came. */
  readonly sw: number | undefined
  /** Code of the error when no answer came; `undefined` when one did. */
  readonly error: string | undefined
  /** Bytes of data in the command, without header and lengths. */
  readonly commandBytes: number
  /** Bytes of data in the answer, without the status word. */
  readonly responseBytes: number
  /** From the first byte out to the last byte in, GET RESPONSE included. */
  readonly milliseconds: number
}

/** Name of the channel, for `node:diagnostics_channel`. */
export const exchangeChannelName = 'jpki-card:exchange'

export const exchangeChannel: Channel = channel(exchangeChannelName)

/** The code of an error of this package. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown'
}
