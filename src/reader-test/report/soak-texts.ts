import type { ReportLanguage } from '../../report/index.ts'
import { soakEn } from './soak-en.ts'
import { soakJa } from './soak-ja.ts'
import type { SoakTable } from './soak-table.ts'

const tables: Readonly<Record<ReportLanguage, SoakTable>> = { en: soakEn, ja: soakJa }

/** Texts of the reports of soak tests. */
export function soakTexts(language: ReportLanguage): SoakTable {
  return tables[language]
}
