import type { CommandApdu, ResponseApdu } from '../apdu/index.ts'
import type { CardApplication } from './application.ts'

/**
 * Secure messaging of one application, between a session and its exchanges: the session asks it about every command while
 * that application is current, and tells it when the card has lost the keys.
 */
export interface Protection {
  readonly application: CardApplication
  /**
   * The protected form of a command; `undefined` when the command goes in the clear.
   *
   * @throws SecureMessagingError when the command must be protected and cannot be any more. Nothing has been sent then.
   */
  wrap(command: CommandApdu): CommandApdu | undefined
  /** The plain response to the command wrapped last. @throws SecureMessagingError when it is not a protected one. */
  unwrap(response: ResponseApdu): ResponseApdu
  /** Keys and counter are of no use any more: wipes them. Commands that must be protected are refused from now on. */
  end(): void
}
