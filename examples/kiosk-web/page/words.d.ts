/** The words of the page in one language. */
export interface PageWords {
  readonly documents: Readonly<Record<string, string>>
  readonly kinds: Readonly<Record<string, string>>
  readonly found: { readonly title: string; readonly text: string; readonly next: string }
  readonly copies: string
  readonly more: string
  readonly fewer: string
  readonly typed: string
  readonly code: string
  readonly languages: string
  readonly keypad: string
}
export const words: Readonly<Record<'ja' | 'en' | 'zh' | 'ko' | 'pt' | 'es' | 'vi', PageWords>>
export function filled(text: string, values: Readonly<Record<string, unknown>>): string
