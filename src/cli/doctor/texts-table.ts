import type { FindingFacts, FindingId, Level } from './finding.ts'

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
