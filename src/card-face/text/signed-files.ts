/** Files of the text application as they are on the card, for checking what the issuer signed. Nothing is checked here. */
export interface SignedTextFiles {
  /** EF 0001, all 17 bytes, when asked for: holds the individual number. Overwrite it when it is done with. */
  readonly individualNumber?: Uint8Array | undefined
  /** EF 0002 to the end of its template, when asked for, with any bytes before FF20. Personal data. */
  readonly attributes?: Uint8Array | undefined
  /** EF 0003: digests of the two files above and the issuer's signature. See `decodeDigests`. */
  readonly digests: Uint8Array
  /** EF 0004: card-verifiable certificate of the issuer's key. */
  readonly issuerCertificate: Uint8Array
  /** EF 0007: the card's key and the issuer's signature. See `decodeTextCardKey`. */
  readonly cardKey: Uint8Array
}
