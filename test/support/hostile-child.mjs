import { readFileSync } from 'node:fs'

// Drives hostile cards in a process of its own, whose memory is limited; writes the report and its highest resident set.
const [, , module, identity, seed, exchanges, only] = process.argv
const { runHostile } = await import(module)
const start = performance.now()
const text = readFileSync(identity, 'utf8')
const report = await runHostile(text, Number(seed), Number(exchanges), only === undefined ? undefined : Number(only))
// Unhandled rejections have ended the process by now.
await new Promise((resolve) => setTimeout(resolve, 10))
const milliseconds = Math.round(performance.now() - start)
process.stdout.write(JSON.stringify({ ...report, milliseconds, maxRss: process.resourceUsage().maxRSS * 1024 }))
