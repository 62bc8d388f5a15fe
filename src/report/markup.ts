/** Style of the page, light and dark. Colour never says anything alone: every result is in words too. */
export const style = `
:root { color-scheme: light dark; --text: #1a1a1a; --page: #fff; --line: #ccc; --soft: #f3f3f3;
  --passed: #0b6b2d; --warned: #7a5200; --failed: #b00020; --skipped: #555; --bar: #2f6fb7; --pale: #bcd3ec; --mark: #10243c; }
@media (prefers-color-scheme: dark) { :root { --text: #eee; --page: #161616; --line: #444; --soft: #222;
  --passed: #6fd08c; --warned: #f0c060; --failed: #ff8a93; --skipped: #bbb; --bar: #5c9be0; --pale: #27425f; --mark: #fff; } }
body { color: var(--text); background: var(--page); font: 16px/1.6 system-ui, sans-serif; max-width: 62rem;
  margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
.verdict { border: 2px solid; border-radius: .4rem; padding: .5rem 1rem; font-weight: 700; margin: 1rem 0; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); white-space: nowrap; } tbody th { font-weight: 400; }
tr.group th { font-weight: 700; background: var(--soft); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { color: var(--skipped); font-size: .85em; }
.result { font-weight: 700; white-space: nowrap; }
details .result { display: inline-block; min-width: 7rem; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; } summary { cursor: pointer; }
pre { background: var(--soft); padding: .5rem; white-space: pre-wrap; margin: 0; }
.passed { color: var(--passed); } .warned { color: var(--warned); } .failed { color: var(--failed); }
.skipped, .not-run { color: var(--skipped); }
.chart { width: 100%; min-width: 36rem; height: auto; font: 13px system-ui, sans-serif; }
.chart text { fill: var(--text); } .chart text.tick { fill: var(--skipped); font-size: 11px; }
.chart line.tick { stroke: var(--line); } .chart .max { fill: var(--pale); } .chart .p95 { fill: var(--bar); }
.chart .median { fill: var(--mark); stroke: var(--page); stroke-width: .75; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
@media print { details > * { display: block; } }
`

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

/** A moment by the clock of this machine, with its distance from UTC: `2026-04-01 09:30:00 +09:00`. */
export function localMoment(instant: Date): string {
  const ahead = -instant.getTimezoneOffset()
  const local = new Date(instant.getTime() + ahead * 60_000).toISOString()
  const two = (value: number): string => String(value).padStart(2, '0')
  const offset = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`
  return `${local.slice(0, -5).replace('T', ' ')} ${offset}`
}
