import type { CardPublicKey } from '../../registry/cvc/card-key.ts'

/** What every signed record of the visual application has. */
export interface SignedCardRecord {
  /** The card's own key, under the signature: the card proves that it holds the key by answering a challenge. */
  readonly cardKey: CardPublicKey
  /** What the signature is over. */
  readonly signed: Uint8Array
  /** The issuer's signature, 256 bytes, not checked by reading it: see `verifyEvidence`. */
  readonly signature: Uint8Array
  /** The record as it was read, for `verifyEvidence`. */
  readonly record: Uint8Array
}
