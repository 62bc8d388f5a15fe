/** Severity: `problem` prevents reading cards, `warning` may prevent it, `note` is informative. */
export type Level = 'ok' | 'note' | 'warning' | 'problem'

/** Identifiers of all findings. Stable; new ones may be added. */
export const findingIds = [
  'node-version',
  'node-too-old',
  'platform',
  'platform-untested',
  'service-answers',
  'service-not-installed',
  'service-not-running',
  'service-dead-socket',
  'service-no-access',
  'service-unreachable',
  'service-other-socket',
  'service-frozen',
  'service-failed',
  'unit-ok',
  'unit-masked',
  'unit-failed',
  'unit-disabled',
  'access-ok',
  'access-denied',
  'access-no-polkit',
  'drivers',
  'drivers-missing',
  'drivers-no-ccid',
  'usb-reader',
  'usb-none',
  'usb-unknown',
  'usb-not-listed',
  'usb-module-conflict',
  'apdu-extended',
  'apdu-short',
  'apdu-tpdu',
  'pinpad',
  'reader',
  'reader-none',
  'reader-not-there',
  'reader-several',
  'reader-mute',
  'reader-busy',
  'reader-virtual',
  'quirk-rc-s380',
  'quirk-acr122u',
  'quirk-acs-driver',
  'quirk-acs-extended',
  'quirk-omnikey-short',
  'quirk-cyberjack-pinpad',
  'holder',
  'holder-scdaemon',
  'holders-none',
  'holders-unnamed',
  'binding',
  'binding-missing',
  'binding-none',
] as const

/** One of {@link findingIds}. */
export type FindingId = (typeof findingIds)[number]

/** Names and versions for the sentences. No serial numbers. */
export type FindingFacts = Readonly<Record<string, string>>

/** One finding. */
export interface DoctorFinding {
  readonly id: FindingId
  readonly level: Level
  readonly facts: FindingFacts
}

/** Creates a finding. */
export function finding(level: Level, id: FindingId, facts: FindingFacts = {}): DoctorFinding {
  return { id, level, facts }
}

/** Description and remedy of a finding. */
export interface FindingText {
  readonly what: (facts: FindingFacts) => string
  readonly todo?: (facts: FindingFacts) => string
}

/** Texts of the doctor in one language. */
export interface DoctorTexts {
  readonly levels: Readonly<Record<Level, string>>
  readonly findings: Readonly<Record<FindingId, FindingText>>
  readonly usable: string
  readonly unusable: (problems: number) => string
}
