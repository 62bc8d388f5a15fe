import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

// Runs one reader on one file in a process of its own. Writes how long it took (ms) and by how many bytes the process grew.
const [, , targets, target, path, small] = process.argv
const { readers } = await import(pathToFileURL(targets).href)
const input = new Uint8Array(readFileSync(path))
const run = readers[target]
// Load and compile what is needed, so that it does not count.
for (let i = 0; i < 3; i++) run(new Uint8Array(readFileSync(small)))
globalThis.gc()
const before = process.memoryUsage()
const highest = process.resourceUsage().maxRSS
const start = performance.now()
run(input)
const ms = performance.now() - start
const { maxRSS } = process.resourceUsage()
const peak = maxRSS > highest ? maxRSS * 1024 - before.rss : 0
globalThis.gc()
const after = process.memoryUsage()
const kept = after.heapUsed + after.external - before.heapUsed - before.external
process.stdout.write(JSON.stringify({ ms, peak, kept }))
