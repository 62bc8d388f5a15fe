/** What a reader and a powered card are to the rest of the package. Interfaces only. */

/** How a connection is given up. `leave` keeps the card's state, `reset` is a warm reset, `unpower` a cold one. */
export type Disposition = 'leave' | 'reset' | 'unpower'

/** What a reader itself can be asked and told, past the card: control transfers of PC/SC. */
export interface ReaderControl {
  /** Control code of GET_FEATURE_REQUEST, PC/SC part 10, which differs between systems. */
  readonly featureRequest: number
  /**
   * One transfer; it queues with the exchanges. Never repeated.
   *
   * @param code - control code, 32 bits.
   * @param data - not kept.
   * @param timeoutMs - longest wait, more than a person may take at the reader.
   * @throws TransportError as {@link CardConnection.transmit}. `ERR_TRANSPORT` when the driver refuses, and the connection goes
   *   on then.
   */
  send(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>
}

/** A powered card in a reader. One exchange at a time; implementations queue, callers may overlap. */
export interface CardConnection extends AsyncDisposable {
  /** Name of the reader, as the service gives it. */
  readonly reader: string
  /** Answer to reset, 2 to 33 bytes. Capability hints only: never used to tell which card it is. */
  readonly atr: Uint8Array
  /**
   * Sends one command APDU and returns the response APDU, status word included. Never resends anything.
   *
   * @param command - encoded command, 4 to 65 544 bytes. Not kept; may be wiped by the caller after the promise settles.
   * @returns fresh bytes, the caller's own: 2 to 65 538 of them, fewer only from a card that breaks the rules.
   * @throws TransportError `ERR_CARD_REMOVED`, `ERR_CARD_RESET`, `ERR_CARD_MUTE`, `ERR_TIMEOUT`, `ERR_CONNECTION_CLOSED`,
   *   `ERR_SERVICE_UNAVAILABLE`, `ERR_TRANSPORT`. After `ERR_TIMEOUT` the connection is dead. `ERR_READER_BUSY` on a
   *   shared connection: another program's transaction kept the command from being sent.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /** Absent where the binding has no control transfers. */
  readonly control?: ReaderControl | undefined
  /** Powers the card down and up (`unpower`) or resets it (`reset`) and takes the connection again. */
  reconnect(disposition: Disposition): Promise<void>
  /**
   * Gives the card up. Idempotent. Default `leave`, which always resolves.
   *
   * @throws TransportError when `reset` or `unpower` could not be carried out, for example `ERR_TIMEOUT` after a card
   *   that fell silent: then a PIN may still be verified on it.
   */
  close(disposition?: Disposition): Promise<void>
}

/** A reader and what is in it now. */
export interface ReaderState {
  readonly name: string
  readonly cardPresent: boolean
  /** A card is there but does not answer. */
  readonly mute: boolean
  /** Another program holds the card exclusively, as of the last change; only connecting is sure. */
  readonly busy: boolean
  /** When a card has answered and the binding tells it here; a connection always has it. */
  readonly atr?: Uint8Array
}

/** A change a kiosk wants to know about. */
export type ReaderEvent =
  | { readonly type: 'reader-attached'; readonly reader: ReaderState }
  | { readonly type: 'reader-detached'; readonly reader: string }
  | { readonly type: 'card-inserted'; readonly reader: ReaderState }
  | { readonly type: 'card-removed'; readonly reader: string }
  /** The service went away; watching goes on and `service-restored` follows when it is back. */
  | { readonly type: 'service-lost'; readonly error: Error }
  | { readonly type: 'service-restored' }

/** Options of every wait: a limit, a signal, or both. */
export interface WaitOptions {
  /** Give up after this many milliseconds with `ERR_TIMEOUT`. Default: no limit. */
  readonly timeoutMs?: number | undefined
  /** Give up when aborted, with `ERR_ABORTED`, cause the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Options of {@link CardTransport.connect}. */
export interface ConnectOptions extends WaitOptions {
  /** Keep every other program off the card. Default true. */
  readonly exclusive?: boolean | undefined
}

/** A way to readers: PC/SC through some binding, or the virtual card in process. */
export interface CardTransport extends AsyncDisposable {
  /** For people: `pcsc-mini`, `pcsclite`, `virtual`. */
  readonly name: string
  /** Readers now. Empty when there is none. @throws TransportError `ERR_SERVICE_UNAVAILABLE`. */
  readers(): Promise<readonly ReaderState[]>
  /**
   * Hot-plug events, beginning with one `reader-attached` (and `card-inserted`) for what is there already. Ends when the
   * signal aborts or the transport is closed; a restart of the service does not end it.
   */
  watch(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<ReaderEvent>
  /**
   * Resolves with the reader as soon as a card that answers is in it; at once if one is.
   *
   * @throws TransportError `ERR_TIMEOUT`, `ERR_ABORTED`, `ERR_SERVICE_UNAVAILABLE`.
   */
  waitForCard(options?: WaitOptions & { readonly reader?: string | undefined }): Promise<ReaderState>
  /**
   * Connects to the card in the reader of that name.
   *
   * @throws TransportError `ERR_SERVICE_UNAVAILABLE`, `ERR_NO_READER`, `ERR_NO_CARD`, `ERR_CARD_MUTE`, `ERR_READER_BUSY`,
   *   `ERR_TIMEOUT`, `ERR_ABORTED`.
   */
  connect(reader: string, options?: ConnectOptions): Promise<CardConnection>
  /** Closes every connection and stops watching; the process can then end by itself. Idempotent. */
  close(): Promise<void>
}
