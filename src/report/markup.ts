/** Languages of the reports. */
export type ReportLanguage = 'ja' | 'en'

/**
 * Text for HTML and XML, elements and attributes alike. Characters that XML 1.0 does not have, and those that turn the
 * direction of writing, become U+FFFD.
 */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]|[\p{Cf}\u007F-\u009F]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Milliseconds for people: three digits that count. */
export function milliseconds(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ms`
}
