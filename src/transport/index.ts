/**
 * What a reader and a connection to a card are. Implementations: `jpki-card/transport/pcsc` and, without hardware,
 * `jpki-card/emulator`.
 *
 * @module jpki-card/transport
 */
export type {
  CardConnection,
  CardTransport,
  ConnectOptions,
  Disposition,
  ReaderControl,
  ReaderEvent,
  ReaderState,
  WaitOptions,
} from './connection.ts'
