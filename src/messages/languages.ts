/**
 * Languages for customers: the tag for `lang` attributes and plural rules, and the name on a button that chooses it.
 */
export const customerLanguages = {
  ja: { tag: 'ja', name: '日本語' },
  en: { tag: 'en', name: 'English' },
  zh: { tag: 'zh-Hans', name: '简体中文' },
  ko: { tag: 'ko', name: '한국어' },
  pt: { tag: 'pt-BR', name: 'Português' },
  es: { tag: 'es', name: 'Español' },
  vi: { tag: 'vi', name: 'Tiếng Việt' },
} as const

/** One of {@link customerLanguages}. */
export type CustomerLanguage = keyof typeof customerLanguages

/** Languages for clerks and operators. */
export type StaffLanguage = 'ja' | 'en'

/** Audiences of a message: users of the machine, staff on site, operators. */
export const audiences = ['customer', 'clerk', 'operator'] as const

/** One of {@link audiences}. */
export type Audience = (typeof audiences)[number]

/** Languages available for an audience. */
export type LanguageFor<A extends Audience> = A extends 'customer' ? CustomerLanguage : StaffLanguage

/** The language of staff texts for a requested `language`: Japanese, otherwise English. */
export function staffLanguage(language: CustomerLanguage): StaffLanguage {
  return language === 'ja' ? 'ja' : 'en'
}
