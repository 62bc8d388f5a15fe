/**
 * Applications selected to clear PINs: SELECT of a different application clears every verified PIN.
 * The card manager exists on My Number cards, the Juki application on both cards, the visual application on My Number
 * cards and on Juki cards issued from 2009-04-20.
 */
export const exits: readonly CardApplication[] = [
  { id: 'card-manager', aid: Uint8Array.of(0xa0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00) },
  { id: 'juki', aid: Uint8Array.of(0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x01) },
  { id: 'visual', aid: Uint8Array.of(0xd3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x02) },
]

/** An application on a card: its identifier and a name for messages. */
export interface CardApplication {
  /** Short name, for example `jpki`. */
  readonly id: string
  /** Application identifier, 5 to 16 bytes. */
  readonly aid: Uint8Array
}
