/** An application on a card: its identifier and a name for messages. */
export interface CardApplication {
  /** Short name, for example `jpki`. */
  readonly id: string
  /** Application identifier, 5 to 16 bytes. */
  readonly aid: Uint8Array
}
