import { TransportError } from '../errors.ts'
import type { CardConnection } from '../transport/index.ts'

/** Another program reset the card, which is still present. */
export const isReset = (error: unknown): error is TransportError =>
  error instanceof TransportError && error.code === 'ERR_CARD_RESET'

/** Wraps a connection; reports each reset by another program, also when the session recovers by itself. */
export function watchResets(connection: CardConnection, onReset: (error: TransportError) => void): CardConnection {
  return {
    get reader() {
      return connection.reader
    },
    get atr() {
      return connection.atr
    },
    async transmit(command) {
      try {
        return await connection.transmit(command)
      } catch (error) {
        if (isReset(error)) onReset(error)
        throw error
      }
    },
    reconnect: (disposition) => connection.reconnect(disposition),
    close: (disposition) => connection.close(disposition),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}
