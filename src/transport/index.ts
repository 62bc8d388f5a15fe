/**
 * Interfaces of readers and card connections. Implementations: `jpki-card/pcsc` and, without hardware,
 * `jpki-card/emulator`.
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
