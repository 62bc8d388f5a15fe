import type { CardCredential, CredentialId, IssuanceChannel } from '../../credentials/index.ts'
import type {
  CheckResult,
  EncodingFindingKind,
  JpkiHierarchy,
  RevocationEvidence,
  VerificationCheck,
} from '../../pki/index.ts'
import type { CardExpirySource, CertificateState, EffectiveValidity } from '../../validity/index.ts'

/** Why a chain was not verified. */
export type ChainGap = 'no-ca-certificate' | 'unknown-ca' | 'transcript'

/** Texts on verification and validity of certificates, in one language. */
export interface TrustTexts {
  readonly verify: {
    readonly checks: Readonly<Record<VerificationCheck, string>>
    readonly results: Readonly<Record<CheckResult['result'], string>>
    /** The certificate of a path a check is about: 0 is the end certificate. */
    readonly depth: (depth: number) => string
    readonly kinds: Readonly<Record<RevocationEvidence['kind'], string>>
    readonly updates: (from: string, to: string | undefined) => string
    readonly revokedAt: (moment: string, reason: string) => string
    readonly more: (count: number) => string
    readonly finding: string
    readonly findings: Readonly<Record<EncodingFindingKind, string>>
    readonly path: string
    readonly pathUntil: string
    readonly profile: string
    readonly noProfile: string
    readonly hierarchies: Readonly<Record<JpkiHierarchy, string>>
  }
  readonly chain: {
    readonly heading: string
    readonly good: string
    readonly refused: string
    readonly notChecked: (why: string) => string
    readonly gaps: Readonly<Record<ChainGap, string>>
  }
  /** The sentences on rules and uncertainties are those of `validityTexts`. */
  readonly validity: {
    readonly state: string
    readonly states: Readonly<Record<CertificateState, string>>
    readonly until: string
    readonly lastMoment: (moment: string, daysLeft: number | null) => string
    readonly renewal: string
    readonly renewableFrom: (day: string) => string
    readonly rule: string
    readonly note: (sentence: string) => string
    readonly needsIssueDate: string
    readonly source: string
    readonly sources: Readonly<Record<CardExpirySource, string>>
    readonly noCardExpiry: Readonly<Record<'absent' | 'unreadable', string>>
    readonly both: string
    readonly notBoth: string
    readonly limited: string
    readonly limitedBy: Readonly<Record<EffectiveValidity['limitedBy'], string>>
    readonly credentialsHeading: string
    readonly noCredentials: string
    readonly credentials: Readonly<Record<CredentialId, string>>
    readonly channels: Readonly<Record<IssuanceChannel, string>>
    readonly noChannel: string
    readonly offered: Readonly<Record<CardCredential['offered'], string>>
  }
}
