/** Object identifiers of RFC 6960 appendix B. */
export const ids = {
  /** id-kp-OCSPSigning */
  signing: '1.3.6.1.5.5.7.3.9',
  /** id-pkix-ocsp-basic */
  basic: '1.3.6.1.5.5.7.48.1.1',
  /** id-pkix-ocsp-nonce */
  nonce: '1.3.6.1.5.5.7.48.1.2',
  /** id-pkix-ocsp-nocheck */
  noCheck: '1.3.6.1.5.5.7.48.1.5',
} as const
