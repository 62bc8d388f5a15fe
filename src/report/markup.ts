import { style } from './style.ts'

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

/**
 * One page of HTML that needs nothing else, well-formed as XML too: nothing in it runs or loads.
 *
 * @param title - of the page and its first heading; markup already.
 * @param body - what follows the heading; markup already, each part ending with a line feed.
 */
export function htmlPage(language: ReportLanguage, title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="${language}" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}</main>
</body>
</html>
`
}
