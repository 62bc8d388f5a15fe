/** Interfaces of card readers and card connections. */

/**
 * What happens to the card on disconnect: `leave` keeps its state, `reset` is a warm reset, `unpower` powers it down
 * (SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_UNPOWER_CARD).
 */
export type Disposition = 'leave' | 'reset' | 'unpower'

/** Control transfers to the reader itself (SCardControl). */
export interface ReaderControl {
  /** Control code of GET_FEATURE_REQUEST, PC/SC part 10, which differs between systems. */
  readonly featureRequest: number
  /**
   * One control transfer; queued with the exchanges. Never resent.
   *
   * @param code - control code, 32 bits.
   * @param data - not kept.
   * @param timeoutMs - longest wait, milliseconds; allow for the time a person takes at the reader.
   * @throws TransportError as {@link CardConnection.transmit}. `ERR_TRANSPORT` when the driver refuses; the connection
   *   stays usable.
   */
  send(code: number, data: Uint8Array, timeoutMs: number): Promise<Uint8Array>
}

/** A powered card in a reader. One exchange at a time; implementations queue, callers may overlap. */
export interface CardConnection extends AsyncDisposable {
  /** Name of the reader, as reported by PC/SC. */
  readonly reader: string
  /** Answer to reset, 2 to 33 bytes. Capability hints only: never used to identify the card. */
  readonly atr: Uint8Array
  /** Whether every other program is kept off the card. Default: not known, which counts as no. */
  readonly exclusive?: boolean | undefined
  /**
   * Sends one command APDU and returns the response APDU, status word included. Never resends.
   *
   * @param command - encoded command, 4 to 65 544 bytes. Not kept; may be wiped by the caller after the promise
   *   settles.
   * @returns newly allocated bytes, 2 to 65 538; fewer only from a card that violates ISO/IEC 7816-4.
   * @throws TransportError `ERR_CARD_REMOVED`, `ERR_CARD_RESET`, `ERR_CARD_MUTE`, `ERR_TIMEOUT`,
   *   `ERR_CONNECTION_CLOSED`, `ERR_SERVICE_UNAVAILABLE`, `ERR_TRANSPORT`. After `ERR_TIMEOUT` the connection is
   *   unusable. `ERR_READER_BUSY` on a shared connection: another program's transaction kept the command from being
   *   sent.
   */
  transmit(command: Uint8Array): Promise<Uint8Array>
  /** Absent where the binding has no control transfers. */
  readonly control?: ReaderControl | undefined
  /** Powers the card down and up (`unpower`) or resets it (`reset`) and reconnects (SCardReconnect). */
  reconnect(disposition: Disposition): Promise<void>
  /**
   * Disconnects. Idempotent. Default `leave`, which always resolves.
   *
   * @throws TransportError when `reset` or `unpower` could not be carried out, for example `ERR_TIMEOUT` after a card
   *   that stopped responding: a PIN may then still be verified on it.
   */
  close(disposition?: Disposition): Promise<void>
}

/** State of a reader and of the card in it. */
export interface ReaderState {
  readonly name: string
  readonly cardPresent: boolean
  /** A card is present but does not respond. */
  readonly mute: boolean
  /** Another program holds the card exclusively, as of the last state change; only connecting is reliable. */
  readonly busy: boolean
  /** Answer to reset, when the binding reports it with the state; a connection always has it. */
  readonly atr?: Uint8Array
}

/** A change of the readers or the cards in them. */
export type ReaderEvent =
  | { readonly type: 'reader-attached'; readonly reader: ReaderState }
  | { readonly type: 'reader-detached'; readonly reader: string }
  | { readonly type: 'card-inserted'; readonly reader: ReaderState }
  | { readonly type: 'card-removed'; readonly reader: string }
  /** The smart card service stopped; watching continues, `service-restored` follows. */
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

/** Access to readers: PC/SC through a binding, or the virtual card in process. */
export interface CardTransport extends AsyncDisposable {
  /** Name for display: `pcsc-mini`, `pcsclite`, `virtual`. */
  readonly name: string
  /** The attached readers. @throws TransportError `ERR_SERVICE_UNAVAILABLE`. */
  readers(): Promise<readonly ReaderState[]>
  /**
   * Hot-plug events, beginning with one `reader-attached` (and `card-inserted`) for readers and cards already present.
   * Ends when the signal aborts or the transport is closed; a restart of the service does not end it.
   */
  watch(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<ReaderEvent>
  /**
   * Resolves with the reader as soon as a responding card is in it; at once if one is present.
   *
   * @throws TransportError `ERR_TIMEOUT`, `ERR_ABORTED`, `ERR_SERVICE_UNAVAILABLE`.
   */
  waitForCard(options?: WaitOptions & { readonly reader?: string | undefined }): Promise<ReaderState>
  /**
   * Connects to the card in the reader of that name.
   *
   * @throws TransportError `ERR_SERVICE_UNAVAILABLE`, `ERR_NO_READER`, `ERR_NO_CARD`, `ERR_CARD_MUTE`,
   *   `ERR_READER_BUSY`, `ERR_TIMEOUT`, `ERR_ABORTED`.
   */
  connect(reader: string, options?: ConnectOptions): Promise<CardConnection>
  /** Closes every connection and stops watching; nothing keeps the process alive afterwards. Idempotent. */
  close(): Promise<void>
}
