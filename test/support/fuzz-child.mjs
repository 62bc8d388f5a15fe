import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

// Runs one reader on one file in a process of its own. Writes how long it computed (ms) and by how many bytes it grew.
const [, , targets, target, path, small] = process.argv
const { readers } = await import(pathToFileURL(targets).href)
const input = new Uint8Array(readFileSync(path))
const run = readers[target]
// Load and compile what is needed, so that it does not count.
for (let i = 0; i < 3; i++) await run(new Uint8Array(readFileSync(small)))
globalThis.gc()
const before = process.memoryUsage()
const highest = process.resourceUsage().maxRSS
const start = performance.now()
const used = process.cpuUsage()
await run(input)
const { user, system } = process.cpuUsage(used)
// What other processes take of the machine does not count; nor do the threads of the garbage collector.
const ms = Math.min(performance.now() - start, (user + system) / 1000)
const { maxRSS } = process.resourceUsage()
const peak = maxRSS > highest ? maxRSS * 1024 - before.rss : 0
globalThis.gc()
const after = process.memoryUsage()
const kept = after.heapUsed + after.external - before.heapUsed - before.external
process.stdout.write(JSON.stringify({ ms, peak, kept }))
