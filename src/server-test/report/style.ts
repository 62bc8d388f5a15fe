/** Style of the page, light and dark. Colour never says anything alone: every result is in words too. */
export const style = `
:root { color-scheme: light dark; --text: #1a1a1a; --page: #fff; --line: #ccc; --soft: #f3f3f3;
  --passed: #0b6b2d; --warned: #7a5200; --failed: #b00020; --not-run: #555; }
@media (prefers-color-scheme: dark) { :root { --text: #eee; --page: #161616; --line: #444; --soft: #222;
  --passed: #6fd08c; --warned: #f0c060; --failed: #ff8a93; --not-run: #bbb; } }
body { color: var(--text); background: var(--page); font: 16px/1.6 system-ui, sans-serif; max-width: 62rem;
  margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .5rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
details { border-bottom: 1px solid var(--line); padding: .35rem 0; }
summary { cursor: pointer; } summary code { color: var(--not-run); font-size: .85em; }
pre { background: var(--soft); padding: .5rem; white-space: pre-wrap; margin: 0; }
.result { font-weight: 700; display: inline-block; min-width: 7rem; }
.passed { color: var(--passed); } .warned { color: var(--warned); }
.failed { color: var(--failed); } .not-run { color: var(--not-run); }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } }
@media print { details > * { display: block; } }
`
