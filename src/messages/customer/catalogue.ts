import type { CustomerLanguage } from '../languages.ts'
import type { CustomerTexts } from '../texts.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { ja } from './ja.ts'
import { ko } from './ko.ts'
import { pt } from './pt.ts'
import { vi } from './vi.ts'
import { zh } from './zh.ts'

/** Everything that is said to customers. */
export const customerTexts: Readonly<Record<CustomerLanguage, CustomerTexts>> = { ja, en, zh, ko, pt, es, vi }
