import type {
  AuthenticityCheckName,
  AuthenticityReason,
  AuthenticitySubject,
  FieldProblemCode,
  HolderSex,
  IndividualNumberPurpose,
  Unproved,
} from '../../card-face/index.ts'
import type { CredentialId, ServiceChannel, ServiceMethod, ServicePlan } from '../../credentials/index.ts'
import type { StripeFormatId, StripeTrack } from '../../municipal/index.ts'

/** Images of the visual application, by their file names. */
export type ImageName = 'name' | 'address' | 'photo' | 'security-code' | 'number'

/** Texts about the applications beside JPKI, stripes and services, in one language. */
export interface ApplicationTexts {
  /** Prompts for data printed on the card. */
  readonly printed: {
    readonly birthDate: (code: string) => string
    readonly expiryYear: string
    readonly securityCode: string
    /** Of an invented person. */
    readonly onVirtualCard: (birthDate: string, expiryYear: string, securityCode: string, number: string) => string
  }
  readonly applicationTexts: {
    readonly holder: Readonly<Record<'name' | 'address' | 'birthDate' | 'sex' | 'cardExpiry', string>>
    readonly sexes: Readonly<Record<HolderSex, string>>
    readonly fields: {
      /** In place of a value that cannot be read. @param why - one of `problems`. */
      readonly unreadable: (why: string) => string
      readonly problems: Readonly<Record<FieldProblemCode, string>>
      readonly further: (tag: string) => string
      readonly labels: Readonly<Record<'offsets' | 'further', string>>
    }
    readonly images: Readonly<Record<ImageName, string>>
    /** @param command - the command that verifies it. */
    readonly notProved: (command: string) => string
    readonly number: Readonly<Record<'heading' | 'checkDigit' | 'right' | 'purpose' | 'masked' | 'law', string>> & {
      readonly purposes: Readonly<Record<IndividualNumberPurpose, string>>
    }
    readonly authenticity: Readonly<
      Record<'verdict' | 'authentic' | 'notAuthentic' | 'issuer' | 'root' | 'unprovedHeading', string>
    > & {
      readonly checks: Readonly<Record<AuthenticityCheckName, string>>
      readonly subjects: Readonly<Record<AuthenticitySubject, string>>
      readonly reasons: Readonly<Record<AuthenticityReason, string>>
      readonly unproved: Readonly<Record<Unproved, string>>
      readonly under: (key: string, root: string) => string
      readonly notPublished: (sources: string) => string
    }
    readonly card: Readonly<
      Record<
        | 'record'
        | 'manager'
        | 'serialNumber'
        | 'cardNumber'
        | 'municipalityCode'
        | 'expiry'
        | 'agreement'
        | 'agrees'
        | 'differs'
        | 'issuerNumber'
        | 'keyId'
        | 'certificates'
        | 'recognition'
        | 'contactAtr',
        string
      >
    > & {
      readonly reasons: Readonly<Record<'absent' | 'unreadable', string>>
      readonly by: (key: string, issuer: string) => string
    }
  }
  readonly profile: Readonly<Record<'name' | 'userId' | 'municipalityCode' | 'validity' | 'empty', string>> & {
    readonly good: (format: string) => string
    readonly field: (id: string) => string
    readonly until: (day: string) => string
    readonly years: (years: number, from: string | undefined) => string
    readonly pinCheckedBy: Readonly<Record<'card' | 'municipality' | 'nobody', string>>
  }
  readonly stripe: Readonly<Record<'checked' | 'notChecked' | 'unreadable', string>> & {
    readonly tracks: Readonly<Record<StripeFormatId, string>>
    readonly directions: Readonly<Record<'forward' | 'reverse' | 'unknown', string>>
    readonly repaired: Readonly<Record<StripeTrack['repaired'][number], string>>
  }
  readonly services: Readonly<
    Record<
      | 'none'
      | 'method'
      | 'credential'
      | 'pin'
      | 'keeper'
      | 'checkedBy'
      | 'expiry'
      | 'dayNeedsPin'
      | 'offered'
      | 'customer',
      string
    >
  > & {
    readonly channels: Readonly<Record<ServiceChannel, string>>
    readonly methods: Readonly<Record<ServiceMethod, string>>
    /** Where on the card the credential is stored. */
    readonly holders: Readonly<Record<CredentialId, string>>
    readonly pinForm: (length: string, characters: string) => string
    readonly characters: Readonly<Record<'digits' | 'alphanumeric', string>>
    readonly keepers: Readonly<Record<'integrated-terminal' | 'automatic-issuance', string>>
    readonly checkers: Readonly<Record<ServicePlan['pinCheckedBy'], string>>
    readonly expiries: Readonly<Record<ServicePlan['expiry'], string>>
  }
}
