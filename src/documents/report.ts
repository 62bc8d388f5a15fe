import type { VerificationReport } from '../pki/index.ts'

/**
 * The report of a signed document, in the terms of ETSI TS 119 102-2 where they fit. The same for CMS, PDF and XML: never a
 * bare boolean, and always with what was not checked.
 */
export interface DocumentReport {
  readonly format: 'cms' | 'pdf' | 'xml'
  /** When it was verified. */
  readonly at: Date
  /** In the order of the document. Empty: it has no signature. */
  readonly signatures: readonly SignatureReport[]
  /** PDF: changes after the last signature or between two, each classed. */
  readonly changes: readonly DocumentChange[]
  /** Findings about the document as a whole that make it refused or suspicious. */
  readonly problems: readonly DocumentProblem[]
  /** What no one checked, by stable identifier: `visual-content`, `revocation`, `attribute-certificates`, … */
  readonly notChecked: readonly string[]
}

/** Main indications, ETSI EN 319 102-1 5.1.3. */
export type Indication = 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE'

/** Sub-indications used here, ETSI EN 319 102-1 5.1.3. */
export type SubIndication =
  | 'FORMAT_FAILURE'
  | 'HASH_FAILURE'
  | 'SIG_CRYPTO_FAILURE'
  | 'SIG_CONSTRAINTS_FAILURE'
  | 'CRYPTO_CONSTRAINTS_FAILURE'
  | 'REVOKED'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'CHAIN_CONSTRAINTS_FAILURE'
  | 'CERTIFICATE_CHAIN_GENERAL_FAILURE'
  | 'NO_CERTIFICATE_CHAIN_FOUND'
  | 'NO_SIGNING_CERTIFICATE_FOUND'
  | 'SIGNED_DATA_NOT_FOUND'
  | 'TRY_LATER'
  | 'TIMESTAMP_ORDER_FAILURE'
  | 'REVOKED_NO_POE'
  | 'REVOKED_CA_NO_POE'
  | 'OUT_OF_BOUNDS_NO_POE'

/** One signature. */
export interface SignatureReport {
  /** Position in the document, from 0. */
  readonly index: number
  /** XML: path of the signature itself, `/a/ds:Signature[2]`. */
  readonly element?: string | undefined
  /** Name of the form: `CAdES-B-B`, `PAdES-B-T`, `adbe.pkcs7.detached`, `XAdES-BES`, `XML-DSig`, … */
  readonly profile: string
  readonly indication: Indication
  readonly subIndication?: SubIndication | undefined
  /** The signature value over what was signed, with the key of the signing certificate. */
  readonly integrity: 'intact' | 'broken' | 'not-checked'
  readonly hash?: string | undefined
  readonly algorithm?: string | undefined
  /** What exactly is covered. */
  readonly coverage: SignatureCoverage
  readonly signer?: SignerReport | undefined
  /** Signing time as the signer claims it. */
  readonly claimedTime?: Date | undefined
  readonly timestamps: readonly TimestampReport[]
  /** The time the signer was verified at: that of a valid timestamp, else the claimed one, else the time of verification. */
  readonly verifiedAt: { readonly time: Date; readonly by: 'timestamp' | 'claimed' | 'verification' }
  /** Counter-signatures (CMS, XAdES). */
  readonly counterSignatures: readonly SignatureReport[]
  readonly problems: readonly DocumentProblem[]
  readonly notChecked: readonly string[]
}

/** What a signature covers. */
export interface SignatureCoverage {
  /** Whether it covers the whole document as it is now, or as it was when it was signed (an earlier revision). */
  readonly extent: 'whole' | 'earlier-revision' | 'part' | 'none'
  /** PDF: byte ranges. */
  readonly byteRanges?: readonly { readonly start: number; readonly length: number }[] | undefined
  /** XML: what each reference resolved to. */
  readonly references?: readonly {
    readonly uri: string
    /** Path of the element: `/a/b[2]`; `detached` for another resource. */
    readonly element: string
    readonly transforms: readonly string[]
  }[]
  /** Bytes covered, when they can be counted. */
  readonly bytes?: number | undefined
}

/** The signer of a signature. */
export interface SignerReport {
  /** DER. */
  readonly certificate: Uint8Array
  /** Our own verification: path, JPKI profile, revocation, each check with its result. */
  readonly verification: VerificationReport
  /** Personal data of the certificate: name, address, birth date, sex. Do not log it. */
  readonly holder?: Readonly<Record<string, string>> | undefined
}

/** A timestamp, RFC 3161. */
export interface TimestampReport {
  readonly time?: Date | undefined
  readonly indication: Indication
  readonly subIndication?: SubIndication | undefined
  readonly policy?: string | undefined
  readonly authority?: SignerReport | undefined
  readonly problems: readonly DocumentProblem[]
  readonly notChecked?: readonly string[] | undefined
}

/** A change of a PDF after a signature. */
export interface DocumentChange {
  /** Position of the revision, from 1. */
  readonly revision: number
  /** Stable identifier: `signature-added`, `form-filled`, `annotation-added`, `dss-added`, `content-changed`, `page-added`, … */
  readonly kind: string
  readonly allowed: boolean
  /** Objects concerned: `12 0 R`. */
  readonly objects: readonly string[]
}

/** Something that is wrong or suspicious. */
export interface DocumentProblem {
  /** Stable identifier: `signed-attributes-missing`, `duplicate-id`, `byte-range-gap`, … */
  readonly id: string
  readonly severity: 'refused' | 'warning'
  /** For a technician: nothing of the content of the document. */
  readonly detail?: string | undefined
}
