// Two servers behind a proxy, each restarted ten times under load: no request may fail.
import { spawnSync } from 'node:child_process'
import { row } from './lib/measure.mjs'
import { rollingRestart } from './lib/rolling.mjs'

const rounds = 10

export async function rows() {
  const found = []
  for (const proxy of ['haproxy', 'nginx']) {
    if (spawnSync(proxy, ['-v']).status !== 0) {
      console.error(`rolling restarts left out: ${proxy} is not installed`)
      continue
    }
    const { 201: served = 0, ...others } = await rollingRestart(proxy, rounds)
    if (Object.keys(others).length > 0) console.error(`rolling: other answers behind ${proxy}`, others)
    const failed = Object.values(others).reduce((sum, count) => sum + count, 0)
    found.push(
      row(`rolling.${proxy}.failed`, failed, 'requests', 0),
      row(`rolling.${proxy}.served`, served, 'requests', { atLeast: 10_000 }),
      row(`rolling.${proxy}.restarts`, 2 * rounds, ''),
    )
  }
  return found
}
