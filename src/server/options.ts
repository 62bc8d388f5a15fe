import { createSecretKey, type KeyObject } from 'node:crypto'
import {
  Certificate,
  type JpkiHierarchy,
  jpkiAuthorityOf,
  type RevocationPolicy,
  type SignaturePolicy,
} from '../pki/index.ts'
import { isIdentifier, isOrigin } from '../token/index.ts'
import type { AuditSink } from './audit/event.ts'
import type { NonceStore } from './stores/store.ts'

/** What a {@link TokenService} works with. */
export interface TokenServiceOptions {
  /** Origin of this server as terminals reach it: `https://issue.example.jp`. */
  readonly origin: string
  readonly store: NonceStore
  /** CA certificates to trust; there is no default. See `jpkiAnchors`. */
  readonly anchors: readonly Certificate[]
  /** Untrusted certificates to build paths with. */
  readonly intermediates?: readonly Certificate[] | undefined
  /** What is asked of revocation: a decision, so there is no default. */
  readonly revocation: RevocationPolicy
  /** Default: production only. */
  readonly hierarchies?: readonly JpkiHierarchy[] | undefined
  /** Purposes challenges are given for. Default: any. */
  readonly purposes?: readonly string[] | undefined
  /** Lifetime of a challenge, milliseconds, 5 000 to 600 000. Default 120 000. */
  readonly challengeLifetimeMs?: number | undefined
  /**
   * Most challenges of one terminal that are open at once, 1 to 100 000; one more, and its oldest is withdrawn, so that no
   * terminal fills the store for all others. Counted by each process. Default 1 000.
   */
  readonly challengesPerTerminal?: number | undefined
  /** Secret for pseudonyms, at least 32 bytes; copied. With another one every holder becomes another. */
  readonly pseudonymKey: Uint8Array
  readonly audit?: AuditSink | undefined
  /** Default: the time of the machine. */
  readonly clock?: (() => Date) | undefined
  /** What certificates, lists, OCSP answers and tokens may be signed with. */
  readonly signatures?: SignaturePolicy | undefined
}

/** What {@link TokenService.reconfigure} takes. */
export type TokenServiceChanges = Partial<
  Pick<
    TokenServiceOptions,
    'anchors' | 'intermediates' | 'revocation' | 'hierarchies' | 'purposes' | 'challengeLifetimeMs' | 'signatures'
  >
>

/** The options with their defaults, and what is worked out of them once. */
export type Settings = Omit<
  TokenServiceOptions,
  'challengeLifetimeMs' | 'challengesPerTerminal' | 'clock' | 'pseudonymKey'
> & {
  readonly challengeLifetimeMs: number
  readonly challengesPerTerminal: number
  readonly clock: () => Date
  readonly pseudonymKey: KeyObject
  /** The anchors as tokens write certificates. */
  readonly anchorTexts: ReadonlySet<string>
  /** Generation of each anchor that is a JPKI authority. */
  readonly generations: ReadonlyMap<Certificate, number | undefined>
}

/** @throws TypeError, RangeError for options that make no sense. */
export function settingsOf(options: TokenServiceOptions): Settings {
  const { origin, store, anchors, revocation, purposes, challengeLifetimeMs = 120_000, pseudonymKey } = options
  if (!isOrigin(origin)) throw new TypeError('origin must be an origin: scheme, host and port, nothing else')
  if (typeof store?.put !== 'function' || typeof store.take !== 'function') throw new TypeError('store must be a store')
  if (!areCertificates(anchors) || anchors.length === 0) throw new TypeError('anchors must be CA certificates')
  if (!areCertificates(options.intermediates ?? [])) throw new TypeError('intermediates must be certificates')
  if (!['required', 'best-effort', 'none'].includes(revocation?.mode)) throw new TypeError('revocation must be decided')
  if (revocation.mode !== 'none' && !Array.isArray(revocation.sources)) {
    throw new TypeError('revocation must have sources')
  }
  if (purposes?.some((purpose) => !isIdentifier(purpose))) throw new TypeError('purposes must be identifiers')
  if (!Number.isInteger(challengeLifetimeMs) || challengeLifetimeMs < 5_000 || challengeLifetimeMs > 600_000) {
    throw new RangeError('challengeLifetimeMs must be 5 000 to 600 000')
  }
  const { challengesPerTerminal = 1_000 } = options
  if (!Number.isInteger(challengesPerTerminal) || challengesPerTerminal < 1 || challengesPerTerminal > 100_000) {
    throw new RangeError('challengesPerTerminal must be 1 to 100 000')
  }
  if (!(pseudonymKey instanceof Uint8Array)) throw new TypeError('pseudonymKey must be bytes')
  if (pseudonymKey.length < 32) throw new RangeError('pseudonymKey must have at least 32 bytes')
  return {
    ...options,
    challengeLifetimeMs,
    challengesPerTerminal,
    // A copy, and ready to be used.
    pseudonymKey: createSecretKey(pseudonymKey),
    clock: options.clock ?? (() => new Date()),
    anchorTexts: new Set(anchors.map(({ der }) => Buffer.from(der).toString('base64'))),
    generations: new Map(anchors.map((anchor) => [anchor, jpkiAuthorityOf(anchor)?.generation])),
  }
}

function areCertificates(list: unknown): boolean {
  return Array.isArray(list) && list.every((one) => one instanceof Certificate)
}
