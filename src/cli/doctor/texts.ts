import type { ReportLanguage } from '../../reader-test/index.ts'
import type { DoctorFinding, FindingFacts, FindingId, Level } from './finding.ts'
import { doctorEn } from './texts-en.ts'
import { doctorJa } from './texts-ja.ts'
import type { DoctorTexts, FindingText } from './texts-table.ts'

const tables: Readonly<Record<ReportLanguage, DoctorTexts>> = { en: doctorEn, ja: doctorJa }

/** A finding with its texts. */
export interface DescribedFinding {
  readonly id: FindingId
  readonly level: Level
  readonly what: string
  /** The remedy. */
  readonly todo?: string
  readonly facts: FindingFacts
}

/** Texts of the doctor. */
export function doctorTexts(language: ReportLanguage): DoctorTexts {
  return tables[language]
}

/** Adds the texts to a finding. */
export function describe({ id, level, facts }: DoctorFinding, language: ReportLanguage): DescribedFinding {
  const { what, todo }: FindingText = tables[language].findings[id]
  return { id, level, what: what(facts), ...(todo !== undefined && { todo: todo(facts) }), facts }
}
