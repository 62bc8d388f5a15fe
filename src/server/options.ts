import { createSecretKey, type KeyObject } from 'node:crypto'
import {
  Certificate,
  type JpkiHierarchy,
  type JpkiProfiles,
  jpkiAuthorityOf,
  type RevocationPolicy,
  type SignaturePolicy,
} from '../pki/index.ts'
import { isIdentifier, isOrigin, isTokenFormat, type TokenFormat, tokenFormat, tokenFormats } from '../token/index.ts'
import {
  isUserVerification,
  type UserVerification,
  userVerifications,
  usualUserVerifications,
} from '../user-verification.ts'
import type { AuditSink } from './audit/line.ts'
import type { NonceStore } from './stores/store.ts'

/** Options of {@link TokenService}. */
export interface TokenServiceOptions {
  /** Origin of this server as terminals reach it: `https://issue.example.jp`. */
  readonly origin: string
  readonly store: NonceStore
  /** CA certificates to trust; there is no default. See `jpkiAnchors`. */
  readonly anchors: readonly Certificate[]
  /** Untrusted certificates to build paths with. */
  readonly intermediates?: readonly Certificate[] | undefined
  /** Revocation policy. Required; there is no default. */
  readonly revocation: RevocationPolicy
  /** Default: production only. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
  /** Policies and issuers of certificates besides those known, for example of certificates in phones. */
  readonly profiles?: JpkiProfiles | undefined
  /** Ways to verify the holder that are accepted. Default: `pin` and `device`; at least one. */
  readonly userVerification?: readonly UserVerification[] | undefined
  /** Purposes challenges are issued for. Default: any. */
  readonly purposes?: readonly string[] | undefined
  /**
   * Token formats that are served; at least one. A challenge has the first unless its request names one, and a token of
   * another format is refused. Default: the newest only. Terminals from before format 2 name none: where they are
   * served, format 1 is the first.
   */
  readonly formats?: readonly TokenFormat[] | undefined
  /** Lifetime of a challenge, milliseconds, 5 000 to 600 000. Default 120 000. */
  readonly challengeLifetimeMs?: number | undefined
  /**
   * Open challenges per terminal, at most, 1 to 100 000; beyond that its oldest is withdrawn, so that one terminal
   * cannot fill the store for all others. Counted per process. Default 1 000.
   */
  readonly challengesPerTerminal?: number | undefined
  /** Secret for pseudonyms, at least 32 bytes; copied. Changing it changes every holder identifier. */
  readonly pseudonymKey: Uint8Array
  readonly audit?: AuditSink | undefined
  /**
   * Digest of the settings that must be equal for all instances on the store. Instances whose digests differ fail
   * (`configuration-differs`). Default: not compared.
   */
  readonly configuration?: string | undefined
  /** Version of the software, compared in the same way (`version-differs`). Default: not compared. */
  readonly version?: string | undefined
  /** Name of this instance for operators, such as host name and process id. */
  readonly instance?: string | undefined
  /** Default: the system clock. */
  readonly clock?: (() => Date) | undefined
  /** Signature algorithms accepted for certificates, CRLs, OCSP responses and tokens. */
  readonly signatures?: SignaturePolicy | undefined
}

/** Options {@link TokenService.reconfigure} can replace. */
export type TokenServiceChanges = Partial<
  Pick<
    TokenServiceOptions,
    | 'anchors'
    | 'intermediates'
    | 'revocation'
    | 'hierarchies'
    | 'profiles'
    | 'userVerification'
    | 'purposes'
    | 'formats'
    | 'challengeLifetimeMs'
    | 'signatures'
    | 'configuration'
  >
>

/** The options with their defaults, and values derived from them once. */
export type Settings = Omit<
  TokenServiceOptions,
  'challengeLifetimeMs' | 'challengesPerTerminal' | 'clock' | 'formats' | 'pseudonymKey' | 'userVerification'
> & {
  readonly challengeLifetimeMs: number
  readonly challengesPerTerminal: number
  readonly clock: () => Date
  readonly userVerification: readonly UserVerification[]
  readonly formats: readonly [TokenFormat, ...TokenFormat[]]
  readonly pseudonymKey: KeyObject
  /** Generation of each anchor that is a JPKI CA. */
  readonly generations: ReadonlyMap<Certificate, number | undefined>
}

/** @throws TypeError, RangeError naming the option that is not as described in {@link TokenServiceOptions}. */
export function settingsOf(options: TokenServiceOptions): Settings {
  const { origin, store, anchors, revocation, purposes, challengeLifetimeMs = 120_000, pseudonymKey } = options
  if (!isOrigin(origin)) throw new TypeError('origin must be an origin: scheme, host and port, nothing else')
  if (typeof store?.put !== 'function' || typeof store.take !== 'function')
    throw new TypeError('store must have put and take')
  if (!areCertificates(anchors) || anchors.length === 0) throw new TypeError('anchors must be CA certificates')
  if (!areCertificates(options.intermediates ?? [])) throw new TypeError('intermediates must be certificates')
  if (!['required', 'best-effort', 'none'].includes(revocation?.mode))
    throw new TypeError('options.revocation.mode must be "required", "best-effort" or "none"')
  if (revocation.mode !== 'none' && !Array.isArray(revocation.sources)) {
    throw new TypeError('options.revocation.sources must be given unless mode is "none"')
  }
  if (purposes?.some((purpose) => !isIdentifier(purpose))) throw new TypeError('purposes must be identifiers')
  if (!Number.isInteger(challengeLifetimeMs) || challengeLifetimeMs < 5_000 || challengeLifetimeMs > 600_000) {
    throw new RangeError('challengeLifetimeMs must be 5 000 to 600 000')
  }
  const { challengesPerTerminal = 1_000 } = options
  if (!Number.isInteger(challengesPerTerminal) || challengesPerTerminal < 1 || challengesPerTerminal > 100_000) {
    throw new RangeError('challengesPerTerminal must be 1 to 100 000')
  }
  const { userVerification = usualUserVerifications } = options
  if (
    !Array.isArray(userVerification) ||
    userVerification.length === 0 ||
    !userVerification.every(isUserVerification)
  ) {
    throw new TypeError(`userVerification must be some of ${userVerifications.join(', ')}`)
  }
  if (!(pseudonymKey instanceof Uint8Array)) throw new TypeError('pseudonymKey must be bytes')
  if (pseudonymKey.length < 32) throw new RangeError('pseudonymKey must have at least 32 bytes')
  return {
    ...options,
    challengeLifetimeMs,
    challengesPerTerminal,
    // Copied into a KeyObject.
    pseudonymKey: createSecretKey(pseudonymKey),
    clock: options.clock ?? (() => new Date()),
    userVerification: [...userVerification],
    formats: formatsOf(options),
    generations: new Map(anchors.map((anchor) => [anchor, jpkiAuthorityOf(anchor)?.generation])),
  }
}

function areCertificates(list: unknown): boolean {
  return Array.isArray(list) && list.every((one) => one instanceof Certificate)
}

function formatsOf({ formats = [tokenFormat] }: TokenServiceOptions): Settings['formats'] {
  const [first, ...more] = Array.isArray(formats) ? (formats as readonly TokenFormat[]) : []
  if (first === undefined || ![first, ...more].every(isTokenFormat)) {
    throw new TypeError(`formats must be some of ${Object.keys(tokenFormats).join(', ')}`)
  }
  return [first, ...more]
}
