import type { CertificateKind } from '../../jpki/index.ts'
import type { Problem } from '../cli-error.ts'
import type { ApplicationTexts } from './application-texts.ts'
import type { TrustTexts } from './trust-texts.ts'

/** Why a certificate is unreadable. */
export type UnreadableReason = 'pin-required' | 'absent' | 'no-application' | 'unreadable'

/** All texts of the command line in one language, except those of error codes, see `jpki-card/messages`. */
export interface Messages extends TrustTexts, ApplicationTexts {
  readonly language: 'en' | 'ja'
  readonly problems: Readonly<Record<Problem, (subject: string) => string>>

  readonly error: string
  readonly todo: string
  readonly notCleared: string
  /** After an unknown command or option. */
  readonly didYouMean: (words: readonly string[]) => string
  readonly recorded: (file: string) => string
  /** After a sentence about a PIN. */
  /** In a prompt: tries left on the card, and how many of them this call accepts. */
  readonly triesLeft: (left: number, entries: number) => string
  readonly enterPin: (pin: string) => string
  readonly enterNewPin: (pin: string) => string
  readonly enterAgain: (pin: string) => string
  readonly pinChanged: (pin: string) => string

  readonly connectReader: string
  readonly insertCard: string
  /** Another program holds the card. */
  readonly waitForReader: string
  /** After a name that no reader has. */
  readonly nameReader: string
  readonly waitingFor: (seconds: number) => string

  readonly certificates: Readonly<Record<CertificateKind, string>>
  readonly kinds: Readonly<Record<'my-number' | 'juki' | 'phone-android' | 'phone-iphone' | 'unknown', string>>
  readonly variants: Readonly<Record<'face-authentication', string>>
  readonly applications: Readonly<Record<string, string>>
  readonly unreadable: Readonly<Record<UnreadableReason, string>>
  readonly pinStates: {
    readonly usable: (left: number, most: number) => string
    readonly verified: string
    readonly blocked: string
    readonly unlimited: string
  }
  readonly validUntil: (day: string) => string
  /** In place of a day or moment at which something ends. */
  readonly noEnd: string
  readonly present: string
  readonly absent: string
  readonly written: (file: string) => string

  readonly headings: Readonly<
    Record<
      | 'reader'
      | 'card'
      | 'applications'
      | 'pins'
      | 'certificates'
      | 'algorithm'
      | 'signature'
      | 'certificate'
      | 'exchanges'
      | 'subject'
      | 'cleared',
      string
    >
  >
  readonly cleared: Readonly<Record<'select' | 'power-down' | 'card-removed' | 'nothing', string>>

  readonly noReaders: string
  readonly readerStates: Readonly<Record<'empty' | 'card' | 'mute' | 'busy', string>>
  readonly readerEvents: Readonly<
    Record<
      'reader-attached' | 'reader-detached' | 'card-inserted' | 'card-removed' | 'service-lost' | 'service-restored',
      string
    >
  >

  readonly emulate: {
    readonly making: string
    readonly attached: (kind: string, address: string) => string
    readonly pins: string
    readonly stop: string
    readonly detached: string
    readonly nothingListens: (address: string) => string
    readonly ended: string
  }
  readonly auth: Readonly<Record<'server' | 'accepted' | 'holder' | 'validUntil', string>> & {
    readonly acceptedFor: (purpose: string, terminal: string) => string
  }
  readonly serve: Readonly<Record<'instance' | 'version' | 'digest' | 'theseSettings' | 'differs', string>> & {
    readonly listening: (url: string, origin: string) => string
    readonly ended: string
    /** @param stream - `stdout` or `stderr`. @param reason - the system's error name; `EAGAIN` for a full pipe. */
    readonly logLost: (stream: string, reason: string) => string
    readonly next: string
  }
  readonly bridge: {
    /** @param file - where the secret for pairing is. */
    readonly listening: (url: string, file: string | undefined) => string
    readonly secret: (secret: string) => string
    readonly ended: string
  }
  readonly documents: {
    readonly profile: string
    /** Progress: `512 MiB` of `4096 MiB`, where that is known. */
    readonly read: (done: string, all: string | undefined) => string
  }
  readonly audit: Readonly<Record<'good' | 'goodSet' | 'file' | 'lines' | 'end' | 'tail' | 'noEnd' | 'former', string>>
  readonly evaluate: Readonly<
    Record<'anchors' | 'lists' | 'keys' | 'settings' | 'until' | 'next' | 'running' | 'issuing', string>
  >
  readonly demo: {
    readonly title: string
    readonly making: string
    readonly counters: string
    readonly counter: (pin: string, left: number, most: number) => string
    readonly wrongPin: string
    readonly wrongPinResult: (before: number, after: number) => string
    readonly rightPin: string
    readonly rightPinResult: string
    readonly challenge: string
    readonly checked: string
    readonly checkedResult: string
    readonly list: string
    readonly listResult: string
    readonly revoked: string
    readonly refused: (code: string, what: string) => string
    readonly again: string
    readonly serverResult: (url: string, pid: number) => string
    readonly exchangesResult: (count: number) => string
    readonly end: string
  }
}
