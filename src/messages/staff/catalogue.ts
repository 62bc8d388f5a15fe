import type { StaffLanguage } from '../languages.ts'
import { clerkEn } from './clerk-en.ts'
import { clerkJa } from './clerk-ja.ts'
import { operatorEn } from './operator-en.ts'
import { operatorJa } from './operator-ja.ts'
import type { StaffTexts } from './texts.ts'
import { titlesEn } from './titles-en.ts'
import { titlesJa } from './titles-ja.ts'

/** Everything that is said to clerks and operators. */
export const staffTexts: Readonly<Record<StaffLanguage, StaffTexts>> = {
  ja: { ...titlesJa, clerk: clerkJa, operator: operatorJa },
  en: { ...titlesEn, clerk: clerkEn, operator: operatorEn },
}
