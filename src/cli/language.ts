import type { Messages } from './messages/catalogue.ts'

/** One of the languages of the command line. */
export type Language = 'ja' | 'en'

/** All texts in one language, loaded on demand. */
export async function messagesIn(language: Language): Promise<Messages> {
  return language === 'ja' ? (await import('./messages/ja.ts')).ja : (await import('./messages/en.ts')).en
}

/** `--lang` at any position, since even usage errors are reported in it; else the locale; else English. */
export function chooseLanguage(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Language {
  const at = argv.findIndex((argument) => argument === '--lang' || argument.startsWith('--lang='))
  const asked = at < 0 ? undefined : argv[at] === '--lang' ? argv[at + 1] : argv[at]!.slice('--lang='.length)
  if (asked === 'ja' || asked === 'en') return asked
  const { LC_ALL, LC_MESSAGES, LANG } = env
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '')
  return locale?.toLowerCase().startsWith('ja') ? 'ja' : 'en'
}
