/** Hash functions of document signatures. SHA-1 and MD5 are refused everywhere. */
export const documentHashes = ['SHA-256', 'SHA-384', 'SHA-512'] as const

/** One of {@link documentHashes}. */
export type DocumentHash = (typeof documentHashes)[number]

/** What a signer returns. */
export interface DocumentSignature {
  /** RSA: PKCS#1 v1.5. ECDSA: DER. */
  readonly signature: Uint8Array
}

/** The certificate of a signer, DER, with that of its CA when it is known. */
export interface SignerCertificates {
  readonly certificate: Uint8Array
  readonly caCertificate?: Uint8Array | undefined
}

/**
 * A key that signs documents: the signature key of a card (署名用), a virtual card, any other key. One call is one
 * signature: a card verifies its password once, gives its certificate (which needs the password as well), and signs.
 */
export interface DocumentSigner {
  /**
   * Signs what `toSign` makes of the certificates. All else, the hash of the document above all, is done before this is
   * called, so that a password is asked for only when nothing but the signature is missing.
   *
   * @param hash - of the signature.
   * @param toSign - the bytes to sign, which contain or name the certificate. Called once. Its errors are rethrown, and
   *   nothing is signed then.
   */
  sign(
    hash: DocumentHash,
    toSign: (certificates: SignerCertificates) => Uint8Array | Promise<Uint8Array>,
  ): Promise<SignerCertificates & DocumentSignature>
}
