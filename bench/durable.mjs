// 100 000 nonces of one SQLite store, each raced by four processes, with `kill -9` throughout: each is accepted exactly once.
//   node bench/durable.mjs [NONCES]    prints the counts alone; exit 1 when one is wrong
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { raceDurably } from './lib/durable-race.mjs'
import { row } from './lib/measure.mjs'

async function measure(nonces) {
  const folder = mkdtempSync(join(tmpdir(), 'jpki-card-durable-'))
  try {
    const module = new URL('../dist/server/stores/sqlite-store.js', import.meta.url).href
    const counts = await raceDurably({ module, file: join(folder, 'store.sqlite'), nonces })
    const { once, unanswered, twice, lost, again, counterMissing, counterExtra, refused, kills, seconds } = counts
    console.error(
      `${nonces} nonces, 4 processes, ${kills} kills, ${seconds.toFixed(0)} s: ${once} accepted once, ${unanswered} taken by a process killed before it answered, ${refused} calls refused with a code, ${twice + again} accepted twice, ${lost} lost, ${counterMissing} counts lost`,
    )
    return [
      row('durable.nonces', once + unanswered, 'nonces', { atLeast: nonces }),
      row('durable.accepted-twice', twice + again, 'nonces', 0),
      row('durable.lost', lost, 'nonces', 0),
      row('durable.wrong-counts', counterMissing + counterExtra, '', 0),
      row('durable.kills', kills, ''),
      row('durable.rate', nonces / seconds, 'nonces/s'),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const rows = () => measure(100_000)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await measure(Number(process.argv[2] ?? 100_000))
  console.table(found)
  if (found.some(({ holds }) => !holds)) process.exitCode = 1
}
