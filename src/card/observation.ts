import { type Channel, channel } from 'node:diagnostics_channel'

/**
 * Message on the diagnostics channel `jpki-card:exchange` for every command of every session, published when the
 * channel has subscribers. Contains no command or response data.
 */
export interface ExchangeMessage {
  /** Name of the reader. */
  readonly reader: string
  readonly command: string
  readonly ins: number
  /** Status word of the whole response; `undefined` without a response. */
  readonly sw: number | undefined
  /** Code of the error without a response; otherwise `undefined`. */
  readonly error: string | undefined
  /** Bytes of data in the command, without header and lengths. */
  readonly commandBytes: number
  /** Bytes of data in the response, without the status word. */
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
