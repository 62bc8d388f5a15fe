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
